"""A fictional audit (DemoDeck × DemoStream), made by hand: every number in it is invented."""

from __future__ import annotations

import copy
import dataclasses
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor.records import Claim, Excerpt
from auditor.tables.build import frame
from auditor.tables.schema import TABLES
from auditor.tables.store import Audit

DATA = json.loads((Path(__file__).parent / "demo.json").read_text(encoding="utf-8"))
START, END = DATA["session"]["started"], DATA["session"]["ended"]
FIELDS = DATA["field_rows"]


def demo_claims() -> tuple[Claim, ...]:
    """One claim per row, with an excerpt where something was seen."""
    return tuple(_claim(number, row) for number, row in enumerate(DATA["rows"]))


def _claim(number: int, row: dict[str, Any]) -> Claim:
    category = row["category"]
    receiver, name, role = ("demostream", "DemoStream", "streaming service")
    if category == "diagnostics":
        receiver, name, role = ("crashwatch", "CrashWatch", "analytics vendor")
    fields = tuple(place for place, one in enumerate(FIELDS) if one[7] == category)
    excerpt = Excerpt(
        exchange=412 + number,
        time=START + 547.611,
        host="events.demostream.example",
        endpoint="player",
        event="playback_session",
        steps=("gzip", "json"),
        lines=(
            ("events[].type", "seek", True),
            ("events[].track", "‹opaque k3xa, 44 characters›", False),
            ("events[].position_ms", "92400", True),
            ("account", "‹account-id q7yz›", False),
        ),
        more=17,
    )
    return Claim(
        id=f"{category}.{receiver}",
        category=category,
        receiver=receiver,
        receiver_name=name,
        role=role,
        verdict=row["verdict"],
        strength=row["strength"],
        reason="observed" if row["strength"] == "strong" else "absent",
        sentence=row["sentence"],
        numbers=(
            ("did", float(row["did"] or 0)),
            ("values", 88.0),
            ("readable", row["readable"] or 0.0),
        ),
        fields=fields,
        observations=(number,),
        excerpt=excerpt if fields else None,
        falsifier="The same number in a message when nobody seeks.",
    )


def demo_facts() -> dict[str, Any]:
    """Facts in the shape that `auditor.claims` makes."""
    facts = copy.deepcopy(DATA)
    del facts["field_rows"]
    return {**facts, "minutes": _minutes()}


