"""A fictional audit (DemoDeck × DemoStream), made by hand: every number in it is invented."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from auditor.records import Claim, Excerpt
from auditor.tables.build import frame
from auditor.tables.schema import TABLES
from auditor.tables.store import Audit

START = 1763150640.0
END = START + 42 * 60

CATEGORIES = (
    ("playback", "Playback", "play, pause, which track"),
    ("seek", "Seeking", "jumping inside a track"),
    ("transition", "Transitions", "crossfades, mixing two tracks"),
    ("tempo", "Tempo & pitch", "BPM, key shift"),
    ("cue", "Cue points", "hot cues, memory cues"),
    ("loop", "Loops", "loop in, out, roll"),
    ("effects", "EQ & effects", "knobs, filters, effects"),
    ("library", "Library", "playlists, likes"),
    ("search", "Searches", "words you looked for"),
    ("identity", "Your identity", "account, user number"),
    ("device", "Device", "computer, sound card, network"),
    ("diagnostics", "Diagnostics", "crashes, usage counts"),
)
ALWAYS_ON = {"identity", "device", "diagnostics"}
RECEIVERS = (
    ("demostream", "DemoStream", "streaming service", True),
    ("demodeck", "DemoDeck Inc.", "DJ vendor", True),
    ("crashwatch", "CrashWatch", "analytics vendor", True),
    ("x7.unnamed.example", "x7.unnamed.example", "unknown", False),
)
FLOWS = (
    ("demostream", "playback", 356),
    ("demostream", "identity", 212),
    ("demostream", "unread", 126),
    ("demostream", "device", 120),
    ("demostream", "seek", 88),
    ("crashwatch", "diagnostics", 78),
    ("x7.unnamed.example", "unread", 72),
    ("demodeck", "unread", 64),
    ("demodeck", "device", 58),
    ("demodeck", "diagnostics", 52),
    ("demodeck", "identity", 40),
    ("crashwatch", "device", 18),
)
ROWS: tuple[tuple[str, str, str, int | None, float | None, str, str], ...] = (
    (
        "playback",
        "seen",
        "strong",
        18,
        0.96,
        "Track and play times left for DemoStream: 356 values in 356 messages. You pressed play or pause 18 times; 18 of these were followed by it within 5 seconds.",
        "",
    ),
    (
        "seek",
        "seen",
        "strong",
        9,
        0.95,
        "Positions you jumped to left for DemoStream: 88 values in 88 messages. You jumped 9 times; 8 of these were followed by it within 5 seconds.",
        "",
    ),
    (
        "transition",
        "seen, indirectly",
        "medium",
        6,
        0.96,
        "Not sent as such. But positions inside the track left for DemoStream, with their times. 6 of the 6 times you mixed, the very position was among them.",
        "",
    ),
    (
        "tempo",
        "not seen",
        "",
        8,
        0.94,
        "You moved the tempo 8 times. Nothing matching left in the traffic we could read (94% at those moments).",
        "",
    ),
    (
        "cue",
        "not seen",
        "",
        14,
        0.92,
        "You set or pressed cues 14 times. Nothing matching left in the traffic we could read (92% at those moments).",
        "",
    ),
    (
        "loop",
        "not tested",
        "",
        0,
        None,
        "Nobody set a loop in this session, so this report says nothing about loops.",
        "Set ten loops, then close the program and wait ten minutes.",
    ),
    (
        "effects",
        "not seen",
        "",
        10,
        0.93,
        "You used effects 10 times. Nothing matching left in the traffic we could read (93% at those moments).",
        "",
    ),
    (
        "library",
        "not visible",
        "",
        4,
        0.0,
        "You edited a playlist 4 times. Too little was readable (0%) to answer.",
        "Edit ten playlists with the window of the program in front.",
    ),
    (
        "search",
        "not tested",
        "",
        0,
        None,
        "Nobody searched in this session, so this report says nothing about searches.",
        "Search for ten made-up words.",
    ),
    (
        "identity",
        "seen",
        "strong",
        None,
        0.81,
        "Your account number left for DemoStream: 252 values in 252 messages.",
        "",
    ),
    (
        "device",
        "seen",
        "strong",
        None,
        0.81,
        "Computer model and sound card left for DemoStream: 120 values in 120 messages.",
        "",
    ),
    (
        "diagnostics",
        "seen",
        "medium",
        None,
        0.81,
        "Usage counts left for CrashWatch: 78 values in 78 messages.",
        "",
    ),
)
FIELDS = (
    ("demostream", "player", "playback_session", "body", "events[].track", 178, "‹opaque k3xa, 44 characters›", "playback", "strong", "demostream.player.track", "documented", "which track"),
    ("demostream", "player", "playback_session", "body", "events[].start", 178, "1763151064210", "playback", "strong", "demostream.player.start", "documented", "when it started"),
    ("demostream", "player", "seek", "body", "events[].position_ms", 88, "92400", "seek", "strong", "demostream.player.position", "documented", "where playback went on inside the track"),
    ("demostream", "player", "", "header", "authorization", 984, "‹token a1b2, 212 characters›", "identity", "strong", "demostream.head.token", "documented", "proof of who is logged in"),
    ("demostream", "player", "", "body", "account", 212, "‹account-id q7yz›", "identity", "strong", "demostream.player.account", "documented", "account number"),
    ("demostream", "start", "", "body", "os.build", 120, "DemoOS 11.4", "device", "strong", "demostream.start.build", "documented", "version of the system"),
    ("demodeck", "POST /v1/{id}", "", "body", "audio.output", 58, "‹device-id m2no›", "device", "medium", "", "", ""),
    ("crashwatch", "count", "", "body", "ui.click_count", 78, "311", "diagnostics", "medium", "crashwatch.count.clicks", "reverse-engineered", "how often something was clicked"),
    ("crashwatch", "count", "", "body", "tz", 18, "Europe/Berlin", "other", "", "", "", ""),
)  # fmt: skip
VERDICT_GLYPHS = {"transition": "seen, indirectly", "cue": "not seen", "loop": "not tested"}


def demo_claims() -> tuple[Claim, ...]:
    """One claim per row, with an excerpt where something was seen."""
    return tuple(_claim(number, row) for number, row in enumerate(ROWS))


def _claim(number: int, row: tuple[str, str, str, int | None, float | None, str, str]) -> Claim:
    category, verdict, strength, did, readable, sentence, _ = row
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
        verdict=verdict,
        strength=strength,
        reason="observed" if strength == "strong" else "absent",
        sentence=sentence,
        numbers=(("did", float(did or 0)), ("values", 88.0), ("readable", float(readable or 0))),
        fields=fields,
        observations=(number,),
        excerpt=excerpt if fields else None,
        falsifier="The same number in a message when nobody seeks.",
    )


def demo_facts() -> dict[str, Any]:
    """Facts in the shape of the working contract."""
    names = {name: text for name, text, _ in CATEGORIES}
    return {
        "format": 1,
        "tool": {"version": "0.0.0", "catalogue": "0123456789ab"},
        "captures": [
            {
                "name": "demo",
                "format": "session",
                "sha256": "4b7e" * 16,
                "size": 3_100_000,
                "exchanges": 1284,
                "losses": [],
            }
        ],
        "session": {
            "title": "Demo",
            "app": "DemoDeck",
            "app_version": "7.2",
            "app_kind": "DJ application",
            "services": ["DemoStream"],
            "system": "DemoOS 11",
            "synthetic": True,
            "canned_server": False,
            "provenance": "Invented by hand for tests.",
            "started": START,
            "ended": END,
            "has_marks": True,
            "has_journal": True,
            "actions": 69,
            "idle": 2,
            "tail_s": 480.0,
            "damaged": False,
            "addon_errors": 0,
        },
        "totals": {
            "exchanges": 1284,
            "messages_out": 1284,
            "bytes_out": 2_700_000,
            "bytes_read": 2_511_000,
            "bytes_sealed": 186_000,
            "bytes_unopened": 403_000,
            "observations": 3000,
            "fields": len(FIELDS),
            "fields_unclassified": 1,
            "unread": 190,
            "connections": 40,
        },
        "minutes": _minutes(),
        "bin_s": 60,
        "receivers": [_receiver(*one) for one in RECEIVERS],
        "flows": [
            {"receiver": who, "category": what, "messages": count} for who, what, count in FLOWS
        ],
        "categories": [
            *({"id": a, "name": b, "hint": c, "row": True} for a, b, c in CATEGORIES),
            {"id": "other", "name": "Not classified", "hint": "", "row": False},
        ],
        "rows": [
            {
                "category": category,
                "verdict": verdict,
                "indirectly": verdict == "seen, indirectly",
                "strength": strength,
                "sentence": sentence,
                "did": did,
                "readable": readable,
                "claims": [one.id for one in demo_claims() if one.category == category],
                "test": test,
            }
            for category, verdict, strength, did, readable, sentence, test in ROWS
        ],
        "answers": _answers(names),
        "lanes": _lanes(),
        "timeline": {
            "title": "Followed by data of their own kind: playback, seeking, transitions. Not followed: tempo & pitch, cue points, eq & effects.",
            "take": "Each lane is one kind of data. A triangle is something you did. A dot under it is matching data.",
        },
        "who": {
            "title": "DemoStream received 902 of 1,284 messages",
            "take": "The others: DemoDeck Inc. 214, CrashWatch 96, x7.unnamed.example 72.",
        },
        "coverage": {
            "title": "How much of the sent data we could read",
            "take": "We could read 81% of the 3,100,000 bytes that left through our recording. Any kind of data could be in the rest.",
            "readable": 0.81,
            "sealed": 0.06,
            "unopened": 0.13,
        },
        "blind_spots": [
            {
                "id": "unread-0",
                "title": "Sealed inside",
                "sentence": "190 parts of messages (186,000 bytes) for demostream could not be decoded: encrypted or unknown binary.",
                "count": 190,
                "bytes": 186000,
            },
            {
                "id": "refused-by-client",
                "title": "Refused our recording",
                "sentence": "12 connections closed the door when our certificate appeared: x7.unnamed.example.",
                "count": 12,
                "bytes": 403000,
            },
            {
                "id": "arrival",
                "title": "After it arrives",
                "sentence": "What a receiver keeps, combines, passes on or trains with cannot be seen from this computer.",
                "count": 0,
                "bytes": 0,
            },
            {
                "id": "elsewhere",
                "title": "Other devices, other times",
                "sentence": "A phone, a controller, or this computer tomorrow, can send more than this session shows.",
                "count": 0,
                "bytes": 0,
            },
        ],
        "advice": [
            {
                "id": "retest",
                "step": "Record again, and do everything at least five times.",
                "changes": "Turns “not tested” into an answer.",
                "limits": "One session still speaks for one computer.",
                "effort": "about an hour",
            },
            {
                "id": "ask",
                "step": "Ask the service for a copy of your data.",
                "changes": "Shows what was kept, not only what left.",
                "limits": "A copy does not say what it was used for.",
                "effort": "ten minutes, then a month",
            },
            {
                "id": "owned",
                "step": "Play bought files where the mix must stay with you.",
                "changes": "A local file needs no stream.",
                "limits": "The DJ program can still send data of its own.",
                "effort": "costs money per track",
            },
        ],
        "strengths": [
            {
                "name": "Strong",
                "pips": 3,
                "meaning": "The field is documented by its maker, or was observed in the maker’s own client.",
            },
            {
                "name": "Medium",
                "pips": 2,
                "meaning": "Others worked the field out, or it can be worked out by a named formula.",
            },
            {"name": "Weak", "pips": 1, "meaning": "Only the name hints at it. Decides nothing."},
        ],
        "redactions": [{"kind": "token", "count": 984}, {"kind": "account-id", "count": 252}],
        "method": [
            {"term": "Origin", "text": "Invented by hand for tests."},
            {"term": "Program", "text": "auditor 0.0.0, catalogue 0123456789ab"},
        ],
        "notices": [
            "Synthetic capture. All numbers and companies are invented. It says nothing about any real product."
        ],
    }


def _receiver(name: str, text: str, role: str, known: bool) -> dict[str, Any]:
    share = {"demostream": 0.9, "demodeck": 0.72, "crashwatch": 1.0}.get(name, 0.0)
    size = {"demostream": 2_000_000, "demodeck": 700_000}.get(name, 200_000)
    mine = {what: count for who, what, count in FLOWS if who == name}
    return {
        "id": name,
        "name": text,
        "role": role,
        "known": known,
        "hosts": [f"events.{name}.example"],
        "messages": sum(mine.values()),
        "bytes_out": size,
        "bytes_read": round(size * share),
        "categories": mine,
    }


def _minutes() -> list[dict[str, Any]]:
    chance = random.Random(7)  # noqa: S311 - not for secrets
    loud = [4 + (chance.randrange(20, 70) if 5 <= minute < 34 else 0) for minute in range(42)]
    return [
        {"start": START + 60 * minute, "readable": count, "unreadable": count // 4}
        for minute, count in enumerate(loud)
    ]


def _answers(names: Mapping[str, str]) -> list[dict[str, Any]]:
    sentences = {row[0]: row[5] for row in ROWS}
    return [
        {
            "id": "get",
            "question": "Does DemoStream get my cue points, loops and transitions?",
            "headline": "Transitions: yes, indirectly. Cue points: not seen. Loops: not tested.",
            "points": [
                {
                    "glyph": verdict,
                    "label": names[category],
                    "text": sentences[category],
                    "claim": f"{category}.demostream",
                }
                for category, verdict in VERDICT_GLYPHS.items()
            ],
            "more": {"text": "See all kinds of data", "href": "#all"},
        },
        {
            "id": "ai",
            "question": "What could be used to train AI?",
            "headline": "3 kinds of data that a mixing program could learn from left. We cannot see whether it happens.",
            "points": [
                {"glyph": "", "label": "Left this computer", "text": "playback, seeking, transitions", "claim": ""},
                {"glyph": "", "label": "Not seen leaving here", "text": "tempo & pitch, cue points, loops", "claim": ""},
            ],
            "more": {"text": "What this version knows about terms", "href": "#ai"},
        },
        {
            "id": "blind",
            "question": "What could this test not see?",
            "headline": "19% of what passed our recording, and everything after it arrives.",
            "points": [
                {"glyph": "not visible", "label": "Sealed inside", "text": "190 parts of messages could not be decoded.", "claim": ""}
            ],
            "more": {"text": "See every blind spot", "href": "#blind"},
        },
        {
            "id": "do",
            "question": "What can I do?",
            "headline": "2 steps to begin with.",
            "points": [
                {"glyph": "", "label": "Record again, and do everything at least five times.", "text": "Turns “not tested” into an answer.", "claim": ""},
                {"glyph": "", "label": "Ask the service for a copy of your data.", "text": "Shows what was kept.", "claim": ""},
            ],
            "more": {"text": "See all steps, with limits", "href": "#do"},
        },
    ]  # fmt: skip


def _lanes() -> list[dict[str, Any]]:
    followed = {"playback": 18, "seek": 8, "transition": 6}
    lanes = []
    for category, _, _, did, *_ in ROWS:
        if did == 0:
            continue
        count = followed.get(category, 0)
        lanes.append(
            {
                "category": category,
                "did": did or 0,
                "followed": count,
                "matched": count,
                "observed": 0 if did and not count else 88,
                "headline": f"{count} of {did}" if did else "88 seen",
            }
        )
    return lanes


def demo_tables() -> dict[str, Any]:
    """Tables that fit the lanes; only what the report reads is filled with sense."""
    chance = random.Random(11)  # noqa: S311 - not for secrets
    marks: list[tuple[Any, ...]] = [
        (0, "idle", "", START, START + 300, "{}", False, False, None),
        (1, "idle", "", END - 480, END, "{}", False, False, None),
    ]
    observations: list[tuple[Any, ...]] = []
    for lane in _lanes():
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
