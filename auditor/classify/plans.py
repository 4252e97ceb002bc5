"""What the messages of an endpoint have in common that consist of the same layouts.

Nearly all of them have one of few sets of layouts, and name their events at the same places. So
what follows from that is worked out once, and only the rest for each message.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from auditor.classify.events import Places, Sources, sources
from auditor.classify.fields import RuleBook
from auditor.classify.interpreter import Interpreter
from auditor.classify.senses import Sense
from auditor.classify.timing import Timed, timed
from auditor.places import Layout

_MEMORY = 50_000
_NO_EVENT = ("",)
_ALONE = (0,)


class Plan(NamedTuple):
    """What is known of each sheet of such a message, in their order."""

    sources: tuple[Sources, ...]
    """The places that may name the events of its rows."""
    bare: tuple[Mapping[str, Sense], ...]
    """What is known of it without an event; nothing where its rows may have one."""
    families: tuple[tuple[Family, tuple[int, ...]], ...]
    """Objects whose members may have events, with the numbers of their sheets."""
    timed: Timed

    def senses(self, events: Sequence[Sequence[str]]) -> list[Mapping[str, Sense]]:
        """Return what is known of every sheet, given the events of its rows, for each of them."""
        found = [*self.bare]
        for family, numbers in self.families:
            mine = family.senses([events[number] or _NO_EVENT for number in numbers])
            for number, known in zip(numbers, mine, strict=True):
                found[number] = known
        return found


class Family:
    """The layouts of one object's members; all items of an array count as one object."""

    __slots__ = ("_book", "_known", "_layouts", "_planner")

    def __init__(self, planner: Planner, book: RuleBook, layouts: tuple[Layout, ...]) -> None:
        self._planner = planner
        self._book = book
        self._layouts = layouts
        self._known: dict[tuple[str, tuple[int, ...]], Mapping[int, Sense]] = {}
        """By an event, and the numbers of the layouts that have rows of it."""

    def senses(self, events: Sequence[Sequence[str]]) -> list[dict[str, Sense]]:
        """Return what is known of each layout, given the events of its rows, for each of them."""
        different = [dict.fromkeys(mine) for mine in events]
        if len(different) == 1:  # as most are: nothing to bring together
            return [{event: self._of(event, _ALONE)[0] for event in different[0]}]
        together: dict[str, list[int]] = {}
        for number, mine in enumerate(different):
            for event in mine:
                together.setdefault(event, []).append(number)
        known = {event: self._of(event, tuple(mine)) for event, mine in together.items()}
        return [
            {event: known[event][number] for event in mine} for number, mine in enumerate(different)
        ]

    def _of(self, event: str, numbers: tuple[int, ...]) -> Mapping[int, Sense]:
        """Return what is known of the layouts that have rows of an event."""
        found = self._known.get((event, numbers))
        if found is None:
            layouts = [self._layouts[number] for number in numbers]
            senses = self._planner.interpreter.senses(self._book, event, layouts)
            found = self._known[event, numbers] = dict(zip(numbers, senses, strict=True))
            self._planner.size += len(numbers)
        return found


class Planner:
    """Makes plans and remembers them, up to a size; keep one for a whole audit."""

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter
        self.size = 0
        """How much plans and families remember, in senses."""
        self._plans: dict[tuple[RuleBook, tuple[Layout, ...], Places], Plan] = {}
        self._families: dict[tuple[RuleBook, tuple[Layout, ...]], Family] = {}

    def plan(self, book: RuleBook, layouts: tuple[Layout, ...], places: Places) -> Plan:
        """Return what messages have in common that name their events at these places."""
        if self.size >= _MEMORY:
            self._plans.clear()
            self._families.clear()
            self.size = 0
        key = (book, layouts, places)
        found = self._plans.get(key)
        if found is None:
            self.size += len(layouts)
            found = self._plans[key] = self._made(*key)
        return found

    def _made(self, book: RuleBook, layouts: tuple[Layout, ...], places: Places) -> Plan:
        mine = tuple(sources(where.context, where.home, places) for where in layouts)
        homes: dict[tuple[str, str], list[int]] = {}
        for number, where in enumerate(layouts):
            homes.setdefault((where.context, where.home), []).append(number)
        bare: list[Mapping[str, Sense]] = [{} for _ in layouts]
        families = []
        for numbers in homes.values():
            family = self._family(book, tuple(layouts[number] for number in numbers))
            if mine[numbers[0]]:
                families.append((family, tuple(numbers)))
                continue
            known = family.senses([_NO_EVENT for _ in numbers])
            for number, one in zip(numbers, known, strict=True):
                bare[number] = one
        return Plan(mine, tuple(bare), tuple(families), timed(layouts))

    def _family(self, book: RuleBook, layouts: tuple[Layout, ...]) -> Family:
        key = (book, layouts)
        return self._families.get(key) or self._families.setdefault(key, Family(self, *key))