def _minutes() -> list[dict[str, Any]]:
    chance = random.Random(7)  # noqa: S311 - not for secrets
    loud = [4 + (chance.randrange(20, 70) if 5 <= minute < 34 else 0) for minute in range(42)]
    return [
        {"start": START + 60 * minute, "readable": count, "unreadable": count // 4}
        for minute, count in enumerate(loud)
    ]


def demo_tables() -> dict[str, Any]:
    """Tables that fit the lanes; only what the report reads is filled with sense."""
    chance = random.Random(11)  # noqa: S311 - not for secrets
    marks: list[tuple[Any, ...]] = [
        (0, "idle", "", START, START + 300, "{}", False, False, None),
        (1, "idle", "", END - 480, END, "{}", False, False, None),
    ]
    observations: list[tuple[Any, ...]] = []
    for lane in DATA["lanes"]:
        for number in range(lane["did"]):
            moment = START + chance.uniform(310, 2030)
            hit = number < lane["followed"]
            marks.append(
                (len(marks), "play", lane["category"], moment, moment, "{}", hit, hit, None)
            )
            if hit:
                observations.append(_observation(lane["category"], moment + 1.5))
        if not lane["did"]:
            observations += [
                _observation(lane["category"], START + chance.uniform(0, 2520)) for _ in range(30)
            ]
    unread = [
        (9, 0, "out", START + 190 * n, "demostream", "player", "damaged", "", "", 1900)
        for n in range(13)
    ]
    fields = [
        (receiver, endpoint, event, context, path, count, count, "string", 9, example, category,
         strength, "", rule, basis, means, "", START, END)
        for receiver, endpoint, event, context, path, count, example, category, strength, rule, basis, means in FIELDS
    ]  # fmt: skip
    filled: dict[str, list[tuple[Any, ...]]] = {
        "marks": marks,
        "observations": observations,
        "unread": unread,
        "fields": fields,
    }
    return {name: frame(filled.get(name, []), columns) for name, columns in TABLES.items()}


def _observation(category: str, moment: float) -> tuple[Any, ...]:
    return (
        1, 0, moment + 4, moment, "demostream", "player", "", "body", "events[].type", "seek", None,
        "", category, "strong", "rule", "documented", "json", 0,
    )  # fmt: skip


def make_demo() -> Audit:
    """Return a new copy, so that a test may change it."""
    return Audit(demo_facts(), demo_claims(), demo_tables())


HOSTILE = (
    "</script><script>window.pwned=1</script>",
    '<img src=x onerror="window.pwned=2">',
    '"><svg onload=window.pwned=3>',
    '<a href="https://evil.example/a">click</a>',
    '<a href="javascript:window.pwned=4">js</a>',
    '<span style="background:url(https://evil.example/css)">s</span>',
    "%{x} %{customdata} <extra>X</extra>",
    "{{7*7}} ${7*7} %%DATA%% $& $` \\1",
    "<!--<script>",
    "line\u2028sep\u2029",
    "\u202egnp.exe\u200b",
    "\x00\x07\x1b[31mred",
    '=HYPERLINK("https://evil.example","x")',
    "A" * 5000,
    "&lt;img src=x&gt; &amp;",
    "\ud83d\ude08 émoji ｆｕｌｌ",
    "__proto__",
    "constructor",
    "\ud800",
    "var(--ink)",
)
"""What a captured string may try. None of it may run, load, link, hide or break a layout."""


def hostile(audit: Audit) -> Audit:
    """Put hostile strings into every place where captured text can stand."""
    turn: Iterator[str] = iter(HOSTILE * 400)
    plain = {"category", "verdict", "strength", "id", "glyph", "claim", "href", "claims", "sha256"}
    plain |= {"class", "read"}

    def spoil(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: spoil(part, name) for name, part in value.items()}
        if isinstance(value, list):
            return [spoil(part, key) for part in value]
        return f"{value} {next(turn)}" if isinstance(value, str) and key not in plain else value

    facts = spoil(audit.facts)
    for one in facts["receivers"]:
        one["id"] += " " + next(turn)
    for one, flow in zip(facts["receivers"] * 9, facts["flows"], strict=False):
        flow["receiver"] = one["id"]
    facts["session"]["app_kind"] = "DJ application"
    claims = tuple(
        dataclasses.replace(
            claim,
            id=f"{claim.id} {next(turn)}",
            receiver_name=next(turn),
            sentence=next(turn),
            reason=next(turn),
            excerpt=dataclasses.replace(
                claim.excerpt,
                host=next(turn),
                event=next(turn),
                steps=(next(turn),),
                lines=tuple((next(turn), next(turn), mark) for *_, mark in claim.excerpt.lines),
            )
            if claim.excerpt
            else None,
        )
        for claim in audit.claims
    )
    for row in facts["rows"]:
        row["claims"] = [one.id for one in claims if one.category == row["category"]]
    tables = dict(audit.tables)
    fields = tables["fields"].copy()
    for column in ("receiver", "endpoint", "event", "path", "example", "means", "rule", "basis"):
        fields[column] = [
            next(turn).encode("utf-8", "replace").decode() for _ in range(len(fields))
        ]
    tables["fields"] = fields
    return Audit(facts, claims, tables)


@pytest.fixture
def drawable() -> Callable[[Any], Any]:
    """Replace the tokens of a figure, so that plotly's own validator accepts it."""

    def resolve(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: resolve(part) for name, part in value.items()}
        if isinstance(value, (list, tuple)):
            return [resolve(part) for part in value]
        if isinstance(value, str) and value.startswith("var("):
            return "Arial" if value == "var(--sans)" else "#123456"
        return value

    return resolve


@pytest.fixture
def demo() -> Audit:
    return make_demo()


@pytest.fixture
def hostile_demo() -> Audit:
    return hostile(make_demo())


@pytest.fixture
def change() -> Callable[..., Audit]:
    """Return the demo with some facts replaced at the top level."""

    def changed(**facts: Any) -> Audit:
        audit = make_demo()
        return Audit({**audit.facts, **facts}, audit.claims, audit.tables)

    return changed
