"""Read a session while it is still being written: what is complete, and nothing twice."""

from __future__ import annotations

import io as memory
import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from mitmproxy import exceptions, io

from auditor import flows
from auditor.records import Exchange
from auditor.session.folder import FLOWS, JOURNAL
from auditor.sources import lines
from auditor.sources.mitm import BROKEN

_LENGTH = re.compile(rb"(\d{1,12}):")


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
        for record in self._records():
            try:
                (one,) = io.FlowReader(memory.BytesIO(record)).stream()
                exchange = flows.read_exchange(one, self._number)
            except (exceptions.FlowReadException, *BROKEN):
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

    def _records(self) -> Iterator[bytes]:
        """Yield whole flows as they stand in the file: a length, a colon, so many bytes, a tag."""
        while (path := self._path(self._file)).is_file():
            with path.open("rb") as file:
                file.seek(self._read)
                while record := _next_record(file):
                    self._read += len(record)
                    yield record
            if not self._path(self._file + 1).is_file():
                return
            self._file += 1
            self._read = 0

    def _path(self, number: int) -> Path:
        """Return the path of the first file, or of a later one after rotation."""
        stem, _, suffix = FLOWS.partition(".")
        return self._folder / (f"{stem}-{number + 1:03}.{suffix}" if number else FLOWS)


def _next_record(file: Any) -> bytes:
    head = file.read(13)
    found = _LENGTH.match(head)
    if not found:
        return b""
    whole = found.end() + int(found[1]) + 1
    file.seek(-len(head), os.SEEK_CUR)
    record: bytes = file.read(whole)
    return record if len(record) == whole else b""
