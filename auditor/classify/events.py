"""Which event a value belongs to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import TypeAlias, cast

from auditor import paths
from auditor.catalogue.pattern import shared, split
from auditor.classify.lexicon import Judge
from auditor.places import At, Context, Layout, Place
from auditor.records import Sheet

_Place: TypeAlias = tuple[Context, str]
Places: TypeAlias = tuple[_Place, ...]
Told: TypeAlias = dict[_Place, dict[At, str]]
"""Names of events by place, and there by the first indices of what they hold for."""

_LONGEST = 64
_NAME = re.compile(r"[\w .:/+-]+")
"""A text that can be a name; sentences, and what people write, are none."""
NO_EVENTS: Sequence[str] = ()
"""Events of the rows of a sheet where none has any."""
Sources: TypeAlias = tuple[tuple[int, int, _Place], ...]
"""Places that may name an event: nearness, levels that must be shared, the place."""
_NO_NAMES: Mapping[At, str] = MappingProxyType({})
_MOST_PLACES = 8
_MEMORY = 50_000
_TOGETHER = {"body", "query"}
"""Event names in one of these hold for leaves in the other, but not for headers."""


class EventFinder:
    """Finds the names of events in the messages of an endpoint."""

    def __init__(self, places: tuple[str, ...], judge: Judge) -> None:
        """Look at `places` (paths, or `query:path`); without any, at names such as `event`."""
        self._places = tuple(_place(text) for text in places)
        self._naming: dict[Layout, tuple[int, ...]] = {}
        self._names_event = lru_cache(maxsize=65536)(
            lambda path: _names_event(judge, paths.keys(path))
        )

    def told(self, sheets: Sequence[Sheet]) -> Told:
        """Return the event names that values tell; empty where a value can be no name."""
        told: Told = {}
        for sheet in sheets:
            for number in self._numbers(sheet.layout):
                place = sheet.layout.places[number]
                key = (place.context, place.path)
                for value, at in sheet.spots(number):
                    if isinstance(value, str) or self._places:  # else only texts name an event
                        name = (
                            _name(value)
                            if isinstance(value, str) and len(value) <= _LONGEST
                            else ""
                        )
                        mine = told.setdefault(key, {})
                        for size in range(len(at) + 1):
                            mine.setdefault(at[:size], name)
        return told

    def places(self, told: Told) -> Places:
        """Return the places that name events in a message that tells these; they are few."""
        return (self._places or tuple(told)[:_MOST_PLACES]) if told else ()

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


@lru_cache(maxsize=4096)
def _name(text: str) -> str:
    """Return a text that can be a name, one object for all equal ones, else an empty one."""
    return text if _NAME.fullmatch(text) else ""


def _names_event(judge: Judge, names: Sequence[str]) -> bool:
    return bool(names) and judge.is_event_name(names[-1], tuple(names[:-1]))


@lru_cache(maxsize=65536)
def sources(context: Context, home: str, places: Places) -> Sources:
    """Return which of these places may name the event of an object's members."""
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


def events_of(ats: Sequence[At], mine: Sources, told: Told) -> list[str]:
    """Return the event of every row, given their indices; the name is empty where there is none."""
    if len(mine) == 1:
        _, levels, place = mine[0]
        names = told.get(place, _NO_NAMES)
        return [names.get(at[:levels], "") for at in ats]
    deepest = max(levels for _, levels, _ in mine)
    shorts = [at[:deepest] for at in ats]
    known = {short: _best(short, mine, told) for short in {*shorts}}
    return [*map(known.__getitem__, shorts)]


def _best(at: At, mine: Sources, told: Told) -> str:
    best = (-1, "")
    for near, levels, place in mine:
        names = told.get(place)
        if names and (name := names.get(at[:levels])):
            best = max(best, (near, name))
    return best[1]


def _place(text: str) -> tuple[Context, str]:
    context, colon, path = text.partition(":")
    if colon and context in {"query", "header", "body"}:
        return cast("Context", context), path
    return "body", text
