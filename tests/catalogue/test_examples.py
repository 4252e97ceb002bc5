"""Every example of the catalogue, through the real decoder and the real classifier."""

from __future__ import annotations

import pytest

from auditor.catalogue import load_catalogue
from auditor.catalogue.example import to_exchange
from auditor.catalogue.model import Endpoint, Example, Expectation
from auditor.classify import Classifier, Directory, body_keys
from auditor.decode import decode_head, decode_message
from auditor.records import Decoded, Observation, Site

CATALOGUE = load_catalogue()
DIRECTORY = Directory(CATALOGUE)
CLASSIFIER = Classifier(CATALOGUE)
CASES = [
    pytest.param(endpoint, example, id=f"{receiver.id}/{endpoint.id}/{example.id}")
    for receiver in CATALOGUE.receivers.values()
    for endpoint in receiver.endpoints
    for example in endpoint.examples
]
INTERACTION = (
    "playback",
    "seek",
    "transition",
    "tempo",
    "cue",
    "loop",
    "effects",
    "library",
    "search",
)


def run(example: Example) -> tuple[Site, tuple[Observation, ...]]:
    exchange = to_exchange(example)
    head = decode_head(exchange)
    body = decode_message(exchange.messages[0]) if exchange.messages else Decoded()
    site = DIRECTORY.find(exchange, body_keys(body))
    both = Decoded(head.leaves + body.leaves, head.unread + body.unread)
    assert not both.unread
    return site, CLASSIFIER.classify(exchange, site, both)


def meets(one: Observation, wanted: Expectation) -> bool:
    pairs = [
        (one.leaf.path, wanted.path),
        (one.leaf.context, wanted.context),
        (one.category, wanted.category),
        (one.event, wanted.event or one.event),
        (one.secret, wanted.secret or one.secret),
        (one.strength, wanted.strength or one.strength),
        (one.leaf.value, one.leaf.value if wanted.value is None else wanted.value),
    ]
    return all(is_ == should for is_, should in pairs)


@pytest.mark.parametrize(("endpoint", "example"), CASES)
def test_example(endpoint: Endpoint, example: Example) -> None:
    site, observations = run(example)
    if example.expect:
        assert (site.receiver, site.endpoint) == (endpoint.receiver, endpoint.id)
    for wanted in example.expect:
        here = [o for o in observations if o.leaf.path == wanted.path]
        assert any(meets(o, wanted) for o in here), f"{wanted}\n{here or observations}"
    if not example.expect:
        firm = [o for o in observations if o.category in INTERACTION and o.strength != "weak"]
        assert firm == []
