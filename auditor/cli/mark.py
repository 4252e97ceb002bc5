"""`auditor mark`: say what was just done, from another terminal or a hotkey."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

SESSION_VARIABLE = "AUDITOR_SESSION"


@click.command()
@click.argument("action")
@click.argument("values", nargs=-1, metavar="[NAME=VALUE]...")
@click.option(
    "-s",
    "--session",
    type=click.Path(file_okay=False, path_type=Path),
    envvar=SESSION_VARIABLE,
    show_envvar=True,
    help="Folder of the session that is being recorded; the only one below this folder if left out.",
)
@click.option("--seconds-ago", type=click.FloatRange(min=0), default=0.0, help="When it began.")
def mark(action: str, values: tuple[str, ...], session: Path | None, seconds_ago: float) -> None:
    """Tell a running recording what you just did.

    ACTION is a word such as play, seek, cue-set, cue-jump, loop-on, loop-off, tempo, crossfade, eq,
    fx, search, library-edit or idle. NAME=VALUE are its true values; positions end in _s and count
    seconds inside the track.

    \b
    Examples:
      auditor mark cue-jump position_s=61.2 deck=A
      auditor mark loop-on -s my-session
      auditor mark idle --seconds-ago 30
    """
    import time

    from auditor.capture.tell import find_session, tell_mark
    from auditor.session import live

    now = time.time()
    entry: dict[str, Any] = {"action": action, "start": now - seconds_ago, "end": now}
    entry["values"] = dict(_value(one) for one in values)
    status = tell_mark(live.read(session or find_session(Path.cwd())), entry)
    click.echo(f"Marked {action}; {status['marks']} marks so far.")


def _value(text: str) -> tuple[str, str | float | bool]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.BadParameter(f"{text!r} is not NAME=VALUE, for example position_s=61.2.")
    if value in {"true", "false"}:
        return name, value == "true"
    try:
        return name, float(value) if "." in value or "e" in value.lower() else int(value)
    except ValueError:
        return name, value
