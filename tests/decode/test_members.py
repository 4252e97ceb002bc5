"""Objects with the same members are taken alike, whatever was seen before them."""

from __future__ import annotations

import base64
import json
import random
import zlib
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from auditor.decode import LIMITS, Limits, decode_head, decode_message, walk
from auditor.decode.limits import OVER_LIMIT
from auditor.decode.members import plan
from auditor.places import Layout, root
from auditor.records import Decoded, Exchange, Leaf, Message, Value
from auditor.selftest.wire import protobuf

HIDDEN = json.dumps({"cue": 61234})
PACKED = base64.b64encode(zlib.compress(HIDDEN.encode())).decode()


def decode(body: object, label: str = "", limits: Limits = LIMITS) -> Decoded:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return decode_message(Message("out", data, len(data), label), limits)


def told(decoded: Decoded) -> list[tuple[str, tuple[int, ...], Value]]:
    return [(leaf.path, leaf.at, leaf.value) for leaf in decoded.leaves]


@pytest.fixture(autouse=True)
def nothing_seen() -> Iterator[None]:
    """Forget the strings that other tests have had looked into."""
    walk._plain.clear()
    yield
    walk._plain.clear()


def documents() -> Iterator[tuple[bytes, str]]:
    """Yield bodies with few names, few words and all kinds of values, in many mixtures."""
    dice = random.Random(7)  # noqa: S311
    words = ["deck", "cue_set", HIDDEN, PACKED, "a=1&b=2", "\ud800", "", "{}", "[]", "x" * 300]
    words += [quote(HIDDEN, safe=""), "7b22613a", "Zm9vYmFyYmF6cXV4", json.dumps([HIDDEN, "b"])]

    def value(depth: int) -> object:
        kind = dice.randrange(8 if depth else 5)
        if kind < 3:
            return dice.choice(words)
        if kind < 5:
            return dice.choice([0, 1, 2.5, True, None, False])
        if kind < 7:
            names = dice.sample(["a", "b", "c", "d.e", "1"], dice.randrange(4))
            return {name: value(depth - 1) for name in names}
        return [value(depth - 1) for _ in range(dice.randrange(4))]

    for _ in range(400):
        yield json.dumps([value(3), {"a": value(2)}]).encode(), "application/json"
    for _ in range(50):
        names = dice.choices(["a", "b[]", "c[0][x]", "c.0.y", "c.1.x", "d"], k=dice.randrange(1, 7))
        pairs = [f"{name}={quote(dice.choice(words[:5]), safe='')}" for name in names]
        yield "&".join(pairs).encode(), "application/x-www-form-urlencoded"
    for _ in range(50):
        kinds = {1: ["deck", HIDDEN, "a1"], 2: [5, 6], 3: [[(1, "x"), (1, HIDDEN)], [(2, 7)]]}
        numbers = dice.choices([1, 1, 2, 3], k=dice.randrange(1, 7))
        fields = [(number, dice.choice(kinds[number])) for number in numbers]
        yield protobuf(fields), "application/x-protobuf"


def test_what_was_seen_before_changes_nothing() -> None:
    every = list(documents())
    alone = []
    for body, label in every:
        walk._plain.clear()
        alone.append(decode(body, label))
    assert sum(len(one.leaves) for one in alone) > 1200
    assert any("base64" in leaf.steps for one in alone for leaf in one.leaves)
    walk._plain.clear()
    forth = [decode(body, label) for body, label in every]
    back = [decode(body, label) for body, label in reversed(every)][::-1]
    for mine, first, second in zip(alone, forth, back, strict=True):
        assert mine.leaves == first.leaves == second.leaves
        assert mine.unread == first.unread == second.unread


def test_a_string_that_says_more_has_its_row_made_without_it() -> None:
    """The plan for `a` and `b` as texts is known when one of them, later both, hold JSON."""
    for b, a in (
        ("x1", "plain"),
        ("x2", HIDDEN),
        (HIDDEN, "y1"),
        (HIDDEN, HIDDEN),
        ("x1", "plain"),
    ):
        found = {path: value for path, _, value in told(decode({"a": a, "b": b, "n": 1}))}
        wanted: dict[str, Value] = {"n": 1}
        for name, text in (("a", a), ("b", b)):
            wanted |= {f"{name}>cue": 61234} if text is HIDDEN else {name: text}
        assert found == wanted


