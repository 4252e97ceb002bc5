"""Every example of the catalogue does what it promises, through the real pipeline."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.catalogue import load_catalogue
from auditor.catalogue.model import Endpoint, Example
from auditor.examples import cases, problems
from auditor.pipeline import Pipeline

CATALOGUE = load_catalogue()
PIPELINE = Pipeline(CATALOGUE)
CASES = [pytest.param(endpoint, example, id=name) for name, endpoint, example in cases(CATALOGUE)]


@pytest.mark.parametrize(("endpoint", "example"), CASES)
def test_example(endpoint: Endpoint, example: Example) -> None:
    assert problems(PIPELINE, CATALOGUE, endpoint, example) == []


def test_examples_that_are_wrong_are_found() -> None:
    endpoint = CATALOGUE.receivers["tidal"].endpoints[0]
    good = next(
        one for _, place, one in cases(CATALOGUE) if place.receiver == "segment" and one.expect
    )
    assert "went to segment/batch" in problems(PIPELINE, CATALOGUE, endpoint, good)
    empty = replace(good, expect=())
    assert any(
        text.startswith("unexpected ") for text in problems(PIPELINE, CATALOGUE, endpoint, empty)
    )
    wanted = replace(good.expect[0], category="ads")
    missing = problems(PIPELINE, CATALOGUE, endpoint, replace(good, expect=(wanted,)))
    assert f"expected ads at {wanted.path}" in missing
