"""What happens on the stage: a recording that ends well, and one whose proxy is killed."""

from __future__ import annotations

import functools
import http.client
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from wsproto.utilities import ProtocolError

from auditor.selftest import client, dying, misbehave
from auditor.selftest.cases import Case, belongs
from auditor.selftest.certificates import DOMAIN
from auditor.selftest.facts import Plant, Protocol
from auditor.selftest.plants import make_conversation
from auditor.selftest.process import Running
from auditor.selftest.proxy import Proxy, recording
from auditor.selftest.stage import Ports
from auditor.sources import open_capture

MESSAGES = 20
"""That a conversation has when its client, or the proxy, is killed."""

MARKS: tuple[dict[str, Any], ...] = (
    {"action": "play", "values": {"deck": "A"}},
    {"action": "cue-set", "values": {"position_s": 61.25, "deck": "A"}},
)

TOLD = {
    "title": "Rehearsal of auditor selftest",
    "app": {"name": "stand-in client of auditor selftest", "kind": "no DJ application"},
    "synthetic": True,
    "canned_server": True,
    "provenance": "Made by `auditor selftest`: invented values, a scripted client and our own "
    "servers on one computer. No DJ application and no streaming service took part.",
}
"""What the sessions say about themselves."""

_PASS_BY = ("--ignore-hosts", rf"^passed\.{DOMAIN.replace('.', '[.]')}:\d+$")
_START_S, _SETTLE_S = 30.0, 10.0
_DISTURBED = (OSError, EOFError, http.client.HTTPException, ProtocolError)
"""What a client meets when a proxy or a server misbehaves."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Where an act is played."""

    ports: Ports
    work: Path
    """Holds the authorities of the proxy and of the stage."""
    authority: Path
    seed: int


@dataclass(frozen=True, slots=True)
class Played:
    """How the client's side of an act went."""

    exit_code: int | None
    problems: tuple[str, ...]


def record(
    scene: Scene, folder: Path, plants: tuple[Plant, ...], cases: tuple[Case, ...]
) -> Played:
    """Record everything the client does; the proxy is asked to end."""
    with recording(folder, scene.work, scene.ports.quic, _PASS_BY) as proxy:
        problems = _play(scene, proxy, plants, {case.id for case in cases})
        _settle(folder, scene.ports, cases)
        return Played(proxy.process.stop(), tuple(problems))


def record_until_killed(scene: Scene, folder: Path) -> None:
    """Kill the proxy in the middle of a conversation."""
    with recording(folder, scene.work) as proxy:
        talk = client.Conversation(_way(scene, proxy), "talks")
        try:
            for message in make_conversation(scene.seed + 1, MESSAGES):
                talk.say(message, text=True)
            proxy.process.kill()
        finally:
            talk.drop()


def _way(scene: Scene, proxy: Proxy) -> client.Way:
    return client.Way(proxy.port, proxy.quic, proxy.http3, str(scene.authority), scene.ports)


def _play(scene: Scene, proxy: Proxy, plants: tuple[Plant, ...], cases: set[str]) -> list[str]:
    """Do everything once; what fails is told and keeps nothing else from happening."""
    way = _way(scene, proxy)
    frames = [one for one in plants if one.carrier.endswith("frame")]
    sent = {over: [one for one in plants if one.over == over] for over in get_args(Protocol)}
    plain = [one for one in sent["HTTP/1.1"] if one in frames]
    asked = [one for one in sent["HTTP/1.1"] if one not in frames]
    deeds: list[tuple[str, Callable[[], object]]] = [
        ("mark", lambda: proxy.ask("/mark", MARKS[0])),
        ("stage", lambda: client.send_requests(way, asked)),
        ("stage", lambda: client.send_frames(way, plain)),
        ("stage", lambda: client.send_frames(way, sent["deflate"], deflated=True)),
        ("http2", lambda: client.send_over_http2(way, sent["HTTP/2"])),
        ("http3", lambda: client.send_over_http3(way, sent["HTTP/3"])),
        *((name, functools.partial(deed, way)) for name, deed in misbehave.DEEDS.items()),
        ("dies", lambda: _let_die(way, scene.seed)),
        ("mark", lambda: proxy.ask("/mark", MARKS[1])),
    ]
    problems = []
    for name, deed in deeds:
        if name != "mark" and name not in cases:
            continue
        try:
            deed()
        except _DISTURBED as error:
            problems.append(f"{name}: {type(error).__name__}: {error}"[:200])
    return problems


def _let_die(way: client.Way, seed: int) -> None:
    with Running(dying.command(way, seed, MESSAGES)) as victim:
        victim.wait_for(dying.SAID, _START_S)
        victim.kill()


def _settle(folder: Path, ports: Ports, cases: tuple[Case, ...]) -> None:
    """Wait until the journal has a line for every case: connections end a little after the client."""
    end = time.monotonic() + _SETTLE_S
    while time.monotonic() < end:
        known = open_capture(folder).session.connections
        if all(any(belongs(case, one, ports) for one in known) for case in cases):
            return
        time.sleep(0.05)


def write_told(work: Path) -> None:
    """Write what the recorder is to say about the session."""
    (work / "told.json").write_text(json.dumps(TOLD), "utf-8")
