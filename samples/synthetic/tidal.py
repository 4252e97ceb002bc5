"""Speak TIDAL: the play log and streaming metrics in form-encoded batches, playback info, search.

Names are those of the vendor's published packages; no DJ application was recorded to learn them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from random import Random

from synthetic.playing import Playback, Set
from synthetic.recording import BEGAN
from synthetic.sending import Send, batches, get, ms, post_form

_FLUSH_S = 30.0
_MOST = 10
"""Events of one request."""
_TOKEN = ("Authorization", "Bearer INVENTED.TOKEN.19004117")


def speak(told: Set, seed: int) -> Iterator[Send]:
    """Yield what is sent: every start and stop with the place in the track, once the track is over."""
    voice = _Voice(Random(seed))
    yield get(1.0, "api.tidal.com", "/v1/ping")
    yield _signed(get(1.5, "api.tidal.com", "/v1/users/19004117/subscription", countryCode="DE"))
    for one in told.playbacks:
        yield from voice.loading(one)
    events = [event for one in told.playbacks for event in voice.events(one)]
    for due, batch in batches(events, _FLUSH_S, told.seconds - 5):
        for first in range(0, len(batch), _MOST):
            form = voice.form(batch[first : first + _MOST], due)
            yield _signed(post_form(due, "ec.tidal.com", "/api/event-batch", form))
    for at, word in told.searches:
        yield _signed(
            get(at, "api.tidal.com", "/v1/search", query=word, limit=10, countryCode="DE")
        )
    for at in told.edits:
        path = "/v1/playlists/00000000-0000-4000-8000-000000000007/items"
        yield _signed(
            post_form(at, "api.tidal.com", path, {"trackIds": "90000101", "onDupes": "SKIP"})
        )


def _signed(one: Send) -> Send:
    return Send(one.at, one.host, one.path, one.body, headers=(*one.headers, _TOKEN))


class _Voice:
    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self._sessions = {number: self._uuid() for number in range(1, 200)}

    def _uuid(self) -> str:
        text = f"{self._dice.getrandbits(128):032x}"
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:]}"

    def loading(self, one: Playback) -> Iterator[Send]:
        """Yield what is asked for when a track is loaded."""
        path = f"/v1/tracks/{_track(one)}/playbackinfo"
        asked = get(
            one.loaded + 0.2, "api.tidal.com", path, playbackmode="STREAM", audioquality="HIGH"
        )
        session = ("x-tidal-streamingsessionid", self._sessions[one.number])
        yield Send(asked.at, asked.host, asked.path, headers=(_TOKEN, session))
        audio = "sp-ad-fa.audio.tidal.com"
        yield get(one.loaded + 0.4, audio, f"/mediatracks/INVENTED-{_track(one)}/0.mp4")

    def events(self, one: Playback) -> Iterator[tuple[float, dict[str, object]]]:
        """Yield moments and events of one track."""
        streaming = {"streamingSessionId": self._sessions[one.number]}
        start = {"timestamp": ms(BEGAN + one.loaded), "startReason": "EXPLICIT"}
        start |= {"sessionType": "PLAYBACK", "sessionProductType": "TRACK"}
        start |= {"sessionProductId": _track(one), "operatingSystem": "none"}
        yield one.loaded, self._event("streaming_session_start", one.loaded, {**streaming, **start})
        fetch = {"startTimestamp": ms(BEGAN + one.loaded + 0.2), "endReason": "COMPLETE"}
        fetch |= {"endTimestamp": ms(BEGAN + one.loaded + 0.4)}
        at = one.loaded + 0.4
        yield at, self._event("playback_info_fetch", at, {**streaming, **fetch})
        over = one.end + 0.1
        yield over, self._event("playback_statistics", over, {**streaming, **_statistics(one)})
        yield over, self._event("playback_session", over, {**streaming, **self._log(one)})

    def _log(self, one: Playback) -> dict[str, object]:
        actions = []
        for piece in one.pieces:
            if piece.why in {"jump", "resume"}:
                actions.append(_action("PLAYBACK_START", piece.start, piece.start_s))
            if piece.then in {"jump", "pause", "end"}:
                actions.append(_action("PLAYBACK_STOP", piece.end, piece.end_s))
        return {
            "playbackSessionId": self._sessions[one.number],
            "startTimestamp": ms(BEGAN + one.start),
            "startAssetPosition": one.pieces[0].start_s,
            "endTimestamp": ms(BEGAN + one.end),
            "endAssetPosition": round(one.pieces[-1].end_s, 3),
            "actions": actions,
            "requestedProductId": _track(one),
            "actualProductId": _track(one),
            "productType": "TRACK",
            "actualQuality": "HIGH",
            "sourceType": "PLAYLIST",
            "sourceId": "INVENTED-playlist-saturday",
        }

    def _event(self, name: str, at: float, payload: dict[str, object]) -> dict[str, object]:
        group = "play_log" if name == "playback_session" else "streaming_metrics"
        head = {"group": group, "name": name, "version": 2, "payload": payload}
        return {**head, "ts": ms(BEGAN + at), "uuid": self._uuid()}

    def form(self, batch: Sequence[object], due: float) -> dict[str, object]:
        """Return a batch in the shape of Amazon SQS."""
        told = {"app-name": "invented", "app-version": "1.0", "os-name": "none"}
        told |= {"client-id": "INVENTEDclient1", "consent-category": "NECESSARY"}
        told |= {"requested-sent-timestamp": str(ms(BEGAN + due)), "authorization": _TOKEN[1]}
        form: dict[str, object] = {}
        for number, event in enumerate(batch, 1):
            start = f"SendMessageBatchRequestEntry.{number}"
            form[f"{start}.Id"] = event["uuid"]  # type: ignore[index]
            form[f"{start}.MessageBody"] = json.dumps(event)
            form[f"{start}.MessageAttribute.1.Name"] = "Name"
            form[f"{start}.MessageAttribute.1.Value.StringValue"] = event["name"]  # type: ignore[index]
            form[f"{start}.MessageAttribute.1.Value.DataType"] = "String"
            form[f"{start}.MessageAttribute.2.Name"] = "Headers"
            form[f"{start}.MessageAttribute.2.Value.DataType"] = "String"
            form[f"{start}.MessageAttribute.2.Value.StringValue"] = json.dumps(told)
        return form


def _track(one: Playback) -> str:
    return str(90_000_101 + 7 * one.number)


def _action(kind: str, at: float, place: float) -> dict[str, object]:
    return {"actionType": kind, "assetPosition": round(place, 3), "timestamp": ms(BEGAN + at)}


def _statistics(one: Playback) -> dict[str, object]:
    stalls = [
        {
            "reason": "SEEK",
            "assetPosition": round(piece.start_s, 3),
            "startTimestamp": ms(BEGAN + piece.start),
            "endTimestamp": ms(BEGAN + piece.start + 0.04),
        }
        for piece in one.pieces
        if piece.why == "jump"
    ]
    return {
        "actualStartTimestamp": ms(BEGAN + one.start),
        "idealStartTimestamp": ms(BEGAN + one.loaded),
        "endTimestamp": ms(BEGAN + one.end),
        "endReason": "OTHER",
        "actualProductId": _track(one),
        "actualQuality": "HIGH",
        "outputDevice": "USB",
        "stalls": stalls,
    }
