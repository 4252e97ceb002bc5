"""Check the catalogue for what the loader cannot see: missing examples, thin evidence, long files.

Each check is a small function; its docstring says why the thing matters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Literal

from auditor import resources
from auditor.catalogue import lint_terms
from auditor.catalogue.applications import load_applications
from auditor.catalogue.load import load_catalogue
from auditor.catalogue.model import (
    Application,
    Catalogue,
    Endpoint,
    Evidence,
    Match,
    Protocol,
    Receiver,
)
from auditor.catalogue.protocol import list_protocols, planned_seconds

Level = Literal["error", "warning"]

_DATE = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_REACHABLE = re.compile(r"own run of|\w+\.\w{2,}|\w+ \w+")
_LINES = 150
_WORDS = 20

_EVERYWHERE = ("macos", "windows")
"""Systems that DJ applications run on."""

_GAP_S = 7.0
"""Least quiet before a step. The audit looks from 1.5 s before a mark to 5 s behind it."""

_REPETITIONS = 5
"""A report says "not seen" of nothing that was done less often."""

_OFF = 0.2
"""How far the stated length of a protocol may be off."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to mend: which check, where, what, and how."""

    check: str
    level: Level
    place: str
    message: str
    advice: str


@dataclass(frozen=True, slots=True)
class _Input:
    catalogue: Catalogue
    applications: Mapping[str, Application]
    protocols: Mapping[str, Protocol]
    folder: Path

    def endpoints(self) -> Iterator[tuple[Receiver, Endpoint]]:
        for receiver in self.catalogue.receivers.values():
            for endpoint in receiver.endpoints:
                yield receiver, endpoint


Problem = tuple[str, str]
"""Place and message."""


def check(folder: Path | None = None, packs: Sequence[Path] = ()) -> list[Finding]:
    """Return everything that is not as it should be, errors first; also in packs laid over it."""
    where = folder or resources.catalogue_dir()
    given = _Input(
        load_catalogue(where, packs), _applications(where, packs), list_protocols(where), where
    )
    findings = [
        Finding(one.__name__.strip("_").replace("_", "-"), level, place, message, advice)
        for one, level, advice in _CHECKS
        for place, message in one(given)
    ]
    return sorted(findings, key=lambda finding: finding.level)


def _applications(folder: Path, packs: Sequence[Path]) -> Mapping[str, Application]:
    """Return the applications, with those of packs in the place of what they replace."""
    found = dict(load_applications(folder))
    for pack in packs:
        if (pack / "applications.yaml").is_file():
            found.update(load_applications(pack))
    return found


def _examples_both_ways(given: _Input) -> Iterator[Problem]:
    """Ask for examples: an untried entry is a guess, one that never says no says too much."""
    for receiver, endpoint in given.endpoints():
        if endpoint.status == "experimental":
            continue
        place = f"{endpoint.place} {receiver.id}/{endpoint.id}"
        if not any(example.expect for example in endpoint.examples):
            yield place, "is above experimental, but no example expects anything"
        if all(example.expect for example in endpoint.examples):
            yield place, "is above experimental, but no example expects nothing"


def _ids_are_plain(given: _Input) -> Iterator[Problem]:
    """Keep ids plain: they stand in file names, tables and addresses of the report."""
    for receiver, endpoint in given.endpoints():
        for name in (receiver.id, endpoint.id, *(example.id for example in endpoint.examples)):
            if not _ID.fullmatch(name):
                yield endpoint.place, f"the id `{name}` is not lower-case words with hyphens"
    for place, name in _other_ids(given):
        if not _ID.fullmatch(name):
            yield place, f"the id `{name}` is not lower-case words with hyphens"


def _other_ids(given: _Input) -> Iterator[tuple[str, str]]:
    for application in given.applications.values():
        yield application.place, application.id
    for protocol in given.protocols.values():
        yield protocol.place, protocol.id
        yield from ((protocol.place, action.id) for action in protocol.actions)
        yield from ((protocol.place, one.id) for one in protocol.conditions if one.id)


def _file_is_named_like_receiver(given: _Input) -> Iterator[Problem]:
    """Keep receivers where people look for them: in the file of that name."""
    for receiver in given.catalogue.receivers.values():
        for number, name in enumerate(receiver.files):
            stem = name.rpartition("/")[2].removesuffix(".yaml")
            if stem != receiver.id and (number == 0 or not stem.startswith(f"{receiver.id}-")):
                yield name, f"holds `{receiver.id}`"


