"""Speak Apple Music: play activity at every change, stream addresses, search, usage events.

Names are those of the vendor's published libraries; no DJ application was recorded to learn them.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from synthetic.playing import TRACK_S, Piece, Playback, Set
from synthetic.recording import BEGAN
from synthetic.sending import Send, batches, get, ms, post

_ACTIVITY = "universal-activity-service.itunes.apple.com"
_START, _END = 1, 0
_SCRUB_BEGIN, _SCRUB_END = 12, 13
_PAUSED, _TRACK_OVER = 2, 3
_LATE_S = 0.12
_FLUSH_S = 60.0
_TOKENS = (("Authorization", "Bearer INVENTED"), ("Media-User-Token", "INVENTED-0.19004117"))


def speak(told: Set, seed: int) -> Iterator[Send]:
    """Yield what is sent: starts, ends, and two records for every jump."""
    voice = _Voice(Random(seed))
    yield _signed(get(1.0, "amp-api.music.apple.com", "/v1/me/account", meta="subscription"))
    for one in told.playbacks:
        body = {"salableAdamId": voice.track(one)}
        path = "/WebObjects/MZPlay.woa/wa/webPlayback"
        yield _signed(post(one.loaded + 0.2, "play.itunes.apple.com", path, body))
        for piece in one.pieces:
            yield from voice.records(one, piece)
    clicks: list[tuple[float, object]] = []
    for at, word in told.searches:
        path = "/v1/catalog/de/search"
        yield _signed(get(at, "amp-api.music.apple.com", path, term=word, types="songs", limit=10))
        clicks.append((at, voice.page(at)))
    for due, batch in batches(clicks, _FLUSH_S, told.seconds - 5):
        report = {"deliveryVersion": "1.0", "postTime": ms(BEGAN + due), "events": batch}
        yield post(due, "xp.apple.com", "/report/2/xp_amp_music_invented", report)


def _signed(one: Send) -> Send:
    return Send(one.at, one.host, one.path, one.body, headers=(*one.headers, *_TOKENS))


class _Voice:
    def __init__(self, dice: Random) -> None:
        self._guids = {deck: f"INVENTED{dice.getrandbits(48):012X}" for deck in "AB"}
        self._first = dice.randrange(10**9, 10**10)

    def track(self, one: Playback) -> str:
        """Return the invented number of a track."""
        return str(self._first + 7 * one.number)

    def page(self, at: float) -> dict[str, object]:
        """Return a usage event."""
        when = {"eventTime": ms(BEGAN + at), "eventVersion": 1}
        return {"eventType": "page", "pageType": "Search", "osVersion": "0", **when}

    def records(self, one: Playback, piece: Piece) -> Iterator[Send]:
        """Yield the records of one piece; it ends in a jump, a pause or with the track."""
        if piece.why != "jump":
            yield self._record(one, piece.start, _START, None, piece.start_s, piece.start_s)
        if piece.why == "jump":
            before = next(old for old in one.pieces if old.end == piece.start and old is not piece)
            told = (before.end_s, piece.start_s)
            yield self._record(one, piece.start + 0.02, _END, _SCRUB_END, *told)
        why = {"jump": _SCRUB_BEGIN, "pause": _PAUSED}.get(piece.then, _TRACK_OVER)
        yield self._record(one, piece.end, _END, why, piece.start_s, piece.end_s)

    def _record(
        self, one: Playback, at: float, kind: int, why: int | None, start_s: float, end_s: float
    ) -> Send:
        data = {
            "event-type": kind,
            **({} if why is None else {"end-reason-type": why}),
            "start-position-in-milliseconds": ms(start_s),
            "end-position-in-milliseconds": ms(end_s),
            "milliseconds-since-play": ms(_LATE_S),
            "media-duration-in-milliseconds": ms(TRACK_S),
            "ids": {"subscription-adam-id": self.track(one)},
            "guid": self._guids[one.deck],
            "device-name": "INVENTED-PC",
            "developer-token": "INVENTED",
            "user-token": "INVENTED-0.19004117",
        }
        value = {"client_id": "INVENTED", "event_type": "JSPLAY", "data": [data]}
        return _signed(post(at + _LATE_S, _ACTIVITY, "/play", value))
