"""Read a rehearsal's sessions back with the product's own code, and hold them to the plan."""

from __future__ import annotations

from pathlib import Path

from auditor.pipeline import Pipeline
from auditor.records import Exchange
from auditor.selftest.acts import MARKS, MESSAGES, Played
from auditor.selftest.cases import Case, Outcome, judge, unexplained
from auditor.selftest.certificates import DOMAIN
from auditor.selftest.facts import Plant
from auditor.selftest.plants import make_conversation
from auditor.selftest.result import Check
from auditor.selftest.score import Score, score
from auditor.selftest.stage import Ports
from auditor.sources import open_capture
from auditor.sources.capture import Capture

Findings = tuple[tuple[Score, ...], tuple[Outcome, ...], tuple[Check, ...]]


def examine(
    folder: Path,
    wanted: tuple[tuple[Plant, ...], tuple[Case, ...]],
    scene: tuple[Ports, int],
    played: Played,
    pipeline: Pipeline,
) -> Findings:
    """Return what the session of the first act says about plants, cases, and itself."""
    plants, cases = wanted
    ports, seed = scene
    capture = open_capture(folder)
    exchanges = list(capture.exchanges)
    connections = capture.session.connections
    checks = [
        Check("the proxy ended cleanly", "exit code 0", f"exit code {played.exit_code}"),
        _marks(capture),
        Check("errors inside the recorder", "0", str(capture.session.addon_errors)),
        Check("parts of the session that could not be read", "0", _losses(capture)),
        Check(
            "connections that nobody made",
            "0",
            str(len(unexplained(cases, connections, ports))),
        ),
        Check(
            "session calls itself synthetic", "True", str(capture.session.facts.get("synthetic"))
        ),
    ]
    if any(case.id == "dies" for case in cases):
        sent = make_conversation(seed, MESSAGES)
        checks.append(_talk("messages of the client that was killed", exchanges, "dies", sent))
    return (
        score(plants, exchanges, pipeline),
        judge(cases, connections, ports),
        tuple(checks),
    )


def examine_killed(folder: Path, seed: int) -> Check:
    """Return how much of the conversation survived the proxy's death."""
    sent = make_conversation(seed + 1, MESSAGES)
    exchanges = list(open_capture(folder).exchanges)
    return _talk("messages before the proxy was killed", exchanges, "talks", sent)


def _marks(capture: Capture) -> Check:
    read = [{"action": one.action, "values": one.values} for one in capture.session.marks]
    right = sum(one == other for one, other in zip(read, MARKS, strict=False))
    return Check("marks", f"{len(MARKS)} of {len(MARKS)}", f"{right} of {len(MARKS)}")


def _losses(capture: Capture) -> str:
    total = sum(one.count for one in capture.losses)
    return f"{total}: {capture.losses[0].reason}" if total else "0"


def _talk(what: str, exchanges: list[Exchange], name: str, sent: tuple[bytes, ...]) -> Check:
    """Count the messages that are there, in the order they were sent."""
    found = [
        message.body
        for exchange in exchanges
        if exchange.kind == "websocket" and exchange.host == f"{name}.{DOMAIN}"
        for message in exchange.messages
        if message.direction == "out" and message.text
    ]
    right = sum(one == other for one, other in zip(found, sent, strict=False))
    surplus = f" and {len(found) - len(sent)} more" if len(found) > len(sent) else ""
    return Check(what, f"{len(sent)} of {len(sent)}", f"{right} of {len(sent)}{surplus}")
