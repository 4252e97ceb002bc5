"""`auditor selftest`: the whole way from an application to the report, rehearsed with known values."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.errors import AuditorError

if TYPE_CHECKING:
    from rich.table import Table

    from auditor.selftest.result import Result
    from auditor.selftest.score import Score

_NOTE = (
    "Everything in this rehearsal is synthetic: invented values, a scripted client and our own "
    "servers on this computer. No DJ application and no streaming service took part."
)
_WHOLE = frozenset({"Format", "The client …", ""})
"""Columns that do not wrap."""

_GOOD, _BAD, _LATER = "green", "bold red", "dim"


@click.command()
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Of the values.")
@click.option(
    "--keep",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Leave the recorded sessions in this folder.",
)
@click.option(
    "--sigkill/--no-sigkill",
    default=True,
    show_default=True,
    help="Also kill a proxy in the middle of a conversation.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def selftest(seed: int, keep: Path | None, sigkill: bool, as_json: bool) -> None:
    """Rehearse a capture on this computer and count what of it arrives in the audit.

    A real mitmdump with our addons records a scripted client. The client sends planted values in
    every wire format, refuses certificates, speaks raw TCP and QUIC, and dies. Then the session is
    read back. Nothing leaves this computer, and no DJ application takes part.

    Exit code 0: everything that this version promises held. Exit code 1: something did not.
    Written for Linux, macOS and Windows; so far it was run on Linux only.

    \b
    Examples:
      auditor selftest
      auditor selftest --seed 7 --keep rehearsal/
      auditor selftest --json > selftest.json
    """
    from rich.console import Console

    from auditor.selftest.run import Plan, rehearse

    with Console(stderr=True).status("Starting") as status:
        result = rehearse(Plan(seed, keep, sigkill, say=status.update))
    if as_json:
        click.echo(json.dumps(_document(result), indent=1))
    else:
        _print(result)
    if not result.green:
        raise AuditorError(_verdict(result), _next_step(result, keep))


def _document(result: Result) -> dict[str, object]:
    """Return the result as plain data, with what follows from it."""
    names = ("planted", "decoded", "named", "classified")
    return {
        "synthetic": True,
        "note": _NOTE,
        "green": result.green,
        "recall": dict(zip(names, result.recall, strict=True)),
        **asdict(result),
        "versions": dict(result.versions),
    }


def _print(result: Result) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    console.print(Text(_NOTE, style="italic"))
    for title, table in (
        ("What was planted, and what came of it", _formats(result)),
        ("What the client did, and what the session says about it", _connections(result)),
        ("What else must hold", _checks(result)),
    ):
        console.print(Text(f"\n{title}", style="bold"))
        console.print(table)
    for problem in result.problems:
        console.print(Text(f"Problem on the client's side: {problem}", style=_BAD))
    told = ", ".join(f"{name} {value}" for name, value in result.versions)
    later = sum(not one.expected for one in result.scores)
    console.print(Text(f"\n{_verdict(result)}", style=_GOOD if result.green else _BAD))
    formats = "1 format is" if later == 1 else f"{later} formats are"
    console.print(Text(f"{formats} recorded, but not read yet.", style=_LATER))
    console.print(Text(f"Seed {result.seed}; {result.seconds} s; {told}.", style=_LATER))


def _table(*columns: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for name in columns:
        table.add_column(name, no_wrap=name in _WHOLE, min_width=len(name))
    return table


def _formats(result: Result) -> Table:
    table = _table("Format", "Planted", "Recorded", "Decoded", "Classified", "")
    for one in sorted(result.scores, key=lambda score: not score.expected):
        table.add_row(
            one.plant,
            str(one.planted),
            "yes" if one.recorded else "no",
            f"{one.decoded}/{one.planted}",
            f"{one.classified}/{one.named}" if one.named else "no names",
            _word(one),
            style=_style(one),
        )
    planted, decoded, named, classified = result.recall
    table.add_row(
        "All that are read",
        str(planted),
        "",
        f"{decoded}/{planted}",
        f"{classified}/{named}",
        _share(decoded, planted),
        style="bold",
    )
    return table


def _word(score: Score) -> str:
    if score.expected or not score.recorded:
        return "ok" if score.good else "WRONG"
    return "read now" if score.complete else "not yet"


def _style(score: Score) -> str:
    if not score.good:
        return _BAD
    return "" if score.expected else _LATER


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else ""


def _connections(result: Result) -> Table:
    table = _table("The client …", "Expected", "Reported", "")
    for one in result.outcomes:
        reported = ", ".join(sorted(set(one.reported))) or "nothing"
        right = {one.expected} == set(one.reported)
        word = "ok" if one.good else "WRONG DETAIL" if right else "WRONG"
        table.add_row(one.what, one.expected, reported, word, style="" if one.good else _BAD)
    return table


def _checks(result: Result) -> Table:
    table = _table("Check", "Expected", "Found", "")
    for one in result.checks:
        word = "ok" if one.good else "WRONG"
        table.add_row(one.what, one.expected, one.found, word, style="" if one.good else _BAD)
    return table


def _verdict(result: Result) -> str:
    planted, decoded, named, classified = result.recall
    wrong = sum(
        not one.good for part in (result.scores, result.outcomes, result.checks) for one in part
    ) + len(result.problems)
    told = (
        f"{decoded} of {planted} planted values were decoded, "
        f"{classified} of {named} with a name were classified."
    )
    return f"All green: {told}" if result.green else f"Wrong in {wrong} places. {told}"


def _next_step(result: Result, keep: Path | None) -> str:
    if not keep:
        seed = result.seed
        return f"Run `auditor selftest --seed {seed} --keep FOLDER` and look at FOLDER/session."
    return f"Look at {keep / 'session'}; `auditor doctor` checks this computer."
