"""What several commands share: arguments, options, and the audit they all begin with."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from auditor.errors import AuditorError

if TYPE_CHECKING:
    from auditor.catalogue import Catalogue
    from auditor.tables.store import Audit

Command = TypeVar("Command", bound=Callable[..., Any])

KEY_VARIABLE = "AUDITOR_REDACTION_KEY"


def captures(command: Command) -> Command:
    """Add the argument CAPTURE...; `-` is standard input."""
    return click.argument(
        "captures", metavar="CAPTURE...", nargs=-1, required=True, type=click.Path(path_type=Path)
    )(command)


def fail_on(command: Command) -> Command:
    """Add --fail-on, given once per kind of data."""
    text = "Exit with 3 when this kind of data was seen leaving, also indirectly. Can be repeated."
    return click.option("--fail-on", metavar="KIND", multiple=True, help=text)(command)


def as_json(command: Command) -> Command:
    """Add --json."""
    return click.option("--json", "as_json", is_flag=True, help="Print facts and claims as JSON.")(
        command
    )


def packs(command: Command) -> Command:
    """Add --catalogue, given once per folder."""
    text = "Folder with catalogue files of your own: they add to what ships, or replace it by id."
    return click.option(
        "--catalogue",
        "packs",
        metavar="FOLDER",
        multiple=True,
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help=f"{text} Can be repeated; the last one wins.",
    )(command)


def load(packs: tuple[Path, ...] = ()) -> Catalogue:
    """Return the catalogue that ships, with the packs of the user."""
    from auditor.catalogue import load_catalogue

    return load_catalogue(packs=packs)


def print_json(value: object) -> None:
    """Print a value as JSON for scripts."""
    import json

    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def many(count: int, one: str) -> str:
    """Return a number with its noun: `1 error`, `2 errors`."""
    return f"{count} {one}" if count == 1 else f"{count} {one}s"


def workers(command: Command) -> Command:
    """Add --workers."""
    text = "Processes to share the work out among; as many as are worth it when left out."
    return click.option("--workers", metavar="N", type=click.IntRange(1, 64), help=text)(command)


def make_audit(
    paths: tuple[Path, ...], packs: tuple[Path, ...] = (), workers: int | None = None
) -> Audit:
    """Audit captures, with a progress line on a terminal.

    A single folder that already is an audit is read instead: its findings do not change any more.
    """
    # The products of the permutation tests are small: threads would wait for each other longer than
    # they work. To be said before numpy is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from auditor.audit import run_audit
    from auditor.cli.progress import Line
    from auditor.tables.store import read_audit

    made = [path for path in paths if (path / "audit.json").is_file()]
    if made and len(paths) > 1:
        raise AuditorError(
            f"{made[0]} is an audit folder; it cannot be audited together with others.",
            "Name it alone, or name the captures that it was made from.",
        )
    if made and packs:
        raise AuditorError(
            f"{made[0]} is an audit that was made before; another catalogue does not change it.",
            "Name the captures that it was made from, or leave out --catalogue.",
        )
    if made:
        return read_audit(made[0])
    with Line() as line:
        return run_audit(paths, load(packs), key(), line.show, workers)


def check_kinds(kinds: tuple[str, ...]) -> None:
    """Raise a usage error for a kind of data that does not exist."""
    from auditor.catalogue import load_catalogue

    known = load_catalogue().categories
    for kind in kinds:
        if kind not in known:
            raise click.BadParameter(
                f"{kind!r} is none of: {', '.join(known)}", param_hint="--fail-on"
            )


def unknown_services(services: tuple[str, ...]) -> list[str]:
    """Return the services that the catalogue does not have yet."""
    from auditor.catalogue import load_catalogue

    known = load_catalogue().receivers
    return [one for one in services if one not in known]


def finish(audit: Audit, kinds: tuple[str, ...]) -> None:
    """End the command with 3 when one of these kinds was seen leaving."""
    seen = {claim.category for claim in audit.claims if claim.verdict.startswith("seen")}
    found = [kind for kind in kinds if kind in seen]
    if found:
        click.echo(f"Seen leaving: {', '.join(found)}.", err=True)
        click.get_current_context().exit(3)


def key() -> bytes:
    """Return the key for redaction labels: random, unless the variable asks for a fixed one."""
    text = os.environ.get(KEY_VARIABLE)
    if not text:
        return os.urandom(32)
    if len(text) < 16:  # noqa: PLR2004
        raise AuditorError(
            f"{KEY_VARIABLE} is too short.", "Use at least 16 characters, or unset it."
        )
    return text.encode()
