"""How often attribution is wrong, and how much it finds: simulated sessions whose truth is known.

    python bench/simulate.py                       # what docs/simulation.md shows; minutes
    python bench/simulate.py --sessions 20 --only null --only delays

The schedule is the one `auditor capture` makes of the protocol `standard`, with fewer actions. The
traffic is invented: endpoints that send at random, in bursts, by a clock, in batches, and more and
more often; and one endpoint per planted action, which sends after a share of its actions and after a
share of all other windows. The tables go through `auditor.stats.attribution` as those of a capture do.
"""

# ruff: noqa: INP001, PLR2004
from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import click
import numpy as np
import pandas as pd

from auditor.capture.schedule import Schedule, make_schedule
from auditor.catalogue.protocol import load_protocol
from auditor.stats import permutation
from auditor.stats.attribution import Attribution, attribute
from auditor.stats.thresholds import MAX_Q
from auditor.tables.build import frame
from auditor.tables.schema import TABLES

BEGAN = 1_800_000_000.0
KINDS = ("random", "bursts", "clock", "batches", "growing")
ACTIONS = ("seek", "cue-set", "tempo", "fx")
PARTS = ("null", "mixed", "power", "delays")

ALPHA = 2.5e-4
"""The level of one test when about 200 fields are tested: 0.05 / 200."""


@dataclass(frozen=True, slots=True)
class Planted:
    """An endpoint that follows an action."""

    action: str
    rate: float
    """Share of the actions after which it sends."""
    background: float = 0.05
    """Share of the other windows in which it sends all the same."""
    batch: tuple[float, float] | None = None
    """Least and most seconds between two uploads; None when it sends at once."""
    told: bool = True
    """Whether the message says when something happened."""
    skew: float = 0.0
    """Seconds that its clock runs ahead."""


def windows(actions: Sequence[str], repeat: int, seed: int) -> tuple[Schedule, pd.DataFrame]:
    """Return a schedule and its marks; a tester is up to half a second late."""
    protocol = load_protocol("standard")
    chosen = tuple(
        replace(one, repeat=repeat, values=()) for one in protocol.actions if one.id in actions
    )
    conditions = tuple(replace(one, actions=tuple(actions)) for one in protocol.conditions)
    protocol = replace(protocol, actions=chosen, conditions=conditions, idle_count=repeat)
    schedule = make_schedule(protocol, seed)
    chance = np.random.default_rng([seed, 1])
    rows = []
    for step in schedule.steps:
        if step.marks:
            start = BEGAN + step.start + chance.random() / 2
            rows.append(
                (
                    len(rows),
                    step.marks[0],
                    "",
                    start,
                    start + step.seconds,
                    "{}",
                    False,
                    False,
                    None,
                )
            )
    return schedule, frame(rows, TABLES["marks"])


