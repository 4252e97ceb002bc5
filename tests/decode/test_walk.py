from __future__ import annotations

import gzip

from auditor.decode.limits import Limits
from auditor.decode.tree import Body, Entries, Gap, Node
from auditor.decode.walk import Walk
from auditor.places import root
from auditor.records import Decoded


def walk(node: Node, **bounds: int) -> Decoded:
    found = Walk(Limits(**bounds))
    found.node(node, root("body"))
    return found.decoded(100)


def test_an_empty_object_in_a_string_leaves_the_string() -> None:
    (leaf,) = walk({"extras": "{}    "}).leaves
    assert (leaf.path, leaf.value, leaf.steps) == ("extras", "{}    ", ())


def test_gaps_inside_a_string_are_no_larger_than_the_string() -> None:
    text = "[" * 70 + "]" * 70
    (unread,) = walk({"a": text}).unread
    assert unread.path.startswith("a>")
    assert unread.size <= len(text)


def test_garbage_behind_compressed_data_is_told() -> None:
    packed = gzip.compress(b'{"a":1}') + b"garbage"
    decoded = walk(Entries([(("part",), Body(packed))]))
    assert [(leaf.path, leaf.value) for leaf in decoded.leaves] == [("part>a", 1)]
    assert [(one.reason, one.size, one.path) for one in decoded.unread] == [("damaged", 7, "part")]


def test_bodies_in_bodies_end_at_the_limit() -> None:
    decoded = walk(Entries([(("part",), Body(b'{"a":1}'))]), hops=0)
    assert decoded.leaves == ()
    assert [(one.reason, one.path) for one in decoded.unread] == [("over limit", "part")]


def test_text_in_a_part_takes_no_hop_and_an_empty_part_is_a_value() -> None:
    decoded = walk(Entries([(("a",), Body(b"words")), (("b",), Body(b""))]))
    assert [(leaf.path, leaf.value) for leaf in decoded.leaves] == [("a", "words"), ("b", "")]


def test_a_gap_keeps_its_place() -> None:
    (unread,) = walk({"a": [1, Gap("damaged", 5, "why")]}).unread
    assert (unread.path, unread.size, unread.detail) == ("a[]", 5, "why")


def test_a_path_that_grows_without_end_is_cut() -> None:
    node: Node = 1
    for _ in range(30):
        node = {"k" * 150: node}
    (unread,) = walk(node).unread
    assert unread.reason == "over limit"
    assert len(unread.path) < 2400
