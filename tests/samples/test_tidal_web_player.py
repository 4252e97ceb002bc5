"""The recorded set is the one its seed draws, and the player really reported what was marked."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import yaml

from auditor.records import Exchange, Mark
from auditor.sources import open_capture

SAMPLES = Path(__file__).parents[2] / "samples"
SAMPLE = SAMPLES / "tidal-web-player"
CLOCK_S = 1.2
"""The player's clock comes from a header with whole seconds."""


@pytest.fixture(scope="module")
def recording() -> tuple[list[Exchange], list[Mark], dict[str, Any]]:
    capture = open_capture(SAMPLE)
    exchanges = list(capture.exchanges)
    assert capture.losses == []
    return exchanges, list(capture.session.marks), capture.session.facts


def events(exchanges: list[Exchange], name: str) -> Iterator[dict[str, Any]]:
    for exchange in exchanges:
        if exchange.path == "/api/event-batch" and exchange.method == "POST":
            for key, (text,) in parse_qs(exchange.messages[0].body.decode()).items():
                if key.endswith(".MessageBody") and json.loads(text)["name"] == name:
                    yield json.loads(text)["payload"]


def test_marks_are_those_of_the_seed(
    recording: tuple[list[Exchange], list[Mark], dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(SAMPLES)
    from stage import dj_set

    _, marks, facts = recording
    protocol = facts["protocol"]
    drawn = dj_set.draw(protocol["seed"], protocol["tracks"])
    assert drawn == dj_set.draw(protocol["seed"], protocol["tracks"])
    steps = Counter(step.kind for play in drawn for step in play.steps)
    assert {kind: steps[kind] for kind in dj_set.COUNTS} == dj_set.COUNTS == protocol["planned"]
    tracks = len(drawn)
    assert Counter(mark.action for mark in marks) == {
        "load": tracks,
        "play": tracks + steps["pause"],
        "pause": tracks - 1 + steps["pause"],
        "crossfade": tracks - 1,
        "eject": 2,
        "loop-on": steps["loop"],
        "loop-off": steps["loop"],
        **{kind: steps[kind] for kind in ("cue-set", "cue-jump", "seek", "idle")},
    }
    loads = [mark.values["track"] for mark in marks if mark.action == "load"]
    assert loads == [play.track for play in drawn]
    last = max(mark.end for mark in marks)
    assert facts["ended"] - last >= protocol["tail_s"] >= protocol["batch_interval_s"] + 5


def test_nothing_is_done_while_idle(
    recording: tuple[list[Exchange], list[Mark], dict[str, Any]],
) -> None:
    _, marks, _ = recording
    idle = [mark for mark in marks if mark.action == "idle"]
    assert all(mark.end - mark.start >= 4 for mark in idle)
    for mark in marks:
        if mark.action != "idle":
            for rest in idle:
                inside = rest.start < mark.start < rest.end or rest.start < mark.end < rest.end
                assert not inside


def test_every_jump_is_in_the_play_log(
    recording: tuple[list[Exchange], list[Mark], dict[str, Any]],
) -> None:
    exchanges, marks, _ = recording
    sessions = {one["requestedProductId"]: one for one in events(exchanges, "playback_session")}
    for track, session in sessions.items():
        starts = [
            (one["timestamp"] / 1000, one["assetPosition"])
            for one in session["actions"]
            if one["actionType"] == "PLAYBACK_START"
        ]
        expected = sorted(jumps([mark for mark in marks if mark.values.get("track") == track]))
        assert len(starts) == pytest.approx(len(expected), abs=1)  # one at the first play, or none
        for moment, position in expected:
            assert any(
                abs(told - moment) < CLOCK_S and abs(at - position) < 0.1 for told, at in starts
            )
    assert len(sessions) == 9


def jumps(marks: list[Mark]) -> Iterator[tuple[float, float]]:
    """Yield wall time and position of everything that makes the player start somewhere."""
    for mark in marks:
        values = mark.values
        if mark.action in {"cue-jump", "seek"}:
            yield mark.start, float(str(values["position_s"]))
        if mark.action == "play" and mark.start > min(
            one.end for one in marks if one.action == "play"
        ):
            yield mark.start, float(str(values["position_s"]))
        if mark.action == "loop-off":
            assert int(str(values["rounds"])) >= 3
            for number in range(1, int(str(values["rounds"])) + 1):
                yield float(str(values[f"return_{number}"])), float(str(values["in_s"]))


def test_tracks_overlap_as_marked(
    recording: tuple[list[Exchange], list[Mark], dict[str, Any]],
) -> None:
    exchanges, marks, _ = recording
    sessions = {one["requestedProductId"]: one for one in events(exchanges, "playback_session")}
    mixes = [mark for mark in marks if mark.action == "crossfade"]
    assert len(mixes) == 8
    for mix in mixes:
        came, went = sessions[str(mix.values["to_track"])], sessions[str(mix.values["from_track"])]
        end = went["actions"][-1]
        assert end["actionType"] == "PLAYBACK_STOP"
        overlap = (end["timestamp"] - came["startTimestamp"]) / 1000
        assert overlap == pytest.approx(mix.values["overlap_s"], abs=2 * CLOCK_S)
        assert mix.end - mix.start == pytest.approx(mix.values["overlap_s"], abs=0.01)


def test_socket_sound_and_token_are_as_described(
    recording: tuple[list[Exchange], list[Mark], dict[str, Any]],
) -> None:
    exchanges, marks, _ = recording
    frames = [one for exchange in exchanges for one in exchange.messages if one.text]
    assert len(frames) == sum(mark.action == "play" for mark in marks)
    assert {json.loads(frame.body)["type"] for frame in frames} == {"USER_ACTION"}
    sound = [one for one in exchanges if one.host == "sp-pr-fa.audio.tidal.com"]
    assert sound
    assert all(one.messages[1].omitted == "audio" and not one.messages[1].body for one in sound)
    secret = yaml.safe_load((SAMPLE / "session.yaml").read_text("utf-8"))["secrets"][0]
    tokens = {value for one in exchanges for name, value in one.headers if name == "authorization"}
    assert tokens == {f"Bearer {secret}"}
    assert "INVENTED" in secret