class Traffic:
    """The tables of one simulated session, while they grow."""

    def __init__(self, length: float, seed: int) -> None:
        self.length = length
        self.chance = np.random.default_rng(seed)
        self._exchanges: list[tuple[Any, ...]] = []
        self._observations: list[tuple[Any, ...]] = []
        self._fields: list[tuple[str, str, str]] = []

    def endpoint(self, site: tuple[str, str], happened: np.ndarray, how: Planted) -> None:
        """Add an endpoint that sends what happened, by receiver and name.

        Its values: a constant, a counting number, one of three words, one that is there half the
        time. A batch is also sent when nothing happened, with a value of its own.
        """
        first = len(self._fields)
        self._fields += [(*site, path) for path in ("constant", "number", "word", "half", "batch")]
        happened = np.sort(happened[(happened >= 0) & (happened < self.length)])
        if how.batch:
            due = np.cumsum(self.chance.uniform(*how.batch, int(self.length / how.batch[0]) + 2))
            numbers = np.searchsorted(due, happened) + len(self._exchanges)
            due = due[due < self.length + how.batch[1]]
            sent = due[numbers - len(self._exchanges)]
        else:
            due = sent = happened + self.chance.exponential(0.2, len(happened))
            numbers = np.arange(len(happened)) + len(self._exchanges)
        if how.batch:
            self._observe(due, np.arange(len(due)) + len(self._exchanges), None, first + 4, "z")
        self._exchanges += [(at, *site) for at in due.tolist()]
        told = happened + how.skew if how.told else None
        for number, row in enumerate(zip(sent, numbers, strict=True)):
            values = ["x", str(number), "abc"[self.chance.integers(3)]]
            values += ["y"] if self.chance.random() < 0.5 else []
            at = None if told is None else told[number : number + 1]
            for place, value in enumerate(values):
                self._observe(*(np.array([one]) for one in row), at, first + place, value)

    def _observe(
        self,
        sent: np.ndarray,
        exchange: np.ndarray,
        told: np.ndarray | None,
        field: int,
        value: str,
    ) -> None:
        times = np.full(len(sent), np.nan) if told is None else told
        rows = zip(exchange.tolist(), sent.tolist(), times.tolist(), strict=True)
        self._observations += [(*row, field, value) for row in rows]

    def noise(self, number: int) -> None:
        """Add an endpoint that follows nothing; the number chooses its kind."""
        kind, length, chance = KINDS[number % len(KINDS)], self.length, self.chance
        count = int(chance.integers(10, 300))
        batch: tuple[float, float] | None = None
        if kind == "random":
            times = chance.uniform(0, length, count)
        elif kind == "bursts":
            times = np.repeat(chance.uniform(0, length, count // 8 + 1), 8)
            times = times + chance.exponential(3, len(times))
        elif kind == "clock":
            period = float(chance.choice([10.0, 30.0, 60.0]))
            times = np.arange(chance.uniform(0, period), length, period)
            times = times + chance.exponential(0.1, len(times))
        elif kind == "batches":
            times, batch = chance.uniform(0, length, count), (30.0, 300.0)
        else:
            times = length * np.sqrt(chance.random(count))
        how = Planted("", 0.0, batch=batch, told=bool(chance.random() < 0.5))
        self.endpoint(("host", f"{kind}-{number}"), times, how)

    def plant(self, name: str, one: Planted, marks: pd.DataFrame) -> None:
        """Add an endpoint that follows an action."""
        ended = (marks["end"] - pd.Timestamp(BEGAN, unit="s", tz="UTC")).dt.total_seconds()
        share = np.where(marks["action"] == one.action, one.rate, one.background)
        hit = self.chance.random(len(marks)) < share
        times = ended[hit].to_numpy() + self.chance.uniform(0, 1, int(hit.sum()))
        self.endpoint((name, name), times, one)

    def tables(self, marks: pd.DataFrame) -> dict[str, pd.DataFrame]:
        """Return the tables; only the columns that attribution reads are filled."""
        exchanges = pd.DataFrame(self._exchanges, columns=["time", "receiver", "endpoint"])
        exchanges = exchanges.assign(
            time=_moments(exchanges["time"]), messages_out=1, bytes_out=400
        )
        columns = ["exchange", "time", "event_time", "field", "value"]
        rows = pd.DataFrame(self._observations, columns=columns)
        fields = pd.DataFrame(self._fields, columns=["receiver", "endpoint", "path"])
        rows = rows.assign(
            time=_moments(rows["time"]),
            event_time=_moments(rows["event_time"]),
            message=0,
            receiver=fields["receiver"].to_numpy()[rows["field"]],
            category="playback",
            strength="weak",
        )
        fields = fields.assign(event="", context="body", category="playback")
        empty = {name: frame([], TABLES[name]) for name in ("unread", "connections")}
        return {
            "exchanges": exchanges,
            "observations": rows,
            "fields": fields,
            "marks": marks,
            **empty,
        }


def _moments(seconds: pd.Series) -> pd.Series:
    return pd.to_datetime((seconds + BEGAN) * 1000, unit="ms", utc=True).astype(
        "datetime64[ms, UTC]"
    )


def session(
    plants: Sequence[Planted],
    noise: int,
    seed: int,
    repeat: int = 15,
    actions: Sequence[str] = ACTIONS,
) -> Attribution:
    """Simulate one session and attribute what left; planted endpoints are named `planted-ACTION`."""
    schedule, marks = windows(actions, repeat, seed)
    traffic = Traffic(schedule.seconds, seed)
    for number in range(noise):
        traffic.noise(number)
    for one in plants:
        traffic.plant(f"planted-{one.action}", one, marks)
    return attribute(traffic.tables(marks), seed)


def named(found: Attribution) -> pd.DataFrame:
    """Return the pairs of endpoint and action that were named as cause and effect."""
    table = found.table
    hits = table[(table["q"] <= MAX_Q) & (table["effect"] > 0)]
    return hits[["endpoint", "action"]].drop_duplicates()


# ---- the parts


def null(sessions: int, seed: int) -> list[str]:
    """Count the sessions that name a cause where nothing follows anything."""
    wrong, tests = 0, []
    for number in range(sessions):
        found = session((), 50, seed + number)
        wrong += len(named(found)) > 0
        tests.append(found.tests)
    low, high = _share(wrong, sessions)
    return [
        "| sessions | fields | tests per session (median) | sessions with a false cause | share | 95 % interval |",
        "|---|---|---|---|---|---|",
        f"| {sessions} | 200 | {int(np.median(tests))} | {wrong} | {wrong / sessions:.3f} | {low:.3f} to {high:.3f} |",
    ]


def mixed(sessions: int, seed: int) -> list[str]:
    """Count what is named wrongly where two of four actions are followed."""
    rows = [
        "| sent by | planted | found | named in all | false | false share (mean over sessions) |",
        "|---|---|---|---|---|---|",
    ]
    ways = {
        "each at once, with event time": {},
        "batches of 30 to 300 s, with event time": {"batch": (30.0, 300.0)},
        "each at once, without event time": {"told": False},
        "batches of 60 s, without event time": {"batch": (60.0, 60.0), "told": False},
    }
    for name, how in ways.items():
        found = right = wrong = 0
        shares = []
        for number in range(sessions):
            plants = [Planted(action, 0.9, **how) for action in ("cue-set", "fx")]  # type: ignore[arg-type]
            pairs = named(session(plants, 50, seed + number, actions=_actions(how)))
            good = pairs["endpoint"] == "planted-" + pairs["action"]
            found += len(pairs)
            right += int(good.sum())
            wrong += int((~good).sum())
            shares.append(float((~good).mean()) if len(pairs) else 0.0)
        rows.append(
            f"| {name} | {2 * sessions} | {right} | {found} | {wrong} | {np.mean(shares):.3f} |"
        )
    return rows


def power(sessions: int, seed: int) -> list[str]:
    """Count how often a field is found among 200, by the test alone."""
    chance = np.random.default_rng(seed)
    draws = 200 * sessions
    rows = [
        "| repetitions | " + " | ".join(f"{rate:.0%} / 5 %" for rate in (0.8, 0.9, 0.95)) + " |",
        "|---|---|---|---|",
    ]
    for repeat in (7, 8, 10, 12, 15, 20, 30):
        labels, block = np.arange(2 * repeat) < repeat, np.zeros(2 * repeat, dtype=np.int64)
        cells = []
        for rate in (0.8, 0.9, 0.95):
            hit = chance.random((2 * repeat, draws)) < np.where(labels, rate, 0.05)[:, None]
            p, _ = permutation.counted(hit.astype(float), labels, block)
            cells.append(f"{(p <= ALPHA).mean():.2f}")
        rows.append(f"| {repeat} | {' | '.join(cells)} |")
    return rows


def delays(sessions: int, seed: int) -> list[str]:
    """Count how often the cause of one endpoint is named, whatever its delay."""
    ways = {
        "at once, with event time": {},
        "at once, without event time": {"told": False},
        "batches of 30 to 300 s, with event time": {"batch": (30.0, 300.0)},
        "batches of 60 s, without event time": {"batch": (60.0, 60.0), "told": False},
        "batches of 30 to 300 s, without event time": {"batch": (30.0, 300.0), "told": False},
        "batches of 30 to 300 s, clock 0.8 s behind": {"batch": (30.0, 300.0), "skew": -0.8},
        "batches of 30 to 300 s, clock 7 s ahead": {"batch": (30.0, 300.0), "skew": 7.0},
        "batches of 30 to 300 s, clock 100 s behind": {"batch": (30.0, 300.0), "skew": -100.0},
        "batches of 30 to 300 s, clock one hour ahead": {"batch": (30.0, 300.0), "skew": 3600.0},
    }
    rates = (0.8, 0.9, 0.95)
    rows = [
        "| sent | " + " | ".join(f"{rate:.0%} / 5 %" for rate in rates) + " |",
        "|---|---|---|---|",
    ]
    for name, how in ways.items():
        cells = []
        for rate in rates:
            hits = 0
            for number in range(sessions):
                plant = Planted("cue-set", rate, **how)  # type: ignore[arg-type]
                pairs = named(session([plant], 49, seed + number, actions=_actions(how)))
                hits += ("planted-cue-set", "cue-set") in set(
                    pairs.itertuples(index=False, name=None)
                )
            cells.append(f"{hits / sessions:.2f}")
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return rows


def _actions(how: dict[str, Any]) -> Sequence[str]:
    """Return four actions, or all of the protocol: batches of a minute need a longer cycle."""
    batched = how.get("batch") and not how.get("told", True)
    return [one.id for one in load_protocol("standard").actions] if batched else ACTIONS


def _share(hits: int, tries: int) -> tuple[float, float]:
    low, high = permutation.wilson(np.array([float(hits)]), np.array([float(tries)]))
    return max(0.0, float(low[0])), float(high[0])


@click.command(help=__doc__)
@click.option("--sessions", default=200, show_default=True, help="Sessions per cell.")
@click.option("--seed", default=1, show_default=True, help="Of all random numbers.")
@click.option("--only", type=click.Choice(PARTS), multiple=True, help="Parts to run.")
def main(sessions: int, seed: int, only: Iterable[str]) -> None:
    """Print the tables as Markdown."""
    parts = {"null": null, "mixed": mixed, "power": power, "delays": delays}
    for name in tuple(only) or PARTS:
        began = time.perf_counter()
        lines = parts[name](sessions, seed)
        click.echo(f"\n**{name}** ({time.perf_counter() - began:.0f} s)\n")
        click.echo("\n".join(lines))


if __name__ == "__main__":
    main()
