"""Spotify's player state: where the player is, told at every change, by desktop and web player.

No capture of it was at hand: the form is that of public schemas and clients, as the catalogue has
it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from auditor.reconstruct.records import Kind, Report
from auditor.reconstruct.rows import Row, label, messages

NAME = "Spotify player state"
ADDRESSES = frozenset({"spotify/device-state", "spotify/web-player-state"})
EVENTS: frozenset[str] = frozenset()

_YES = {"true", "1"}
_STATES = (
    {
        "position": "2.2.10",
        "playback": "2.2.8",
        "track": "2.2.7.1",
        "playing": "2.2.12",
        "paused": "2.2.13",
    },
    {
        "position": "device.player_state.position_as_of_timestamp",
        "playback": "device.player_state.playback_id",
        "track": "device.player_state.track.uri",
        "playing": "device.player_state.is_playing",
        "paused": "device.player_state.is_paused",
    },
)
"""Paths of the two spellings of the same state."""

_JUMPS = {"seek", "position_changed"}
_RESTS = {"pause", "state_clear", "track_data_finalized"}


def read(rows: Sequence[Row]) -> Iterator[Report]:
    """Yield one report for each state that tells a position."""
    for message in messages(rows):
        by_path = {row.path: row for row in message}
        for paths in _STATES:
            state = {name: by_path[path] for name, path in paths.items() if path in by_path}
            if "position" in state:
                yield _connect(state)
        if "sub_state.position" in by_path:
            yield _web(by_path)


def _connect(state: Mapping[str, Row]) -> Report:
    place = state["position"]
    playing = "playing" not in state or state["playing"].value in _YES
    paused = "paused" in state and state["paused"].value in _YES
    kind: Kind = "position" if playing and not paused else "stop"
    track, session = label(state.get("track")), label(state.get("playback"))
    return Report(
        place.happened, place.sent, session or track, kind, track, place.seconds, source=NAME
    )


def _web(state: Mapping[str, Row]) -> Report:
    """Return the report of the web player; it names its track by a number of its own."""
    place, before = state["sub_state.position"], state.get("previous_position")
    device, track = label(state.get("device_id")), label(state.get("state_ref.state_id"))
    paused = state.get("state_ref.paused")
    told = (place.happened, place.sent, device or track)
    if place.event in _JUMPS and before is not None:
        return Report(*told, "jump", track, before.seconds, place.seconds, source=NAME)
    rests = place.event in _RESTS or (paused is not None and paused.value in _YES)
    return Report(*told, "stop" if rests else "position", track, place.seconds, source=NAME)
