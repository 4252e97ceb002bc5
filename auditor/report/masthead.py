"""Make the top of the page: what was recorded, when, and the waveform of what left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.report.figures import waveform
from auditor.report.text import duration, number, plural, share, span
from auditor.report.view import Masthead


def make_masthead(facts: Mapping[str, Any]) -> Masthead:
    """Return title, facts and waveform; what the audit does not know is left out."""
    session = facts["session"]
    app = f"{session['app']} {session['app_version']}".strip() or session["title"]
    services = f"with {', '.join(session['services'])}" if session["services"] else ""
    title = "What left this computer"
    if session["app_kind"] == "DJ application":
        title += " while you mixed"
    bars, seconds = waveform(facts["minutes"], facts["bin_s"])
    unit = "minute" if duration(seconds) == "60 s" else duration(seconds)
    return Masthead(
        title=title,
        page_title=f"{title} ({' '.join(filter(None, (app, services)))})",
        facts=((app, services), *_facts(facts)),
        bars=bars,
        wave_label=_wave_label(facts, len(bars), unit),
        wave_caption=f"Your session: one bar per {unit}, taller = more messages sent.",
    )


def _facts(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    session, totals = facts["session"], facts["totals"]
    noun = "action marked" if session["actions"] == 1 else "actions marked"
    lines = [("", session["system"])]
    if session["started"]:
        lines.append(("", span(session["started"], session["ended"])))
    lines.append((number(session["actions"]), noun))
    if totals["bytes_out"] + totals["bytes_unopened"]:
        lines.append((share(facts["coverage"]["readable"]), "of sent data readable"))
    lines.append(("", "Made on this computer, nothing uploaded"))
    return [line for line in lines if any(line)]


def _wave_label(facts: Mapping[str, Any], bars: int, unit: str) -> str:
    read = sum(one["readable"] for one in facts["minutes"])
    dark = sum(one["unreadable"] for one in facts["minutes"])
    return (
        f"Messages sent over the session, {plural(bars, 'bar')}, one per {unit}: "
        f"{number(read)} readable, {number(dark)} not readable."
    )
