"""Read the attribution table: what caused what left, how sure that is, and what else it shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from auditor.catalogue.model import Category
from auditor.claims.words import many
from auditor.records import Claim
from auditor.stats import absence
from auditor.stats.attribution import Attribution
from auditor.stats.thresholds import (
    FIRM_HIT,
    FIRM_IDLE,
    FIRM_Q,
    LAG_S,
    MAX_Q,
    REACHABLE_P,
    SETTLED,
)
from auditor.stats.trials import LAGS

CAUSED, UNCLEAR = "caused", "unclear"

SURE = (
    (
        "firm",
        f"q at most {FIRM_Q}, at least {FIRM_HIT:.0%} of the actions, at most {FIRM_IDLE:.0%} of the controls",
    ),
    ("likely", f"q at most {MAX_Q}"),
)
"""How sure a cause is, and the rule for it."""

LEADS = {
    "firm": "The action causes it.",
    "likely": "The action seems to cause it.",
}
"""How a sentence about a cause begins."""

_CHANNELS = {
    "connection": "Connections that nobody could open",
    "unread": "Messages that nobody could decode",
}
_SUMS = ("count", "bytes")
_STATISTICS = ("presence", "known", "change", "count", "bytes")


@dataclass(frozen=True, slots=True)
class Cause:
    """The surest row about one claim."""

    state: str
    """`caused`, `unclear`, or empty where no action could be the cause."""
    sure: str = ""
    """A name of `SURE`; empty unless it is caused."""
    action: str = ""
    statistic: str = ""
    lag: str = ""
    n: int = 0
    hit: int = 0
    controls: int = 0
    control_hit: int = 0
    q: float = 1.0


def cause_of(
    table: pd.DataFrame, category: Category, receiver: str, fields: Collection[int], did: int
) -> Cause:
    """Return whether an action of a kind causes what the receiver got of it.

    `fields` are the rows of the fields that the claim rests on. Rows about the kind as a whole
    count too: several fields together can follow an action that none of them follows alone.
    """
    if not did:
        return Cause("")
    mine = table[
        (table["receiver"] == receiver)
        & table["action"].isin(list(category.marks))
        & (
            table["field"].isin(list(fields))
            | ((table["context"] == "kind") & (table["category"] == category.id))
        )
        & (table["q"] <= MAX_Q)
        & (table["effect"] > 0)
    ]
    if mine.empty:
        return Cause(UNCLEAR)
    causes = [_cause(row) for row in mine.to_dict("records")]
    return min(causes, key=_rank)


def told(one: Cause) -> str:
    """Say it in a sentence; empty where no action could be the cause."""
    if one.state != CAUSED:
        return " What causes it is unclear." if one.state else ""
    what = {"count": "There was more of it", "change": "Its value changed"}
    other = "hands off" if one.lag == "with" else "otherwise"
    return (
        f" {LEADS[one.sure]} {what.get(one.statistic, 'It left')} after “{spoken(one.action)}” "
        f"{one.hit} of {one.n} times, {other} {one.control_hit} of {one.controls} times."
    )


def spoken(action: str) -> str:
    """Return the name of a marked action as people say it."""
    return action.replace("-", " ")


def _cause(row: Mapping[Any, Any]) -> Cause:
    n, hit, controls, control_hit = (
        int(row[name]) for name in ("n", "hit", "controls", "control_hit")
    )
    firm = row["q"] <= FIRM_Q and hit >= FIRM_HIT * n and control_hit <= FIRM_IDLE * controls
    action, statistic, lag = (str(row[name]) for name in ("action", "statistic", "lag"))
    sure, q = ("firm" if firm else "likely"), float(row["q"])
    return Cause(CAUSED, sure, action, statistic, lag, n, hit, controls, control_hit, q)


def _rank(one: Cause) -> tuple[bool, int, float, str]:
    """Put what a reader can check by counting first."""
    place = _STATISTICS.index(one.statistic) if one.statistic in _STATISTICS else len(_STATISTICS)
    return (one.sure != "firm", place, one.q, one.action)


def causes_facts(
    found: Attribution,
    tables: dict[str, pd.DataFrame],
    categories: Sequence[Category],
    claims: Sequence[Claim],
    names: Mapping[str, str],
) -> dict[str, Any]:
    """Return as plain data what the report tells about causes.

    `names` gives the display name of a receiver.
    """
    table, marks = found.table, tables["marks"]
    by_id = {one.id: one for one in categories}
    causes = {
        one.id: cause_of(table, by_id[one.category], one.receiver, one.fields, _did(one))
        for one in claims
        if one.cause
    }
    return {
        "tests": found.tests,
        "max_q": MAX_Q,
        "lags": dict(LAGS),
        "sure": [{"name": name, "rule": rule} for name, rule in SURE],
        "claims": {name: _plain(one) for name, one in causes.items()},
        "lanes": [row for one in categories if one.marks for row in _lane(one, table, marks)],
        "periodic": [_rhythm(one, names) for one in found.rhythms],
        "clocks": [
            {
                "receiver": receiver,
                "offset_s": away,
                "sentence": f"The times in messages for {names.get(receiver, receiver)} run {abs(away):.1f} seconds {'behind' if away < 0 else 'ahead'}. That was corrected.",
            }
            for receiver, away in found.offsets.items()
        ],
        "sealed": _sealed(table, names),
        "coverage": [
            row
            for one in categories
            if one.marks
            for row in _coverage(one, marks, tables["fields"])
        ],
        "at_exit": _at_exit(marks, tables["fields"]),
    }


def _did(claim: Claim) -> int:
    return int(dict(claim.numbers)["did"])


def _plain(one: Cause) -> dict[str, Any]:
    if one.state != CAUSED:
        return {"state": one.state}
    return {name: getattr(one, name) for name in Cause.__slots__}


def _lane(category: Category, table: pd.DataFrame, marks: pd.DataFrame) -> list[dict[str, Any]]:
    """Return, per receiver and action of a kind, how often its data followed at once."""
    kinds = table[
        (table["context"] == "kind")
        & (table["category"] == category.id)
        & (table["lag"] == "with")
        & (table["statistic"] == "presence")
    ]
    idle = int((marks["action"] == "idle").sum())
    rows = []
    for action in category.marks:
        n = int((marks["action"] == action).sum())
        mine = kinds[kinds["action"] == action]
        if not n:
            continue
        if mine.empty:
            rows.append(_row(category.id, action, "", (n, 0, idle, 0), None))
        for one in mine.to_dict("records"):
            counts = (n, int(one["hit"]), int(one["controls"]), int(one["control_hit"]))
            q = None if pd.isna(one["q"]) else float(one["q"])
            rows.append(_row(category.id, action, str(one["receiver"]), counts, q))
    return rows


def _row(
    category: str, action: str, receiver: str, counts: tuple[int, int, int, int], q: float | None
) -> dict[str, Any]:
    n, hit, controls, control_hit = counts
    idle = f", idle {control_hit} of {controls}" if controls else ""
    return {
        "category": category,
        "action": action,
        "receiver": receiver,
        "n": n,
        "hit": hit,
        "idle": controls,
        "idle_hit": control_hit,
        "q": q,
        "text": f"followed by a message: {hit} of {n}{idle}",
    }


def _rhythm(one: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    who = names.get(one["receiver"], one["receiver"])
    minutes = one["covers_s"] / 60
    length = f"{minutes:.0f} minutes" if minutes >= 2 else f"{one['covers_s']:.0f} seconds"  # noqa: PLR2004
    return {
        **one,
        "sentence": (
            f"A message for {who} every {one['period_s']:.0f} seconds, whatever you do. "
            f"It shows how long you listened, or how long the program ran: here {length}."
        ),
    }


def _sealed(table: pd.DataFrame, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the sealed channels that react to an action: that they do, not what they carry."""
    mine = table[table["context"].isin(list(_CHANNELS)) & (table["q"] <= MAX_Q)]
    rows = []
    for one in mine.drop_duplicates(["receiver", "endpoint", "context", "action"]).to_dict(
        "records"
    ):
        who = names.get(str(one["receiver"]), str(one["receiver"]))
        sort = "New connections" if one["context"] == "connection" else "Messages"
        what = f"{sort} for {who} began"
        if one["statistic"] in _SUMS:
            what = f"More left for {who} than usual. Some of it left"
        rows.append(
            {
                "receiver": str(one["receiver"]),
                "endpoint": str(one["endpoint"]),
                "channel": str(one["context"]),
                "action": str(one["action"]),
                "statistic": str(one["statistic"]),
                "lag": str(one["lag"]),
                **{name: int(one[name]) for name in ("n", "hit", "controls", "control_hit")},
                "q": float(one["q"]),
                "sentence": (
                    f"{_CHANNELS[str(one['context'])]} react to “{spoken(str(one['action']))}”. {what} "
                    f"{LAGS[str(one['lag'])]} {int(one['hit'])} of {int(one['n'])} times, "
                    f"{'hands off' if one['lag'] == 'with' else 'otherwise'} {int(one['control_hit'])} of {int(one['controls'])} times. "
                    "This says that they react, not what they hold."
                ),
            }
        )
    return rows


