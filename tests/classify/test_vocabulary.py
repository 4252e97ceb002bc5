from __future__ import annotations

import pytest

from auditor.catalogue.model import Catalogue
from auditor.classify.vocabulary import Surroundings, Vocabulary


@pytest.fixture(scope="module")
def vocabulary(catalogue: Catalogue) -> Vocabulary:
    return Vocabulary(catalogue.lexicon)


def above(*names: str) -> Surroundings:
    return Surroundings(names)


def test_runs_tell_their_length_and_end(vocabulary: Vocabulary) -> None:
    assert dict(vocabulary.runs("hotCue_ms"))["hotcue"] == (2, -1)
    assert dict(vocabulary.runs("hotCue_ms"))["ms"] == (1, 0)


def test_letters_count_alone_only(vocabulary: Vocabulary) -> None:
    assert vocabulary.runs("q") == (("q", (1, 0)),)
    assert "q" not in dict(vocabulary.runs("e_q"))


@pytest.mark.parametrize(
    ("name", "parent", "joint"),
    [
        ("id", "users", ("userid",)),
        ("length_beats", "loop", ("looplength",)),
        ("first_name", "user", ()),
        ("id", "", ()),
    ],
)
def test_joint(vocabulary: Vocabulary, name: str, parent: str, joint: tuple[str, ...]) -> None:
    assert vocabulary.joint(name, above(*parent.split())) == joint


@pytest.mark.parametrize(
    ("name", "category", "found"),
    [
        ("deck_rate", "tempo", True),
        ("rate_percent", "tempo", True),
        ("feed_rate", "tempo", False),
        ("filter_level", "effects", True),
        ("filter_driver", "effects", False),
        ("hot_cue_of_whatever", "cue", True),
    ],
)
def test_words_of_many_meanings_need_a_fitting_name(
    vocabulary: Vocabulary, name: str, category: str, found: bool
) -> None:
    assert (category in vocabulary.hits(name, Surroundings())) == found


def test_nearest_telling_object(vocabulary: Vocabulary) -> None:
    assert vocabulary.holder(above("user", "device"))[0] == {"device"}
    assert vocabulary.holder(above("device", "user", "thing"))[0] == {"identity"}
    assert vocabulary.holder(above("exceptions"))[0] == {"diagnostics"}
    assert vocabulary.holder(above("device", "a", "b", "c")) == (frozenset(), "")


def test_foes_rule_out(vocabulary: Vocabulary) -> None:
    around = Surroundings((), frozenset({"heart_rate"}))
    assert "tempo" in vocabulary.foes(around)
    assert vocabulary.is_foe("heartrate")
    assert not vocabulary.is_foe("deck")