def _files_are_short(given: _Input) -> Iterator[Problem]:
    """Keep files reviewable: more than two screens nobody reads."""
    for path in sorted((given.folder / "services").glob("*.yaml")):
        lines = path.read_text(encoding="utf-8").count("\n")
        if lines > _LINES:
            yield path.name, f"has {lines} lines; {_LINES} are enough"


def _evidence_can_be_followed(given: _Input) -> Iterator[Problem]:
    """Ask for a source and a day, so that others can check the evidence."""
    for place, evidence in _all_evidence(given):
        if not _DATE.fullmatch(evidence.date):
            yield place, f"evidence `{evidence.id}` has no day: `{evidence.date}`"
        if not _REACHABLE.search(evidence.source):
            yield place, f"evidence `{evidence.id}` names no source: `{evidence.source}`"


def _rules_are_reachable(given: _Input) -> Iterator[Problem]:
    """Find rules that can never hold: their placeholder is in no address."""
    for receiver, endpoint in given.endpoints():
        places = " ".join(endpoint.match.paths)
        for rule in endpoint.fields:
            if rule.context == "path" and f"{{{rule.path}}}" not in places:
                yield (
                    f"{endpoint.place} {receiver.id}/{endpoint.id}",
                    f"no address has {{{rule.path}}}",
                )


def _queries_differ(given: _Input) -> Iterator[Problem]:
    """Find two endpoints that ask the same of one address: the second is never reached."""
    asked: dict[tuple[str, str, tuple[str, ...]], list[tuple[str, Match]]] = {}
    for receiver, endpoint in given.endpoints():
        match, name = endpoint.match, f"{receiver.id}/{endpoint.id}"
        parameters = tuple(sorted(parameter for parameter, _ in match.query))
        addresses = product(match.hosts, match.paths) if parameters else ()
        others = [asked.setdefault((*address, parameters), []) for address in addresses]
        for twin in sorted({twin for one in others for twin, its in one if _both(match, its)}):
            yield f"{endpoint.place} {name}", f"asks for the same query as {twin}"
        for one in others:
            one.append((name, match))


def _both(one: Match, other: Match) -> bool:
    """Say whether a request to one address can be what two endpoints ask for."""
    methods = not one.methods or not other.methods or {*one.methods} & {*other.methods}
    kinds = not one.kind or other.kind in {"", one.kind}
    values = dict(other.query)
    return bool(methods and kinds and all({*wanted} & {*values[n]} for n, wanted in one.query))


def _names_are_not_taken_twice(given: _Input) -> Iterator[Problem]:
    """Find two rules for one field in one event: only one of them can be right."""
    for receiver, endpoint in given.endpoints():
        seen = set()
        for rule in endpoint.fields:
            twin = (rule.id, rule.where)
            if twin in seen:
                yield f"{endpoint.place} {receiver.id}/{endpoint.id}", f"two rules {rule.id}"
            seen.add(twin)


def _events_are_in_the_table(given: _Input) -> Iterator[Problem]:
    """Find rules for an event that the table of events does not hold: mostly a slip of the pen."""
    for receiver, endpoint in given.endpoints():
        known = {name for name, _ in endpoint.events}
        for name in sorted({rule.event for rule in endpoint.fields} - known - {""}):
            if known:
                yield f"{endpoint.place} {receiver.id}/{endpoint.id}", f"no event `{name}`"


def _sentences_are_short(given: _Input) -> Iterator[Problem]:
    """Keep sentences short: many DJs do not read English every day."""
    for category in given.catalogue.categories.values():
        for sentence in (category.hint, category.test):
            if len(sentence.split()) > _WORDS:
                yield "categories.yaml", f"`{category.id}`: more than {_WORDS} words: {sentence}"
    for place, text in _other_texts(given):
        for sentence in re.split(r"(?<=[.!?]) ", text):
            if len(sentence.split()) > _WORDS:
                yield place, f"more than {_WORDS} words: {sentence}"


def _other_texts(given: _Input) -> Iterator[tuple[str, str]]:
    yield from lint_terms.texts(lint_terms.read_terms(given.catalogue, given.folder))
    for one in given.applications.values():
        notes = [trust.note for trust in one.trust.values()]
        yield from ((one.place, text) for text in (one.login, *one.notes, *notes))
    for protocol in given.protocols.values():
        says = [one.say for one in protocol.actions] + [one.say for one in protocol.conditions]
        yield from ((protocol.place, text) for text in (protocol.purpose, *protocol.prepare, *says))


