"""The answers in the terminal."""

from __future__ import annotations

import json
from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from auditor.report.verdicts import VERDICTS
from auditor.tables.store import Audit

_STYLE = {
    "seen": "dark_orange3",
    "seen, indirectly": "dark_orange3",
    "not seen": "blue",
    "not tested": "dim",
    "not visible": "bold",
}


def print_json(audit: Audit) -> None:
    """Print facts and claims as one JSON object, in ASCII so that every console keeps it whole."""
    document = {"facts": audit.facts, "claims": [asdict(claim) for claim in audit.claims]}
    click.echo(json.dumps(document, indent=1))


def print_answers(audit: Audit) -> None:
    """Print notices, the four answers, and one line per kind of data."""
    console = Console(highlight=False, soft_wrap=False)
    for notice in audit.facts["notices"]:
        console.print(Text(notice, style="bold"))
    for answer in audit.facts["answers"]:
        console.print()
        console.print(Text(answer["question"], style="dim"))
        console.print(Text(answer["headline"], style="bold"))
    console.print()
    console.print(_table(audit))


def _table(audit: Audit) -> Table:
    table = Table(box=None, pad_edge=False, expand=False)
    table.add_column("Kind of data", no_wrap=True)
    table.add_column("Verdict", no_wrap=True)
    table.add_column("What we saw")
    names = {one["id"]: one["name"] for one in audit.facts["categories"]}
    for row in audit.facts["rows"]:
        verdict = Text(VERDICTS[row["verdict"]].word, style=_STYLE[row["verdict"]])
        table.add_row(names[row["category"]], verdict, Text(row["sentence"]))
    return table
