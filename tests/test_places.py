from __future__ import annotations

from auditor import paths, places
from auditor.places import root


def test_places_are_made_once() -> None:
    place = root("body").child("items").item().hop(("json",)).tag(7).child("x")
    assert (place.path, place.steps, place.hops, place.depth) == ("items[]>7.x", ("json",), 1, 4)
    assert paths.levels(place.path) == 2
    again = root("body").child("items").item().hop(("json",)).tag(7).child("x")
    assert again is place
    assert root("query").child("items") is not root("body").child("items")
    assert root("body").after(()) is root("body")


def test_a_place_knows_its_layouts() -> None:
    place = root("body").child("alone")
    assert place.single is places.layout((place,))
    assert place.listed is places.layout((place,), is_list=True)
    assert place.single is not place.listed
    assert (place.single.home, place.listed.at(2, (1,))) == ("", (1, 2))


def test_a_place_far_down_says_so() -> None:
    place = root("body")
    while not place.is_long:
        assert len(place.path) <= 2000
        place = place.child("k" * 190)
    assert len(place.path) > 2000


def test_keys_that_look_like_levels_are_none() -> None:
    for key in ("a[]", "1", "x.2.y", '["', "]", "\\", "a>1"):
        assert paths.levels(root("body").child(key).path) == 0


def test_long_keys_are_cut_and_surrogates_replaced() -> None:
    assert root("body").child("k" * 5000).path == '["' + "k" * 200 + '…"]'
    assert root("body").child("\ud800").path == '["\ufffd"]'


def test_ever_new_keys_do_not_fill_the_memory() -> None:
    first = root("body").child("a")
    for number in range(places._MOST + 1):
        root("body").child(f"key {number}")
    assert root("body").child("a") is not first
    assert len(root("body").children) < places._MOST
