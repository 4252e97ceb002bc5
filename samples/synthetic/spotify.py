"""Speak Spotify: access point, player state, event collector, search, audio.

Tags and names are those of the catalogue's evidence; no DJ application was recorded to learn them.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from auditor.selftest import wire
from synthetic.playing import Piece, Playback, Set
from synthetic.recording import BEGAN
from synthetic.sending import JSON, Send, batches, get, ms, post

_SPCLIENT = "gew1-spclient.spotify.com"
_FLUSH_S = 30.0
_PROTOBUF = (("Content-Type", "application/x-protobuf"),)


def speak(told: Set, seed: int) -> Iterator[Send]:
    """Yield what is sent: where every piece of a track began and ended, jumps, overlaps, searches."""
    voice = _Voice(Random(seed))
    end = told.seconds - 5
    yield get(1.0, "apresolve.spotify.com", "/", type="accesspoint")
    yield Send(2.0, "ap-gew1.spotify.com", kind="access point")
    yield post(2.5, "clienttoken.spotify.com", "/v1/clienttoken", voice.client())
    for one in told.playbacks:
        yield from voice.loading(one)
        if one.deck == "A":
            yield from voice.states(one)
    events = [event for one in told.playbacks for event in voice.events(one)]
    for due, batch in batches(events, _FLUSH_S, end):
        if batch:
            body = wire.protobuf([*((1, one) for one in batch), (2, 1)])
            path = "/gabo-receiver-service/v3/events/"
            yield Send(due, "spclient.wg.spotify.com", path, body, headers=_PROTOBUF)
    for at, word in told.searches:
        question = {
            "operationName": "searchDesktop",
            "variables": {"searchTerm": word, "limit": 10},
        }
        yield post(at, "api-partner.spotify.com", "/pathfinder/v2/query", question, JSON)


class _Voice:
    def __init__(self, dice: Random) -> None:
        self._device = f"{dice.getrandbits(160):040x}"
        self._client = dice.randbytes(16)
        self._series = dice.randbytes(20)
        self._names = {number: dice.randbytes(16) for number in range(1, 200)}
        self._tracks = {
            number: f"spotify:track:{dice.getrandbits(110):022x}" for number in range(1, 200)
        }
        self._numbers = iter(range(1, 10**6))

    def client(self) -> dict[str, object]:
        """Return the request for a client token."""
        js = {
            "device_brand": "invented",
            "os": "none",
            "device_id": self._device,
            "device_type": "computer",
        }
        data = {
            "client_version": "1.2.invented",
            "client_id": self._client.hex(),
            "js_sdk_data": js,
        }
        return {"client_data": data}

    def loading(self, one: Playback) -> Iterator[Send]:
        """Yield what is asked for when a track is loaded."""
        file = self._names[one.number].hex() + "00000000"
        path = f"/storage-resolve/files/audio/interactive/{file}"
        yield get(one.loaded + 0.2, _SPCLIENT, path)
        ranged = (("Range", "bytes=0-131071"),)
        yield Send(one.loaded + 0.4, "audio-fa.scdn.co", f"/audio/{file}", headers=ranged)

    def states(self, one: Playback) -> Iterator[Send]:
        """Yield the state of the player at every change; a piece's end is the beginning of the next."""
        for piece in one.pieces:
            yield self._state(one, piece.start + 0.05, piece.start_s, playing=True)
            if piece.then in {"pause", "end"}:
                yield self._state(one, piece.end + 0.05, piece.end_s, playing=False)

    def _state(self, one: Playback, at: float, place: float, *, playing: bool) -> Send:
        now = ms(BEGAN + at)
        device = [
            (1, 1),
            (2, 65535),
            (3, "INVENTED-PC"),
            (6, "invented 1.0"),
            (7, 1),
            (10, self._device),
        ]
        player = [
            (1, now),
            (2, "spotify:playlist:INVENTED0000000000001"),
            (7, [(1, self._tracks[one.number])]),
            (8, self._names[one.number].hex()),
            (9, 1.0),
            (10, ms(place)),
            (11, 372_000),
            (12, int(playing)),
            (13, int(not playing)),
        ]
        number = next(self._numbers)
        body = wire.protobuf(
            [(2, [(1, device), (2, player)]), (3, 1), (4, 1), (5, 4), (6, number), (12, now)]
        )
        path = f"/connect-state/v1/devices/{self._device}"
        return Send(at, _SPCLIENT, path, body, method="PUT", headers=_PROTOBUF)

    def events(self, one: Playback) -> Iterator[tuple[float, wire.Fields]]:
        """Yield moments and events: pieces, jumps, and the finished stream with its overlap."""
        for number, piece in enumerate(one.pieces, 1):
            yield (
                piece.end,
                self._event("RawCoreStreamSegment", piece.end, self._piece(one, piece, number)),
            )
            if piece.why == "jump":
                jump = [
                    (1, "seek"),
                    (4, self._names[one.number]),
                    (5, "user"),
                    (7, ms(piece.start_s)),
                ]
                yield piece.start, self._event("AudioSessionEvent", piece.start, jump)
            if piece.then == "pause":
                rest = [(1, "pause"), (4, self._names[one.number]), (5, "user")]
                yield piece.end, self._event("AudioSessionEvent", piece.end, rest)
        heard = ms(sum(piece.end - piece.start for piece in one.pieces))
        stream: list[tuple[int, object]] = [
            (1, self._names[one.number]),
            (10, "playbtn"),
            (12, "endplay"),
        ]
        stream += [(13, ms(BEGAN + one.start)), (14, heard), (15, heard), (16, ms(one.overlap))]
        stream += [(24, self._tracks[one.number])]
        yield one.end, self._event("RawCoreStream", one.end, stream)

    def _piece(self, one: Playback, piece: Piece, number: int) -> wire.Fields:
        return [
            (1, self._names[one.number]),
            (2, ms(piece.start_s)),
            (3, ms(piece.end_s)),
            (4, ms(piece.end - piece.start)),
            (5, piece.why),
            (6, piece.then),
            (7, 1.0),
            (8, ms(BEGAN + piece.start)),
            (9, ms(BEGAN + piece.end)),
            (10, int(piece.then == "jump")),
            (11, int(piece.then == "pause")),
            (12, number),
            (13, "audio"),
            (15, self._tracks[one.number]),
            (18, int(piece.then == "end")),
        ]

    def _event(self, name: str, at: float, message: wire.Fields) -> wire.Fields:
        parts: list[tuple[str, wire.Fields]] = [
            ("message", message),
            ("context_time", [(1, ms(BEGAN + at))]),
            ("context_client_id", [(1, self._client)]),
            ("context_sdk", [(1, "1.0.invented"), (2, "cpp")]),
        ]
        fragments = [(3, [(1, part), (2, wire.protobuf(value))]) for part, value in parts]
        return [(2, name), *fragments, (4, self._series), (5, next(self._numbers))]