def test_objects_of_one_kind_make_one_sheet() -> None:
    body = {"items": [{"x": n, "y": str(n), "z": {"deep": n}} for n in range(50)], "n": 1}
    sheets = decode(body).sheets
    assert [[place.path for place in one.layout.places] for one in sheets] == [
        ["n"],
        ["items[].x", "items[].y"],
        ["items[].z.deep"],
    ]
    assert [len(one.rows) for one in sheets] == [1, 50, 50]
    assert [list(one) for one in sheets[1].rows] == [[n, str(n)] for n in range(50)]
    assert list(sheets[1].ats) == [(n,) for n in range(50)]


def test_kinds_of_values_do_not_part_rows() -> None:
    """What is null or a number elsewhere stands in the same column."""
    values = [1, None, "text", 2.5, True]
    (sheet,) = decode([{"x": one, "y": 1} for one in values]).sheets
    assert [row[0] for row in sheet.rows] == values
    assert [type(row[0]) for row in sheet.rows] == [type(one) for one in values]


def test_plans_are_made_once_for_a_place() -> None:
    place = root("body").child("plans")
    first = plan(("a", "b", int, str), place)
    assert plan(("a", "b", int, str), place) is first
    assert plan(("b", "a", int, str), place) is not first
    assert plan(("a", "b", int, str), root("query").child("plans")) is not first


def test_ever_new_objects_do_not_fill_the_memory() -> None:
    for number in range(2500):
        assert told(decode({"ever": {f"k{number}": 1}})) == [(f"ever.k{number}", (), 1)]
    assert len(root("body").after(("json",)).child("ever").known) <= 1000


# ---- protobuf


def test_repeated_fields_keep_their_numbers() -> None:
    body = protobuf([(1, "a"), (2, 5), (1, "b"), (3, "c"), (2, 6), (1, "c")])
    assert sorted(told(decode(body, "application/x-protobuf"))) == [
        ("1", (0,), "a"),
        ("1", (1,), "b"),
        ("1", (2,), "c"),
        ("2", (0,), 5),
        ("2", (1,), 6),
        ("3", (0,), "c"),
    ]


def test_repeated_fields_of_which_one_says_more() -> None:
    body = protobuf([(1, "a"), (1, HIDDEN), (2, 7), (1, "c"), (3, [(1, "x"), (1, "y"), (4, 4)])])
    assert sorted(told(decode(body, "application/x-protobuf"))) == [
        ("1", (0,), "a"),
        ("1", (2,), "c"),
        ("1>cue", (1,), 61234),
        ("2", (0,), 7),
        ("3.1", (0, 0), "x"),
        ("3.1", (0, 1), "y"),
        ("3.4", (0, 0), 4),
    ]


def test_messages_of_one_kind_below_a_repeated_field() -> None:
    body = protobuf([(3, [(1, n), (2, f"n{n}"), (5, 0), (5, n)]) for n in range(4)])
    decoded = decode(body, "application/x-protobuf")
    assert len(decoded.sheets) == 2
    wanted = [("3.1", (n, 0), n) for n in range(4)] + [("3.2", (n, 0), f"n{n}") for n in range(4)]
    wanted += [("3.5", (n, k), n * k) for n in range(4) for k in range(2)]
    assert sorted(told(decoded), key=repr) == sorted(wanted, key=repr)


# ---- forms


def test_a_form_that_spells_several_objects() -> None:
    form = b"e.0.name=play&e.1.x=7&e.0.x=5&who=me&e.1.name=seek&e.1.tags[]=p&e.1.tags[]=q&o[a][b]=3"
    decoded = decode(form, "application/x-www-form-urlencoded")
    assert sorted(told(decoded)) == [
        ("e[].name", (0,), "play"),
        ("e[].name", (1,), "seek"),
        ("e[].tags[]", (1, 0), "p"),
        ("e[].tags[]", (1, 1), "q"),
        ("e[].x", (0,), "5"),
        ("e[].x", (1,), "7"),
        ("o.a.b", (), "3"),
        ("who", (), "me"),
    ]
    for sheet in decoded.sheets:
        at = {sheet.leaf(0, number).at[:1] for number in range(len(sheet.rows[0]))}
        assert len(at) == 1, "members of two items stand in one row"


def test_a_name_that_stands_twice_is_kept_twice() -> None:
    decoded = decode(b"a=1&b=2&a=3", "application/x-www-form-urlencoded")
    assert told(decoded) == [("a", (), "1"), ("b", (), "2"), ("a", (), "3")]


def test_a_form_inside_an_item() -> None:
    items = ["x=1&y.0.z=2&y.1.z=3", "plain", "x=4&y.0.z=5&y.1.z=6"]
    assert sorted(told(decode({"l": items}))) == [
        ("l[]", (1,), "plain"),
        ("l[]>x", (0,), "1"),
        ("l[]>x", (2,), "4"),
        ("l[]>y[].z", (0, 0), "2"),
        ("l[]>y[].z", (0, 1), "3"),
        ("l[]>y[].z", (2, 0), "5"),
        ("l[]>y[].z", (2, 1), "6"),
    ]


