"""What session.yaml cannot mean is left out and counted."""

import pytest

from auditor.records import Loss
from auditor.sources.facts import checked


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("app", ["djay"]),
        ("services", 5),
        ("title", {"a": 1}),
        ("synthetic", "yes"),
        ("started", 253402300800.0),
        ("started", float("inf")),
        ("ended", "x"),
        ("ended", -1.0),
        ("addon_errors", float("inf")),
        ("addon_errors", [1]),
    ],
)
def test_values_of_the_wrong_kind_are_counted(name: str, value: object) -> None:
    losses: list[Loss] = []
    assert checked({name: value, "protocol": {"seed": 7}}, losses) == {"protocol": {"seed": 7}}
    assert [loss.detail for loss in losses] == [name]


def test_numbers_are_texts_where_texts_belong() -> None:
    losses: list[Loss] = []
    told = {"app": {"name": "djay", "version": 5.1, "kind": [1]}, "services": ["tidal", 7]}
    assert checked(told, losses) == {
        "app": {"name": "djay", "version": "5.1"},
        "services": ["tidal", "7"],
    }
    assert [loss.detail for loss in losses] == ["kind"]


def test_a_list_is_no_session() -> None:
    losses: list[Loss] = []
    assert checked([1], losses) == {}
    assert len(losses) == 1
