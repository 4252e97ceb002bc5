"""The picture of the set: lanes, shapes, numbers, and what is shown when there is nothing."""

import copy
from typing import Any

import pytest

from auditor.reconstruct.facts import reconstruction
from auditor.report.sets import SetPicture, make_set
from tests.reconstruct import players
from tests.reconstruct.counted import Counter
from tests.reconstruct.players import Deck, T, a_set, tables_of

NAMES = [{"id": one, "name": one.title()} for one in ("playback", "seek", "cue", "loop")]


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    decks = a_set()
    return reconstruction(tables_of(players.tidal(decks), decks))


def picture(told: dict[str, Any]) -> SetPicture:
    return make_set({"reconstruction": told, "categories": NAMES})


def codes(one: SetPicture, side: int) -> list[str]:
    return [shape.code for deck in one.sides[side].decks for shape in deck.shapes]


def test_both_sets_stand_under_each_other(told: dict[str, Any]) -> None:
    shown = picture(told)
    assert [side.title for side in shown.sides] == ["As played", "As rebuilt"]
    assert [[deck.name for deck in side.decks] for side in shown.sides] == [
        ["Deck A", "Deck B"],
        ["Player 1", "Player 2"],
    ]
    numbers = [[[text for text, _ in deck.labels] for deck in side.decks] for side in shown.sides]
    assert numbers == [[["1", "3"], ["2"]]] * 2
    assert shown.take == told["receivers"][0]["sentence"]


def test_everything_is_drawn_at_its_place(told: dict[str, Any]) -> None:
    shown = picture(told)
    for side in (0, 1):
        drawn = codes(shown, side)
        assert {code: drawn.count(code) for code in set(drawn)} == {
            "fade": 4,
            "track": 3,
            "heard": 5,
            "loop": 2,
            "jump": 3,
            "cue": 3,
        }
    real, rebuilt = (side.decks[0].shapes for side in shown.sides)
    for left, right in zip(real, rebuilt, strict=True):
        assert abs(float(left.x) - float(right.x)) <= 1
    assert shown.ticks[0][0] == "0:00"


def test_what_stands_on_one_side_only_is_dashed(told: dict[str, Any]) -> None:
    told = copy.deepcopy(told)
    told["real"]["tracks"][0]["jumps"][0]["matched"] = False
    told["receivers"][0]["tracks"][1]["loops"][0]["matched"] = False
    shown = picture(told)
    assert "jump lone" in codes(shown, 0)
    assert "loop lone" in codes(shown, 1)


def test_without_marks_only_the_rebuilt_set_is_shown() -> None:
    shown = picture(reconstruction(tables_of(players.tidal(a_set()))))
    assert [side.code for side in shown.sides] == ["told"]
    assert not shown.noted
    assert ("Jumps inside a track", "–", "6") in [
        (one.name, one.done, one.rebuilt) for one in shown.measured
    ]


def test_without_reports_it_says_why() -> None:
    shown = picture(reconstruction(tables_of([players.post(1.7e9, "https://a.example/x", {})])))
    assert shown.sides == ()
    assert "No message told where in a track a player was" in shown.take


def test_an_audit_from_before() -> None:
    assert make_set({"categories": NAMES}).take.endswith("Nothing was worked out for this audit.")


def test_a_long_night_stays_small() -> None:
    deck = Deck("play-1-A", "track:900001", players.T).load()
    for number in range(3000):
        deck.jump(4, (number * 37) % 400)
    deck.stop(3)
    shown = picture(reconstruction(tables_of(players.tidal([deck]))))
    assert len(codes(shown, 0)) < 2100
    assert shown.width == 2600
    assert len(shown.ticks) <= 10
    assert shown.ticks[-1][0].count(":") == 2


def test_tracks_keep_their_numbers_when_one_is_missing() -> None:
    decks = a_set()
    reports = [*players.tidal(decks[:1]), *players.tidal(decks[2:])]
    shown = picture(reconstruction(tables_of(reports, decks)))
    texts = [[text for deck in side.decks for text, _ in deck.labels] for side in shown.sides]
    assert [sorted(one) for one in texts] == [["1", "2", "3"], ["1", "3"]]
    assert codes(shown, 0).count("track lone") == 1


def test_a_crowd_takes_lanes_without_a_look_at_every_other(told: dict[str, Any]) -> None:
    many = 5_000
    seen = Counter(20 * many)

    class Play(dict[str, Any]):
        def __getitem__(self, name: str) -> Any:
            seen.one()
            return super().__getitem__(name)

    bare = {"jumps": [], "loops": [], "heard": [], "matched": None, "number": 1}
    crowd = copy.deepcopy(told)
    crowd["real"] = None
    crowd["receivers"][0] |= {
        "tracks": [Play(bare, start=T + n, end=T + many + n % 7) for n in range(many)],
        "transitions": [{"start": T + n, "end": T + many} for n in range(16 * many)],
    }
    (side,) = picture(crowd).sides
    assert "80,000 transitions" in side.summary
    assert [deck.name for deck in side.decks] == [f"Player {n}" for n in range(1, 7)]
    assert all(len(deck.shapes) < 2_100 for deck in side.decks)
