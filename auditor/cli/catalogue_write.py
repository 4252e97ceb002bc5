"""`auditor catalogue docs` and `draft`: write a reference from the catalogue, and entries for it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli import options
from auditor.errors import AuditorError

if TYPE_CHECKING:
    from auditor.catalogue.model import Catalogue
    from auditor.draft.learn import Learner
    from auditor.draft.write import Reads
    from auditor.redact import Redactor


_SHOWN = 20
"""Hosts told by name."""


@click.command()
@click.option(
    "-o",
    "--output",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    default="docs/catalogue",
    show_default=True,
    help="Where the pages go; pages of receivers that are gone are removed.",
)
@options.packs
def docs(output: Path, packs: tuple[Path, ...]) -> None:
    """Write the catalogue as a browsable reference in Markdown.

    \b
    Examples:
      auditor catalogue docs
      auditor catalogue docs -o reference/ --catalogue my-pack/
    """
    from auditor.catalogue.reference import write_reference

    pages = write_reference(options.load(packs), output, packs)
    click.echo(f"{options.many(len(pages), 'page')}: {output / 'README.md'}")


@click.command()
@options.captures
@click.option(
    "-o",
    "--output",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write a folder for --catalogue; without it the text is printed.",
)
@click.option("--host", metavar="NAME", help="Only hosts whose name ends like this.")
@click.option("--force", is_flag=True, help="Replace files that are already in the folder.")
@options.packs
def draft(
    captures: tuple[Path, ...],
    output: Path | None,
    host: str | None,
    force: bool,
    packs: tuple[Path, ...],
) -> None:
    """Draft catalogue entries for what a capture holds and no rule knows.

    Addresses become templates, fields get a guess from their names and how often they were there,
    and every endpoint says how much it looks like telemetry, and why. All values are invented. Read
    it, edit it, then check it.

    \b
    Examples:
      auditor catalogue draft session/ -o my-pack/
      auditor catalogue draft traffic.har --host example.com
      auditor catalogue check --catalogue my-pack/
    """
    from auditor.draft import write_drafts
    from auditor.redact import Redactor
    from auditor.sources.owners import organisations

    catalogue = options.load(packs)
    redactor = Redactor(os.urandom(32))
    learner, name = _learn(captures, catalogue, redactor, host)
    learned = learner.learned()
    _tell(learner)
    if not learned:
        return
    owners = {host: one for path in captures for host, one in organisations(path).items()}
    files = write_drafts(learned, catalogue, name, redactor, _reader(catalogue), owners)
    if output is None:
        for number, (file, text) in enumerate(files.items()):
            click.echo(("---\n" if number else "") + f"# services/{file}\n{text}", nl=False)
        return
    folder = output / "services"
    taken = [file for file in files if (folder / file).exists()]
    if taken and not force:
        raise AuditorError(
            f"{output} already holds {', '.join(taken)}.", "Name another folder, or use --force."
        )
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8")
    count = sum(map(len, learned.values()))
    click.echo(
        f"{options.many(count, 'endpoint')} in {options.many(len(files), 'file')}: {folder}\n"
        f"Next: edit, then `auditor catalogue check --catalogue {output}`"
    )


def _learn(
    captures: tuple[Path, ...], catalogue: Catalogue, redactor: Redactor, host: str | None
) -> tuple[Learner, str]:
    """Return what was learned, and the name of the captures."""
    from auditor.draft import Learner
    from auditor.look import look
    from auditor.pipeline import Pipeline
    from auditor.sources import find, open_capture

    pipeline, learner = Pipeline(catalogue), Learner(catalogue, redactor)
    files = find(captures)
    for file in files:
        capture = open_capture(file, replies=False)
        for exchange in capture.exchanges:
            if host is None or exchange.host.lower().endswith(host.lower()):
                learner.add(exchange, look(pipeline, exchange))
        for one in capture.session.connections:
            if one.sni and pipeline.owner(one.sni) == one.sni.lower():
                learner.add_connection(one)
    name = files[0].name + (f" and {len(files) - 1} more" if len(files) > 1 else "")
    return learner, name


def _tell(learner: Learner) -> None:
    """Say on standard error what is not in the draft, and why."""
    looked_at = options.many(learner.seen, "request")
    if not learner.learned():
        why = f"rules know all of {looked_at}" if learner.seen else "no request can be read"
        click.echo(f"Nothing to draft: {why}.", err=True)
    for reason, count in learner.skipped.items():
        click.echo(f"Left out: {options.many(count, 'exchange')}, {reason}.", err=True)
    sealed = sorted(learner.sealed)
    if sealed:
        more = f" and {len(sealed) - _SHOWN} more" if len(sealed) > _SHOWN else ""
        click.echo(
            f"Unknown hosts whose content was not seen: {', '.join(sealed[:_SHOWN])}{more}.",
            err=True,
        )


def _reader(catalogue: Catalogue) -> Reads:
    from auditor.catalogue.example import to_exchange
    from auditor.catalogue.model import Example
    from auditor.look import look
    from auditor.pipeline import Pipeline

    pipeline = Pipeline(catalogue)

    def reads(example: Example) -> set[tuple[str, str]]:
        fields = look(pipeline, to_exchange(example)).fields
        return {(one.context, one.path) for one in fields}

    return reads
