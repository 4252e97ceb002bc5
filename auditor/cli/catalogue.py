"""`auditor catalogue`: look after the catalogue."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli.catalogue_score import test
from auditor.errors import AuditorError


@click.group()
def catalogue() -> None:
    """Look after the catalogue of receivers, endpoints and fields."""


@catalogue.command()
@click.argument(
    "folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
def check(folder: Path | None) -> None:
    """Check every catalogue file and run its examples; exit 1 when something is wrong.

    FOLDER is a changed copy of the catalogue that came with this program.

    \b
    Examples:
      auditor catalogue check
      auditor catalogue check my-catalogue/
    """
    from auditor.catalogue import lint, load_catalogue
    from auditor.examples import cases, problems
    from auditor.pipeline import Pipeline

    if folder and not (folder / "categories.yaml").is_file():
        raise AuditorError(
            f"{folder} is not a whole catalogue: it holds no categories.yaml.",
            "Copy the folder auditor/catalogue, add your file to its services/, and check the copy.",
        )
    loaded = load_catalogue(folder)
    findings = lint.check(folder)
    for one in findings:
        click.echo(f"{one.level}: {one.place}: {one.message}\n  {one.advice}")
    errors = sum(one.level == "error" for one in findings)
    pipeline, examples = Pipeline(loaded), 0
    for name, endpoint, example in cases(loaded):
        examples += 1
        for wrong in problems(pipeline, loaded, endpoint, example):
            click.echo(f"error: {endpoint.place}: example {name} {wrong}")
            errors += 1
    endpoints = sum(len(one.endpoints) for one in loaded.receivers.values())
    click.echo(
        f"{len(loaded.receivers)} receivers, {endpoints} endpoints, {examples} examples: "
        f"{_many(errors, 'error')}, "
        f"{_many(sum(one.level != 'error' for one in findings), 'warning')}"
    )
    if errors:
        click.get_current_context().exit(1)


def _many(count: int, one: str) -> str:
    return f"{count} {one}" if count == 1 else f"{count} {one}s"


catalogue.add_command(test)
