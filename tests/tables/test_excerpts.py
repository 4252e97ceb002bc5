"""Which message shows a kind of data best, and which of its lines are shown."""

from __future__ import annotations

import pickle
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from auditor.classify.passages import Passage
from auditor.places import At, exact, layout
from auditor.records import Excerpt, Meaning, Observation, Sheet
from auditor.redact import Redactor
from auditor.tables.excerpts import LINES
from auditor.tables.meanings import RANK
from tests.sample_result import KEY
from tests.tables.made import (
    FIRM,
    KINDS,
    SITE,
    WEAK,
    Message,
    collect,
    column,
    left,
    lists,
    said,
    table,
)

CUE = Meaning("cue", "medium", "lexicon", means="a cue")
SECRET = FIRM._replace(secret="account-id")  # noqa: S106 - a kind


def excerpt(*messages: Message, category: str = "seek", every: int = 1000) -> Excerpt:
    return collect(*messages, every=every).excerpts[SITE.receiver, category]


def test_what_an_excerpt_says() -> None:
    sheet = column("title", 61.5, "quiet-secret-1", path="p", steps=("gzip", "json"))
    passage = said(sheet, None, FIRM, SECRET, event="played")
    redactor = Redactor(KEY)
    assert excerpt(left(0, 1.0), left(7, 9.5, said(column("v", path="h")), passage)) == Excerpt(
        exchange=7,
        time=9.5,
        host="one.example",
        endpoint="POST /in",
        event="played",
        steps=("gzip", "json"),
        lines=(
            ("p", "title", False),
            ("p", "61.5", True),
            ("p", redactor.preview("quiet-secret-1", "account-id"), True),
        ),
        more=1,
    )


def test_the_message_that_tells_most_is_shown_and_the_first_of_equals() -> None:
    """What is more sure weighs more; however messages are batched or shared out."""
    once, twice = said(column(1), FIRM), said(column(2, 3), WEAK, WEAK)
    sent = [left(0, 1.0, twice), left(1, 2.0, once), left(2, 3.0, once), left(2, 4.0, once)]
    for every in (1, 2, 1000):
        assert excerpt(*sent, every=every).time == 2.0
        assert excerpt(*sent, left(3, 5.0, once, twice), every=every).time == 5.0
        for some, others in ((sent[:2], sent[2:]), (sent[2:], sent[:2])):
            first, second = collect(*some, every=every), collect(*others, every=every)
            first.merge(pickle.loads(pickle.dumps(second.gathered())))  # noqa: S301 - our own
            assert first.excerpts == collect(*sent).excerpts


def test_only_what_is_listed_has_an_excerpt() -> None:
    message = left(0, 1.0, said(column(1, 2, 3), FIRM, CUE, Meaning("metadata", "strong")))
    assert {key[1] for key in collect(message).excerpts} == {"seek", "cue"}
    kinds = replace(KINDS, listed=frozenset({"cue"}))
    assert {key[1] for key in collect(message, kinds=kinds).excerpts} == {"cue"}


def test_lines_of_a_kind_of_data_go_before_others() -> None:
    """Of these there are as many as fit between them."""
    meant = [None] * 20 + [FIRM] * 30
    found = excerpt(left(0, 1.0, said(column(*range(50)), *meant)))
    assert [value for _, value, _ in found.lines] == [*map(str, range(20, 44))]
    assert found.more == 50 - LINES
    few = [None] * 30 + [FIRM, None, FIRM] + [None] * 17
    found = excerpt(left(0, 1.0, said(column(*range(50)), *few)))
    assert [value for _, value, _ in found.lines] == [*map(str, range(22)), "30", "32"]
    assert [at for at, line in enumerate(found.lines) if line[2]] == [22, 23]


def test_address_and_body_are_told_apart() -> None:
    address = Sheet(layout((exact("query", "q"),)), [(5,)], [()])
    found = excerpt(left(0, 1.0, said(address, WEAK), said(column(1, 2, 3), FIRM, WEAK)))
    assert [value for _, value, _ in found.lines] == ["1", "2", "3"]
    assert found.more == 1


@pytest.mark.parametrize("seed", range(30))
def test_the_part_that_tells_most_is_shown(seed: int) -> None:
    """As if it were looked for observation by observation."""
    message = made(random.Random(seed))  # noqa: S311
    redactor, every = Redactor(KEY), [one for each in message for one in each.observations()]
    for category in {one.category for one in every} & {"seek", "cue"}:
        lines, event = looked_for(every, category)
        found = excerpt(left(0, 1.0, said(column("x"))), left(1, 2.0, *message), category=category)
        assert found.event == event
        assert found.more == len(every) - len(lines)
        assert found.lines == tuple(
            (
                redactor.path(one.leaf.path),
                redactor.preview(one.leaf.value, one.secret, one.category),
                one.category == category,
            )
            for one in lines
        )


def made(rng: random.Random) -> list[Passage]:
    """Return passages of a message: items, lists and single values, of several events."""
    passages = []
    for _ in range(rng.randint(1, 6)):
        shape, count = rng.randrange(4), rng.randint(1, 12)
        if shape == 0:
            sheet = table(*[(rng.random(), rng.randint(0, 9)) for _ in range(count)], names="xy")
        elif shape == 1:
            sheet = table(*[("a", None)] * count, names="uv", first=None)
        elif shape == 2:
            sheet = lists(*[range(rng.randint(0, 5)) for _ in range(count)])
        else:
            sheet = column(*[f"text {one}" for one in range(count)], path=rng.choice("pq"))
        meant = rng.choices((None, FIRM, WEAK, CUE, SECRET), (5, 1, 1, 1, 1), k=100)
        passages.append(said(sheet, *meant, event=rng.choice(("", "played", "stopped"))))
    return passages


def looked_for(every: Sequence[Observation], category: str) -> tuple[list[Observation], str]:
    """Return lines of an excerpt and the event, one observation at a time."""
    counts: dict[tuple[str, str, At], int] = {}
    for one in every:
        if one.category == category:
            part = one.leaf.context, one.event, one.leaf.at[:1]
            counts[part] = counts.get(part, 0) + RANK[one.strength]
    fullest = max(counts, key=counts.__getitem__)
    there = [one for one in every if (one.leaf.context, one.event, one.leaf.at[:1]) == fullest]
    chosen = [at for at, one in enumerate(there) if one.category == category][:LINES]
    last = chosen[-1] if len(chosen) == LINES else len(there)
    others = [at for at in range(last) if there[at].category != category]
    return [there[at] for at in sorted([*chosen, *others[: LINES - len(chosen)]])], fullest[1]
