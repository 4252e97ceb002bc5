"""Run the catalogue's own examples through the real pipeline."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.catalogue.example import to_exchange
from auditor.catalogue.model import Catalogue, Endpoint, Example, Expectation
from auditor.pipeline import Pipeline
from auditor.records import Observation


def cases(catalogue: Catalogue) -> Iterator[tuple[str, Endpoint, Example]]:
    """Yield every example with its name `receiver/endpoint/example`."""
    for receiver in catalogue.receivers.values():
        for endpoint in receiver.endpoints:
            for example in endpoint.examples:
                yield f"{receiver.id}/{endpoint.id}/{example.id}", endpoint, example


def problems(
    pipeline: Pipeline, catalogue: Catalogue, endpoint: Endpoint, example: Example
) -> list[str]:
    """Return what is wrong with an example; nothing when it does what it promises.

    An example that expects nothing must not yield a strong or medium observation of a kind that
    the report has a row for and that an action exercises.
    """
    site, sent = pipeline.run(to_exchange(example))
    found = [one for message in sent for one in message.observations]
    wrong = [f"could not be read: {gap.reason}" for message in sent for gap in message.unread]
    if example.expect and (site.receiver, site.endpoint) != (endpoint.receiver, endpoint.id):
        wrong.append(f"went to {site.receiver}/{site.endpoint}")
    wrong += [
        f"expected {wanted.category} at {wanted.path}"
        for wanted in example.expect
        if not any(_meets(one, wanted) for one in found)
    ]
    if not example.expect:
        firm = [
            one
            for one in found
            if one.strength != "weak" and catalogue.categories[one.category].marks
        ]
        wrong += [f"unexpected {one.category} at {one.leaf.path}" for one in firm]
    return wrong


def _meets(one: Observation, wanted: Expectation) -> bool:
    pairs = (
        (wanted.path, one.leaf.path),
        (wanted.context, one.leaf.context),
        (wanted.category, one.category),
        (wanted.event, one.event),
        (wanted.secret, one.secret),
        (wanted.strength, one.strength),
        (wanted.value, one.leaf.value),
    )
    return all(should in {None, ""} or should == is_ for should, is_ in pairs)
