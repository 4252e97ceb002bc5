from __future__ import annotations

from pathlib import Path

import pytest

from auditor.catalogue.yamlfile import read_entry, read_yaml
from auditor.errors import CatalogueError


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "one.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1", {"a": 1}),
        ("a: -1.5", {"a": -1.5}),
        ("a: 1e3", {"a": 1000.0}),
        ("a: true", {"a": True}),
        ("a: null", {"a": None}),
        ("a:", {"a": None}),
        ("a: 1:20", {"a": "1:20"}),
        ("a: 2026-11-21", {"a": "2026-11-21"}),
        ("a: 010", {"a": "010"}),
        ("a: 0x1f", {"a": "0x1f"}),
        ("a: 1_000", {"a": "1_000"}),
        ("a: 1.2.3", {"a": "1.2.3"}),
        ("a: .inf", {"a": ".inf"}),
        ("a: 'no'", {"a": "no"}),
        ("a: '12'", {"a": "12"}),
        ("1.20: x", {"1.20": "x"}),
        ("no: x", {"no": "x"}),
        ("a: [1, [x, {b: c}]]", {"a": [1, ["x", {"b": "c"}]]}),
        ("a: |\n  two\n  lines\n", {"a": "two\nlines\n"}),
        ("", None),
        ("# nothing", None),
    ],
)
def test_values(tmp_path: Path, text: str, value: object) -> None:
    found = read_yaml(write(tmp_path, text))
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3", "one.yaml:3:1: `a` stands here twice"),
        ("a:\n  b: yes", "one.yaml:2:6: `yes` can be read in two ways"),
        ("a: [1, Off]", "one.yaml:1:8: `Off` can be read in two ways"),
        ("a: [1, 2", "one.yaml:2:1: "),
        ("a: &x 1\nb: *x", "one.yaml:1:4: anchors and aliases"),
        ("a: !!python/object:os.system x", "one.yaml:1:4: tags"),
        ("a: !thing x", "one.yaml:1:4: tags"),
        ("? [a, b]\n: 1", "one.yaml:1:3: a name must be a single word"),
        ("a: 1\n--- \nb: 2", "one.yaml:2:1: "),
        ("!x a: 1", "one.yaml:1:1: tags"),
        ("a: 1\na: 2\nb: [", "one.yaml:2:1: `a` stands here twice"),
        ("a: {b: [1, 2}", "one.yaml:1:13: "),
        ("*x : 1", "one.yaml:1:1: anchors and aliases"),
        ("a: \t- x\n\tb: 1", "one.yaml:"),
        (b"a: 1\nb: \xff", "one.yaml:2:1: not UTF-8"),
        ("a: " + "[" * 60 + "]" * 60, "nested too deep"),
        ("[" * 200_000, "nested too deep"),
    ],
)
def test_mistakes_have_a_place(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        read_yaml(write(tmp_path, text))
    assert message in caught.value.message
    assert caught.value.message.startswith("one.yaml:")
    assert caught.value.hint


def test_huge_file(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="too many"):
        read_yaml(write(tmp_path, b"# " + b"x" * 4_000_001))


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"nowhere\.yaml:1:1: cannot be read"):
        read_yaml(tmp_path / "nowhere.yaml")


def test_entries_know_their_place(tmp_path: Path) -> None:
    entry = read_entry(write(tmp_path, "a:\n  - b: x\n    c: 2\n"))
    item = entry.members()["a"].items()[0]
    assert (item.line, item.column) == (2, 5)
    assert (item.members()["c"].line, item.members()["c"].column) == (3, 8)


@pytest.mark.parametrize(
    ("text", "read", "message"),
    [
        ("a: [1]", "members", "a list where names with values belong"),
        ("a: x", "items", "a text where a list belongs"),
        ("a: 5", "text", "a number where a text belongs"),
        ("a: '  '", "text", "a text where a text belongs"),
        ("a: 'x'", "flag", "a text where true or false belongs"),
        ("a: {b: 1}", "scalar", "names with values where a single value belongs"),
        ("a:", "text", "nothing where a text belongs"),
        ("a: true", "texts", "true or false where a list belongs"),
    ],
)
def test_wrong_types(tmp_path: Path, text: str, read: str, message: str) -> None:
    entry = read_entry(write(tmp_path, text)).members()["a"]
    with pytest.raises(CatalogueError) as caught:
        getattr(entry, read)()
    assert caught.value.message == f"one.yaml:1:{entry.column}: {message}"


def test_single_text_is_a_list_of_one(tmp_path: Path) -> None:
    entry = read_entry(write(tmp_path, "a: x\nb: [x, y]"))
    assert entry.members()["a"].texts() == ("x",)
    assert entry.members()["b"].texts() == ("x", "y")
