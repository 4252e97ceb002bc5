"""`auditor known`: read or plant values that a session's traffic is then searched for."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from auditor.cli.mark import SESSION_VARIABLE

if TYPE_CHECKING:
    from auditor.known import KnownValue

Command = TypeVar("Command", bound=Callable[..., Any])

_WEIGHTS = {
    "alone": "proof alone",
    "together": "with another",
    "field": "in its field",
    "never": "not searched",
}
_PLACES = {
    "playlist": "Make a playlist or crate named",
    "comment": "Write into the track's comment",
    "cue-name": "Name a cue point",
    "cue-position": "Set a cue point near",
    "loop-name": "Name a stored loop",
    "loop-in": "Begin the loop near",
    "loop-out": "End the loop near",
    "bpm": "Set the track's tempo to",
}


def _session(command: Command) -> Command:
    return click.option(
        "-s",
        "--session",
        required=True,
        type=click.Path(file_okay=False, path_type=Path),
        envvar=SESSION_VARIABLE,
        show_envvar=True,
        help="Session folder; `read` and `plant` make it when it is not there.",
    )(command)


def _as_json(command: Command) -> Command:
    text = "Print as JSON."
    return click.option("--json", "as_json", is_flag=True, help=text)(command)


@click.group()
def known() -> None:
    """Tell the audit what is in your DJ library, so that it can be searched for in the traffic.

    The values stay in known_values.json of the session folder, readable by you alone. Nothing here
    prints them, except what `plant` has just made up.
    """


@known.command()
@click.argument(
    "libraries", metavar="LIBRARY...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@_session
@_as_json
def read(libraries: tuple[Path, ...], session: Path, as_json: bool) -> None:
    """Read DJ libraries and keep titles, names, positions and tempos as known values.

    LIBRARY is rekordbox's XML export, Traktor's collection.nml, VirtualDJ's database.xml, Engine
    DJ's m.db, Mixxx's mixxxdb.sqlite, Serato's folder _Serato_, an audio file with Serato's tags,
    or a folder that holds one of them. It is only read. Quit the DJ application before. What
    earlier calls read for this session is replaced; what was planted stays.

    \b
    Examples:
      auditor known read rekordbox.xml -s my-session
      auditor known read ~/Music/_Serato_ ~/.mixxx -s my-session --json
    """
    from auditor.errors import AuditorError
    from auditor.known import PLANTED, collect, read_known, weigh, write_known
    from auditor.library import read_library

    opened = [read_library(path) for path in libraries]
    planted = [one for one in read_known(session) if one.note == PLANTED]
    values, skipped = collect(opened, {str(one.value) for one in planted})
    if not any(weigh(one) != "never" for one in values):
        raise AuditorError(
            "These libraries hold nothing that could be searched for.",
            "Use `auditor known plant`, and put what it prints into the library.",
        )
    path = write_known(session, (*planted, *values))
    tracks = skipped.pop("tracks", 0)
    applications = [name for name, _ in opened]
    if as_json:
        _print({"file": str(path), "applications": applications, "tracks": tracks}
               | {"kinds": _table(values), "skipped": dict(skipped)})  # fmt: skip
        return
    click.echo(f"{', '.join(applications)}: {tracks} tracks, {len(values)} distinct values.\n")
    _print_table(values)
    for reason, count in sorted(skipped.items()):
        click.echo(f"Skipped {count}: {reason}.")
    click.echo(f"Kept in {path}, readable by you alone.")


@known.command()
@_session
@click.option("--cues", type=click.IntRange(1, 8), default=4, show_default=True, help="Cue points.")
@click.option("--seed", metavar="TEXT", help="Make the same values again; random if left out.")
@_as_json
def plant(session: Path, cues: int, seed: str | None, as_json: bool) -> None:
    """Make up names and positions that nobody else has, and say where to put them.

    Put them into one track of at least four minutes, before the session. A hand never sets a
    position to the millisecond: read the library afterwards with `auditor known read`, so that the
    true positions are known as well. What was planted for this session before is replaced.

    \b
    Examples:
      auditor known plant -s my-session
      auditor known plant -s my-session --cues 8 --seed friday
    """
    from auditor.known import PLANTED, read_known, write_known
    from auditor.known import plant as make

    seed = seed if seed is not None else secrets.token_hex(8)
    values = make(seed, cues)
    kept = [one for one in read_known(session) if one.note != PLANTED]
    path = write_known(session, (*values, *kept))
    if as_json:
        told = [
            {"id": one.id, "kind": one.kind, "value": one.value, "unit": one.unit} for one in values
        ]
        _print({"file": str(path), "seed": seed, "values": told})
        return
    click.echo("Put these into one track of at least four minutes:\n")
    for one in values:
        click.echo(f"  {_PLACES[one.kind]:32} {_shown(one)}")
    click.echo("\nThen read the library with `auditor known read`: it has the exact positions.")
    click.echo(f"Kept in {path}, readable by you alone. Seed: {seed}")


@known.command("list")
@_session
@click.option("--kind", metavar="KIND", help="Only this kind, for example cue-name.")
@_as_json
def list_(session: Path, kind: str | None, as_json: bool) -> None:
    """List the known values of a session without showing them.

    Labels in ‹› stand for the values; equal values have equal labels within one call.

    \b
    Examples:
      auditor known list -s my-session
      auditor known list -s my-session --kind cue-position
    """
    from auditor.known import KINDS, read_known, weigh
    from auditor.redact import Redactor

    if kind is not None and kind not in KINDS:
        raise click.BadParameter(f"{kind!r} is none of: {', '.join(KINDS)}", param_hint="--kind")
    values = [one for one in read_known(session) if kind in {None, one.kind}]
    redactor = Redactor(secrets.token_bytes(32))
    rows = [
        {
            "id": one.id,
            "kind": one.kind,
            "category": one.category,
            "weight": weigh(one),
            "from": one.note,
            "value": redactor.preview(one.value, secret="known"),  # noqa: S106
        }
        for one in values
    ]
    if as_json:
        _print({"values": rows, "kinds": _table(values)})
        return
    for row in rows:
        weight = _WEIGHTS[row["weight"]]
        click.echo(f"{row['id']:20} {weight:14} {row['from']:16} {row['value']}")
    if rows:
        click.echo("")
        _print_table(values)
    else:
        click.echo("No known values there.")


@known.command()
@_session
@_as_json
def forget(session: Path, as_json: bool) -> None:
    """Delete the known values of a session, read and planted ones.

    The file is deleted; what it was on the disk is not overwritten. Audits made before stay.

    \b
    Examples:
      auditor known forget -s my-session
    """
    from auditor.known import forget_known

    forgotten = forget_known(session)
    if as_json:
        _print({"forgotten": forgotten})
    else:
        click.echo("Deleted known_values.json." if forgotten else "No known values there.")


def _table(values: Sequence[KnownValue]) -> list[dict[str, Any]]:
    from auditor.known import KINDS, weigh

    counts = {kind: Counter[str]() for kind in KINDS}
    for one in values:
        counts[one.kind][weigh(one)] += 1
    return [
        {"kind": kind, "category": KINDS[kind]} | {weight: count[weight] for weight in _WEIGHTS}
        for kind, count in counts.items()
        if count
    ]


def _print_table(values: Sequence[KnownValue]) -> None:
    heads = "".join(f"{words:>16}" for words in _WEIGHTS.values())
    click.echo(f"{'kind':14}{heads}")
    for row in _table(values):
        numbers = "".join(f"{row[weight]:>16}" for weight in _WEIGHTS)
        click.echo(f"{row['kind']:14}{numbers}")
    click.echo("")


def _shown(one: KnownValue) -> str:
    """Spell a value that was just made up, positions as DJ applications show them."""
    if isinstance(one.value, str):
        return one.value
    if one.unit == "bpm":
        return f"{one.value:.2f}"
    minutes, rest = divmod(round(one.value * 1000), 60_000)
    return f"{minutes}:{rest // 1000:02}.{rest % 1000:03}"


def _print(document: Mapping[str, Any]) -> None:
    """Print in ASCII, so that every console keeps it whole."""
    click.echo(json.dumps(document, indent=1))
