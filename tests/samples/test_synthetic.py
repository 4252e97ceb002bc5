"""The auditor says of a synthetic session what its script really sent, and no more.

What is true stands in `session.yaml` under `truth`: the script knows it, the auditor had no part in it.
"""

import json
import time
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from auditor.records import Exchange, Mark
from auditor.report import render
from auditor.report.build import make_page
from auditor.sources import open_capture
from tests.sample_result import NAMES, SAMPLES, audit_sample

SYNTHETIC = [name for name in NAMES if name.startswith("synthetic-")]
SERVICES = {
    "synthetic-rekordbox-spotify": "spotify",
    "synthetic-serato-dj-pro-soundcloud": "soundcloud",
    "synthetic-serato-dj-lite-tidal": "tidal",
    "synthetic-djay-apple-music": "apple-music",
    "synthetic-rekordbox-beatport": "beatport",
}
LEAK, SILENT = "synthetic-twin-leak", "synthetic-twin-silent"
INTERACTION = {"cue", "loop", "tempo", "transition", "effects"}


def facts(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load((SAMPLES / name / "session.yaml").read_text("utf-8")))


def verdicts(name: str) -> dict[str, str]:
    return {row["category"]: row["verdict"] for row in audit_sample(name).facts["rows"]}


def recording(name: str) -> tuple[list[Exchange], list[Mark]]:
    capture = open_capture(SAMPLES / name)
    return list(capture.exchanges), list(capture.session.marks)


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the module of the scripts, which lies beside the samples."""
    monkeypatch.syspath_prepend(SAMPLES)
    from synthetic import sessions

    return sessions


def test_every_session_that_can_be_made_is_saved(sessions: Any) -> None:
    assert [f"synthetic-{name}" for name in sorted(sessions.SESSIONS)] == SYNTHETIC
    assert SERVICES.keys() <= set(SYNTHETIC)


@pytest.mark.parametrize("name", SYNTHETIC)
def test_truth_is_that_of_the_script(name: str, sessions: Any) -> None:
    told, session = facts(name), sessions.SESSIONS[name.removeprefix("synthetic-")]
    assert told["truth"] == {
        "sent": list(session.truth.sent),
        "derivable": list(session.truth.derivable),
    }


@pytest.mark.parametrize("name", SYNTHETIC)
def test_seen_is_what_was_sent_and_nothing_else(name: str) -> None:
    truth, found = facts(name)["truth"], verdicts(name)
    assert {kind for kind, verdict in found.items() if verdict == "seen"} == set(truth["sent"])
    indirectly = {kind for kind, verdict in found.items() if verdict == "seen, indirectly"}
    assert indirectly == set(truth["derivable"])


@pytest.mark.parametrize("name", SYNTHETIC)
def test_session_says_what_it_is_on_the_first_screen(name: str) -> None:
    told, audit = facts(name), audit_sample(name)
    assert told["synthetic"] is True
    assert "says nothing about the real product" in told["provenance"]
    assert audit.facts["notices"][0] == "Synthetic capture. It says nothing about any real product."
    page = make_page(audit)
    assert page.tag == "Synthetic"
    assert name in (SAMPLES / "README.md").read_text("utf-8")


def test_notice_stands_above_the_answers() -> None:
    html = render(audit_sample(LEAK), charts=False)
    assert 0 < html.index("Synthetic capture.") < html.index('<main id="main"')


@pytest.mark.parametrize("name", [*SERVICES, LEAK, SILENT, "synthetic-quiet"])
def test_session_is_long_enough_to_test_causes(name: str) -> None:
    told, marks = facts(name), recording(name)[1]
    counts = Counter(mark.action for mark in marks)
    assert min(counts.values()) >= 8
    assert 8 <= (told["ended"] - told["started"]) / 60 <= 13
    rest = [mark for mark in marks if mark.action == "idle"]
    for mark in marks:
        if mark.action != "idle":
            assert not any(one.start < mark.start < one.end for one in rest)
    assert told["control"]["passed"] is True


@pytest.mark.parametrize("name", [*SERVICES, LEAK])
def test_marks_are_those_that_the_seed_draws(name: str, sessions: Any) -> None:
    told = facts(name)
    take = sessions.make_take(name.removeprefix("synthetic-"), told["made"]["seed"])
    drawn = [one for one in take.script if hasattr(one, "action")]
    began = 1_795_287_600.0
    saved = recording(name)[1]
    assert take.facts["protocol"]["hash"] == told["protocol"]["hash"]
    assert sorted((one.action, round(began + one.start, 3)) for one in drawn) == sorted(
        (one.action, one.start) for one in saved
    )


@pytest.mark.parametrize(("name", "service"), SERVICES.items())
def test_service_got_its_requests_and_sealed_channels_are_there(name: str, service: str) -> None:
    audit = audit_sample(name)
    assert facts(name)["services"] == [service]
    assert audit.facts["subject"]["id"] == service
    roles = {one["role"] for one in audit.facts["receivers"]}
    assert {"streaming service", "DJ vendor", "analytics vendor"} <= roles
    outcomes = Counter(audit.tables["connections"]["outcome"].astype(str))
    assert outcomes["refused-by-client"] == outcomes["passed-through"] == 1
    assert {"refused-by-client", "passed-through"} <= {
        one["id"] for one in audit.facts["blind_spots"]
    }


def test_access_point_is_recognised_and_not_read() -> None:
    connections = open_capture(SAMPLES / "synthetic-rekordbox-spotify").session.connections
    raw = [one for one in connections if one.outcome == "not-http"]
    assert [one.address for one in raw] == ["ap-gew1.spotify.com:4070"]
    assert "product partner" in raw[0].detail


@pytest.mark.parametrize("name", list(SERVICES)[:4])
def test_jumps_and_loops_can_be_rebuilt(name: str) -> None:
    found = audit_sample(name).facts["reconstruction"]["receivers"]
    scores = {one["receiver"]: one for one in found}[SERVICES[name]]["scores"]
    told = {one["kind"]: one for one in scores}
    for kind in ("jump", "loop"):
        assert told[kind]["precision"] >= 0.95
        assert told[kind]["recall"] >= 0.95


def uploads(name: str) -> list[dict[str, Any]]:
    bodies = [
        json.loads(one.messages[0].body)
        for one in recording(name)[0]
        if one.host == "collect.demostream.example"
    ]
    return [event for body in bodies for event in body["events"]]


def test_twins_differ_in_cue_points_and_loops_only() -> None:
    """Looked up in the bytes, without the auditor's opinion."""
    told, kept = uploads(LEAK), uploads(SILENT)
    names = Counter(one["event_name"] for one in told)
    assert names == {
        "page_viewed": 60, "hot_cue_set": 8, "loop_enabled": 8, "loop_disabled": 8,
    }  # fmt: skip
    assert [one for one in told if one["event_name"] == "page_viewed"] == kept
    marks = recording(LEAK)[1]
    assert [(one.action, one.start) for one in marks] == [
        (one.action, one.start) for one in recording(SILENT)[1]
    ]
    places = {round(float(str(one.values["position_s"])) * 1000) for one in marks
              if one.action == "cue-set"}  # fmt: skip
    assert places == {
        one["properties"]["hot_cue_position_ms"]
        for one in told
        if one["event_name"] == "hot_cue_set"
    }


