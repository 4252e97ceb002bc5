"""Follow HTTP/1 on a connection whose bytes can be read; each request becomes an exchange."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import h11

from auditor.records import Direction, Exchange, Loss, Message
from auditor.sources.tally import note

_LARGEST = 64 << 20
"""Bytes of a body that is kept; larger ones are media."""
_PENDING = 1_000
_CUT = "its end is not in the capture"
_LOST = "plain HTTP that could not be followed to its end"

_PAUSES = (h11.NEED_DATA, h11.PAUSED)
_SWITCHED = 101

Headers = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Part:
    """Head and body of one request or response while it is gathered."""

    time: float
    headers: Headers = ()
    method: str = ""
    target: str = ""
    status: int | None = None
    body: bytearray = field(default_factory=bytearray)
    size: int = 0
    whole: bool = False

    def add(self, data: bytes) -> None:
        """Take some of the body."""
        self.size += len(data)
        if self.size <= _LARGEST:
            self.body += data
        else:
            self.body.clear()

    def message(self, direction: Direction) -> Message:
        """Return the body as it was on the wire."""
        return Message(
            direction=direction,
            body=bytes(self.body),
            size=self.size,
            content_type=self.header("content-type"),
            encodings=tuple(
                one.strip().lower()
                for name in ("content-encoding", "x-transfer-encoding")
                for one in self.header(name).split(",")
                if one.strip()
            ),
            time=self.time,
            omitted="over limit" if self.size > _LARGEST else "",
        )

    def header(self, name: str) -> str:
        """Return the first header of a name."""
        return next((value for key, value in self.headers if key == name), "")


@dataclass(slots=True)
class Where:
    """What the exchanges of one connection have in common."""

    id: str
    scheme: str
    host: str
    port: int


def exchange(where: Where, count: int, asked: Part, answered: Part | None) -> Exchange:
    """Make the record of a request and what came back; the number is given later."""
    path, _, query = asked.target.partition("?")
    host = asked.header("host") or asked.header(":authority")
    bare = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    messages = [asked.message("out")]
    if answered:
        messages.append(answered.message("in"))
    whole = asked.whole and (answered is None or answered.whole)
    return Exchange(
        number=0,
        id=f"{where.id}-{count}",
        kind="http",
        started=asked.time,
        method=asked.method,
        scheme=where.scheme,
        host=(bare.strip("[]") or where.host).lower(),
        port=where.port,
        path=path,
        query=query,
        headers=tuple(one for one in asked.headers if not one[0].startswith(":")),
        messages=tuple(messages),
        status=answered.status if answered else None,
        connection=where.id,
        error="" if whole else _CUT,
    )


class Http1:
    """Both directions of one connection."""

    def __init__(self, where: Where, losses: list[Loss]) -> None:
        self._where = where
        self._losses = losses
        self._asked: list[Part] = []
        self._requests = h11.Connection(h11.SERVER)
        self._replies: h11.Connection | None = None
        self._answer: Part | None = None
        self._waiting = b""
        self._dead = False
        self._count = 0

    def feed(self, out: bool, data: bytes, time: float) -> Iterator[Exchange]:
        """Take bytes of one direction; yield the exchanges that they complete."""
        if self._dead:
            return
        try:
            if out:
                self._ask(data, time)
            else:
                self._waiting += data
            yield from self._answers(time)
        except h11.RemoteProtocolError:
            yield from self.lose(len(data))
        if len(self._asked) > _PENDING or len(self._waiting) > _LARGEST:
            yield from self.lose(len(self._waiting))

    def lose(self, size: int) -> Iterator[Exchange]:
        """Give up: bytes are missing or make no sense. What was asked so far still left."""
        if not self._dead:
            note(self._losses, Loss(_LOST, size=size))
            yield from self.end()

    def end(self) -> Iterator[Exchange]:
        """Yield what is not complete when the connection or the capture ends."""
        if self._replies and self._answer and not self._dead:
            try:
                self._replies.receive_data(b"")
                yield from self._events(self._answer.time)
            except h11.RemoteProtocolError:
                pass
        self._dead = True
        while self._asked:
            yield self._made(self._asked.pop(0), self._answer)
            self._answer = None

    def _made(self, asked: Part, answered: Part | None) -> Exchange:
        self._count += 1
        return exchange(self._where, self._count, asked, answered)

    def _ask(self, data: bytes, time: float) -> None:
        while data:
            self._requests.receive_data(data)
            while (event := self._requests.next_event()) not in _PAUSES:
                self._asked_for(event, time)
            if event is h11.NEED_DATA:
                return
            data = self._requests.trailing_data[0]
            self._requests = h11.Connection(h11.SERVER)

    def _asked_for(self, event: object, time: float) -> None:
        if isinstance(event, h11.Request):
            self._asked.append(
                Part(
                    time,
                    _headers(event.headers),
                    event.method.decode("ascii", "replace"),
                    event.target.decode("ascii", "surrogateescape"),
                )
            )
        elif isinstance(event, h11.Data):
            self._asked[-1].add(bytes(event.data))
        elif isinstance(event, h11.EndOfMessage):
            self._asked[-1].whole = True

    def _answers(self, time: float) -> Iterator[Exchange]:
        while self._asked and self._waiting:
            if self._replies is None:
                self._replies = h11.Connection(h11.CLIENT)
                asked = self._asked[0]
                headers = [("host", "x")]
                if asked.header("upgrade"):
                    headers += [("connection", "upgrade"), ("upgrade", asked.header("upgrade"))]
                self._replies.send(h11.Request(method=asked.method, target="/", headers=headers))
                self._replies.send(h11.EndOfMessage())
            self._replies.receive_data(self._waiting)
            self._waiting = b""
            yield from self._events(time)

    def _events(self, time: float) -> Iterator[Exchange]:
        reader = self._replies
        while reader:
            event = reader.next_event()
            if event is h11.NEED_DATA or event is h11.PAUSED:
                return
            if isinstance(event, h11.Response):
                self._answer = Part(time, _headers(event.headers), status=event.status_code)
            elif isinstance(event, h11.InformationalResponse) and event.status_code == _SWITCHED:
                self._answer = Part(time, _headers(event.headers), status=_SWITCHED, whole=True)
                yield self._made(self._asked.pop(0), self._answer)
                note(
                    self._losses,
                    Loss(
                        "conversation inside HTTP/1 that is not followed",
                        detail=self._answer.header("upgrade")[:40],
                    ),
                )
                self._dead, self._answer = True, None
                return
            elif isinstance(event, h11.Data) and self._answer:
                self._answer.add(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage) and self._answer:
                self._answer.whole = True
                yield self._made(self._asked.pop(0), self._answer)
                self._waiting = reader.trailing_data[0]
                self._replies = self._answer = None
                return
            elif isinstance(event, h11.ConnectionClosed):
                return


def _headers(pairs: Iterable[tuple[bytes, bytes]]) -> Headers:
    return tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in pairs)
