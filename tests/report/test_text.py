"""Numbers, times and captured strings as people read them."""

import pytest

from auditor.report.text import (
    LONGEST,
    anchor,
    clock,
    duration,
    number,
    plotly_text,
    plural,
    segments,
    share,
    size,
    span,
    visible,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1284, "1,284"),
        (8.0, "8"),
        (0.95, "0.95"),
        (1.23456, "1.235"),
        (2.5, "2.5"),
        (2.2e-6, "under 0.001"),
    ],
)
def test_number(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0%"),
        (0.004, "under 1%"),
        (0.81, "81%"),
        (0.99, "99%"),
        (0.9999, "over 99%"),
        (1, "100%"),
    ],
)
def test_share_rounds_nothing_away(value: float, text: str) -> None:
    assert share(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0 bytes"), (1, "1 byte"), (1900, "1.9 kB"), (70_000, "70 kB"), (3_100_000, "3.1 MB")],
)
def test_size(value: int, text: str) -> None:
    assert size(value) == text


def test_plural() -> None:
    assert [plural(1, "time"), plural(0, "time"), plural(2, "party", "parties")] == [
        "1 time",
        "0 times",
        "2 parties",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.4, "under 1 s"), (5, "5 s"), (119, "119 s"), (2520, "42 min"), (7500, "2 h 5 min")],
)
def test_duration(value: float, text: str) -> None:
    assert duration(value) == text


def test_times_are_utc_and_name_the_day_once() -> None:
    assert clock(1763151187.6114) == "14 Nov 2025, 20:13:07.611 UTC"
    assert span(1763150640, 1763153160) == "14 Nov 2025, 20:04–20:46 UTC (42 min)"
    assert span(1763150640, 1763150650) == "14 Nov 2025, 20:04 UTC (10 s)"
    assert span(1763164740, 1763164860) == "14 Nov 2025, 23:59–15 Nov 2025, 00:01 UTC (2 min)"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\x00\x1b[31m", "\\u0000\\u001b[31m"),
        ("a\u2028b\u200bc\ufeff", "a\\u2028b\\u200bc\\ufeff"),
        ("\ud800", "\\ud800"),
        ("‹ok› émoji ｆ 😈", "‹ok› émoji ｆ 😈"),
    ],
)
def test_what_hides_is_spelled_out(raw: str, shown: str) -> None:
    assert visible(raw) == shown
    visible(raw).encode("utf-8")


def test_long_strings_are_cut() -> None:
    assert len(visible("A" * 5000)) == LONGEST
    assert visible("A" * 5000).endswith("…")


def test_plotly_sees_no_markup() -> None:
    assert plotly_text('<a href="x">$1 & %{x}</a>') == (
        '&lt;a href="x"&gt;&#36;1 &amp; %{x}&lt;/a&gt;'
    )
    assert len(plotly_text("&" * 500, limit=10)) == len("&amp;") * 9 + 1


def test_labels_are_told_from_text() -> None:
    parts = segments("Bearer ‹token a1b2, 212 characters› for ‹account-id q7yz›, ‹99 bytes›")
    assert [(one.text, one.hidden) for one in parts] == [
        ("Bearer ", False),
        ("‹token a1b2, 212 characters›", True),
        (" for ", False),
        ("‹account-id q7yz›", True),
        (", ", False),
        ("‹99 bytes›", True),
    ]
    assert [one.hidden for one in segments("‹something longer›")] == [False]
    assert segments("")[0].text == ""


def test_anchors_are_plain_and_do_not_collide() -> None:
    names = ["cue.tidal", "cue tidal", "cue_20tidal", 'cue"><b', "cue/é", "\ud800"]
    anchors = [anchor("claim", name) for name in names]
    assert anchors[0] == "claim-cue.tidal"
    assert len(set(anchors)) == len(names)
    assert all(one.isascii() and not set(one) & set(" \"'<>&#%/") for one in anchors)
