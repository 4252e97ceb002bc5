from __future__ import annotations

from pathlib import Path

import pytest

from auditor.catalogue.model import Receiver
from auditor.catalogue.receiver import read_headers, read_receivers
from auditor.catalogue.yamlfile import read_entry
from auditor.errors import CatalogueError

HEAD = """
id: one
name: One
owner: One Ltd
role: DJ vendor
home: https://one.test
hosts: [one.test]
notes: [first]
evidence:
  doc: {basis: documented, source: "one.test", date: 2026-11-21}
endpoints:
  - {id: a, name: A, match: {hosts: [one.test]}, purpose: x, category: other, evidence: doc, status: experimental}
"""
PART = """
part_of: one
notes: [second]
evidence:
  run: {basis: observed, source: "own run of one", date: 2026-11-21}
endpoints:
  - {id: b, name: B, match: {hosts: [one.test]}, purpose: x, category: other, evidence: doc, status: experimental}
more_fields:
  - endpoint: a
    evidence: run
    fields: [{rules: {x: {means: y, category: other}}}]
    examples: [{id: e, request: {url: "https://one.test/"}, expect: none}]
"""


def read(folder: Path, *texts: str) -> dict[str, Receiver]:
    entries = []
    for number, text in enumerate(texts):
        path = folder / f"f{number}.yaml"
        path.write_text(text)
        entries.append(read_entry(path))
    return read_receivers(entries, frozenset({"other"}))


@pytest.mark.parametrize("order", [(HEAD, PART), (PART, HEAD)], ids=["head first", "part first"])
def test_parts_add_to_the_head(tmp_path: Path, order: tuple[str, str]) -> None:
    one = read(tmp_path, *order)["one"]
    assert (one.role, one.hosts, one.notes) == ("DJ vendor", ("one.test",), ("first", "second"))
    a, b = one.endpoints
    assert (a.id, b.id, b.evidence.basis) == ("a", "b", "documented")
    assert [(rule.id, rule.evidence.basis) for rule in a.fields] == [("one/a/-/body:x", "observed")]
    assert [example.id for example in a.examples] == ["e"]


def test_evidence_of_a_part_stays_there(tmp_path: Path) -> None:
    other = PART.replace("evidence: run", "evidence: doc").replace("id: b", "id: c")
    other = other[: other.index("more_fields")].replace(
        "evidence: doc, status", "evidence: run, status"
    )
    with pytest.raises(CatalogueError, match="unknown evidence `run`"):
        read(tmp_path, HEAD, PART, other.replace("  run: {", "  walk: {"))


def test_evidence_is_named_once(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="evidence `doc` is already named"):
        read(tmp_path, HEAD, PART.replace("  run: {", "  doc: {"))


def test_examples_of_parts_have_their_own_ids(tmp_path: Path) -> None:
    extra = PART[PART.index("more_fields") :].replace("x: {means", "z: {means")
    with pytest.raises(CatalogueError, match="two examples have the same id"):
        read(
            tmp_path, HEAD, PART, "part_of: one\n" + extra.replace("evidence: run", "evidence: doc")
        )


def test_headers_need_evidence(tmp_path: Path) -> None:
    path = tmp_path / "headers.yaml"
    path.write_text("evidence: {}\nfields: [{context: header, rules: {x-id: {means: y}}}]\n")
    with pytest.raises(CatalogueError, match="a rule without evidence"):
        read_headers(read_entry(path), frozenset({"other"}))
