"""Errors that end a command: what is wrong, and what to do next.

One base class, caught once by the command line. A child exists only where a caller reacts
to it differently. Bad captured data never raises: it becomes a record (`auditor.records`).
"""

from __future__ import annotations


class AuditorError(Exception):
    """A message for a person and the next step that person can take."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.add_note(hint)  # a traceback, as of a failed test, says it too
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[type[AuditorError], tuple[str, str]]:
        """Let it come whole out of another process."""
        return type(self), (self.message, self.hint)


class SourceError(AuditorError):
    """A capture could not be opened at all."""


class CatalogueError(AuditorError):
    """A catalogue file is wrong; the message begins with file:line:column."""


class StoreError(AuditorError):
    """An audit folder could not be written or read."""
