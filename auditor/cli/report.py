"""`auditor report`: the main job."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli import options


@click.command()
@options.captures
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default="report.html",
    show_default=True,
    help="Where the report goes.",
)
@click.option(
    "--keep",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Also keep the audit (tables and claims) in this folder.",
)
@click.option("--open", "show", is_flag=True, help="Open the report in the browser.")
@click.option(
    "--charts/--no-charts",
    default=True,
    show_default=True,
    help="Draw charts; without them the file is small.",
)
@options.packs
@options.workers
@options.as_json
@options.fail_on
def report(
    captures: tuple[Path, ...],
    output: Path,
    keep: Path | None,
    show: bool,
    charts: bool,
    packs: tuple[Path, ...],
    workers: int | None,
    as_json: bool,
    fail_on: tuple[str, ...],
) -> None:
    """Audit captures and write one HTML report; print its answers.

    CAPTURE is a session folder, a mitmproxy file, a HAR file, a network capture (pcap), a folder of
    these, `-` for standard input, or an audit folder made before. Any of them may be compressed.
    Several captures are audited as one session.

    \b
    Examples:
      auditor report session/ --open
      auditor report flows.mitm traffic.har -o report.html
      auditor report session/ --fail-on cue --fail-on loop
    """
    options.check_kinds(fail_on)
    audit = options.make_audit(captures, packs, workers)
    from auditor.cli.summary import print_answers, print_json
    from auditor.report import write_report
    from auditor.tables.store import write_audit

    if keep:
        write_audit(audit, keep)
    write_report(audit, output, charts=charts)
    if as_json:
        print_json(audit)
    else:
        print_answers(audit)
    click.echo(f"\nReport: {output}", err=True)
    if show:
        click.launch(output.resolve().as_uri())
    options.finish(audit, fail_on)
