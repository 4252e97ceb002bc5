"""Score the catalogue against requests that were labelled by hand.

A field is one place in one request (with a value, where the label names one). It counts once,
however many values stand there; what most of them were taken for is the answer, and a candidate
(weak) counts like a finding. Fields without a label are not scored. `other` is no category here: a
field that should have one and got `other` was missed, and the reverse is a false finding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from auditor.catalogue.example import to_exchange
from auditor.catalogue.labelled import Label, Labelled
from auditor.catalogue.model import Catalogue
from auditor.examples import cases
from auditor.look import Field, look
from auditor.pipeline import Pipeline
from auditor.records import Exchange, Site

ALARMS = frozenset({"cue", "loop", "effects", "tempo", "transition"})
"""Kinds of data that unrelated traffic must not be accused of."""

NOT_FOUND = "not read"
"""The answer for a label whose field the decoders did not bring out."""


@dataclass(slots=True)
class Tally:
    """How often a category was found, claimed wrongly, and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Share of what was claimed that is right; 1 when nothing was claimed."""
        claimed = self.right + self.wrong
        return self.right / claimed if claimed else 1.0

    @property
    def recall(self) -> float:
        """Share of what is there that was found; 1 when nothing is there."""
        there = self.right + self.missed
        return self.right / there if there else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / both if both else 1.0


@dataclass(slots=True)
class Share:
    """So many of so many."""

    hits: int = 0
    total: int = 0

    def add(self, hit: bool) -> None:
        """Count one more."""
        self.hits += hit
        self.total += 1

    @property
    def share(self) -> float:
        """Hits by total; 1 when there is nothing."""
        return self.hits / self.total if self.total else 1.0


@dataclass(frozen=True, slots=True)
class Miss:
    """One answer that was not right."""

    what: str
    """`receiver`, `endpoint`, `field` or `false alarm`."""
    request: str
    place: str
    """Where it is labelled: `file:line`."""
    field: str
    wanted: str
    got: str
    why: str


@dataclass(slots=True)
class Score:
    """What came out; examples of the catalogue are kept apart, they were written with the rules."""

    requests: int = 0
    fields: int = 0
    by_category: dict[str, Tally] = field(default_factory=dict)
    by_origin: dict[str, Tally] = field(default_factory=dict)
    """`written`, `capture`, and `examples`, which no other number includes."""
    receivers: Share = field(default_factory=Share)
    endpoints: Share = field(default_factory=Share)
    """Of receivers that the catalogue knows."""
    strangers: Share = field(default_factory=Share)
    """Endpoints of hosts that it does not know."""
    quiet_fields: int = 0
    quiet_files: dict[str, Share] = field(default_factory=dict)
    """Alarms and fields by file of the corpus: some were written to mislead, some not."""
    alarms: int = 0
    firm_alarms: int = 0
    """Alarms that are more than a candidate."""
    misses: list[Miss] = field(default_factory=list)

    @property
    def total(self) -> Tally:
        """All categories together."""
        whole = Tally()
        for one in self.by_category.values():
            whole.right += one.right
            whole.wrong += one.wrong
            whole.missed += one.missed
        return whole

    @property
    def alarms_per_1000(self) -> float:
        """False alarms per 1,000 fields of quiet traffic."""
        return 1000 * self.alarms / self.quiet_fields if self.quiet_fields else 0.0

    @property
    def firm_alarms_per_1000(self) -> float:
        """The same without candidates."""
        return 1000 * self.firm_alarms / self.quiet_fields if self.quiet_fields else 0.0


Captured = Callable[[str], Iterable[Exchange]]
"""Opens a saved capture by its name."""


def score(catalogue: Catalogue, corpus: Iterable[Labelled], captured: Captured) -> Score:
    """Score the catalogue against a corpus, and against its own examples."""
    pipeline, result = Pipeline(catalogue), Score()
    for one in corpus:
        seen = [look(pipeline, exchange) for exchange in _exchanges(one, captured)]
        result.requests += 1
        for each in seen[:1]:
            _score_site(result, catalogue, one, each.site)
        fields = [value for each in seen for value in each.fields]
        if one.quiet:
            _score_quiet(result, one, fields)
        for label in one.labels:
            result.fields += 1
            _score_label(result, one, label, fields)
    result.by_origin["examples"] = _score_examples(catalogue, pipeline)
    order = {name: place for place, name in enumerate(catalogue.categories)}
    result.by_category = dict(sorted(result.by_category.items(), key=lambda item: order[item[0]]))
    return result


def _exchanges(one: Labelled, captured: Captured) -> Iterator[Exchange]:
    if one.request is not None:
        yield to_exchange(one.request)
        return
    for exchange in captured(one.capture):
        asked = exchange.method != "OPTIONS"
        if asked and f"{exchange.host}{exchange.path}".startswith(one.within):
            yield exchange


def _score_site(result: Score, catalogue: Catalogue, one: Labelled, site: Site) -> None:
    known = catalogue.receivers.get(site.receiver)
    if one.receiver:
        named = f"{known.id} {known.name} {known.owner}".lower() if known else "unknown"
        hit = any(word in named for word in one.receiver.lower().split("|"))
        result.receivers.add(hit)
        if not hit:
            got = f"{site.receiver} ({site.role})"
            result.misses.append(Miss("receiver", one.id, one.place, "", one.receiver, got, ""))
    if one.categories:
        hit = site.category in one.categories
        (result.endpoints if known else result.strangers).add(hit)
        if not hit:
            wanted = "|".join(one.categories)
            miss = Miss("endpoint", one.id, one.place, "", wanted, site.category, site.endpoint)
            result.misses.append(miss)


def _score_label(result: Score, one: Labelled, label: Label, fields: list[Field]) -> None:
    answer, why = _answer(label, fields)
    tallies = [result.by_category, result.by_origin]
    if answer in label.categories:
        if answer != "other":
            for tally, key in zip(tallies, (answer, one.origin), strict=True):
                tally.setdefault(key, Tally()).right += 1
        return
    wanted = label.categories[0]
    if "other" not in label.categories:
        for tally, key in zip(tallies, (wanted, one.origin), strict=True):
            tally.setdefault(key, Tally()).missed += 1
    if answer not in {"other", NOT_FOUND}:
        for tally, key in zip(tallies, (answer, one.origin), strict=True):
            tally.setdefault(key, Tally()).wrong += 1
    spelled = f"{label.context}:{label.path}" + (f" = {label.value}" if label.value else "")
    wanted = "|".join(label.categories)
    result.misses.append(Miss("field", one.id, one.place, spelled, wanted, answer, why))


def _answer(label: Label, fields: list[Field]) -> tuple[str, str]:
    """Return what most values of a field were taken for, and why."""
    here = [
        one
        for one in fields
        if (one.context, one.path) == (label.context, label.path)
        and label.value in {None, one.value}
    ]
    if not here:
        return NOT_FOUND, ""
    said = Counter(one.category for one in here if one.category != "other")
    answer = said.most_common(1)[0][0] if said else "other"
    return answer, next(one.why for one in here if one.category == answer)


def _score_quiet(result: Score, one: Labelled, fields: list[Field]) -> None:
    """Count every place of a quiet request once, and what it was wrongly taken for."""
    labelled = {(label.context, label.path) for label in one.labels}
    places: dict[tuple[str, str], list[Field]] = {}
    for value in fields:
        places.setdefault((value.context, value.path), []).append(value)
    for (context, path), values in places.items():
        result.quiet_fields += 1
        share = result.quiet_files.setdefault(one.place.rpartition(":")[0], Share())
        share.total += 1
        false = [value for value in values if value.category in ALARMS]
        if not false or (context, path) in labelled:
            continue
        firm = [value for value in false if value.strength != "weak"]
        worst = (firm or false)[0]
        result.alarms += 1
        share.hits += 1
        result.firm_alarms += bool(firm)
        got = f"{worst.category} ({worst.strength})"
        spelled = f"{context}:{path} = {worst.value[:40]}"
        result.misses.append(
            Miss("false alarm", one.id, one.place, spelled, "nothing", got, worst.why)
        )


def _score_examples(catalogue: Catalogue, pipeline: Pipeline) -> Tally:
    tally = Tally()
    for _, _, example in cases(catalogue):
        fields = look(pipeline, to_exchange(example)).fields
        for wanted in example.expect:
            here = [
                one.category
                for one in fields
                if (one.context, one.path) == (wanted.context, wanted.path)
            ]
            if wanted.category in here:
                tally.right += 1
            else:
                tally.missed += 1
    return tally
