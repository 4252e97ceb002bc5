"""`auditor audit`: the result as plain tables, for researchers and scripts."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli import options


@click.command()
@options.captures
@click.option(
    "-o",
    "--output",
    metavar="FOLDER",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for audit.json and the tables.",
)
@options.packs
@options.workers
@options.as_json
@options.fail_on
def audit(
    captures: tuple[Path, ...],
    output: Path,
    packs: tuple[Path, ...],
    workers: int | None,
    as_json: bool,
    fail_on: tuple[str, ...],
) -> None:
    """Audit captures and write tables (Parquet) and claims (JSON) into a folder.

    \b
    Examples:
      auditor audit session/ -o audit/
      auditor audit - -o audit/ < flows.mitm
      auditor report audit/ -o report.html
    """
    options.check_kinds(fail_on)
    result = options.make_audit(captures, packs, workers)
    from auditor.cli.summary import print_answers, print_json
    from auditor.tables.store import write_audit

    write_audit(result, output)
    if as_json:
        print_json(result)
    else:
        print_answers(result)
    click.echo(f"\nAudit: {output}", err=True)
    options.finish(result, fail_on)
