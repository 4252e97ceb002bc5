"""Recognise values of the tester's own library in what left: the surest evidence there is.

Rules and words say what a field is for. A known value says that this very thing left, whatever the
field is called. How sure that is depends on what else one message holds: `auditor.known.chance`.
"""

from __future__ import annotations

from collections.abc import Sequence

from auditor.classify.passages import Passage
from auditor.known import KnownValue, KnownValues, fits, strength
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
        before = {place: _meanings(passages[place]) for (place, _, _), _, _ in judged}
        told: dict[int, dict[tuple[int, int], Meaning]] = {}
        for (place, row, number), value, _ in judged:
            mine = before[place].get((row, number))
            if mine is None or _RANK[mine.strength] < _RANK[sure]:
                meaning = _meaning(value, sure, mine)
                before[place][row, number] = told.setdefault(place, {})[row, number] = meaning
        return tuple(
            passage._replace(known=told[place]) if place in told else passage
            for place, passage in enumerate(passages)
        )


def _meanings(passage: Passage) -> dict[tuple[int, int], Meaning]:
    return {(one.row, one.number): one.meaning for one in passage.said}


def _path(passages: Sequence[Passage], spot: _Spot) -> str:
    place, _, number = spot
    where = passages[place].sheet.layout
    return where.places[0 if where.is_list else number].path


def _meaning(one: KnownValue, sure: Strength, before: Meaning | None) -> Meaning:
    """Return what a recognised value means; what hides it stays."""
    source = "planted for this test" if one.planted else "from the tester's own library"
    return Meaning(
        one.category,
        sure,
        rule=f"known/{one.kind}",
        basis=BASIS,
        means=f"{one.kind.replace('-', ' ')} {source}",
        secret=before.secret if before else "",
    )
