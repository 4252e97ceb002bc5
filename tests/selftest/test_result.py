"""When a rehearsal is green."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.selftest.cases import Outcome
from auditor.selftest.result import Check, Result
from auditor.selftest.score import Score

READ = Score("json", ("json",), True, 7, True, 7, 7, 7)
NAMELESS = Score("protobuf", ("protobuf",), True, 5, True, 5, 0, 0)
LATER = Score("cbor", ("cbor",), False, 7, True, 0, 7, 0)
OUTCOME = Outcome("pins", "says nothing", "established-silent", ("established-silent",), "", True)
GREEN = Result(
    1,
    (("mitmproxy", "1"),),
    (READ, NAMELESS, LATER),
    (OUTCOME,),
    (Check("marks", "2", "2"),),
    (),
    1.0,
)


def test_green_when_everything_promised_holds() -> None:
    assert GREEN.green
    assert GREEN.recall == (12, 12, 7, 7)


@pytest.mark.parametrize(
    "changed",
    [
        {"scores": (replace(READ, decoded=6), NAMELESS)},
        {"scores": (replace(READ, classified=6), NAMELESS)},
        {"scores": (replace(READ, recorded=False), NAMELESS)},
        {"scores": (READ, replace(LATER, recorded=False))},
        {"outcomes": (replace(OUTCOME, good=False),)},
        {"checks": (Check("marks", "2", "1"),)},
        {"problems": ("dies: OSError",)},
    ],
    ids=["decoded", "classified", "recorded", "later", "outcome", "check", "problem"],
)
def test_red_when_one_thing_does_not(changed: dict[str, object]) -> None:
    assert not replace(GREEN, **changed).green  # type: ignore[arg-type]


def test_a_format_that_is_read_early_is_no_fault() -> None:
    early = replace(LATER, decoded=7, classified=7)
    assert replace(GREEN, scores=(early,)).green
