"""Say what the values of one message are judged by: rules first, then words.

What depends on other values of the message (its events, its clock, conditions of rules) is found
here; what follows from its layouts alone, `auditor.classify.plans` remembers; what the values then
mean, `auditor.classify.senses` says.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import repeat
from types import MappingProxyType

from auditor.catalogue.model import Catalogue
from auditor.classify.clock import NO_WHENS, TELLING, Clock
from auditor.classify.events import NO_EVENTS, EventFinder, events_of
from auditor.classify.fields import RuleBook
from auditor.classify.interpreter import Interpreter
from auditor.classify.lexicon import Judge
from auditor.classify.neighbours import Neighbours
from auditor.classify.passages import Passage
from auditor.classify.plans import Planner
from auditor.classify.senses import Rules
from auditor.classify.timing import clock_by_names, clock_by_rules, whens_of
from auditor.places import exact, layout
from auditor.records import Decoded, Exchange, Meaning, Sheet, Site


class Classifier:
    """The catalogue's rules, ready to be asked; keep one for a whole audit."""

    def __init__(self, catalogue: Catalogue) -> None:
        judge = Judge(catalogue.lexicon)
        self._planner = Planner(Interpreter(judge))
        general = RuleBook(catalogue.headers, own=False)
        self._unknown = general, EventFinder((), judge)
        self._endpoints = {
            f"{receiver.id}/{endpoint.id}": (
                RuleBook(endpoint.fields, general),
                EventFinder(endpoint.event_name, judge),
            )
            for receiver in catalogue.receivers.values()
            for endpoint in receiver.endpoints
        }

    def classify(
        self, exchange: Exchange, site: Site, decoded: Decoded, sent: float | None = None
    ) -> tuple[Passage, ...]:
        """Return a passage for every sheet, in their order.

        `sent` says when the message left, where that is not when its exchange began.

        After them come the values of the site's placeholders: pass the site without parameters
        for all messages of an exchange but the first.
        """
        sheets = [*decoded.sheets, *parameter_sheets(site)]
        book, finder = self._unknown
        if site.known:
            name = site.endpoint if "/" in site.endpoint else f"{site.receiver}/{site.endpoint}"
            book, finder = self._endpoints.get(name, self._unknown)
        told = finder.told(sheets)
        layouts = tuple([where for where, _, _ in sheets])
        plan = self._planner.plan(book, layouts, finder.places(told))
        events = [
            events_of(sheet.ats, mine, told) if mine else NO_EVENTS
            for sheet, mine in zip(sheets, plan.sources, strict=True)
        ]
        senses = plan.senses(events)
        parts = zip(sheets, senses, events, repeat(_NO_RULES), repeat(NO_WHENS), repeat(_NOTHING))
        passages = [*map(_new, repeat(Passage), parts)]
        if book.by_neighbours and any(one.asking for known in senses for one in known.values()):
            near = book.neighbours(sheets)
            passages = [one._replace(rules=_asked(one, near)) for one in passages]
        left = exchange.started if sent is None else sent
        clock = None if book.units.isdisjoint(TELLING) else clock_by_rules(passages, left)
        clock = clock or clock_by_names(sheets, plan.timed, exchange.started)
        return tuple([_timed(one, clock) for one in passages] if clock else passages)


def parameter_sheets(site: Site) -> list[Sheet]:
    """Return the values of the path template's placeholders as a sheet of one row."""
    if not site.parameters:
        return []
    names, values = zip(*site.parameters, strict=True)
    return [Sheet(layout(tuple(exact("path", name) for name in names)), (values,), ((),))]


def _asked(one: Passage, near: Neighbours) -> dict[int, Rules]:
    """Return the rules that hold for the values of columns that ask for others of their message."""
    numbers = {number for sense in one.senses.values() for number, _ in sense.asking}
    found: dict[int, Rules] = {}
    for number in sorted(numbers):
        pairs = zip(one.fields(number), one.sheet.column(number), strict=True)
        found[number] = [
            RuleBook.first(field.rules, leaf, near) if field.asks else field.rule
            for field, leaf in pairs
        ]
    return found


def _timed(one: Passage, clock: Clock) -> Passage:
    """Return a passage with the moments that it tells of."""
    whens = whens_of(one, clock)
    return one if whens is NO_WHENS else _new(Passage, (*one[:4], whens, _NOTHING))


_NO_RULES: Mapping[int, Rules] = MappingProxyType({})
_NOTHING: Mapping[tuple[int, int], Meaning] = MappingProxyType({})
_new = tuple.__new__
"""Makes a named tuple without its checks: there is one for every sheet."""
