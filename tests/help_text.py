"""The part of the README that is made from `--help`."""

from __future__ import annotations

import click
from click.testing import CliRunner

from auditor.cli import cli

BEGIN, END = "<!-- help: python tests/update_readme.py -->", "<!-- end of help -->"


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return the names of every command below a group, in order."""
    found: list[tuple[str, ...]] = []
    for name, command in sorted(group.commands.items()):
        found.append((*path, name))
        if isinstance(command, click.Group):
            found.extend(commands(command, (*path, name)))
    return found


def help_text(path: tuple[str, ...]) -> str:
    """Return what `auditor … --help` prints, 100 columns wide."""
    result = CliRunner().invoke(cli, [*path, "--help"], prog_name="auditor", terminal_width=100)
    assert result.exit_code == 0
    return result.output.rstrip()


def block() -> str:
    """Return the help of every command, as it must stand in the README."""
    parts = [
        f"```text\n$ {' '.join(('auditor', *path))} --help\n{help_text(path)}\n```"
        for path in [(), *commands(cli)]
    ]
    return "\n\n".join([BEGIN, *parts, END])
