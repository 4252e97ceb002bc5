"""The positive control: planted requests go the way of the traffic, and must be found again.

A recording that cannot find what it planted itself proves nothing by finding nothing.
"""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.catalogue.model import Catalogue
from auditor.errors import AuditorError
from auditor.pipeline import Pipeline
from auditor.recorder.control import NAME, PREFIX
from auditor.records import Observation
from auditor.selftest.plants import Plant, as_request, make_plants
from auditor.session.marks import HOST
from auditor.sources import mitm

_BODIES = ("json", "form", "gzip+json", "br+json", "zstd+json", "json+base64", "multipart+json")
_HEADS = ("query", "bearer+jwt")
PLANTS = (*_BODIES, *_HEADS)
"""The plants that are sent: every common way telemetry is packed."""


@dataclass(frozen=True, slots=True)
class Control:
    """What became of the planted requests."""

    found: tuple[str, ...]
    missed: tuple[str, ...]
    problem: str = ""
    """Why nothing could be sent; empty when everything was."""

    @property
    def passed(self) -> bool:
        """Whether every plant was sent and found."""
        return bool(self.found) and not self.missed

    def facts(self) -> dict[str, Any]:
        """Return what session.yaml says about it."""
        told = {"passed": self.passed, "path": "TLS through the regular proxy on this computer"}
        problem = {"problem": self.problem} if self.problem else {}
        return {**told, "found": list(self.found), "missed": list(self.missed), **problem}


def run_control(
    proxy: tuple[str, int], certificate: Path, folder: Path, catalogue: Catalogue, seed: int
) -> Control:
    """Send the plants through the proxy, trusting its certificate, and look for them.

    Blocks for a second or two. A problem on the way is a result, not an error.
    """
    plants = tuple(one for one in make_plants(seed) if one.id in PLANTS)
    try:
        _send(proxy, certificate, plants)
        found = find(plants, _recorded(folder / NAME, catalogue))
    except (OSError, http.client.HTTPException, AuditorError) as error:
        return Control((), tuple(one.id for one in plants), f"{type(error).__name__}: {error}")
    missed = tuple(one.id for one in plants if one.id not in found)
    return Control(found, missed)


def find(plants: Sequence[Plant], observations: Iterable[Observation]) -> tuple[str, ...]:
    """Return the ids of the plants whose every value was found under its kind of data."""
    seen = {(str(one.leaf.value), one.category) for one in observations}
    return tuple(
        plant.id
        for plant in plants
        if all((str(fact.value), fact.category) in seen for fact in plant.facts)
    )


def _send(proxy: tuple[str, int], certificate: Path, plants: Iterable[Plant]) -> None:
    trust = ssl.create_default_context(cafile=str(certificate))
    peer = http.client.HTTPSConnection(*proxy, timeout=20, context=trust)
    peer.set_tunnel(HOST, 443)
    try:
        for plant in plants:
            method, path, headers, body = as_request(plant)
            peer.request(method, PREFIX + path, body, dict(headers))
            answer = peer.getresponse()
            answer.read()
            if answer.status != http.HTTPStatus.NO_CONTENT:
                raise http.client.HTTPException(f"the proxy answered {answer.status}")
    finally:
        peer.close()


def _recorded(path: Path, catalogue: Catalogue) -> Iterator[Observation]:
    """Read what was recorded as an audit would."""
    exchanges, _ = mitm.read(path, 0)
    pipeline = Pipeline(catalogue)
    for exchange in exchanges:
        for sent in pipeline.run(exchange)[1]:
            yield from sent.observations
