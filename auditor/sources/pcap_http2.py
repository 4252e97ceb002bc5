"""Follow HTTP/2 on a connection that was decrypted; each request becomes an exchange."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import hpack
from hyperframe.exceptions import HyperframeError
from hyperframe.frame import ContinuationFrame, DataFrame, Frame, HeadersFrame, RstStreamFrame

from auditor.records import Exchange, Loss
from auditor.sources.pcap_http import Part, Where, exchange
from auditor.sources.tally import note

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_HEAD = 9
_LONGEST = 1 << 24
_OPEN = 2_000
_LOST = "HTTP/2 that could not be followed to its end"


@dataclass(slots=True)
class _Side:
    waiting: bytes = b""
    table: hpack.Decoder = field(default_factory=hpack.Decoder)
    block: bytes = b""


class Http2:
    """Both directions of one connection."""

    def __init__(self, where: Where, losses: list[Loss]) -> None:
        self._where = where
        self._losses = losses
        self._sides = {True: _Side(), False: _Side()}
        self._asked: dict[int, Part] = {}
        self._answered: dict[int, Part] = {}
        self._dead = self._begun = False
        self._count = 0

    def feed(self, out: bool, data: bytes, time: float) -> Iterator[Exchange]:
        """Take bytes of one direction; yield the exchanges that they complete."""
        side = self._sides[out]
        side.waiting += data
        if out and not self._begun and len(side.waiting) >= len(PREFACE):
            side.waiting = side.waiting.removeprefix(PREFACE)
            self._begun = True
        try:
            while not self._dead and len(side.waiting) >= _HEAD:
                frame, size = Frame.parse_frame_header(memoryview(side.waiting[:_HEAD]))
                if len(side.waiting) < _HEAD + size:
                    break
                frame.parse_body(memoryview(side.waiting[_HEAD : _HEAD + size]))
                side.waiting = side.waiting[_HEAD + size :]
                yield from self._take(out, frame, time)
        except (HyperframeError, hpack.HPACKError, ValueError, IndexError):
            yield from self.lose(len(side.waiting))

    def lose(self, size: int) -> Iterator[Exchange]:
        """Give up: bytes are missing or make no sense. What was asked so far still left."""
        if not self._dead:
            note(self._losses, Loss(_LOST, size=size))
            yield from self.end()

    def end(self) -> Iterator[Exchange]:
        """Yield what is not complete when the connection or the capture ends."""
        self._dead = True
        for stream in list(self._asked):
            yield self._made(stream)

    def _made(self, stream: int) -> Exchange:
        self._count += 1
        asked, answered = self._asked.pop(stream), self._answered.pop(stream, None)
        return exchange(self._where, self._count, asked, answered)

    def _take(self, out: bool, frame: Frame, time: float) -> Iterator[Exchange]:
        parts = self._asked if out else self._answered
        stream = frame.stream_id
        if isinstance(frame, HeadersFrame | ContinuationFrame):
            side = self._sides[out]
            side.block += frame.data
            if "END_HEADERS" in frame.flags and len(side.block) < _LONGEST:
                block, side.block = side.block, b""
                self._head(out, stream, block, time)
        elif isinstance(frame, DataFrame) and stream in parts:
            parts[stream].add(frame.data)
        elif isinstance(frame, RstStreamFrame) and stream in self._asked:
            yield self._made(stream)
            return
        if "END_STREAM" in frame.flags and stream in parts:
            parts[stream].whole = True
            if not out and stream in self._asked:
                yield self._made(stream)

    def _head(self, out: bool, stream: int, block: bytes, time: float) -> None:
        told = self._sides[out].table.decode(block, raw=True)
        headers = tuple(
            (bytes(name).decode("latin-1").lower(), bytes(value).decode("latin-1"))
            for name, value in told
        )
        values = dict(headers)
        if out and stream not in self._asked and len(self._asked) < _OPEN:
            self._asked[stream] = Part(
                time, headers, values.get(":method", ""), values.get(":path", "")
            )
        elif not out and stream in self._asked and values.get(":status", "")[:1] not in {"1", ""}:
            status = int(values[":status"][:3])
            self._answered[stream] = Part(time, headers, status=status)
