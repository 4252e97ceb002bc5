"""`auditor catalogue`: look into the catalogue, check it, score it, and add to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli import options
from auditor.cli.catalogue_match import match
from auditor.cli.catalogue_score import test
from auditor.cli.catalogue_show import list_receivers, show
from auditor.cli.catalogue_write import docs, draft
from auditor.errors import AuditorError

if TYPE_CHECKING:
    from auditor.catalogue.lint import Finding
    from auditor.catalogue.model import Catalogue


@click.group()
def catalogue() -> None:
    """Look into the catalogue of receivers, endpoints and fields; check, score and extend it.

    \b
    Examples:
      auditor catalogue list
      auditor catalogue show tidal/event-batch
      auditor catalogue match https://unknown.example/events --body events.json
      auditor catalogue draft flows.mitm -o my-pack/
      auditor catalogue check --catalogue my-pack/
    """


@catalogue.command()
@click.argument(
    "folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@options.packs
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def check(folder: Path | None, packs: tuple[Path, ...], as_json: bool) -> None:
    """Check every catalogue file and run its examples; exit 1 when something is wrong.

    FOLDER is a changed copy of the catalogue that came with this program. A mistake in a file is
    told as file:line:column. Files of your own are checked together with what ships.

    \b
    Examples:
      auditor catalogue check
      auditor catalogue check my-catalogue/
      auditor catalogue check --catalogue my-pack/
    """
    from auditor.catalogue import lint, load_catalogue

    if folder and not (folder / "categories.yaml").is_file():
        raise AuditorError(
            f"{folder} is not a whole catalogue: it holds no categories.yaml.",
            "Copy the folder auditor/catalogue, add your file to its services/, and check the copy; "
            "or check a few files of your own with --catalogue.",
        )
    loaded = load_catalogue(folder, packs)
    found = lint.check(folder, packs)
    examples, broken = _broken_examples(loaded)
    found = [*found, *broken]
    errors = sum(one.level == "error" for one in found)
    if as_json:
        from dataclasses import asdict

        options.print_json([asdict(one) for one in found])
    else:
        for one in found:
            click.echo(f"{one.level}: {one.place}: {one.message}\n  {one.advice}")
        endpoints = sum(len(one.endpoints) for one in loaded.receivers.values())
        click.echo(
            f"{len(loaded.receivers)} receivers, {endpoints} endpoints, {examples} examples: "
            f"{options.many(errors, 'error')}, {options.many(len(found) - errors, 'warning')}"
        )
    if errors:
        click.get_current_context().exit(1)


def _broken_examples(loaded: Catalogue) -> tuple[int, list[Finding]]:
    """Return how many examples there are, and what is wrong with some."""
    from auditor.catalogue.lint import Finding
    from auditor.examples import cases, problems
    from auditor.pipeline import Pipeline

    pipeline, count, found = Pipeline(loaded), 0, []
    for name, endpoint, example in cases(loaded):
        count += 1
        for wrong in problems(pipeline, loaded, endpoint, example):
            message = f"example {name} {wrong}"
            advice = f"See `auditor catalogue match {example.url}` for what it is taken for."
            found.append(Finding("examples-hold", "error", endpoint.place, message, advice))
    return count, found


for command in (list_receivers, show, match, test, docs, draft):
    catalogue.add_command(command)