def test_only_what_the_leak_sends_is_caused() -> None:
    caused = [
        {one.category for one in audit_sample(name).claims if one.cause == "caused"}
        for name in (LEAK, SILENT)
    ]
    assert caused == [{"cue", "loop"}, set()]


def test_twins_get_different_verdicts_on_cue_and_loop_only() -> None:
    told, kept = verdicts(LEAK), verdicts(SILENT)
    changed = {kind: (told[kind], kept[kind]) for kind in told if told[kind] != kept[kind]}
    assert changed == {"cue": ("seen", "not seen"), "loop": ("seen", "not seen")}


@pytest.mark.parametrize("name", ["synthetic-quiet", SILENT])
def test_quiet_traffic_gives_no_claim_about_interaction(name: str) -> None:
    claims = [one for one in audit_sample(name).claims if one.category in INTERACTION]
    assert {one.category for one in claims} == INTERACTION
    assert {one.verdict for one in claims} <= {"not seen", "not tested"}
    assert not [one for one in audit_sample(name).claims if one.cause == "caused"]


def test_damage_is_counted_and_the_rest_is_read() -> None:
    name = "synthetic-damaged"
    losses = Counter(
        one["reason"]
        for capture in audit_sample(name).facts["captures"]
        for one in capture["losses"]
    )
    assert losses["line of the journal that makes no sense"] == 2
    assert losses["damaged"] + losses["flow that makes no sense"] == 3
    told = facts(name)
    assert "ended" not in told
    assert "files" not in told
    read = audit_sample(name).tables["exchanges"]
    assert len(read) == len(recording(LEAK)[0]) - 3
    assert any("could not be read" in one for one in audit_sample(name).facts["notices"])
    assert {"loss-0", "loss-1"} <= {one["id"] for one in audit_sample(name).facts["blind_spots"]}


class Tags(HTMLParser):
    """Collects what a browser would run, or show as an element."""

    def __init__(self) -> None:
        super().__init__()
        self.names: Counter[str] = Counter()
        self.handlers: list[str] = []
        self.scripts: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names[tag] += 1
        self._inside = tag
        self.handlers += [name for name, _ in attrs if name.startswith("on")]

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside in {"script", "style"}:
            self.scripts.append(data)


def tags(html: str) -> Tags:
    found = Tags()
    found.feed(html)
    return found


def test_hostile_session_cannot_put_anything_into_the_report(sessions: Any) -> None:
    hostile, harmless = (
        render(audit_sample(name), charts=False) for name in ("synthetic-hostile", SILENT)
    )
    marker = sessions.hostile.MARKER
    assert marker in hostile  # it is shown, as text
    told, usual = tags(hostile), tags(harmless)
    assert told.names["script"] == usual.names["script"]
    assert told.names["img"] == usual.names["img"]
    assert told.handlers == usual.handlers
    assert not any(marker in text for text in told.scripts)
    assert not any(sign in hostile for sign in "\x00\x07\x1b\u2028\u202e")


def test_hostile_bodies_are_counted_not_guessed() -> None:
    audit = audit_sample("synthetic-hostile")
    assert len(audit.tables["exchanges"]) == 36
    reasons = set(audit.tables["unread"]["reason"].astype(str))
    assert reasons
    assert not {one.category for one in audit.claims if one.verdict == "seen"} & INTERACTION


def test_clock_only_moves_forward(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(SAMPLES)
    from synthetic.clock import MovedClock, reader

    clock = MovedClock(tmp_path / "clock", 1_000_000.0)
    recorder = reader(tmp_path / "clock")
    assert clock.now() == pytest.approx(1_000_000, abs=1)
    clock.move_to(1_000_600.0)
    assert recorder() == pytest.approx(1_000_600, abs=1)
    clock.move_to(1_000_000.0)
    assert recorder() >= 1_000_600
    assert time.time() > 1_700_000_000