def _terms_and_steps_name_receivers(given: _Input) -> Iterator[Problem]:
    """Find receivers nobody has described: terms and steps about them would never be shown."""
    terms = lint_terms.read_terms(given.catalogue, given.folder)
    yield from lint_terms.strange_receivers(terms, given.catalogue)


def _applications_can_be_recorded(given: _Input) -> Iterator[Problem]:
    """Ask for processes on both systems: without a name there is nothing to record."""
    for one in given.applications.values():
        for system in _EVERYWHERE:
            if system not in one.processes:
                yield one.place, f"`{one.id}` has no processes for {system}"


def _protocols_take_as_long_as_they_say(given: _Input) -> Iterator[Problem]:
    """Hold the stated length to the sum: the tester plans his evening by it."""
    for one in given.protocols.values():
        minutes = planned_seconds(one) / 60
        if abs(minutes - one.minutes) > _OFF * one.minutes:
            yield one.place, f"`{one.id}` says {one.minutes:g} minutes and takes {minutes:.0f}"


def _windows_do_not_touch(given: _Input) -> Iterator[Problem]:
    """Ask for quiet between steps: else what one action sent counts for the next."""
    for one in given.protocols.values():
        if one.gap[0] < _GAP_S:
            yield one.place, f"`{one.id}` leaves {one.gap[0]:g} s between steps"


def _actions_are_done_often_enough(given: _Input) -> Iterator[Problem]:
    """Ask for repetitions: what was done less often cannot be answered."""
    for protocol in given.protocols.values():
        for one in protocol.actions:
            if one.repeat < _REPETITIONS:
                yield protocol.place, f"`{protocol.id}` does `{one.id}` {one.repeat} times"


def _rows_can_be_tested(given: _Input) -> Iterator[Problem]:
    """Ask every row for an action and a way to do it, or for neither."""
    for category in given.catalogue.categories.values():
        complete = bool(category.marks and category.did and category.test)
        if category.row and not category.thing:
            yield "categories.yaml", f"`{category.id}` has no `thing` for sentences"
        if category.row and complete == category.always_on:
            yield "categories.yaml", f"`{category.id}` needs marks, did and test, or always_on"


def _all_evidence(given: _Input) -> Iterator[tuple[str, Evidence]]:
    seen: set[tuple[str, str]] = set()
    for receiver, endpoint in given.endpoints():
        for evidence in (endpoint.evidence, *(rule.evidence for rule in endpoint.fields)):
            if (receiver.id, evidence.id) not in seen:
                seen.add((receiver.id, evidence.id))
                yield receiver.files[0], evidence
    for rule in given.catalogue.headers:
        if ("headers", rule.evidence.id) not in seen:
            seen.add(("headers", rule.evidence.id))
            yield "headers.yaml", rule.evidence
    used = {one.id: one for item in given.applications.values() for one in item.evidence}
    yield from (("applications.yaml", evidence) for evidence in used.values())
    yield from lint_terms.evidence(lint_terms.read_terms(given.catalogue, given.folder))


_CHECKS: tuple[tuple[Callable[[_Input], Iterator[Problem]], Level, str], ...] = (
    (_examples_both_ways, "error", "Add an example, or set `status: experimental`."),
    (_ids_are_plain, "error", "Write ids like `play-log`."),
    (_file_is_named_like_receiver, "error", "Name the file `<id>.yaml` or `<id>-<part>.yaml`."),
    (_evidence_can_be_followed, "error", "Name a public source and the day of its snapshot."),
    (_rules_are_reachable, "error", "Name the placeholder in `match: paths`."),
    (_queries_differ, "error", "Give each its own `query`, or make one endpoint of them."),
    (_names_are_not_taken_twice, "error", "Keep one, or tell them apart with `where`."),
    (_events_are_in_the_table, "error", "Add it under `events`, or correct it."),
    (_rows_can_be_tested, "error", "See README.md beside the catalogue."),
    (_applications_can_be_recorded, "error", "Add them under `processes`."),
    (_terms_and_steps_name_receivers, "error", "Write the id of a receiver, or describe it."),
    (_protocols_take_as_long_as_they_say, "error", "Correct `minutes`, or the steps."),
    (_windows_do_not_touch, "error", f"Begin `gap` with {_GAP_S:g} or more."),
    (_actions_are_done_often_enough, "warning", f"Set `repeat` to {_REPETITIONS} or more."),
    (_files_are_short, "warning", "Split it by product with `part_of`."),
    (_sentences_are_short, "warning", "Make two sentences of it."),
)
