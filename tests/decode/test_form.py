from __future__ import annotations

import pytest

from auditor.decode import form
from auditor.decode.tree import Entries, Key, Raw

FORM = "application/x-www-form-urlencoded"


def read(data: bytes, content_type: str = "") -> list[tuple[Key, object]] | None:
    reading = form.read(Raw(data, content_type))
    if reading is None:
        return None
    assert isinstance(reading.node, Entries)
    return list(reading.node.members)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("event", ("event",)),
        ("Entry.1.MessageBody", ("Entry", 1, "MessageBody")),
        ("Entry.10.Attribute.2.Value.String", ("Entry", 10, "Attribute", 2, "Value", "String")),
        ("a[1][b]", ("a", 1, "b")),
        ("a[user id]", ("a", "user id")),
        ("ep.cue_position", ("ep", "cue_position")),
        ("12", ("12",)),
        ("3.x", ("3.x",)),
        ("a..b", ("a..b",)),
        ("a[", ("a[",)),
        ("a.1234567890", ("a.1234567890",)),
        ("a" + ".b" * 20, ("a" + ".b" * 20,)),
    ],
)
def test_names_are_taken_apart_only_when_spelled_that_way(name: str, key: Key) -> None:
    assert form.split_key(name) == key


def test_empty_index_counts_up_per_name() -> None:
    assert form.tree("a[]=x&b[]=y&a[]=z").members == [
        (("a", 0), "x"),
        (("b", 0), "y"),
        (("a", 1), "z"),
    ]


def test_values_are_unquoted() -> None:
    found = read(b"title=One+More%20Time&artist=Caf%C3%A9&empty=", FORM)
    assert found == [(("title",), "One More Time"), (("artist",), "Café"), (("empty",), "")]


def test_without_a_label_it_takes_a_form_to_be_one() -> None:
    assert read(b"a=1&b=2") == [(("a",), "1"), (("b",), "2")]
    assert read(b"data=eyJhIjoxfQ%3D%3D") == [(("data",), "eyJhIjoxfQ==")]
    assert read(b"this is a sentence, a=b & c=d") is None
    assert read(b"QUJDRA==") is None
    assert read(b"<a href='x?a=1&b=2'>") is None


def test_one_hit_per_line() -> None:
    found = read(b"v=1&t=event&ea=cue_set\nv=1&t=event&ea=loop_set\n")
    wanted = [
        ((number,), Entries([(("v",), "1"), (("t",), "event"), (("ea",), name)]))
        for number, name in enumerate(["cue_set", "loop_set"])
    ]
    assert found == wanted


def test_a_text_that_almost_is_a_form_is_refused_quickly() -> None:
    hostile = "&".join(["a%5B%5B%5B%5B%5B=b"] * 40_000) + ' "'
    assert form.structure(hostile) is None


def test_too_many_pairs_are_over_the_limit() -> None:
    ((key, gap),) = form.tree("a&" * 300_000).members
    assert key == ()
    assert getattr(gap, "reason", "") == "over limit"


def test_a_line_that_is_no_hit_stays_text_among_many() -> None:
    lines = [b"v=1&t=event&ea=cue_set", b"en=page_view", b"v=1&ea=x y", *[b"a=1&b=2"] * 6]
    found = read(b"\n".join(lines))
    assert found is not None
    assert found[1] == ((1,), Entries([(("en",), "page_view")]))
    assert found[2] == ((2,), "v=1&ea=x y")
    assert read(b"a=1&b=2\nwords and\nmore words") is None
    assert read(b"name=one\nother=two") is None
