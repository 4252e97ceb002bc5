"""Read a session while it is still being written: what is complete, and nothing twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from auditor.records import Exchange
from auditor.session.folder import FLOWS, JOURNAL
from auditor.sources import lines
from auditor.sources.mitm import BROKEN, NewerError, read_one
from auditor.sources.spans import File, Span, find


class Follower:
    """Gives what has come since it was last asked; an unfinished end is left for the next time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = 0
        self._read = 0
        self._lines = 0
        self._number = 0
        self._talks: dict[str, Exchange] = {}
        """Beginnings of the conversations that have not ended."""

    def exchanges(self) -> Iterator[Exchange]:
        """Yield the exchanges that have ended since, in the order they were saved."""
        for file, span in self._spans():
            try:
                exchange, _ = read_one(file, span, self._number)
            except (NewerError, *BROKEN):
                continue  # The audit counts it; here it is only not shown.
            # The messages of a conversation have come by the journal, one by one.
            if exchange and not self._talks.pop(exchange.id, None):
                self._number += 1
                yield exchange

    def lines(self) -> Iterator[dict[str, Any] | Exchange]:
        """Yield the journal's complete lines since; a message of a conversation as an exchange."""
        path = self._folder / JOURNAL
        if not path.is_file():
            return
        with path.open("rb") as file:
            file.seek(self._lines)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                self._lines += len(line)
                yield from self._read_line(line)

    def _read_line(self, line: bytes) -> Iterator[dict[str, Any] | Exchange]:
        try:
            entry = json.loads(line)
            flow = str(entry.get("flow"))
            if entry["kind"] == "open":
                self._talks[flow] = lines.opened(entry)
            elif entry["kind"] == "frame" and flow in self._talks:
                talk = self._talks[flow]
                messages = (*talk.messages, lines.frame(entry)[1])
                self._number += 1
                yield replace(talk, number=self._number, messages=messages)
            else:
                yield entry
        except lines.BAD:
            return  # The audit counts it; here it is only not shown.

    def _spans(self) -> Iterator[tuple[File, Span]]:
        """Yield where whole flows stand; what comes behind the last of them may still grow."""
        while (path := self._path(self._file)).is_file():
            with path.open("rb") as opened:
                file = File(opened, path.stat().st_size)
                for one in find(file, self._read, file.size):
                    if isinstance(one, Span):
                        self._read = one.end + 1
                        yield file, one
            if not self._path(self._file + 1).is_file():
                return
            self._file += 1
            self._read = 0

    def _path(self, number: int) -> Path:
        """Return the path of the first file, or of a later one after rotation."""
        stem, _, suffix = FLOWS.partition(".")
        return self._folder / (f"{stem}-{number + 1:03}.{suffix}" if number else FLOWS)
