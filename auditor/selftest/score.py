"""Hold what was planted against what a session says: recorded, decoded, classified."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from auditor.pipeline import Pipeline, Sent
from auditor.records import Exchange, Observation
from auditor.selftest.facts import Fact, Plant
from auditor.selftest.plants import as_request


@dataclass(frozen=True, slots=True)
class Score:
    """How much of one plant came through."""

    plant: str
    encoding: tuple[str, ...]
    expected: bool
    planted: int
    recorded: bool
    """Byte for byte what was sent."""
    decoded: int
    named: int
    """Planted values whose kind can be told; protobuf without a schema has no names to tell by."""
    classified: int
    """Of the named ones: as the right kind, and not as a mere candidate."""

    @property
    def complete(self) -> bool:
        """Say whether every planted value was found and every named one understood."""
        got = (self.decoded, self.classified)
        return self.recorded and got == (self.planted, self.named)

    @property
    def good(self) -> bool:
        """Say whether this is what this version promises."""
        return self.complete if self.expected else self.recorded


def score(
    plants: Iterable[Plant], exchanges: Iterable[Exchange], pipeline: Pipeline
) -> tuple[Score, ...]:
    """Return one score per plant, in their order; exchanges without a plant do not count."""
    wanted = tuple(plants)
    requests = {as_request(one)[1].partition("?")[0]: one for one in wanted if not _framed(one)}
    frames = {one.content: one for one in wanted if _framed(one)}
    seen: dict[str, tuple[Observation, ...]] = {}
    for exchange in exchanges:
        plant = requests.get(exchange.path)
        if plant is None and exchange.kind != "websocket":
            continue
        _, sent = pipeline.run(exchange)
        if plant is not None and _arrived(plant, exchange):
            seen[plant.id] = sent[0].observations
        seen.update(_in_frames(frames, exchange, sent))
    return tuple(_score(plant, seen.get(plant.id)) for plant in wanted)


def _framed(plant: Plant) -> bool:
    return plant.carrier in {"text frame", "binary frame"}


def _in_frames(
    frames: dict[bytes, Plant], exchange: Exchange, sent: tuple[Sent, ...]
) -> dict[str, tuple[Observation, ...]]:
    """Return what was understood of the frames that are plants."""
    found = {}
    for one in sent:
        message = exchange.messages[one.index]
        plant = frames.get(message.body) if one.index else None
        if plant is not None and message.text == (plant.carrier == "text frame"):
            found[plant.id] = one.observations
    return found


def _arrived(plant: Plant, exchange: Exchange) -> bool:
    """Say whether a request is in the session as it was sent."""
    method, address, headers, body = as_request(plant)
    return (
        method == exchange.method
        and address.partition("?")[2] == exchange.query
        and bool(exchange.messages)
        and exchange.messages[0].body == body
        and {(name.lower(), value) for name, value in headers} <= set(exchange.headers)
    )


def _score(plant: Plant, observations: tuple[Observation, ...] | None) -> Score:
    found = [_found(fact, observations or ()) for fact in plant.facts]
    return Score(
        plant=plant.id,
        encoding=plant.encoding,
        expected=plant.expected,
        planted=len(plant.facts),
        recorded=observations is not None,
        decoded=sum(decoded for decoded, _ in found),
        named=sum(bool(fact.category) for fact in plant.facts),
        classified=sum(classified for _, classified in found),
    )


def _found(fact: Fact, observations: tuple[Observation, ...]) -> tuple[bool, bool]:
    """Say whether a planted value is among the leaves, and whether its kind was understood."""
    hits = [one for one in observations if _equal(one.leaf.value, fact.value)]
    right = any(one.category == fact.category and one.strength != "weak" for one in hits)
    return bool(hits), right and bool(fact.category)


def _equal(value: object, planted: str | float) -> bool:
    """Compare as text: forms and queries spell numbers."""
    return str(value) == str(planted)
