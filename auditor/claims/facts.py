"""Facts of the session and the fixed texts that go with every report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from auditor.claims import causes, checks
from auditor.claims.words import SHOWN, many, percent, times
from auditor.sources.capture import Capture
from auditor.stats import thresholds
from auditor.stats.clock import seconds

STRENGTHS = (
    {
        "name": "Strong",
        "pips": 3,
        "meaning": "The field is documented by its maker, or was observed in the maker’s own client.",
    },
    {
        "name": "Medium",
        "pips": 2,
        "meaning": "Others worked the field out from code. Or its name says it plainly and its value fits. Or the data can be worked out by a named formula.",
    },
    {
        "name": "Weak",
        "pips": 1,
        "meaning": "Only the name of the field hints at it. It is listed in the annex as a candidate and decides nothing.",
    },
)


def capture_facts(captures: Sequence[Capture], counts: Sequence[int]) -> list[dict[str, Any]]:
    """Describe what was read; call it when every capture was read to its end."""
    return [
        {
            "name": one.name,
            "format": one.format,
            "sha256": one.sha256,
            "size": one.size,
            "exchanges": count,
            "losses": [
                {
                    "reason": loss.reason,
                    "count": loss.count,
                    "size": loss.size,
                    "detail": loss.detail,
                }
                for loss in one.losses
            ],
        }
        for one, count in zip(captures, counts, strict=True)
    ]


def session_facts(
    captures: Sequence[Capture], tables: dict[str, pd.DataFrame], names: dict[str, str]
) -> dict[str, Any]:
    """Describe the session; of several captures the first one with a `session.yaml` speaks.

    `names` gives the display name of a catalogue id.
    """
    told = next((one.session.facts for one in captures if one.session.facts), {})
    app = told.get("app") or {}
    started, ended = _span(told, tables)
    done = tables["marks"][tables["marks"]["action"] != "idle"]
    strange = done.loc[done["category"] == "", "action"]
    errors = sum(one.session.addon_errors for one in captures)
    return {
        "title": str(told.get("title") or captures[0].name),
        "app": str(app.get("name") or ""),
        "app_version": str(app.get("version") or ""),
        "app_kind": str(app.get("kind") or ""),
        "services": [names.get(str(one), str(one)) for one in told.get("services") or ()],
        "service_ids": [str(one) for one in told.get("services") or ()],
        "system": str(told.get("system") or ""),
        "synthetic": bool(told.get("synthetic")),
        "canned_server": bool(told.get("canned_server")),
        "provenance": str(told.get("provenance") or ""),
        "started": started,
        "ended": ended,
        "has_marks": len(done) > 0,
        "has_journal": all(one.session.has_journal for one in captures),
        "actions": len(done),
        "unknown_actions": sorted({str(action) for action in strange}),
        "idle": len(tables["marks"]) - len(done),
        "tail_s": round(max(0.0, ended - float(seconds(done["end"]).max())), 1)
        if len(done)
        else 0.0,
        "formats": sorted({one.format for one in captures}),
        "control": checks.control(told),
        "protocol": checks.schedule(told),
        "stopped": str(told.get("stopped") or ""),
        "interventions": _interventions(captures),
        "damaged": errors > 0,
        "addon_errors": errors,
    }


def _interventions(captures: Sequence[Capture]) -> list[dict[str, Any]]:
    """Count by kind what we did to the traffic, and name the first targets."""
    every = [one for capture in captures for one in capture.session.interventions]
    return [
        {
            "what": what,
            "count": sum(one.what == what for one in every),
            "targets": sorted({one.target for one in every if one.what == what and one.target})[
                :SHOWN
            ],
        }
        for what in sorted({one.what for one in every})
    ]


def _span(told: dict[str, Any], tables: dict[str, pd.DataFrame]) -> tuple[float, float]:
    """Return first and last moment of the session in seconds since 1970."""
    times = [
        seconds(tables[name][column]).dropna()
        for name, column in (
            ("exchanges", "time"),
            ("marks", "start"),
            ("marks", "end"),
            ("connections", "started"),
            ("connections", "ended"),
        )
    ]
    known = pd.concat(times, ignore_index=True)
    first, last = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    return float(told.get("started") or first), float(told.get("ended") or last)


def notices(
    session: dict[str, Any], captures: Sequence[dict[str, Any]], totals: Mapping[str, int]
) -> list[str]:
    """Return the lines that must stand above everything else."""
    lines = []
    if session["synthetic"]:
        lines.append("Synthetic capture. It says nothing about any real product.")
    if session["canned_server"]:
        who = session["app_kind"] or "program"
        lines.append(f"Staged recording: a {who} talked to replies we made ourselves.")
    if session["app_kind"] and session["app_kind"] != "DJ application":
        lines.append("No DJ application was running in this session, so it says nothing about one.")
    if session["damaged"]:
        lines.append(
            f"The recorder failed {times(session['addon_errors'])}: this session is damaged."
        )
    lines += checks.notices(session)
    if not sum(one["exchanges"] for one in captures):
        lines.append("This recording holds no message. Was the program set to use it?")
    if session["unknown_actions"]:
        names = ", ".join(session["unknown_actions"][:5])
        lines.append(f"Marks with a name this program does not know were left aside: {names}.")
    lines += _unlisted(totals["observations_listed"], totals["observations"])
    lost = sum(loss["count"] for one in captures for loss in one["losses"])
    if lost:
        aside = "was" if lost == 1 else "were"
        part = many(lost, "part")
        lines.append(f"{part} of the recording could not be read, or {aside} left aside.")
    return lines


def _unlisted(listed: int, whole: int) -> list[str]:
    line = (
        f"This recording is very large: {listed:,} of {whole:,} observations are listed, those of"
        " some exchanges chosen by chance. What is counted is counted from all of them."
    )
    return [line] if listed < whole else []


def method(
    session: dict[str, Any],
    captures: Sequence[dict[str, Any]],
    tool: dict[str, str],
    found: Mapping[str, Any],
) -> list[dict[str, str]]:
    """Say how this report was made, for a sceptic; `found` comes from `auditor.claims.causes`."""
    rows = [
        (
            "Captures",
            "; ".join(
                f"{one['name']} ({one['format']}, {one['size']:,} bytes, SHA-256 {one['sha256']})"
                for one in captures
            ),
        ),
        ("Origin", session["provenance"] or "Not stated."),
        *checks.method(session),
        ("Program", f"auditor {tool['version']}, catalogue {tool['catalogue']}"),
        (
            "What counts as sent",
            "Bodies, paths and queries that left this computer. Headers are searched, but their bytes are not counted.",
        ),
        (
            "Seen leaving",
            "At least one value in an outgoing message that a rule of strong or medium evidence names.",
        ),
        (
            "Tested, not seen",
            (
                f"Done at least {thresholds.MIN_TRIES} times; at least {percent(thresholds.MIN_READABLE)} of the bytes within "
                f"{thresholds.FLUSH_S:.0f} seconds of it readable; the recording ran on for at least {thresholds.MIN_TAIL_S:.0f} seconds; "
                "connections listed; test messages of our own planted and found again."
            ),
        ),
        (
            "Followed by",
            (
                "The value’s own time, or else the time it left, lies between "
                f"{thresholds.LEAD_S} seconds before and {thresholds.LAG_S:.0f} seconds after the action."
            ),
        ),
        (
            "Seen, indirectly",
            (
                f"A position of at least {thresholds.MIN_TRIES} moves, and of {percent(thresholds.MIN_TRACED)} of them, left as a value "
                f"at most {thresholds.NEAR_POSITION_S} seconds off, with a time at most {thresholds.NEAR_S:.0f} seconds off."
            ),
        ),
        ("Cause", causes.method(found, session["has_marks"], bool(session["protocol"]))),
        (
            "Redaction",
            "Secrets are replaced by labels made with a random key of this one report. Equal labels mean equal values.",
        ),
    ]
    return [{"term": term, "text": text} for term, text in rows]
