"""Which event a value belongs to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias, cast

from auditor import paths
from auditor.catalogue.pattern import shared, split
from auditor.classify.lexicon import Judge
from auditor.places import At, Context, Layout, Place
from auditor.records import Sheet

_Place: TypeAlias = tuple[Context, str]
_Told: TypeAlias = dict[_Place, dict[At, str]]
"""Names of events by place, and there by the first indices of what they hold for."""

_NAME = re.compile(r"[\w .:/+-]{1,64}")
"""A text that can be a name; sentences, and what people write, are none."""
NO_EVENTS: Sequence[str] = ()
"""Events of the rows of a sheet where none has any."""
_Sources: TypeAlias = tuple[tuple[int, int, _Place], ...]
"""Places that may name an event: nearness, levels that must be shared, the place."""
_MOST_PLACES = 8
_MEMORY = 50_000
_TOGETHER = {"body", "query"}
"""Event names in one of these hold for leaves in the other, but not for headers."""


class EventFinder:
    """Finds the name of the event that each value belongs to."""

    def __init__(self, places: tuple[str, ...], judge: Judge) -> None:
        """Look at `places` (paths, or `query:path`); without any, at names such as `event`."""
        self._places = tuple(_place(text) for text in places)
        self._naming: dict[Layout, tuple[int, ...]] = {}
        self._names_event = lru_cache(maxsize=65536)(
            lambda path: _names_event(judge, paths.keys(path))
        )

    def find(self, sheets: Sequence[Sheet]) -> list[Sequence[str]]:
        """Return for each sheet the event of every row; nothing where no row has one.

        The name is empty where there is no event.
        """
        told = self._told(sheets)
        if not told:
            return [NO_EVENTS] * len(sheets)
        places = self._places or tuple(told)[:_MOST_PLACES]
        known: dict[_Sources, dict[At, str]] = {}
        found: list[Sequence[str]] = []
        for sheet in sheets:
            mine = _sources(sheet.layout.context, sheet.layout.home, places)
            if mine:
                found.append(_of_rows(sheet.ats, mine, told, known.setdefault(mine, {})))
            else:
                found.append(NO_EVENTS)
        return found

    def _told(self, sheets: Sequence[Sheet]) -> _Told:
        """Return the event names that values tell; empty where a value can be no name."""
        told: _Told = {}
        for sheet in sheets:
            for number in self._numbers(sheet.layout):
                for place, value, at in sheet.column(number):
                    if isinstance(value, str) or self._places:  # else only texts name an event
                        name = value if isinstance(value, str) and _NAME.fullmatch(value) else ""
                        mine = told.setdefault((place.context, place.path), {})
                        for size in range(len(at) + 1):
                            mine.setdefault(at[:size], name)
        return told

    def _numbers(self, where: Layout) -> tuple[int, ...]:
        """Return which values of a layout may name an event."""
        found = self._naming.get(where)
        if found is None:
            if len(self._naming) >= _MEMORY:
                self._naming.clear()
            found = self._naming[where] = tuple(
                number for number, place in enumerate(where.places) if self._names(place)
            )
        return found

    def _names(self, place: Place) -> bool:
        if self._places:
            return (place.context, place.path) in self._places
        return place.context in _TOGETHER and self._names_event(place.path)


def _names_event(judge: Judge, names: Sequence[str]) -> bool:
    return bool(names) and judge.is_event_name(names[-1], tuple(names[:-1]))


@lru_cache(maxsize=65536)
def _sources(context: Context, home: str, places: tuple[_Place, ...]) -> _Sources:
    """Return the places that may name the event of an object's members.

    Each with its nearness, and the levels that the object must share with it.
    """
    found = []
    for place in places:
        if place[0] != context and not {place[0], context} <= _TOGETHER:
            continue
        same = shared(home, place[1]) if place[0] == context else ""
        levels = paths.levels(same)
        if paths.levels(paths.container(place[1])) <= levels:
            found.append((len(split(same)), levels, place))
        # else the object is outside of the list that the event is an item of
    return tuple(found)


def _of_rows(
    ats: Sequence[At], sources: _Sources, told: _Told, known: dict[At, str]
) -> Sequence[str]:
    """Return the event of every row, given their indices.

    `known` has the events that these sources gave before in this message, by their indices.
    """
    deepest = max(levels for _, levels, _ in sources)
    shorts = [at[:deepest] for at in ats]
    for short in {*shorts} - known.keys():
        known[short] = _best(short, sources, told)
    return [*map(known.__getitem__, shorts)]


def _best(at: tuple[int, ...], sources: Sequence[tuple[int, int, _Place]], told: _Told) -> str:
    best = (-1, "")
    for near, levels, place in sources:
        names = told.get(place)
        if names and (name := names.get(at[:levels])):
            best = max(best, (near, name))
    return best[1]


def _place(text: str) -> tuple[Context, str]:
    context, colon, path = text.partition(":")
    if colon and context in {"query", "header", "body"}:
        return cast("Context", context), path
    return "body", text
