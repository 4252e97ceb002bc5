from __future__ import annotations

import pytest

from auditor.catalogue import entries
from auditor.catalogue.yamlfile import Entry
from auditor.errors import CatalogueError


def entry(**members: object) -> Entry:
    given = {name: Entry(value, "one.yaml", 2, 5) for name, value in members.items()}  # type: ignore[arg-type]
    return Entry(given, "one.yaml", 1, 1)


def test_unknown_and_missing_names() -> None:
    entries.check_keys(entry(id="x", more="y"), required={"id"}, optional={"more"})
    with pytest.raises(CatalogueError, match=r"one\.yaml:2:5: unknown name `mor`") as caught:
        entries.check_keys(entry(id="x", mor="y"), required={"id"}, optional={"more"})
    assert caught.value.hint == "Did you mean `more`?"
    with pytest.raises(CatalogueError, match=r"one\.yaml:1:1: `id` is missing here"):
        entries.check_keys(entry(more="y"), required={"id"}, optional={"more"})


def test_defaults() -> None:
    nothing = entry()
    assert entries.text(nothing, "a") == ""
    assert entries.text(nothing, "a", "b") == "b"
    assert entries.texts(nothing, "a") == ()
    assert entries.flag(nothing, "a") is False
    assert entries.chosen(nothing, "a", ["x"], "thing", default="d") == "d"
    assert entries.chosen_all(nothing, "a", ["x"], "thing") == ()


def test_chosen() -> None:
    assert entries.chosen(entry(a="x"), "a", ["x", "y"], "thing") == "x"
    with pytest.raises(CatalogueError, match="unknown thing `z`") as caught:
        entries.chosen(entry(a="z"), "a", ["x", "y"], "thing")
    assert caught.value.hint == "Known: x, y."
    with pytest.raises(CatalogueError, match="unknown thing `z`"):
        entries.chosen_all(entry(a=[Entry("z", "one.yaml", 3, 1)]), "a", ["x"], "thing")
