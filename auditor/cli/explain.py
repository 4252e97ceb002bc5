"""`auditor explain`: from one claim down to the bytes it rests on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli import options
from auditor.errors import AuditorError

if TYPE_CHECKING:
    from auditor.explain.records import Chain
    from auditor.tables.store import Audit


@click.command()
@click.argument("source", metavar="AUDIT", type=click.Path(path_type=Path))
@click.argument("claim", metavar="CLAIM", required=False)
@click.option(
    "--capture",
    "captures",
    metavar="PATH",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="Capture that the audit was made from, when it does not lie beside it. Can be repeated.",
)
@click.option("--all", "everything", is_flag=True, help="Follow all observations, not the first.")
@click.option("--json", "as_json", is_flag=True, help="Print the chain as JSON.")
@options.packs
def explain(
    source: Path,
    claim: str | None,
    captures: tuple[Path, ...],
    everything: bool,
    as_json: bool,
    packs: tuple[Path, ...],
) -> None:
    """Walk a claim down: observations, field, decode steps, bytes, exchange, capture.

    AUDIT is an audit folder, or a capture, which is audited first. CLAIM is an id as in the
    report's annex; without one the ids are listed. An audit holds no raw bytes, so the capture is
    read again, and its SHA-256 is compared. Bytes are counted from 0, the last one included. What is
    shown of them is redacted, with labels of its own unless AUDITOR_REDACTION_KEY is set.

    \b
    Examples:
      auditor explain session/ seek.tidal
      auditor explain audit/ seek.tidal --capture session/ --all
      auditor explain audit/ seek.tidal --json
    """
    from auditor.explain.chain import FIRST, Explainer, find_claim
    from auditor.explain.reread import Originals, beside
    from auditor.explain.show import lines, plain
    from auditor.redact import Redactor
    from auditor.sources import find

    if str(source) == "-":
        raise AuditorError(
            "Standard input cannot be read twice.", "Write the capture into a file and name that."
        )
    catalogue = options.load(packs)
    audit, own = _open(source, packs)
    found = find_claim(audit, claim)
    told = audit.facts["captures"]
    paths = find(captures) if captures else own or beside(source, told)
    originals = Originals(told, paths)
    explainer = Explainer(audit, catalogue, originals, Redactor(options.key()))
    chain = explainer.chain(found, None if everything else FIRST)
    if as_json:
        options.print_json(plain(chain))
    else:
        for line in lines(chain):
            click.echo(line)
    _finish(chain)


def _open(source: Path, packs: tuple[Path, ...]) -> tuple[Audit, list[Path]]:
    """Return the audit, and the captures where it is made here and now."""
    from auditor.sources import find
    from auditor.tables.store import read_audit

    if (source / "audit.json").is_file():
        return read_audit(source), []
    return options.make_audit((source,), packs), find([source])


def _finish(chain: Chain) -> None:
    """Say aloud that a capture differs; fail when one is missing, since no bytes were reached."""
    states = {one.capture.state: one.capture.name for one in chain.trails}
    if "differs" in states:
        click.echo(
            f"Warning: {states['differs']} is not the file that was audited: its SHA-256 differs. "
            "What is shown of its bytes may not be what the claim rests on.",
            err=True,
        )
    if "missing" in states:
        raise AuditorError(
            f"The capture {states['missing']} was not found, so the chain ends at the exchange.",
            "Name it with `--capture PATH`. An audit keeps the capture's name, not its folder.",
        )
