"""Read blocks of field rules: what a block says holds for every rule in it that says nothing.

A table of events becomes rules too: one for the place of the event's name, and for every place
where its content may stand one for what no closer rule is about.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast, get_args

from auditor.catalogue.entries import (
    check_keys,
    check_known,
    chosen,
    chosen_all,
    flag,
    text,
    texts,
)
from auditor.catalogue.model import SECRETS, UNITS, Endpoint, EventData, Evidence, FieldRule
from auditor.catalogue.pattern import is_well_formed
from auditor.catalogue.yamlfile import Entry
from auditor.places import Context
from auditor.records import Value

_CONTEXTS: tuple[Context, ...] = get_args(Context)
_SHARED = {"category", "evidence", "indicates", "secret", "time", "unit", "where", "off"}
_RULE = _SHARED | {"means", "names_event"}
_BLOCK = _SHARED | {"at", "context", "event"}


class RuleReader:
    """Reads the rules of one endpoint, and refuses two rules with the same id and neighbours."""

    def __init__(
        self,
        receiver: str,
        endpoint: str,
        categories: frozenset[str],
        evidence: dict[str, Evidence],
        default: str = "",
    ) -> None:
        self._place = f"{receiver}/{endpoint}"
        self.categories = categories
        self._evidence = evidence
        self._default = default
        self._seen: set[tuple[str, object]] = set()
        self._events: set[str] = set()

    def continued(self, endpoint: Endpoint, default: str) -> RuleReader:
        """Return a reader for more rules of an endpoint that already has some."""
        place = (endpoint.receiver, endpoint.id)
        reader = RuleReader(*place, self.categories, self._evidence, default)
        reader._seen.update((rule.id, rule.where) for rule in endpoint.fields)
        reader._events.update(name for name, _ in endpoint.events)
        return reader

    def read_blocks(self, blocks: Entry) -> tuple[FieldRule, ...]:
        """Return all rules of a `fields` list."""
        return tuple(rule for block in blocks.items() for rule in self._read_block(block))

    def _read_block(self, block: Entry) -> list[FieldRule]:
        check_keys(block, required={"rules"}, optional=_BLOCK)
        context = chosen(block, "context", _CONTEXTS, "context", default="body")
        member = block.members().get("event")
        events = member.texts() if member is not None else ("",)
        found = []
        for path, entry in block.members()["rules"].members().items():
            for prefix in texts(block, "at") or ("",):
                full = _well_formed(entry, _join(prefix, path))
                for event in events:
                    rule = self._read_rule(block, entry, cast("Context", context), full, event)
                    self._refuse_twins(entry, rule)
                    found.append(rule)
        return found

    def read_events(
        self, table: Entry, names: tuple[str, ...], data: tuple[EventData, ...]
    ) -> tuple[tuple[tuple[str, str], ...], tuple[FieldRule, ...]]:
        """Return the events of an `events` table with their category, and the rules it stands for.

        `names` are the places of event names, `data` those of their content.
        """
        if not names:
            raise table.error("events without a place for their name", "Add `event_name: …`.")
        evidence = self._find_default(table)
        events, rules = [], []
        for category, group in table.members().items():
            check_known(group, category, self.categories, "category")
            for name, entry, means in _named(group):
                if name in self._events:
                    raise entry.error(f"event `{name}` stands here twice", "Keep one of them.")
                self._events.add(name)
                events.append((name, category))
                for context, path, where in _event_places(names, data):
                    rule = FieldRule(
                        id=f"{self._place}/{name}/{context}:{path}",
                        context=context,
                        path=path,
                        category=category,
                        means=means,
                        evidence=evidence,
                        event=name,
                        where=where,
                    )
                    self._refuse_twins(entry, rule)
                    rules.append(rule)
        return tuple(events), tuple(rules)

    def _read_rule(
        self, block: Entry, entry: Entry, context: Context, path: str, event: str
    ) -> FieldRule:
        check_keys(entry, required={"means"}, optional=_RULE)
        both = [entry, block]
        return FieldRule(
            id=f"{self._place}/{event or '-'}/{context}:{path}",
            context=context,
            path=path,
            category=_first(both, "category", self.categories, "category"),
            means=text(entry, "means"),
            evidence=self._find_evidence(both),
            event=event,
            where=_read_where(entry) + _read_where(block),
            unit=_first(both, "unit", UNITS, "unit"),
            time=text(entry, "time") or text(block, "time"),
            secret=_first(both, "secret", SECRETS, "kind of secret"),
            indicates=_read_indicates(entry, block, self.categories),
            names_event=flag(entry, "names_event"),
            off=_read_off(entry) or _read_off(block),
        )

    def _find_evidence(self, entries: list[Entry]) -> Evidence:
        for entry in entries:
            if "evidence" in entry.members():
                member = entry.members()["evidence"]
                known = check_known(member, member.text(), self._evidence, "evidence")
                return self._evidence[known]
        return self._find_default(entries[0])

    def _find_default(self, entry: Entry) -> Evidence:
        if not self._default:
            raise entry.error("a rule without evidence", "Add `evidence: …` here or above.")
        return self._evidence[check_known(entry, self._default, self._evidence, "evidence")]

    def _refuse_twins(self, entry: Entry, rule: FieldRule) -> None:
        twin = (rule.id, rule.where)
        if twin in self._seen:
            raise entry.error(f"two rules for `{rule.path}`", "Keep one, or tell them apart.")
        self._seen.add(twin)


def read_event_data(entry: Entry) -> tuple[EventData, ...]:
    """Return the places of an `event_data` list."""
    found = []
    for item in entry.items():
        check_keys(item, required={"at"}, optional={"where"})
        found.append(EventData(_well_formed(item, text(item, "at")), _read_where(item)))
    return tuple(found)


def _named(group: Entry) -> list[tuple[str, Entry, str]]:
    """Return names, their places and what they mean; a list gives names without words."""
    if isinstance(group.value, list):
        return [(item.text(), item, f"event {item.text()}") for item in group.items()]
    return [(name, item, f"event: {item.text()}") for name, item in group.members().items()]


def _event_places(
    names: tuple[str, ...], data: tuple[EventData, ...]
) -> Iterator[tuple[Context, str, tuple[tuple[str, Value], ...]]]:
    for place in names:
        yield ("query" if place.startswith("query:") else "body"), place.removeprefix("query:"), ()
    for one in data:
        yield "body", one.at, one.where
        yield "body", f"{one.at}.**", one.where


def _well_formed(entry: Entry, path: str) -> str:
    if not is_well_formed(path):
        raise entry.error(f"`{path}` is not a path", "See README.md beside the catalogue.")
    return path


def _join(prefix: str, path: str) -> str:
    glue = "" if not prefix or prefix.endswith(">") or path.startswith("[") else "."
    return prefix + glue + path


def _first(entries: list[Entry], key: str, known: object, kind: str) -> str:
    choices = cast("tuple[str, ...]", known)
    for entry in entries:
        member = entry.members().get(key)
        if member is not None:
            value = "" if member.value == "" else member.text()
            return check_known(member, value, {*choices, ""}, kind)
    return ""


def _read_indicates(entry: Entry, block: Entry, known: frozenset[str]) -> tuple[str, ...]:
    owner = entry if "indicates" in entry.members() else block
    if "indicates" not in owner.members():
        return ()
    return chosen_all(owner, "indicates", sorted(known), "category")


def _read_where(entry: Entry) -> tuple[tuple[str, Value], ...]:
    member = entry.members().get("where")
    if member is None:
        return ()
    return tuple((key, value.scalar()) for key, value in member.members().items())


def _read_off(entry: Entry) -> tuple[Value, ...]:
    member = entry.members().get("off")
    return tuple(item.scalar() for item in member.items()) if member is not None else ()
