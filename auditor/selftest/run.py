"""The rehearsal from beginning to end: stage, proxy, client, then the sessions read back."""

from __future__ import annotations

import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mitmproxy import version

from auditor import __version__
from auditor.catalogue import load_catalogue
from auditor.errors import AuditorError
from auditor.pipeline import Pipeline
from auditor.selftest.acts import Scene, record, record_until_killed, write_told
from auditor.selftest.cases import CASES, Case
from auditor.selftest.certificates import make_certificate, make_proxy_authority
from auditor.selftest.facts import Plant
from auditor.selftest.plants import make_plants
from auditor.selftest.reading import examine, examine_killed
from auditor.selftest.result import Result
from auditor.selftest.stage import Stage

SESSION, KILLED = "session", "killed"
"""Folders of the sessions, in the folder that is kept."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to rehearse."""

    seed: int = 1
    keep: Path | None = None
    """Folder that the sessions are left in; a temporary one otherwise."""
    sigkill: bool = True
    plants: tuple[Plant, ...] = ()
    """Instead of those made from the seed."""
    cases: tuple[Case, ...] = CASES
    say: Callable[[str], None] = field(default=lambda _: None)
    """Takes a few words on what is going on."""


def rehearse(plan: Plan) -> Result:
    """Play the whole rehearsal; AuditorError when a part of it does not even start."""
    began = time.monotonic()
    plants = plan.plants or make_plants(plan.seed)
    with _folders(plan.keep) as (work, kept):
        trusted, stranger = (make_certificate(work, name) for name in ("stage", "stranger"))
        authority = make_proxy_authority(work)
        write_told(work)
        with Stage(trusted, stranger) as ports:
            scene = Scene(ports, work, authority, plan.seed)
            plan.say("Recording the stand-in client")
            played = record(scene, kept / SESSION, plants, plan.cases)
            if plan.sigkill:
                plan.say("Killing a proxy in the middle of a conversation")
                record_until_killed(scene, kept / KILLED)
        plan.say("Reading the sessions")
        scores, outcomes, checks = examine(
            kept / SESSION,
            (plants, plan.cases),
            (ports, plan.seed),
            played,
            Pipeline(load_catalogue()),
        )
        if plan.sigkill:
            checks = (*checks, examine_killed(kept / KILLED, plan.seed))
    return Result(
        seed=plan.seed,
        versions=(
            ("auditor", __version__),
            ("mitmproxy", version.VERSION),
            ("python", platform.python_version()),
            ("system", platform.system()),
        ),
        scores=scores,
        outcomes=outcomes,
        checks=checks,
        problems=played.problems,
        seconds=round(time.monotonic() - began, 1),
    )


@contextmanager
def _folders(keep: Path | None) -> Iterator[tuple[Path, Path]]:
    """Yield a folder for keys and settings, which goes, and one for the sessions."""
    for name in (SESSION, KILLED):
        if keep and (keep / name).exists():
            raise AuditorError(f"{keep / name} is there already.", "Name a new folder for --keep.")
    # What a virus scanner or a killed process still holds open must not spoil the result.
    with tempfile.TemporaryDirectory(prefix="auditor-", ignore_cleanup_errors=True) as name:
        work = Path(name)
        yield work, keep or work
