"""A made-up set, as the tester marks it and as players of several services would report it.

No captured traffic: forms are those of the catalogue, values are invented.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pandas as pd

from auditor.catalogue import load_catalogue
from auditor.pipeline import Pipeline
from auditor.records import Exchange, Message
from auditor.redact import Redactor
from auditor.tables.build import build_tables
from auditor.tables.collect import Collector, Kinds
from auditor.tables.frames import frame
from auditor.tables.schema import TABLES

T = 1_763_700_000.0
CATALOGUE = load_catalogue()
PIPELINE = Pipeline(CATALOGUE)


@dataclass(frozen=True)
class Piece:
    """Heard without a break: when, where, and why it ended."""

    start: float
    end: float
    start_s: float
    end_s: float
    why: str


@dataclass
class Deck:
    """One track on one player; plays in real time times `rate`."""

    session: str
    track: str
    now: float
    at: float = 0.0
    rate: float = 1.0
    pieces: list[Piece] = field(default_factory=list)
    marks: list[tuple[str, float, float, dict[str, object]]] = field(default_factory=list)

    def load(self) -> Deck:
        self.mark("load", self.now - 1, position_s=self.at)
        self.mark("play", self.now, position_s=self.at)
        return self

    def hear(self, seconds: float, why: str = "") -> Deck:
        """Play on; `why` ends the piece."""
        end, place = self.now + seconds, self.at + seconds * self.rate
        self.pieces.append(Piece(self.now, end, self.at, place, why))
        self.now, self.at = end, place
        return self

    def jump(self, after: float, to: float, action: str = "seek") -> Deck:
        self.hear(after, "seek")
        self.mark(action, self.now, position_s=to, from_s=self.at)
        self.at = to
        return self

    def rest(self, after: float, seconds: float) -> Deck:
        self.hear(after, "pause")
        self.mark("pause", self.now, position_s=self.at)
        self.now += seconds
        self.mark("play", self.now, position_s=self.at)
        return self

    def loop(self, length: float, rounds: int) -> Deck:
        into, began = self.at, self.now
        returns = {}
        for number in range(1, rounds + 1):
            self.hear(length / self.rate, "seek")
            returns[f"return_{number}"] = self.now
            self.at = into
        values = {"in_s": into, "out_s": into + length, "rounds": rounds}
        self.mark("loop-on", began, **values)
        self.mark("loop-off", self.now, **values, **returns)
        return self

    def stop(self, after: float) -> Deck:
        self.hear(after, "end")
        self.mark("pause", self.now, position_s=self.at)
        return self

    def mark(self, action: str, time: float, **values: object) -> None:
        told = {"deck": self.session[-1], "track": self.track, **values}
        self.marks.append((action, time, time, told))


def a_set(rate: float = 1.0) -> list[Deck]:
    """Three tracks on two decks, with everything a DJ does."""
    first = Deck("play-1-A", "track:900001", T, rate=rate).load()
    first.hear(12).jump(3, 95.5).hear(6).loop(1.875, 4).hear(7).jump(2, 12.0, "cue-jump")
    first.rest(9, 2.5).jump(11, 12.0, "cue-jump").stop(24)
    second = Deck("play-2-B", "track:900002", first.now - 9, 16.0, rate).load()
    second.hear(20).loop(3.75, 3).jump(8, 150.25).jump(5, 16.0, "cue-jump").stop(31)
    third = Deck("play-3-A", "track:900003", second.now - 6, 0.0, rate).load()
    third.hear(15).rest(2, 4).jump(7, 60.0).stop(12)
    for one, other in ((first, second), (second, third)):
        fade = {"from_track": one.track, "to_track": other.track}
        other.marks.append(("crossfade", other.pieces[0].start, one.now, fade))
    return [first, second, third]


def marks_table(decks: Sequence[Deck]) -> pd.DataFrame:
    rows = sorted((mark for deck in decks for mark in deck.marks), key=lambda mark: mark[1])

    full = [
        (number, action, "", start, end, json.dumps(values), False, False, None)
        for number, (action, start, end, values) in enumerate(rows)
    ]
    return frame(full, TABLES["marks"])


Request = tuple[float, str, str, dict[str, str], bytes]
"""When it left, method, address, headers, body."""


def tables_of(requests: Sequence[Request], decks: Sequence[Deck] = ()) -> dict[str, pd.DataFrame]:
    """Audit requests as a capture would be."""
    collector = Collector(Redactor(b"k" * 32), Kinds.of(CATALOGUE.categories.values()))
    for number, (time, method, url, headers, body) in enumerate(requests):
        exchange = _exchange(number, time, method, url, headers, body)
        collector.add(0, exchange, *PIPELINE.run(exchange))
    tables = build_tables(collector)
    return {**tables, "marks": marks_table(decks)}


def _exchange(
    number: int, time: float, method: str, url: str, headers: dict[str, str], body: bytes
) -> Exchange:
    scheme, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    path, _, query = path.partition("?")
    message = Message("out", body, len(body), headers.get("content-type", ""), time=time)
    return Exchange(
        number, str(number), "http", time, method, scheme, host, 443, f"/{path}", query,
        tuple(headers.items()), (message,) if body else (),
    )  # fmt: skip


def post(time: float, url: str, document: object) -> Request:
    return time, "POST", url, {"content-type": "application/json"}, json.dumps(document).encode()


def ms(seconds: float) -> int:
    return round(seconds * 1000)


def tidal(decks: Sequence[Deck], behind: float = 0.0) -> list[Request]:
    """One request per track when it is loaded, and all play logs in one batch at the end."""
    requests: list[Request] = []
    form = {}
    for deck in decks:
        session = f"00000000-0000-4000-8000-000000{deck.track[6:]}"
        url = f"https://api.tidal.com/v1/tracks/{deck.track[6:]}/playbackinfo"
        loaded = deck.pieces[0].start - 1
        requests.append((loaded, "GET", url, {"x-tidal-streamingsessionid": session}, b""))
        actions = [
            {
                "actionType": f"PLAYBACK_{kind}",
                "assetPosition": place,
                "timestamp": ms(when - behind),
            }
            for one in deck.pieces
            for kind, when, place in (
                ("START", one.start, one.start_s),
                ("STOP", one.end, one.end_s),
            )
        ]
        begun = {
            "name": "streaming_session_start",
            "payload": {"streamingSessionId": session, "timestamp": ms(loaded - behind)},
        }
        log = {
            "name": "playback_session",
            "payload": {
                # A track that starts at its beginning has no first action.
                "actions": actions[1 if not deck.pieces[0].start_s else 0 :],
                "actualProductId": deck.track,
                "endAssetPosition": deck.pieces[-1].end_s,
                "endTimestamp": ms(deck.now + 20 - behind),
                "playbackSessionId": session,
                "startAssetPosition": deck.pieces[0].start_s,
                "startTimestamp": ms(deck.pieces[0].start - behind),
            },
        }
        for event in (begun, log):
            form[f"SendMessageBatchRequestEntry.{len(form) + 1}.MessageBody"] = json.dumps(event)
    headers = {"content-type": "application/x-www-form-urlencoded"}
    body = urlencode(form).encode()
    requests.append(
        (decks[-1].now + 30, "POST", "https://ec.tidal.com/api/event-batch", headers, body)
    )
    return requests


def soundcloud(decks: Sequence[Deck]) -> list[Request]:
    events = []
    for deck in decks:
        for one in deck.pieces:
            told = [("play_start", one.start, one.start_s), ("play_stop", one.end, one.end_s)]
            for action, when, place in told:
                payload = {
                    "ts": ms(when),
                    "action": action,
                    "playhead_position": ms(place),
                    "track": deck.track,
                    "play_id": deck.session,
                }
                events.append({"event": "audio", "payload": payload})
    url = "https://telemetry.soundcloud.com/v1/events"
    return [post(decks[-1].now + 30, url, {"events": events})]


def apple(decks: Sequence[Deck]) -> list[Request]:
    """Tell an end per piece; the two records of a jump; how long ago it was."""
    sent = decks[-1].now + 10
    records = []
    for deck in decks:
        for number, one in enumerate(deck.pieces):
            reason = {"seek": 12, "pause": 3}.get(one.why, 2)
            base = {"ids": {"subscription-adam-id": deck.track}, "guid": deck.session}
            records.append(
                base
                | {
                    "event-type": 0,
                    "end-reason-type": reason,
                    "start-position-in-milliseconds": ms(one.start_s),
                    "end-position-in-milliseconds": ms(one.end_s),
                    "milliseconds-since-play": ms(sent - one.end),
                }
            )
            if one.why == "seek":
                records.append(
                    base
                    | {
                        "event-type": 0,
                        "end-reason-type": 13,
                        "start-position-in-milliseconds": ms(one.end_s),
                        "end-position-in-milliseconds": ms(deck.pieces[number + 1].start_s),
                        "milliseconds-since-play": ms(sent - one.end),
                    }
                )
    url = "https://universal-activity-service.itunes.apple.com/play"
    return [post(sent, url, {"client_id": "X", "data": records})]


def deezer(decks: Sequence[Deck]) -> list[Request]:
    url = "https://www.deezer.com/ajax/gw-light.php?method=log.listen&input=3&api_version=1.0"
    return [
        post(
            deck.now + 1,
            url,
            {
                "params": {
                    "media": {"id": deck.track, "type": "song"},
                    "lt": round(sum(one.end - one.start for one in deck.pieces)),
                    "ts_listen": round(deck.pieces[0].start),
                    "timestamp": round(deck.now),
                    "stream_id": deck.session,
                }
            },
        )
        for deck in decks
    ]


def unknown(decks: Sequence[Deck], name: str = "position", *, flag: bool = True) -> list[Request]:
    """Send states in batches to a receiver that nobody knows; no unit is told.

    Without the flag nothing says that playback rests.
    """
    events = []
    for deck in decks:
        for one in deck.pieces:
            told = [("playing", one.start, one.start_s)]
            told += [("paused", one.end, one.end_s)] if one.why != "seek" else []
            for state, when, place in told:
                events.append(
                    {
                        **({"isPlaying": state == "playing"} if flag else {}),
                        "timestamp": ms(when),
                        name: ms(place),
                        "trackId": deck.track,
                        "deckId": deck.session,
                    }
                )
    events.sort(key=lambda event: int(event["timestamp"]))
    url = "https://collect.example.net/v2/player/events"
    return [
        post(decks[-1].now + number, url, {"events": events[number : number + 8]})
        for number in range(0, len(events), 8)
    ]


def audio(decks: Sequence[Deck]) -> list[Request]:
    """Fetch each file in parts; a jump leaves a gap in the bytes."""
    requests: list[Request] = []
    for deck in decks:
        url = f"https://audio-fa.scdn.co/audio/{'ab' * 18}{deck.track[-4:]}"
        place = 0
        for one in deck.pieces[:2]:
            for _ in range(2):
                headers = {"range": f"bytes={place}-{place + 65535}"}
                requests.append((one.start + place / 1e6, "GET", url, headers, b""))
                place += 65536
            place += 1_000_000
    return sorted(requests, key=lambda request: request[0])
