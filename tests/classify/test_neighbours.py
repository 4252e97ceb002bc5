from __future__ import annotations

from auditor.classify.neighbours import Neighbours, containers
from auditor.decode import decode_message
from auditor.records import Decoded, Leaf, Message

LEAVES = [
    Leaf.of("body", "batch[].kind", "outer", (0,)),
    Leaf.of("body", "batch[].stalls[].reason", "SEEK", (0, 0)),
    Leaf.of("body", "batch[].stalls[].at", 8, (0, 0)),
    Leaf.of("body", "batch[].stalls[].reason", "UNEXPECTED", (0, 1)),
    Leaf.of("body", "batch[].stalls[].at", 9, (0, 1)),
    Leaf.of("body", "batch[].stalls[].at", 10, (1, 0)),
    Leaf.of("query", "batch[].kind", "elsewhere", (0,)),
]


def near() -> Neighbours:
    sheets = Decoded.of(LEAVES).sheets
    return Neighbours(sheets, frozenset({"reason", "kind"}), frozenset({"batch[].kind"}))


def test_same_object() -> None:
    assert near().by_name(LEAVES[2], "reason") == ("SEEK", True)
    assert near().by_name(LEAVES[4], "reason") == ("UNEXPECTED", True)


def test_nearest_object_around() -> None:
    assert near().by_name(LEAVES[2], "kind") == ("outer", True)


def test_nothing_from_another_item() -> None:
    assert near().by_name(LEAVES[5], "kind") == (None, False)
    assert near().by_name(LEAVES[5], "reason") == (None, False)


def test_whole_path() -> None:
    assert near().by_path(LEAVES[4], "batch[].kind", "body") == ("outer", True)
    assert near().by_path(LEAVES[5], "batch[].kind", "body") == (None, False)
    assert near().by_path(LEAVES[5], "batch[].stalls[].at", "body") == (None, False)


def test_protobuf_tags_count_as_levels() -> None:
    leaves = [
        Leaf.of("body", "1.3.1", "message", (0, 0, 0)),
        Leaf.of("body", "1.3.2.14", 5, (0, 0, 0, 0)),
        Leaf.of("body", "1.3.1", "context", (0, 1, 0)),
        Leaf.of("body", "1.3.2.14", 6, (0, 1, 0, 0)),
    ]
    found = Neighbours(Decoded.of(leaves).sheets, frozenset(), frozenset({"1.3.1"}))
    assert found.by_path(leaves[1], "1.3.1", "body") == ("message", True)
    assert found.by_path(leaves[3], "1.3.1", "body") == ("context", True)


def test_rows_and_lists_of_a_decoded_message() -> None:
    body = b'{"a": [{"kind": 1, "x": 2}, {"kind": 3, "x": 4}], "kind": [5, 6]}'
    decoded = decode_message(Message("out", body, len(body)))
    found = Neighbours(decoded.sheets, frozenset({"kind"}), frozenset())
    inside = [leaf for leaf in decoded.leaves if leaf.path == "a[].x"]
    assert [found.by_name(leaf, "kind") for leaf in inside] == [(1, True), (3, True)]
    for number, value in ((0, 5), (1, 6)):
        leaf = Leaf.of("body", "kind[]", 0, (number,))
        assert found.by_path(leaf, "kind[]", "body") == (value, True)


def test_containers() -> None:
    assert containers("a[].b>c.d") == ("a[].b>c", "a[].b>", "a[]", "")
    assert containers("1.3.2.14") == ("1.3.2", "1.3", "1", "")
    assert containers("a") == ("",)
    assert containers("") == ()
