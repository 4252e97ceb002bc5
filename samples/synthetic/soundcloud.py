"""Speak SoundCloud: audio events in batches, stream addresses, search.

Names are those of the catalogue's evidence; no DJ application was recorded to learn them.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from synthetic.playing import TRACK_S, Playback, Set
from synthetic.recording import BEGAN
from synthetic.sending import Send, batches, get, ms, post

_FLUSH_S = CHECKPOINT_S = 30.0
_API = "api.soundcloud.com"
_TOKEN = ("Authorization", "OAuth INVENTED-2-000000-19004117-abcdefghijklmno")
_ACTIONS = {"play": "play_start", "resume": "play_resume", "jump": "play_resume"}
_REASONS = {"pause": "pause", "end": "context_change", "jump": "buffer_underrun"}


def speak(told: Set, seed: int) -> Iterator[Send]:
    """Yield what is sent: starts and stops with the position in the track, and what was searched."""
    voice = _Voice(Random(seed))
    yield _signed(get(1.0, _API, "/me"))
    for one in told.playbacks:
        yield _signed(get(one.loaded + 0.2, _API, f"/tracks/{voice.track(one)}/streams"))
    events = [event for one in told.playbacks for event in voice.events(one)]
    for due, batch in batches(events, _FLUSH_S, told.seconds - 5):
        if batch:
            value = {"events": batch, "sent_at": ms(BEGAN + due)}
            yield _signed(post(due, "telemetry.soundcloud.com", "/v1/events", value))
    for at, word in told.searches:
        yield _signed(get(at, _API, "/tracks", q=word, limit=20))


def _signed(one: Send) -> Send:
    return Send(one.at, one.host, one.path, one.body, headers=(*one.headers, _TOKEN))


class _Voice:
    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self._first = dice.randrange(10**8, 10**9)
        self._device = f"invented-{dice.getrandbits(64):016x}"

    def track(self, one: Playback) -> int:
        """Return the invented number of a track."""
        return self._first + 7 * one.number

    def events(self, one: Playback) -> Iterator[tuple[float, dict[str, object]]]:
        """Yield moments and events of one track; there is no event for a jump."""
        play = f"{self._dice.getrandbits(128):032x}"
        for piece in one.pieces:
            yield (
                piece.start,
                self._event(one, play, piece.start, piece.start_s, _ACTIONS[piece.why]),
            )
            at = piece.start + CHECKPOINT_S
            while at < piece.end:
                place = piece.start_s + at - piece.start
                yield at, self._event(one, play, at, place, "play_checkpoint")
                at += CHECKPOINT_S
            stop = self._event(one, play, piece.end - 0.001, piece.end_s, "play_stop")
            payload = {**stop["payload"], "reason": _REASONS[piece.then]}  # type: ignore[dict-item]
            yield piece.end - 0.001, {**stop, "payload": payload}

    def _event(
        self, one: Playback, play: str, at: float, place: float, action: str
    ) -> dict[str, object]:
        payload = {
            "client_id": 11904,
            "anonymous_id": self._device,
            "user": "soundcloud:users:19004117",
            "ts": ms(BEGAN + at),
            "connection_type": "wifi",
            "app_version": "invented 1.0",
            "action": action,
            "playhead_position": ms(place),
            "track_length": ms(TRACK_S),
            "track": f"soundcloud:tracks:{self.track(one)}",
            "play_id": play,
            "trigger": "manual",
            "player_type": "invented",
            "protocol": "hls",
            "client_event_id": f"{self._dice.getrandbits(64):016x}",
        }
        return {"event": "audio", "version": "v1.27.45", "payload": payload}
