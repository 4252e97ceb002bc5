"""`auditor reconstruct`: the set that a receiver could rebuild from what left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.cli import options
from auditor.errors import AuditorError

if TYPE_CHECKING:
    from rich.table import Table

_NAMES = {
    "track": "track starts",
    "pause": "pauses",
    "jump": "jumps",
    "cue": "jumps to cue points",
    "loop": "loops",
    "transition": "transitions",
    "tempo": "tempo changes",
}

Told = Mapping[str, Any]


@click.command()
@options.captures
@click.option(
    "--receiver",
    metavar="ID",
    help="Who rebuilds: a receiver of the capture. Else the one that was told most.",
)
@click.option(
    "--json",
    "as_json",
    metavar="FILE",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="Write everything as JSON; `-` is standard output.",
)
@click.option(
    "--cue",
    "as_cue",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the tracks as a cue sheet, which audio editors read.",
)
@options.packs
def reconstruct(
    captures: tuple[Path, ...],
    receiver: str | None,
    as_json: Path | None,
    as_cue: Path | None,
    packs: tuple[Path, ...],
) -> None:
    """Rebuild the DJ set from what left, and compare it with the marks.

    Playback reports tell where in a track a player was and when. That is enough for tracks, pauses,
    jumps, loops, transitions and tempo, though no message names them. With marks in the capture the
    result is measured against what was really played.

    \b
    Examples:
      auditor reconstruct session/
      auditor reconstruct session/ --json set.json --cue set.cue
      auditor reconstruct audit/ --receiver tidal
    """
    audit = options.make_audit(captures, packs)
    told = audit.facts.get("reconstruction")
    if told is None:
        from auditor.reconstruct.facts import reconstruction

        told = reconstruction(audit.tables)
    chosen = _chosen(told, receiver)
    if as_cue:
        from auditor.reconstruct.cuesheet import cue_sheet

        _write(as_cue, cue_sheet(chosen))
    if as_json:
        import json

        shown = {**told, "receivers": [chosen]} if receiver else told
        text = json.dumps(shown, indent=1, ensure_ascii=str(as_json) == "-") + "\n"
        if str(as_json) == "-":
            click.echo(text, nl=False)
            return
        _write(as_json, text)
    _show(told, chosen)


def _chosen(told: Told, receiver: str | None) -> Told:
    found = told["receivers"]
    if not found:
        raise AuditorError(
            f"No set can be rebuilt. {told['reason']}",
            "Record a session in which tracks are played, and look into “What we could not see” of "
            "`auditor report`: reports may have left through a connection that was not opened.",
        )
    for one in found:
        if receiver in {None, one["receiver"]}:
            return dict(one)
    raise AuditorError(
        f"{receiver} was told nothing that a set can be rebuilt from.",
        f"Name one of: {', '.join(one['receiver'] for one in found)}.",
    )


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise AuditorError(
            f"{path} could not be written: {error}.", "Name another file."
        ) from error
    click.echo(f"Written: {path}", err=True)


def _show(told: Told, chosen: Told) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    console.print(Text(chosen["sentence"], style="bold"))
    others = [one["name"] for one in told["receivers"] if one["receiver"] != chosen["receiver"]]
    clock = chosen["clock"]
    reports = options.many(sum(chosen["reports"].values()), "report")
    console.print(Text(f"\nRests on {reports} ({chosen['reader']}).", style="dim"))
    if clock["sessions"]:
        console.print(
            Text(
                f"The player's clock was {clock['behind_s']:.2f} s behind; the traffic itself shows "
                f"that, and times are set right (± {clock['spread_s']:.2f} s).",
                style="dim",
            )
        )
    if others:
        console.print(Text(f"Also told enough: {', '.join(others)}.", style="dim"))
    console.print()
    console.print(_events(chosen))
    if chosen["scores"]:
        console.print()
        console.print(_scores(chosen))


def _events(chosen: Told) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    table.add_column("Time", justify="right", no_wrap=True)
    table.add_column("Track", no_wrap=True, max_width=24)
    table.add_column("What was done")
    zero = min((one["start"] for one in chosen["tracks"]), default=0.0)
    lines = [
        (time, play["track"] or "unknown", text)
        for play in chosen["tracks"]
        for time, text in _lines(play)
    ]
    lines += [
        (
            one["start"],
            one["to_track"] or "unknown",
            f"transition: heard with {one['from_track'] or 'another track'} for {one['length_s']:.1f} s",
        )
        for one in chosen["transitions"]
    ]
    for time, track, text in sorted(lines):
        table.add_row(_clock(time - zero), Text(track), Text(text))
    return table


def _lines(play: Told) -> Iterator[tuple[float, str]]:
    yield play["start"], f"starts{_at(play['from_s'])}"
    for one in play["jumps"]:
        what = "jumps to a cue point" if one["cue"] else "jumps"
        yield one["time"], f"{what}{_at(one['from_s'], 'from')}{_at(one['to_s'], 'to')}"
    for one in play["pauses"]:
        yield one["start"], f"rests for {one['end'] - one['start']:.1f} s{_at(one['position_s'])}"
    for one in play["loops"]:
        beats = "" if one["beats"] is None else f", {one['beats']:.1f} beats"
        length = f"{one['length_s']:.2f} ± {one['error_s']:.2f} s{beats}"
        yield one["start"], f"loops {length}{_at(one['in_s'])}, {one['returns']} returns"
    tempo = play["tempo"]
    speed = (
        "" if tempo is None else f"; tempo {100 * tempo['rate']:.1f} ± {100 * tempo['error']:.1f} %"
    )
    yield play["end"], f"ends{_at(play['to_s'])}{speed}"


def _at(place: float | None, word: str = "at") -> str:
    return "" if place is None else f" {word} {_clock(place)}"


def _clock(seconds: float) -> str:
    whole, tenths = divmod(round(max(0.0, seconds) * 10), 10)
    return f"{whole // 60}:{whole % 60:02d}.{tenths}"


def _scores(chosen: Told) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("Against the marks", no_wrap=True)
    for name in ("Done", "Rebuilt", "Right", "Precision", "Recall", "Half within", "All within"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in chosen["scores"]:
        table.add_row(
            _NAMES[one["kind"]],
            *(str(one[key]) for key in ("real", "rebuilt", "matched")),
            *(_share(one[key]) for key in ("precision", "recall")),
            *("–" if one[key] is None else f"{one[key]:.2f} s" for key in ("median_s", "worst_s")),
        )
    return table


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
