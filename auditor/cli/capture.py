"""`auditor capture`: record a session, and lead the tester through a protocol."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.cli import options

if TYPE_CHECKING:
    from auditor.capture.conduct import Orders, Screen, Summary
    from auditor.capture.modes import Choice
    from auditor.capture.schedule import Schedule
    from auditor.capture.settings import Instruction
    from auditor.catalogue.model import Application


@click.command()
@click.option("--app", metavar="APP", required=True, help="The application: an id, or its process.")
@click.option("--app-version", default="", help="Its version, as its About box says.")
@click.option(
    "--service",
    "services",
    metavar="ID",
    multiple=True,
    help="The service it streams from. Can be repeated.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Session folder to create. [default: APP and the time]",
)
@click.option(
    "--mode",
    type=click.Choice(("auto", "local", "regular", "wireguard")),
    default="auto",
    show_default=True,
    help="How traffic gets into the proxy; auto picks and says why.",
)
@click.option(
    "--listen",
    metavar="ADDRESS",
    default="127.0.0.1",
    show_default=True,
    help="Where the proxy listens.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8080,
    show_default=True,
    help="Its port; 0 chooses a free one.",
)
@click.option("--protocol", metavar="ID", help="Schedule of actions to be led through, or a file.")
@click.option("--seed", type=int, help="Seed of the schedule.  [default: random, stored]")
@click.option("--consent", metavar="NAME=VALUE", multiple=True, help="A privacy setting as it is.")
@click.option("--pass-on", metavar="HOST", multiple=True, help="Pass this host on unread.")
@click.option("--block", metavar="RECEIVER", multiple=True, help="Refuse it; noted as our doing.")
@click.option("--block-quic", is_flag=True, help="Refuse QUIC, so that programs fall back to TCP.")
@click.option("--duration", type=click.FloatRange(min=0), help="Seconds until the tail begins.")
@click.option(
    "--tail",
    type=click.FloatRange(min=0),
    default=60.0,
    show_default=True,
    help="Seconds of rest at the end; a protocol brings its own.",
)
@click.option(
    "--confdir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where mitmproxy keeps its certificate.  [default: ~/.mitmproxy]",
)
@click.option("--quiet", is_flag=True, help="No live view.")
@click.option("--json", "as_json", is_flag=True, help="JSON lines on standard output.")
def capture(**given: Any) -> None:
    """Record what an application sends, on this computer.

    APP is one of rekordbox, serato-dj-pro, serato-dj-lite, djay, virtualdj, traktor, engine-dj,
    mixxx, or the name of any other process. Press Ctrl-C when you are done: the recording rests for
    the tail, because programs send what they kept back; Ctrl-C once more ends it at once.

    \b
    Examples:
      auditor capture --app rekordbox --service tidal -o my-session
      auditor capture --app serato-dj-pro --service spotify --protocol quick
      auditor capture --app djay --mode regular --block-quic --json --duration 600
    """
    from auditor.capture.modes import choose
    from auditor.capture.system import these_rights, this_system
    from auditor.catalogue.applications import find_application

    for service in options.unknown_services(given["services"]):
        click.echo(
            f"Mind: {service} is not in the catalogue yet; its hosts have no names.", err=True
        )
    app = find_application(given["app"])
    system, rights = this_system(), these_rights()
    choice = choose(
        given["mode"], system, rights, app, _usable_port(given["listen"], given["port"])
    )
    schedule = _schedule(given)
    orders = _orders(given, app, choice, schedule)
    _explain(choice, schedule, given)
    summary = _record(orders, app.name, given)
    _finish(summary, as_json=given["as_json"])


def _schedule(given: dict[str, Any]) -> Schedule | None:
    import secrets

    from auditor.capture.schedule import make_schedule
    from auditor.catalogue.protocol import load_protocol

    if given["protocol"] is None:
        return None
    seed = secrets.randbelow(1 << 31) if given["seed"] is None else given["seed"]
    return make_schedule(load_protocol(given["protocol"]), seed)


def _orders(
    given: dict[str, Any], app: Application, choice: Choice, schedule: Schedule | None
) -> Orders:
    import time

    from auditor.capture.conduct import Orders
    from auditor.capture.run import Plan

    told = {"name": app.name, "version": given["app_version"]}
    facts: dict[str, Any] = {
        "app": {**told, "kind": "DJ application"} if app.id else told,
        "services": list(given["services"]),
        "modes": list(choice.modes),
        "process": list(choice.processes),
        "clock": {"utc_offset": time.strftime("%z")},
    }
    if given["consent"]:
        facts["consent"] = dict(_pair(one) for one in given["consent"])
    if schedule:
        facts["protocol"] = schedule.facts()
    modes = tuple(one.replace("@127.0.0.1:", f"@{given['listen']}:") for one in choice.modes)
    folder = given["output"] or Path(f"{app.id or 'session'}-{time.strftime('%Y%m%d-%H%M%S')}")
    plan = Plan(
        folder.absolute(),
        modes,
        facts,
        given["pass_on"],
        given["block"],
        given["block_quic"],
        given["confdir"],
    )
    return Orders(plan, schedule, given["tail"], given["duration"])


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.BadParameter(f"{text!r} is not NAME=VALUE.", param_hint="--consent")
    return name.strip(), value.strip()


def _usable_port(address: str, port: int) -> int:
    """Return the port, or a free one for 0, so that the settings to enter can be said beforehand.

    Raises AuditorError when somebody else listens there: before a folder is made.
    """
    import socket

    from auditor.errors import AuditorError

    try:
        with socket.create_server((address, port)) as server:
            return int(server.getsockname()[1])
    except OSError as error:
        raise AuditorError(
            f"The proxy could not start: {address}, port {port}: {error.strerror}.",
            "Choose another with --port, or 0 for a free one. `auditor doctor` says who listens.",
        ) from error


def _explain(choice: Choice, schedule: Schedule | None, given: dict[str, Any]) -> None:
    """Say what was chosen and what the tester has to do first."""
    from auditor.cli.screen import print_event

    steps = [_step(one, given["confdir"]) for one in choice.steps]
    if given["as_json"]:
        print_event(
            "plan",
            mode=choice.mode,
            reason=choice.reason,
            steps=steps,
            warnings=list(choice.warnings),
            protocol=schedule.facts() if schedule else None,
        )
        return
    click.echo(choice.reason, err=True)
    for warning in choice.warnings:
        click.echo(f"  Mind: {warning}", err=True)
    if not given["quiet"]:
        for number, step in enumerate(steps, 1):
            click.echo(f"  {number}. {step}", err=True)
    if schedule:
        click.echo(f"{schedule.title}: {schedule.seconds / 60:.0f} minutes.", err=True)
        for line in schedule.prepare:
            click.echo(f"  First: {line}", err=True)


def _step(one: Instruction, confdir: Path | None) -> str:
    """Return an instruction as one line, with the certificate where it really is."""
    line = " ".join(filter(None, (one.text, one.command)))
    for usual in ("~/.mitmproxy", r"%USERPROFILE%\.mitmproxy") if confdir else ():
        line = line.replace(usual, str(confdir))
    return line


def _record(orders: Orders, name: str, given: dict[str, Any]) -> Summary:
    from contextlib import ExitStack

    from auditor.cli.screen import JsonLines, Picture, Quiet

    screen: Screen
    if given["as_json"]:
        screen = JsonLines()
    elif given["quiet"] or not sys.stderr.isatty():
        screen = Quiet()
    else:
        screen = Picture(name)
    with ExitStack() as stack:
        if isinstance(screen, Picture):
            stack.enter_context(screen)
        return _conduct(orders, screen)


def _conduct(orders: Orders, screen: Screen) -> Summary:
    """Run the session; Ctrl-C and the end of the process become its orderly end."""
    import asyncio

    from auditor.capture.conduct import Conductor
    from auditor.cli.keys import Keys
    from auditor.cli.signals import on_signals

    async def run() -> Summary:
        conductor = Conductor(orders, screen)
        loop = asyncio.get_running_loop()

        def press(key: str) -> None:
            loop.call_soon_threadsafe(conductor.press, key)

        def halt() -> None:
            loop.call_soon_threadsafe(conductor.halt)

        with on_signals(lambda: press("q"), halt), Keys(press):
            return await conductor.run()

    return asyncio.run(run())


def _finish(summary: Summary, *, as_json: bool) -> None:
    """Say what was recorded, and what to do with it."""
    from auditor.cli.screen import control_line, print_event

    seen = dict(summary.seen)
    following = f'auditor report "{summary.folder}" --open'
    if as_json:
        print_event(
            "ended",
            folder=str(summary.folder),
            seconds=round(summary.seconds, 1),
            stopped=summary.stopped,
            control=summary.control.facts(),
            seen=seen,
            next=following,
        )
    else:
        minutes = f"{int(summary.seconds) // 60}:{int(summary.seconds) % 60:02} minutes"
        click.echo(f"Recorded {minutes} into {summary.folder}.", err=True)
        if seen:
            click.echo(
                f"  {seen['exchanges']} exchanges with {len(seen['receivers'])} receivers, "
                f"{sum(one['connections'] for one in seen['sealed'])} sealed connections, "
                f"{seen['marks']} marks.",
                err=True,
            )
        click.echo(f"  {control_line(summary.control)}", err=True)
        if seen.get("errors"):
            click.echo(f"  The recorder failed {seen['errors']} times: damaged.", err=True)
        click.echo(f"Next: {following}", err=True)
    if summary.stopped:
        click.echo(f"The recording ended by itself: {summary.stopped}", err=True)
    if summary.stopped or not summary.control.passed:
        click.get_current_context().exit(1)
