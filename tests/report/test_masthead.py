"""The top of the page: facts that are known, none that are not."""

import pytest

from auditor.report.masthead import make_masthead
from auditor.tables.store import Audit


def test_it_counts_and_dates(demo: Audit) -> None:
    made = make_masthead(demo.facts)
    assert made.facts == (
        ("DemoDeck 7.2", "with DemoStream"),
        ("", "DemoOS 11"),
        ("", "14 Nov 2025, 20:04–20:46 UTC (42 min)"),
        ("69", "actions marked"),
        ("81%", "of sent data readable"),
        ("", "Made on this computer, nothing uploaded"),
    )
    assert (
        made.page_title == "What left this computer while you mixed (DemoDeck 7.2 with DemoStream)"
    )
    assert len(made.bars) == 42
    assert "one bar per minute" in made.wave_caption
    read = sum(one["readable"] for one in demo.facts["minutes"])
    assert f"{read:,} readable" in made.wave_label


def test_only_a_dj_application_was_mixed_with(demo: Audit) -> None:
    demo.facts["session"]["app_kind"] = "published client"
    assert make_masthead(demo.facts).title == "What left this computer"


def test_what_is_not_known_is_not_said(demo: Audit) -> None:
    demo.facts["session"].update(
        app="", app_version="", services=[], system="", started=0.0, ended=0.0, actions=1
    )
    demo.facts["totals"].update(bytes_out=0, bytes_unopened=0)
    assert make_masthead(demo.facts).facts == (
        ("Demo", ""),
        ("1", "action marked"),
        ("", "Made on this computer, nothing uploaded"),
    )


@pytest.mark.parametrize(("bin_s", "word"), [(60, "minute"), (5, "5 s"), (120, "2 min")])
def test_the_bar_says_its_width(demo: Audit, bin_s: int, word: str) -> None:
    demo.facts["bin_s"] = bin_s
    for place, one in enumerate(demo.facts["minutes"]):
        one["start"] = 1000.0 + bin_s * place
    assert f"one bar per {word}," in make_masthead(demo.facts).wave_caption
