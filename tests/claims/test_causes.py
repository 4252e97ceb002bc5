"""Causes: named where a program reacts to an action, and nowhere else."""

import pandas as pd
import pytest

from auditor.audit import run_audit
from auditor.catalogue.model import Catalogue
from auditor.claims import causes
from auditor.claims.causes import Cause, cause_of, causes_facts, told
from auditor.stats.attribution import attribute
from auditor.tables.store import Audit
from tests.claims.twins import write_session
from tests.sample_result import audit_sample
from tests.stats.made import exchanges, fields, marks, observations, sealed

SURES = ("firm", "likely")
KEY = b"the key of the twins, no secret"


@pytest.fixture(scope="module")
def leaking(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Audit:
    return run_audit([write_session(tmp_path_factory.mktemp("a") / "s", True)], catalogue, KEY)


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Audit:
    return run_audit([write_session(tmp_path_factory.mktemp("b") / "s", False)], catalogue, KEY)


def test_leak_of_cue_points_is_caused_and_nothing_else(leaking: Audit) -> None:
    claims = {one.category: one for one in leaking.claims}
    assert {one.category for one in leaking.claims if one.cause == "caused"} == {"cue"}
    numbers = dict(claims["cue"].numbers)
    assert (numbers["cause_hit"], numbers["cause_n"]) == (15, 15)
    assert (numbers["cause_control_hit"], numbers["cause_controls"]) == (0, 15)
    assert "after “cue set” 15 of 15 times, hands off 0 of 15 times" in claims["cue"].sentence
    assert claims["cue"].sentence.count("hands off") == 1
    for name in ("playback", "seek", "tempo"):
        assert (claims[name].verdict, claims[name].cause) == ("not seen", "")


def test_twin_without_the_leak_names_nothing(quiet: Audit) -> None:
    claims = {one.category: one for one in quiet.claims}
    assert not [one for one in quiet.claims if one.cause]
    assert claims["cue"].verdict == "not seen"
    assert "up to 18% of cases" in claims["cue"].sentence
    assert not (quiet.tables["attribution"]["q"] <= 0.05).any()


def test_facts_of_the_lanes(leaking: Audit, quiet: Audit) -> None:
    for audit, hit in ((leaking, 15), (quiet, 0)):
        found = audit.facts["attribution"]
        lane = next(one for one in found["lanes"] if one["action"] == "cue-set")
        assert lane["text"] == f"followed by a message: {hit} of 15, idle 0 of 15"
        assert [(one["endpoint"], one["period_s"]) for one in found["periodic"]] == [("events", 60)]
        assert not any(one["growing"] for one in found["coverage"])
    known = leaking.facts["attribution"]["claims"]["cue.amplitude"]
    assert (known["state"], known["sure"], known["action"]) == ("caused", "firm", "cue-set")


def test_real_client_tells_jumps_and_loops_but_not_that_a_cue_is_set() -> None:
    """The published web player of TIDAL, with scripted marks; its clock runs a little behind."""
    audit = audit_sample("tidal-web-player")
    found = audit.facts["attribution"]
    states = {one.id: one.cause for one in audit.claims if one.cause}
    assert states == dict.fromkeys(
        ("playback.tidal", "seek.tidal", "transition.tidal", "cue.tidal", "loop.tidal"), "caused"
    )
    for kind, action, hit in (
        ("seek", "seek", 8),
        ("cue", "cue-jump", 14),
        ("loop", "loop-off", 10),
    ):
        cause = found["claims"][f"{kind}.tidal"]
        assert (cause["action"], cause["sure"], cause["control_hit"]) == (action, "firm", 0)
        assert cause["hit"] == hit
        assert cause["q"] < 1e-4
    table = audit.tables["attribution"]
    assert not (table[table["action"] == "cue-set"]["q"] <= 0.05).any()
    [clock] = found["clocks"]
    assert -1 < clock["offset_s"] < -0.5


def rows(**more: object) -> pd.DataFrame:
    row = {
        "field": 3, "receiver": "tidal", "context": "body", "category": "cue", "action": "cue-set",
        "statistic": "presence", "lag": "with", "n": 15, "hit": 14, "controls": 15, "control_hit": 0,
        "effect": 0.9, "q": 0.004,
    }  # fmt: skip
    return pd.DataFrame([{**row, **more}])


@pytest.mark.parametrize(
    ("change", "state", "sure"),
    [
        ({}, "caused", "firm"),
        ({"q": 0.03}, "caused", "likely"),
        ({"hit": 11}, "caused", "likely"),
        ({"control_hit": 4}, "caused", "likely"),
        ({"q": 0.051}, "unclear", ""),
        ({"q": float("nan")}, "unclear", ""),
        ({"effect": -0.2}, "unclear", ""),
        ({"action": "seek"}, "unclear", ""),
        ({"receiver": "other"}, "unclear", ""),
        ({"field": 4}, "unclear", ""),
        ({"field": -1, "context": "kind"}, "caused", "firm"),
        ({"field": -1, "context": "kind", "category": "loop"}, "unclear", ""),
    ],
)
def test_rule_for_a_cause(
    catalogue: Catalogue, change: dict[str, object], state: str, sure: str
) -> None:
    found = cause_of(rows(**change), catalogue.categories["cue"], "tidal", [3], 15)
    assert (found.state, found.sure) == (state, sure)


def test_no_action_no_cause(catalogue: Catalogue) -> None:
    assert cause_of(rows(), catalogue.categories["cue"], "tidal", [3], 0) == Cause("")
    assert told(Cause("")) == ""
    assert told(Cause("unclear")) == " What causes it is unclear."


def test_what_can_be_counted_comes_first(catalogue: Catalogue) -> None:
    both = pd.concat([rows(statistic="change", q=0.001), rows(q=0.009)])
    found = cause_of(both, catalogue.categories["cue"], "tidal", [3], 15)
    assert found.statistic == "presence"


def test_later_lags_are_not_called_hands_off() -> None:
    text = told(Cause("caused", "firm", "cue-set", "change", "flush", 15, 14, 180, 20, 0.0123))
    assert "Its value changed after “cue set” 14 of 15 times, otherwise 20 of 180 times." in text
    assert "(q" not in text


def test_sealed_channel_reacts(catalogue: Catalogue) -> None:
    """Every loop opens a connection that refuses the recording: a reaction, no content."""
    done = [("loop-on", 40.0 * n, 40.0 * n + 1) for n in range(10)]
    idle = [("idle", 40.0 * n + 18, 40.0 * n + 26) for n in range(10)]
    tables = {
        "marks": marks(*done, *idle),
        "exchanges": exchanges((0, 10, 10)),
        "observations": observations((0, 0, None, "x")),
        "fields": fields(0),
        **sealed(*(start + 1.5 for _, start, _ in done)),
    }
    found = attribute(tables)
    told_ = causes_facts(found, tables, [catalogue.categories["loop"]], (), {"vendor": "Vendor"})
    [one] = told_["sealed"]
    assert (one["receiver"], one["action"], one["hit"], one["control_hit"]) == (
        "vendor",
        "loop-on",
        10,
        0,
    )
    assert "react to “loop on”" in one["sentence"]
    assert "not what they hold" in one["sentence"]


def test_a_cause_that_is_less_sure_is_worded_so() -> None:
    firm, less = (Cause("caused", sure, "seek", "presence", "with", 9, 8, 9, 0) for sure in SURES)
    assert "The action causes it." in told(firm)
    assert "The action seems to cause it." in told(less)


def test_a_clock_is_told_in_short_sentences(leaking: Audit) -> None:
    [beat] = leaking.facts["attribution"]["periodic"]
    assert "every 60 seconds, whatever you do" in beat["sentence"]
    assert "how long you listened" in beat["sentence"]
    for part in beat["sentence"].split(". "):
        assert len(part.split()) <= 20


def test_method_says_what_was_not_tested() -> None:
    assert "no cause was tested" in causes.method({"tests": 0}, False, False)
    drawn, free = (causes.method({"tests": 1072}, True, plan) for plan in (True, False))
    assert "1,072 tests" in drawn
    assert "always done together" in free.removeprefix(drawn)


def test_what_left_first_at_the_end_is_listed(catalogue: Catalogue) -> None:
    tables = {
        "marks": marks(("seek", 0, 0)),
        "exchanges": exchanges((0, 10, 10)),
        "observations": observations((0, 0, None, "x")),
        "fields": fields(0, 100),
        **sealed(),
    }
    facts = causes_facts(attribute(tables), tables, [], (), {})
    assert facts["at_exit"] == [{"receiver": "tidal", "endpoint": "e", "fields": 1}]
