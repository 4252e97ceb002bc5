"""The command line: thin commands, late imports, one place that turns errors into exit codes.

0 done · 1 could not be done · 2 wrong usage · 3 `--fail-on` found what it was asked for ·
130 interrupted.
"""

from __future__ import annotations

import atexit
import gc
import sys
from io import TextIOWrapper
from typing import Any

import click

from auditor import __version__
from auditor.cli.audit import audit
from auditor.cli.capture import capture
from auditor.cli.catalogue import catalogue
from auditor.cli.doctor import doctor
from auditor.cli.explain import explain
from auditor.cli.known import known
from auditor.cli.mark import mark
from auditor.cli.reconstruct import reconstruct
from auditor.cli.report import report
from auditor.cli.selftest import selftest
from auditor.errors import AuditorError


class _Commands(click.Group):
    """Prints an AuditorError with its next step, and exits 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except AuditorError as error:
            if ctx.params["traceback"]:
                raise
            advice = f"\n  Next: {error.hint}" if error.hint else ""
            click.echo(f"Error: {error.message}{advice}", err=True)
            ctx.exit(1)
        except KeyboardInterrupt:
            click.echo("\nInterrupted; nothing was written.", err=True)
            ctx.exit(130)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--traceback", is_flag=True, help="Show where an error came from.")
@click.version_option(__version__, prog_name="auditor")
def cli(traceback: bool) -> None:
    """See which interaction data leaves a DJ's computer.

    \b
    Examples:
      auditor doctor
      auditor capture --app rekordbox --service tidal -o SESSION
      auditor report SESSION -o report.html --open
    """


for command in (
    capture,
    mark,
    doctor,
    report,
    audit,
    explain,
    reconstruct,
    catalogue,
    known,
    selftest,
):
    cli.add_command(command)


def main() -> None:
    """Run the command line; also what `python -m auditor` does."""
    # Looking for cycles while libraries load, and once more among all that is left at the end, takes
    # a tenth of a short audit.
    gc.set_threshold(100_000)
    atexit.register(gc.freeze)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # An old console or a redirected one may not know “ ” or ●: a "?" is better than a crash.
            stream.reconfigure(errors="replace")
    cli(prog_name="auditor", args=sys.argv[1:])
