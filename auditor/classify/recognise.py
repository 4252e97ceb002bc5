"""Recognise values of the tester's own library in what left: the surest evidence there is.

Rules and words say what a field is for. A known value says that this very thing left, whatever the
field is called. How sure that is depends on what else one message holds: `auditor.known.chance`.
"""

from __future__ import annotations

from collections.abc import Sequence

from auditor.known import KnownValue, KnownValues, fits, strength
from auditor.passages import Passage, Said
from auditor.records import Meaning, Strength

BASIS = "known value"
"""Basis of an observation that rests on a known value."""

_RANK = {"weak": 0, "medium": 1, "strong": 2}

_Spot = tuple[int, int, int]
"""A value: numbers of its passage, of its row there, and in the row."""


class Recogniser:
    """Known values of one session, ready to be searched for."""

    def __init__(self, known: Sequence[KnownValue]) -> None:
        self._known = KnownValues(known)

    def mark(self, passages: tuple[Passage, ...]) -> tuple[Passage, ...]:
        """Return the passages of one message with the values that were recognised.

        A recognised value means what it is in the library, unless its field already says at least
        as surely what it is.
        """
        texts: list[str] = []
        numbers: list[int | float] = []
        of_texts: list[_Spot] = []
        of_numbers: list[_Spot] = []
        for place, passage in enumerate(passages):
            for row, values in enumerate(passage.sheet.rows):
                for number, value in enumerate(values):
                    if isinstance(value, str):
                        texts.append(value)
                        of_texts.append((place, row, number))
                    elif isinstance(value, int | float) and not isinstance(value, bool):
                        numbers.append(value)
                        of_numbers.append((place, row, number))
        hits = [(of_texts[at], index) for at, index in self._known.search(texts)]
        hits += [(of_numbers[at], index) for at, index, _ in self._known.numbers(numbers)]
        if not hits:
            return passages
        return self._marked(passages, hits, len(numbers))

    def _marked(
        self, passages: tuple[Passage, ...], hits: Sequence[tuple[_Spot, int]], numbers: int
    ) -> tuple[Passage, ...]:
        judged = [
            (spot, known := self._known.values[index], fits(known, _path(passages, spot)))
            for spot, index in hits
        ]
        judged = [
            (spot, one, is_fitting)
            for (spot, one, is_fitting), (_, index) in zip(judged, hits, strict=True)
            if is_fitting or self._known.weights[index] != "field"
        ]
        sure = strength([(one, is_fitting) for _, one, is_fitting in judged], numbers=numbers)
        if sure is None:
            return passages
        told: dict[int, dict[tuple[int, int], Said]] = {}
        for (place, row, number), one, _ in judged:
            mine = told.setdefault(
                place, {(said.row, said.number): said for said in passages[place].said}
            )
            before = mine.get((row, number))
            if before is None or _RANK[before.meaning.strength] < _RANK[sure]:
                mine[row, number] = _said(one, sure, row, number, before)
        return tuple(
            passage._replace(said=tuple(told[place].values())) if place in told else passage
            for place, passage in enumerate(passages)
        )


def _path(passages: Sequence[Passage], spot: _Spot) -> str:
    place, _, number = spot
    where = passages[place].sheet.layout
    return where.places[0 if where.is_list else number].path


def _said(one: KnownValue, sure: Strength, row: int, number: int, before: Said | None) -> Said:
    """Return what a recognised value means; what hides it and says when it was stays."""
    source = "planted for this test" if one.planted else "from the tester's own library"
    meaning = Meaning(
        one.category,
        sure,
        rule=f"known/{one.kind}",
        basis=BASIS,
        means=f"{one.kind.replace('-', ' ')} {source}",
        secret=before.meaning.secret if before else "",
    )
    return Said(row, number, meaning, before.when if before else None)
