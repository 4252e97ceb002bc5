"""Colours of the style sheet keep their contrast, in both themes."""

import re

import pytest

from auditor.resources import report_dir

CSS = (report_dir() / "assets" / "report.css").read_text(encoding="utf-8")
PLAIN = re.compile(r"--([\w-]+): (#[0-9A-F]{6});")
PAIR = re.compile(r"--([\w-]+): light-dark\((#[0-9A-F]{6}), (#[0-9A-F]{6})\)")
FIRST, REST = CSS.split("@supports", 1)
LIGHT = dict(PLAIN.findall(FIRST))
DARK = {**LIGHT, **{name: dark for name, _, dark in PAIR.findall(REST)}}

TEXT, GRAPHIC = 4.5, 3.0
PAIRS = (
    *((ink, ground, TEXT) for ink in ("ink", "ink-2", "ink-3", "link") for ground in ("bg", "surface", "sunk")),
    ("seen", "seen-bg", TEXT),
    ("seen", "surface", TEXT),
    ("nots", "nots-bg", TEXT),
    ("nott", "bg", TEXT),
    ("blind", "blind-stripe", TEXT),
    ("ink", "blind-stripe", TEXT),
    ("ink", "mark", TEXT),
    ("bg", "ink", TEXT),
    ("on-notice", "notice", TEXT),
    ("notice", "surface", TEXT),
    ("head-ink", "head", TEXT),
    ("head-2", "head", TEXT),
    ("line-strong", "surface", GRAPHIC),
    ("focus", "sunk", GRAPHIC),
    ("chart-seen", "surface", GRAPHIC),
    ("chart-blind", "surface", GRAPHIC),
    ("head-bar", "head", GRAPHIC),
)  # fmt: skip


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_contrast(theme: dict[str, str], ink: str, ground: str, least: float) -> None:
    assert contrast(theme[ink], theme[ground]) >= least


def test_light_values_are_the_same_with_and_without_light_dark() -> None:
    assert {name: light for name, light, _ in PAIR.findall(REST)}.items() <= LIGHT.items()


def test_every_token_in_use_exists() -> None:
    used = set(re.findall(r"var\(--([\w-]+)\)", CSS))
    assert used <= set(re.findall(r"--([\w-]+):", FIRST))


def test_nothing_is_green() -> None:
    for colour in re.findall(r"#[0-9A-F]{6}", CSS):
        red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
        assert green <= max(red, blue) + 8