def _coverage(
    category: Category, marks: pd.DataFrame, fields: pd.DataFrame
) -> list[dict[str, Any]]:
    done = marks[marks["category"] == category.id]
    if done.empty:
        return []
    quiet = absence.settled(done, fields)
    grown = quiet < SETTLED
    text = (
        "Coverage still growing: new fields turned up until the end."
        if grown
        else f"The last {many(quiet, 'repetition')} brought no new field."
    )
    return [{"category": category.id, "settled": quiet, "growing": grown, "sentence": text}]


def _at_exit(marks: pd.DataFrame, fields: pd.DataFrame) -> list[dict[str, Any]]:
    """Return where fields left for the first time only at the end; no test can tell their cause."""
    late = absence.at_exit(marks, fields)
    counts = Counter(zip(late["receiver"].tolist(), late["endpoint"].tolist(), strict=True))
    return [
        {"receiver": str(receiver), "endpoint": str(endpoint), "fields": count}
        for (receiver, endpoint), count in sorted(counts.items())
    ]


def method(found: Mapping[str, Any], has_marks: bool, has_schedule: bool) -> str:
    """Say for a sceptic how causes were tested."""
    order = (
        ""
        if has_schedule
        else " No schedule of this program fixed the order beforehand: what was always done together cannot be told apart."
    )
    if not has_marks:
        return "Nobody noted what was done when, so no cause was tested."
    return (
        f"{many(found['tests'], 'test')}: every field, message and sealed channel against every action, "
        f"within {LAG_S:.0f} seconds, 5 to 60 seconds later, and in the next message of its kind. Windows with "
        "the action against idle ones (later than five seconds: against all others), labels shuffled within blocks of about ten minutes, one-sided, "
        "p = (b+1)/(m+1). After Benjamini and Hochberg a cause is named from q = "
        f"{MAX_Q} down. Left out: what could not reach p = {REACHABLE_P} whatever the labels, and what goes by a clock of its own."
        f"{order}"
    )
