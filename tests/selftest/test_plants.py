"""Every plant through decoders and classifier, without a network."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from auditor.catalogue.model import Catalogue
from auditor.pipeline import Pipeline
from auditor.records import Exchange, Message
from auditor.selftest.facts import Plant
from auditor.selftest.plants import as_request, make_plants
from auditor.selftest.score import Score, score

PLANTS = make_plants(5)


def exchange_of(plant: Plant) -> Exchange:
    """Return what a source would make of the plant."""
    if plant.carrier.endswith("frame"):
        frame = Message(
            "out", plant.content, len(plant.content), text=plant.carrier == "text frame"
        )
        messages = (Message("out", b"", 0), Message("in", b"", 0), frame)
        return exchange("websocket", "GET", "/socket", (), messages)
    method, path, headers, body = as_request(plant)
    told = {name.lower(): value for name, value in headers}
    codings = [told.get(name, "") for name in ("content-encoding", "x-transfer-encoding")]
    message = Message(
        "out", body, len(body), told.get("content-type", ""), tuple(filter(None, codings))
    )
    return exchange("http", method, path, tuple(told.items()), (message,))


def exchange(
    kind: str,
    method: str,
    path: str,
    headers: tuple[tuple[str, str], ...],
    messages: tuple[Message, ...],
) -> Exchange:
    path, _, query = path.partition("?")
    return Exchange(
        number=0,
        id="one",
        kind=kind,  # type: ignore[arg-type]
        started=1_767_225_600.0,
        method=method,
        scheme="https",
        host="stage.selftest.invalid",
        port=443,
        path=path,
        query=query,
        headers=headers,
        messages=messages,
    )


@pytest.fixture(scope="module")
def pipeline(catalogue: Catalogue) -> Pipeline:
    return Pipeline(catalogue)


def scored(plant: Plant, pipeline: Pipeline) -> Score:
    (found,) = score([plant], [exchange_of(plant)], pipeline)
    return found


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.id)
def test_plant_is_read_as_far_as_its_flag_says(plant: Plant, pipeline: Pipeline) -> None:
    found = scored(plant, pipeline)
    assert found.recorded
    assert found.complete == plant.expected, (
        f"{plant.id}: {found}. Did a decoder learn this format? Then take it out of `_unread`."
    )


def test_other_seeds_are_read_too(pipeline: Pipeline) -> None:
    for seed in range(20, 26):
        wrong = [one.id for one in make_plants(seed) if not scored(one, pipeline).good]
        assert wrong == []


def test_equal_seeds_give_equal_bytes() -> None:
    assert make_plants(5) == PLANTS
    assert make_plants(6)[0].content != PLANTS[0].content


def test_no_value_is_planted_twice() -> None:
    values = [str(fact.value) for plant in PLANTS for fact in plant.facts]
    assert len(values) == len(set(values))


def test_addresses_are_plain_and_differ() -> None:
    requests = [as_request(one) for one in PLANTS if not one.carrier.endswith("frame")]
    paths = [path.partition("?")[0] for _, path, _, _ in requests]
    assert len(paths) == len(set(paths))
    assert all(re.fullmatch(r"/plant/[\w+/-]+", path) for path in paths)


def test_a_frame_is_no_request() -> None:
    frame = next(one for one in PLANTS if one.carrier == "text frame")
    with pytest.raises(ValueError, match="WebSocket"):
        as_request(frame)


@pytest.mark.parametrize("name", ["json", "gzip+json", "grpc+protobuf", "query"])
def test_a_broken_plant_is_seen(name: str, pipeline: Pipeline) -> None:
    plant = next(one for one in PLANTS if one.id == name)
    content = plant.content[: len(plant.content) // 2]
    found = scored(replace(plant, content=content), pipeline)
    assert not found.good
    assert found.recorded
    assert found.decoded < found.planted


def test_a_wrong_kind_is_seen(pipeline: Pipeline) -> None:
    plant = next(one for one in PLANTS if one.id == "json")
    facts = (replace(plant.facts[0], category="loop"), *plant.facts[1:])
    found = scored(replace(plant, facts=facts), pipeline)
    assert (found.decoded, found.classified) == (found.planted, found.named - 1)
    assert not found.good


def test_what_arrives_changed_counts_as_not_recorded(pipeline: Pipeline) -> None:
    plant = next(one for one in PLANTS if one.id == "json")
    changed = replace(plant, content=plant.content + b" ")
    (found,) = score([plant], [exchange_of(changed)], pipeline)
    assert not found.recorded
    (missing,) = score([plant], [], pipeline)
    assert not missing.recorded
    assert not missing.good


def test_a_text_frame_is_no_binary_frame(pipeline: Pipeline) -> None:
    plant = next(one for one in PLANTS if one.carrier == "text frame")
    sent = exchange_of(replace(plant, carrier="binary frame"))
    (found,) = score([plant], [sent], pipeline)
    assert not found.recorded
