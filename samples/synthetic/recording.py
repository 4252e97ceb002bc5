"""Record a synthetic session: stage, mitmdump with the capture addon, client."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.capture.control import run_control
from auditor.catalogue import load_catalogue
from auditor.selftest.certificates import make_certificate, make_proxy_authority
from auditor.selftest.proxy import Proxy, recording
from auditor.selftest.stage import Ports, Stage
from synthetic import stage_addon
from synthetic.client import Client, Mark
from synthetic.clock import MovedClock
from synthetic.sending import Send

BEGAN = 1_795_287_600.0
"""When every synthetic session begins: in the evening of 21 November 2026, in UTC 19:00."""


@dataclass(frozen=True, slots=True)
class Take:
    """All of a session but the folder it goes to."""

    facts: Mapping[str, Any]
    """What session.yaml says; what only the recorder knows is added."""
    script: tuple[Send | Mark, ...]
    seconds: float
    killed: bool = False
    """Whether the proxy is killed at the end, as by a crash."""


def record(take: Take, folder: Path, seed: int) -> None:
    """Record a session into a new folder; AuditorError when a part of the stage does not start."""
    with tempfile.TemporaryDirectory(prefix="synthetic-", ignore_cleanup_errors=True) as name:
        work = Path(name)
        certificate = make_certificate(work, "stage")
        authority = make_proxy_authority(work)
        (work / "told.json").write_text(json.dumps(take.facts), "utf-8")
        clock = MovedClock(work / "clock", BEGAN)
        with (
            Stage(certificate, certificate) as ports,
            recording(folder, work, more=_more(ports, work, take)) as proxy,
        ):
            control = run_control(
                ("127.0.0.1", proxy.port), authority, folder, load_catalogue(), seed
            )
            if not control.passed:
                raise SystemExit(f"The positive control was not found: {control}")
            proxy.ask("/tell", {"control": control.facts()})
            _perform(take, proxy, Client(proxy, authority, clock, BEGAN))
    (folder / ".reserve").unlink(missing_ok=True)
    (folder / "live.json").unlink(missing_ok=True)


def _perform(take: Take, proxy: Proxy, client: Client) -> None:
    client.perform(take.script, take.seconds)
    if take.killed:
        proxy.process.kill()
    elif proxy.process.stop() != 0:
        raise SystemExit(f"mitmdump did not end well: {proxy.process.said()}")


def _more(ports: Ports, work: Path, take: Take) -> Sequence[str]:
    """Return what mitmdump is told beside what `auditor selftest` tells it."""
    options = {
        "stage_clock": work / "clock",
        "stage_web": ports.web,
        "stage_raw": ports.raw,
        "connection_strategy": "lazy",
        "ssl_insecure": "true",
    }
    passed = sorted(
        {one.host for one in take.script if isinstance(one, Send) and one.kind == "pass"}
    )
    sets = [part for name, value in options.items() for part in ("--set", f"{name}={value}")]
    ignored = [part for host in passed for part in ("--ignore-hosts", rf"^{re.escape(host)}:\d+$")]
    return ["-s", str(stage_addon.__file__), *sets, *ignored]
