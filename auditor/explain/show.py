"""Spell a chain as lines for people and as plain data for scripts. Everything in it is redacted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from auditor.explain.records import Chain, Range, Trail

_STATES = {
    "same": "the file is the one that was audited",
    "differs": "THE FILE DIFFERS from the one that was audited",
    "missing": "not read again",
}
_WIDTH = 13


def lines(chain: Chain) -> Iterator[str]:
    """Yield the chain from the claim down to the capture."""
    claim = chain.claim
    sure = f", {claim.strength}" if claim.strength else ""
    yield f"Claim {claim.id}: {claim.verdict}{sure} (rule {claim.reason})"
    yield f"  {claim.sentence}"
    if claim.falsifier:
        yield f"  What would change this: {claim.falsifier}"
    yield from (f"  {note}" for note in chain.notes)
    for number, trail in enumerate(chain.trails, 1):
        yield ""
        of = len(chain.trails) + chain.more
        yield f"Observation {number} of {of} (row {trail.row}): {trail.value}"
        yield from (f"  {name:{_WIDTH}}{text}" for name, text in _levels(trail))
    if chain.more:
        yield ""
        yield f"{chain.more} more; `--all` shows them."


def _levels(trail: Trail) -> Iterator[tuple[str, str]]:
    field, exchange, capture = trail.field, trail.exchange, trail.capture
    event = f", event {field.event}" if field.event else ""
    times = f"{_many(field.count, 'value')} in {_many(field.messages, 'message')}"
    yield "field", f"{field.context} {field.path}{event} (row {field.row}; {times})"
    yield "means", field.means or "no rule says"
    yield "known from", f"{field.rule or 'no rule'} ({field.basis or 'no evidence named'})"
    yield "source", field.source or "none in the catalogue: read from the name or the value"
    yield "decoded", " › ".join(trail.steps) or "nothing to decode"
    for number, one in enumerate(trail.ranges):
        yield "" if number else "bytes", f"{where(one)}"
    if trail.ends:
        yield "bytes", trail.ends
    before, value, after = trail.excerpt
    if trail.ranges:
        yield "excerpt", f"{before}▸{value}◂{after}"
    message = f", message {exchange.message}" if exchange.message else ""
    to = " ".join(part for part in (exchange.method, exchange.host) if part)
    yield "exchange", f"{exchange.number}{message}: {exchange.time} {to}, {exchange.endpoint}"
    yield "capture", f"{capture.name} ({capture.format}), SHA-256 {capture.sha256}"
    yield "", _STATES[capture.state]


def where(one: Range) -> str:
    """Say where a range is; bytes are counted from 0, and the last one is included."""
    inside = f"{one.inside} ({len(one.data):,} bytes)"
    if one.steps and one.inside.startswith("value of "):
        inside = f"{inside}, after {' › '.join(one.steps)}"
    if not one.places:
        return f"{inside}: somewhere in it; the place was not found"
    place = f"byte {one.start:,}, empty"
    if one.end > one.start:
        place = f"bytes {one.start:,} to {one.end - 1:,}"
    if one.places > 1:
        return f"{inside}: {place}, one of {one.places:,} places that read the same"
    how = {"search": ", the only place with this spelling", "order": ", by its turn among equals"}
    return f"{inside}: {place}{how.get(one.how, '')}"


def plain(chain: Chain) -> dict[str, Any]:
    """Return the chain as data for JSON; `end` is behind the last byte."""
    claim = chain.claim
    return {
        "claim": {
            "id": claim.id,
            "sentence": claim.sentence,
            "verdict": claim.verdict,
            "strength": claim.strength,
            "reason": claim.reason,
            "falsifier": claim.falsifier,
        },
        "observations": [_plain(trail) for trail in chain.trails],
        "more": chain.more,
        "notes": list(chain.notes),
    }


def _plain(trail: Trail) -> dict[str, Any]:
    return {
        "row": trail.row,
        "value": trail.value,
        "field": asdict(trail.field),
        "steps": list(trail.steps),
        "ranges": [
            {
                "inside": one.inside,
                "steps": list(one.steps),
                "size": len(one.data),
                "start": one.start,
                "end": one.end,
                "places": one.places,
                "how": one.how,
            }
            for one in trail.ranges
        ],
        "excerpt": list(trail.excerpt) if trail.ranges else None,
        "ends": trail.ends,
        "exchange": asdict(trail.exchange),
        "capture": asdict(trail.capture),
    }


def _many(count: int, one: str) -> str:
    return f"{count:,} {one}" if count == 1 else f"{count:,} {one}s"
