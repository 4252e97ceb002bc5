from __future__ import annotations

from auditor import paths
from auditor.decode.spot import Spot


def test_places_carry_one_index_per_level() -> None:
    spot = Spot("body").child("items").item(3).hop(("json",)).tag(7, 0).child("x")
    assert (spot.path, spot.at) == ("items[]>7.x", (3, 0))
    assert (spot.steps, spot.hops) == (("json",), 1)
    assert len(spot.at) == paths.levels(spot.path)


def test_keys_that_look_like_levels_are_none() -> None:
    for key in ("a[]", "1", "x.2.y", '["', "]", "\\", "a>1"):
        assert paths.levels(Spot("body").child(key).path) == 0


def test_long_keys_are_cut_and_surrogates_replaced() -> None:
    assert Spot("body").child("k" * 5000).path == '["' + "k" * 200 + '…"]'
    assert Spot("body").child("\ud800").path == '["\ufffd"]'
