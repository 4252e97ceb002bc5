"""`auditor doctor`: check a test machine before and after a session."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from auditor.catalogue.model import Application
    from auditor.doctor.finding import Finding

_STYLE = {"ok": "green", "note": "blue", "warning": "dark_orange3", "problem": "bold red"}


@click.command()
@click.option("--after", is_flag=True, help="Only look for what a session left behind.")
@click.option(
    "--app",
    metavar="ID",
    help="Also tell whether this DJ application will accept our certificate.",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65_535),
    default=8080,
    show_default=True,
    help="The port on which the capture will listen.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=".",
    show_default=True,
    help="Where the session folder will be.",
)
@click.option(
    "--confdir",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    default="~/.mitmproxy",
    show_default=True,
    help="mitmproxy's configuration folder.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(
    after: bool, app: str | None, port: int, output: Path, confdir: Path, as_json: bool
) -> None:
    """Check this machine before a capture session, and find what is left after it.

    Nothing is changed and nothing is asked of the network. Every finding that is not ok says what
    to do next. Exit code 0: no problem was found, perhaps warnings. Exit code 1: a problem was
    found. With --after, everything that a session left behind is a problem.

    What it does on macOS and Windows was written from documentation and not tried there.

    \b
    Examples:
      auditor doctor
      auditor doctor --app rekordbox -o sessions/
      auditor doctor --after
      auditor doctor --json --port 8888
    """
    from auditor.doctor.examine import examine, examine_leftovers
    from auditor.doctor.machine import gather

    application = _application(app)
    machine = gather(confdir.expanduser(), output, port, sys.stdout.encoding or "")
    findings = examine_leftovers(machine) if after else examine(machine, application)
    if as_json:
        _print_json(findings)
    else:
        _print_table(findings)
    if any(one.level == "problem" for one in findings):
        click.get_current_context().exit(1)


def _application(name: str | None) -> Application | None:
    from auditor.catalogue.applications import find_application, load_applications

    if name is None:
        return None
    application = find_application(name)
    if not application.id:
        known = ", ".join(load_applications())
        raise click.BadParameter(f"{name!r} is none of: {known}", param_hint="--app")
    return application


def _print_json(findings: tuple[Finding, ...]) -> None:
    """Print in ASCII, so that every console keeps it whole."""
    from dataclasses import asdict

    listed = [{**asdict(one), "topic": one.topic} for one in findings]
    click.echo(json.dumps({"findings": listed, "counts": _counts(findings)}, indent=1))


def _print_table(findings: tuple[Finding, ...]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from auditor.doctor.finding import TOPICS

    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    topic = ""
    for one in findings:
        if one.topic != topic:
            topic = one.topic
            table.add_row("", "")
            table.add_row("", Text(TOPICS[topic], style="bold"))
        table.add_row(Text(one.level, style=_STYLE[one.level]), Text(one.sentence))
        if one.next_step:
            table.add_row("", Text(f"Next: {one.next_step}", style="dim"))
    console.print(table)
    counts = _counts(findings)
    click.echo(
        f"\n{_many(counts['problem'], 'problem')}, {_many(counts['warning'], 'warning')}, "
        f"{_many(counts['note'], 'note')}."
    )


def _many(count: int, one: str) -> str:
    return f"{count} {one}" if count == 1 else f"{count} {one}s"


def _counts(findings: tuple[Finding, ...]) -> dict[str, int]:
    levels = ("ok", "note", "warning", "problem")
    return {level: sum(one.level == level for one in findings) for level in levels}
