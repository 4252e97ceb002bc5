"""A progress line on standard error, only where somebody can see it."""

from __future__ import annotations

import sys
from types import TracebackType

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

_EVERY = 200
"""Exchanges between two updates."""


class Line:
    """Show how many exchanges were read; silent when standard error is no terminal."""

    def __init__(self) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TextColumn("{task.completed:,} exchanges"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self._tasks: dict[str, int] = {}

    def __enter__(self) -> Line:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def show(self, name: str, count: int) -> None:
        """Take note of the exchanges read so far from a capture."""
        if name not in self._tasks:
            self._tasks[name] = self._progress.add_task(f"Reading {name}", total=None)
        if count % _EVERY == 0:
            self._progress.update(self._tasks[name], completed=count)  # type: ignore[arg-type]
