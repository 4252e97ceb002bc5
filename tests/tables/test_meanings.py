"""Numbers for meanings, and what holds for each."""

from __future__ import annotations

import pytest

from auditor.catalogue.receiver import ANYBODY
from auditor.records import NO_MEANING, Meaning
from auditor.tables import meanings as module
from auditor.tables.meanings import Meanings
from tests.tables.made import FIRM, WEAK


def test_equal_meanings_have_one_number() -> None:
    """The first is that of no meaning; whether it is one object or several."""
    mine = Meanings(("seek",))
    assert mine.code(NO_MEANING) == mine.code(Meaning("other", "weak")) == 0
    assert mine.codes([WEAK, FIRM, WEAK._replace(), NO_MEANING]).tolist() == [1, 2, 1, 0]
    assert mine.all == [NO_MEANING, WEAK, FIRM]
    assert mine.codes([]).tolist() == []


def test_meanings_that_are_gone_give_their_numbers_to_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Other objects may get their place in memory."""
    monkeypatch.setattr(module, "_MEMORY", 3)
    mine = Meanings(())
    for _ in range(2):
        codes = [mine.code(WEAK._replace(means=f"number {one}")) for one in range(50)]
        assert codes == [*range(1, 51)]
    assert [one.means for one in mine.all] == ["", *(f"number {one}" for one in range(50))]


def test_traits() -> None:
    common = Meaning("network", "strong", f"{ANYBODY}/x", "observed")
    told = {
        "nothing": NO_MEANING,
        "rule": Meaning("other", "strong", "r"),
        "weak": WEAK,
        "medium": WEAK._replace(strength="medium"),
        "strong": FIRM,
        "aside": Meaning("metadata", "weak"),
        "common": common,
        "common and listed": common._replace(category="seek"),
        "secret": FIRM._replace(secret="token"),  # noqa: S106 - a kind
        "identity": Meaning("identity", "weak"),
        "device": Meaning("device", "weak"),
    }
    mine = Meanings(("cue", "seek"))
    mine.codes([*told.values()])
    traits = mine.traits({"seek", "identity", "other"})
    names = list(told)

    def where(flags: object) -> set[str]:
        return {name for name, flag in zip(names, flags, strict=True) if flag}  # type: ignore[call-overload]

    assert dict(zip(names, traits.rank.tolist(), strict=True)) == {
        **dict.fromkeys(names, 3),
        "nothing": 0,
        "rule": 0,
        "weak": 1,
        "medium": 2,
        "aside": 1,
        "identity": 1,
        "device": 1,
    }
    assert where(traits.speaks) == {*names} - {"nothing"}
    assert where(traits.is_listed) == {
        *("weak", "medium", "strong", "common and listed", "secret", "identity")
    }
    assert where(traits.is_aside) == {"aside", "device"}
    assert where(~traits.is_open) == {"secret", "identity", "device"}
    categories = list(mine.categories)
    assert categories[:2] == ["cue", "seek"]
    assert [categories[one] for one in traits.category] == [one.category for one in mine.all]
    again = mine.traits({"seek"})
    assert list(mine.categories) == categories
    assert again.category.tolist() == traits.category.tolist()