def test_query_of_several_hits() -> None:
    query = "h.0.t=a&h.1.t=b&v=1"
    one = Exchange(0, "1", "http", 1.0, "GET", "https", "x.test", 443, "/", query, (), ())
    assert sorted(told(decode_head(one))) == [
        ("h[].t", (0,), "a"),
        ("h[].t", (1,), "b"),
        ("v", (), "1"),
    ]


# ---- arrays


def test_an_array_of_strings_of_which_one_holds_json() -> None:
    for values in (
        ["a", HIDDEN, "b"],
        ["a", HIDDEN, "b", PACKED],
        [HIDDEN],
        ["a", None, 3, HIDDEN],
    ):
        wanted: list[tuple[str, tuple[int, ...], Value]] = [
            ("l[]>cue", (n,), 61234) if one in (HIDDEN, PACKED) else ("l[]", (n,), one)
            for n, one in enumerate(values)
        ]
        for _ in range(2):
            assert sorted(told(decode({"l": values})), key=repr) == sorted(wanted, key=repr)


def test_looking_into_an_array_costs_once() -> None:
    """Every string is unpacked once, so that the limit for a message is not reached early."""
    noise = base64.b64encode(zlib.compress(b"no structure " * 400)).decode()
    limits = Limits(plain_size=8_000)
    body = {"l": [noise, HIDDEN]}
    decoded = decode(body, limits=limits)
    assert ("l[]", (0,), noise) in told(decoded)
    assert decoded.unread == ()
    (gap,) = decode(body, limits=Limits(plain_size=4_000)).unread
    assert gap.reason == OVER_LIMIT


@pytest.mark.parametrize("body", [[], [[], []], {"a": []}, {"a": {}, "b": [{}, [[]]]}])
def test_empty_arrays_and_objects_say_nothing(body: object) -> None:
    assert decode(body) == Decoded()


def test_a_text_with_an_empty_array_stands_for_itself() -> None:
    assert told(decode({"a": "[ ]  ", "b": ["{   }", "[[ ]]"]})) == [
        ("a", (), "[ ]  "),
        ("b[]", (0,), "{   }"),
        ("b[]", (1,), "[[ ]]"),
    ]


def test_arrays_in_arrays() -> None:
    assert told(decode({"m": [[1, 2], [], [3, [4, 5]], 6]})) == [
        ("m[][]", (0, 0), 1),
        ("m[][]", (0, 1), 2),
        ("m[][]", (2, 0), 3),
        ("m[][][]", (2, 1, 0), 4),
        ("m[][][]", (2, 1, 1), 5),
        ("m[]", (3,), 6),
    ]


# ---- limits


@pytest.mark.parametrize("most", [1, 2, 3, 5, 9, 10, 11, 14, 15, 16, 100])
@pytest.mark.parametrize(
    "body",
    [
        {"a": 1, "b": "x", "c": [1, 2, 3], "d": {"e": 1, "f": HIDDEN}, "g": [{"h": 1}] * 5, "i": 2},
        [{"x": n, "y": HIDDEN, "z": [n, HIDDEN]} for n in range(4)],
        list(range(15)),
        [HIDDEN] * 15,
    ],
    ids=["object", "rows", "array", "texts"],
)
def test_room_is_kept_and_what_is_left_out_is_counted(body: object, most: int) -> None:
    every = decode(body)
    some = decode(body, limits=Limits(leaves=most))
    kept = told(some)
    assert len(kept) <= most
    assert set(kept) <= {*told(every), *((path, at, HIDDEN) for path, at, _ in kept)}
    if len(every.leaves) <= most:
        assert (some.leaves, some.unread) == (every.leaves, ())
    else:
        assert len(kept) == most
        (gap,) = some.unread
        assert gap.reason == OVER_LIMIT
        assert f"more than {most} values" in gap.detail


def test_rows_and_single_leaves_are_numbered_alike() -> None:
    decoded = decode([{"x": 1, "l": [1, 2]}, {"x": 2, "l": [3]}])
    for sheet in decoded.sheets:
        leaves = list(sheet.leaves())
        assert sum(map(len, sheet.rows)) == len(leaves)
        assert all(len(leaf.at) == leaf.path.count("[]") for leaf in leaves)
    again = Decoded.of(decoded.leaves)
    assert again.leaves == decoded.leaves
    assert [isinstance(one.layout, Layout) for one in again.sheets] == [True] * 5
    assert Leaf.of("body", "[].l[]", 3, (1, 0), ("json",)) in decoded.leaves
