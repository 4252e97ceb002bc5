from __future__ import annotations

from pathlib import Path

import pytest

from auditor.catalogue.model import EventData, Evidence, FieldRule
from auditor.catalogue.rules import RuleReader
from auditor.catalogue.yamlfile import Entry, read_entry
from auditor.errors import CatalogueError

EVIDENCE = {
    "doc": Evidence("doc", "documented", "example.com", "2026-11-21"),
    "guess": Evidence("guess", "inferred", "example.com", "2026-11-21"),
}


def read(folder: Path, text: str) -> dict[str, FieldRule]:
    path = folder / "one.yaml"
    path.write_text(text)
    reader = RuleReader("r", "e", frozenset({"seek", "cue", "other"}), EVIDENCE, "doc")
    rules = reader.read_blocks(read_entry(path))
    return {rule.id: rule for rule in rules}


def test_rule_takes_what_its_block_says(tmp_path: Path) -> None:
    rules = read(
        tmp_path,
        """
- at: a[].b
  category: seek
  evidence: guess
  unit: ms
  time: t
  off: [-1]
  where: {kind: x}
  indicates: [cue]
  rules:
    c: {means: one}
    d: {means: two, category: other, evidence: doc, unit: s, time: u, off: [0], where: {n: 1}, indicates: []}
""",
    )
    one, two = rules["r/e/-/body:a[].b.c"], rules["r/e/-/body:a[].b.d"]
    assert (one.category, one.evidence.id, one.unit, one.time) == ("seek", "guess", "ms", "t")
    assert (one.off, one.where, one.indicates) == ((-1,), (("kind", "x"),), ("cue",))
    assert (two.category, two.evidence.id, two.unit, two.time) == ("other", "doc", "s", "u")
    assert (two.off, two.where, two.indicates) == ((0,), (("n", 1), ("kind", "x")), ())


def test_event_is_part_of_the_id(tmp_path: Path) -> None:
    rules = read(
        tmp_path,
        "- event: [play, stop]\n  context: query\n  rules: {a: {means: x, category: seek}}\n",
    )
    assert list(rules) == ["r/e/play/query:a", "r/e/stop/query:a"]
    assert [rule.event for rule in rules.values()] == ["play", "stop"]


@pytest.mark.parametrize(
    ("at", "path", "whole"),
    [("", "a", "a"), ("a", "b", "a.b"), ("a>", "b", "a>b"), ("a", "[].b", "a[].b"), ("1.3", "2", "1.3.2")],
)  # fmt: skip
def test_prefix(tmp_path: Path, at: str, path: str, whole: str) -> None:
    prefix = f"  at: '{at}'\n" if at else ""
    rules = read(tmp_path, f"-\n{prefix}  rules:\n    '{path}': {{means: x}}\n")
    assert [rule.path for rule in rules.values()] == [whole]


def test_category_may_be_left_to_the_words(tmp_path: Path) -> None:
    (rule,) = read(
        tmp_path, "- category: seek\n  rules: {a.**: {means: x, category: ''}}\n"
    ).values()
    assert rule.category == ""


def test_same_field_under_two_conditions(tmp_path: Path) -> None:
    text = "- rules: {a: {means: x}}\n- where: {k: 1}\n  rules: {a: {means: y}}\n"
    path = tmp_path / "one.yaml"
    path.write_text(text)
    reader = RuleReader("r", "e", frozenset({"other"}), EVIDENCE, "doc")
    assert len(reader.read_blocks(read_entry(path))) == 2
    with pytest.raises(CatalogueError, match="two rules for `a`"):
        reader.read_blocks(read_entry(path))


def test_prefixes_in_a_list(tmp_path: Path) -> None:
    rules = read(tmp_path, "- at: [a, 'b[]']\n  rules: {c: {means: x}}\n")
    assert [rule.path for rule in rules.values()] == ["a.c", "b[].c"]


DATA = (EventData("1.3", (("1.1", "message"),)),)


def table(folder: Path, text: str) -> Entry:
    path = folder / "table.yaml"
    path.write_text(text)
    return read_entry(path)


def reader() -> RuleReader:
    return RuleReader("r", "e", frozenset({"seek", "cue", "other"}), EVIDENCE, "doc")


def test_events_become_rules(tmp_path: Path) -> None:
    given = table(tmp_path, "seek: {Jump: somebody jumped}\nother: [Ping, Pong]\n")
    events, rules = reader().read_events(given, ("1.2", "query:name"), DATA)
    assert events == (("Jump", "seek"), ("Ping", "other"), ("Pong", "other"))
    mine = [rule for rule in rules if rule.event == "Jump"]
    assert [(rule.context, rule.path, rule.where) for rule in mine] == [
        ("body", "1.2", ()),
        ("query", "name", ()),
        ("body", "1.3", (("1.1", "message"),)),
        ("body", "1.3.**", (("1.1", "message"),)),
    ]
    assert {rule.means for rule in mine} == {"event: somebody jumped"}
    assert {rule.category for rule in mine} == {"seek"}
    assert {rule.evidence.id for rule in rules} == {"doc"}
    assert {rule.means for rule in rules if rule.event == "Pong"} == {"event Pong"}


@pytest.mark.parametrize(
    ("text", "names", "message"),
    [
        ("seek: [A]\ncue: [A]\n", ("n",), "event `A` stands here twice"),
        ("sekk: [A]\n", ("n",), "unknown category `sekk`"),
        ("seek: [A]\n", (), "events without a place for their name"),
        ("seek: A\n", ("n",), "where names with values belong"),
        ("seek: {A: {means: x}}\n", ("n",), "where a text belongs"),
    ],
)
def test_mistakes_in_a_table_of_events(
    tmp_path: Path, text: str, names: tuple[str, ...], message: str
) -> None:
    with pytest.raises(CatalogueError, match=r"table\.yaml:\d+:\d+: ") as caught:
        reader().read_events(table(tmp_path, text), names, DATA)
    assert message in caught.value.message


def test_an_event_is_in_one_table_only(tmp_path: Path) -> None:
    one = reader()
    one.read_events(table(tmp_path, "seek: [A]\n"), ("n",), ())
    with pytest.raises(CatalogueError, match="event `A` stands here twice"):
        one.read_events(table(tmp_path, "cue: [A]\n"), ("n",), ())
