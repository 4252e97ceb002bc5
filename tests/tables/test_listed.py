"""Which observations have a row of their own, in which order, and what it says."""

from __future__ import annotations

import json
import math
import pickle
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from auditor.catalogue.model import Catalogue
from auditor.catalogue.receiver import ANYBODY
from auditor.classify.clock import Whens
from auditor.known import KnownValue
from auditor.known.model import PLANTED
from auditor.pipeline import Pipeline
from auditor.places import exact, layout
from auditor.records import Exchange, Meaning, Sheet, Value
from auditor.records import Message as Body
from auditor.redact import Redactor
from auditor.tables.build import build_tables
from auditor.tables.collect import Collector, Kinds
from tests.sample_result import KEY
from tests.tables.made import (
    FIRM,
    KINDS,
    RULE,
    WEAK,
    Message,
    collect,
    column,
    left,
    lists,
    rule,
    said,
    table,
)

TITLE = Meaning("metadata", "strong", means="a title")
COMMON = Meaning("network", "strong", f"{ANYBODY}/x", "observed")
SECRET = FIRM._replace(secret="account-id")  # noqa: S106 - a kind


def observed(*messages: Message, every: int = 1000, kinds: Kinds = KINDS) -> pd.DataFrame:
    return build_tables(collect(*messages, every=every, kinds=kinds))["observations"]


def shown(*messages: Message, kinds: Kinds = KINDS) -> list[tuple[str, str]]:
    """Return path and preview of every row."""
    found = observed(*messages, kinds=kinds)
    return list(zip(found["path"], found["value"], strict=True))


def test_what_a_row_says() -> None:
    whens = Whens((7.25,), {})
    sheet = column(4.5, steps=("gzip", "json"))
    passage = said(sheet, FIRM, event="played", whens=whens, ruled=((RULE,),))
    found = observed(left(3, 9.0, said(column(1))), left(3, 9.5, passage))
    (row,) = found.to_dict("records")
    assert row == {
        "exchange": 3,
        "message": 1,
        "time": pd.Timestamp(9.5, unit="s", tz="UTC"),
        "event_time": pd.Timestamp(7.25, unit="s", tz="UTC"),
        "receiver": "one.example",
        "endpoint": "POST /in",
        "event": "played",
        "context": "body",
        "path": "x",
        "value": "4.5",
        "number": 4.5,
        "unit": "s",
        "category": "seek",
        "strength": "strong",
        "rule": "r",
        "basis": "",
        "steps": "gzip › json",
        "field": 1,
    }


def test_only_what_is_wanted_is_listed() -> None:
    """Neither what nobody knows, nor a rule that decides nothing."""
    other = Meaning("other", "strong", "r")
    values = said(column(1, 2, 3, 4), None, FIRM, other, WEAK)
    assert shown(left(0, 1.0, values)) == [("x", "2"), ("x", "4")]
    assert observed(left(0, 1.0, said(column(1), other))).empty
    assert observed().empty


def test_what_stands_aside_is_listed_beside_interactions_of_its_message() -> None:
    """Whatever layout or event they are in; a candidate is enough, another message is not."""
    aside = said(table(("title", 2), names="xy"), TITLE, COMMON)
    action = said(column(5, path="y"), WEAK, event="e")
    listed = [("a[].x", "title"), ("y", "5")]
    assert shown(left(0, 1.0, aside)) == []
    assert sorted(shown(left(0, 1.0, aside, action))) == listed
    assert sorted(shown(left(0, 1.0, action, aside))) == listed
    assert shown(left(0, 1.0, aside), left(0, 1.0, action)) == [("y", "5")]
    wanted = said(column(5, path="y"), Meaning("audio", "strong"))
    kinds = replace(KINDS, listed=KINDS.listed | {"audio"})
    assert shown(left(0, 1.0, aside, wanted), kinds=kinds) == [("y", "5")]


def test_rows_stand_in_the_order_of_the_outermost_items() -> None:
    """What stands in no list comes first; then passage by passage, row by row."""
    meant = [FIRM] * 9
    passages = (
        said(table((1, 2), (3, 4), names="xy"), *meant),
        said(column(5, path="alone"), FIRM),
        said(lists((6, 7), path="l[]"), *meant),
        said(lists((8,), (9, 10), path="n[][]"), *meant),
        said(table((11,), names="z"), *meant),
    )
    wanted = [
        *(("alone", "5"), ("a[].x", "1"), ("a[].y", "2"), ("l[]", "6"), ("n[][]", "8")),
        *(("a[].z", "11"), ("a[].x", "3"), ("a[].y", "4"), ("l[]", "7")),
        *(("n[][]", "9"), ("n[][]", "10")),
    ]
    assert shown(left(0, 1.0, *passages)) == wanted
    assert shown(left(0, 1.0, *passages), left(1, 1.0, *passages)) == wanted * 2
    assert shown(left(0, 1.0, *passages), left(0, 1.0, *passages)) == wanted * 2


def test_values_with_indices_of_their_own_stand_by_the_first_of_them() -> None:
    """A form with names that repeat: `a` and `b` are lists of two and one, `c` is in none."""
    a, b, c = exact("body", "a[]"), exact("body", "b[]"), exact("body", "c")
    where = layout((a, a, b, c), ((0,), (1,), (1,), ()))
    sheet = Sheet(where, [("1", "2", "3", "4")], [()])
    assert shown(left(0, 1.0, said(sheet, *[FIRM] * 4))) == [
        *(("c", "4"), ("a[]", "1"), ("a[]", "2"), ("b[]", "3"))
    ]


def test_numbers_and_previews() -> None:
    """A secret is no number, nor is a boolean, nor what is no number at all."""
    values: Sequence[Value] = (1, 2.5, True, None, "7", b"ab", 4711, 2**63, math.nan)
    meant = [SECRET if one == 4711 else FIRM for one in values]
    found = observed(left(0, 1.0, said(column(*values), *meant)))
    hidden = found["value"][6]
    assert hidden.startswith("‹account-id ")
    assert found["value"].tolist() == [
        *("1", "2.5", "true", "null", "7", "‹2 bytes›", hidden, str(2**63), "nan")
    ]
    numbers = [1, 2.5, *[None] * 5, float(2**63), None]
    assert found["number"].astype(object).where(found["number"].notna(), None).tolist() == numbers


def test_a_secret_number_among_others() -> None:
    """In one column, which is not looked at value by value where nothing in it is hidden."""
    for meant in ((SECRET, FIRM, FIRM), (FIRM, SECRET, FIRM)):
        found = observed(left(0, 1.0, said(column(4711, 4712, 4713), *meant)))
        hidden = [one is SECRET for one in meant]
        assert found["value"].str.startswith("‹account-id ").tolist() == hidden
        assert found["number"].isna().tolist() == hidden


def test_moments_of_rows_that_only_some_messages_tell() -> None:
    whens = Whens((1.0, 2.0), {1: [5.0, None]})
    sheet = table((1, 2), (3, 4), names="xy")
    timed = said(sheet, whens=whens, ruled=((RULE,), (RULE,)))
    plain = said(sheet, ruled=((RULE,), (RULE,)))
    found = observed(left(0, 9.0, plain), left(1, 9.0, timed), left(2, 9.0, plain))
    moments = [one.timestamp() if one is not pd.NaT else None for one in found["event_time"]]
    assert moments == [*[None] * 4, 1.0, 5.0, 2.0, None, *[None] * 4]


def test_rules_of_a_message_for_each_of_its_values() -> None:
    """Beside messages with others, in one column."""
    cue, none = rule("cue", where=(("k", 1),)), None
    mine = ((cue, RULE),)
    one = said(column(1, 2), ruled=mine, rules={0: [cue, none]})
    other = said(column(3, 4), ruled=mine, rules={0: [RULE, cue]})
    found = observed(left(0, 1.0, one), left(1, 1.0, other))
    assert list(zip(found["value"], found["category"], strict=True)) == [
        *(("1", "cue"), ("3", "seek"), ("4", "cue"))
    ]


def test_recognised_values_in_lists_and_beside_rules() -> None:
    library = Meaning("cue", "strong", "known/cue-name")
    ruled = said(column(1, 2), None, library, ruled=((RULE,),))
    nobody = said(lists((7,), (), (8, 9)), None, None, library)
    found = observed(left(0, 1.0, ruled), left(1, 1.0, nobody))
    assert list(zip(found["value"], found["category"], found["rule"], strict=True)) == [
        *(("1", "seek", RULE.id), ("2", "cue", library.rule), ("9", "cue", library.rule))
    ]


def test_secrets_that_are_not_listed_are_learned() -> None:
    """So they are hidden where they stand in something else."""
    hidden = Meaning("metadata", "weak", secret="account-id")  # noqa: S106 - a kind
    values = said(column("quiet-secret-1", 5550001, "quiet-secret-1"), hidden, hidden, hidden)
    person = said(column("quiet-person", path="p"), Meaning("identity", "weak"))
    later = said(column("with quiet-secret-1 and quiet-person in it", path="q"), FIRM)
    for every in (1, 1000):
        collector = collect(
            left(0, 1.0, later), left(1, 1.0, values), left(1, 1.0, person), every=every
        )
        assert collector.redactor.secrets == {
            "quiet-secret-1": "account-id",
            "5550001": "account-id",
            "quiet-person": "identity",
        }
        tables = build_tables(collector)
        (shown,) = tables["observations"]["value"]
        assert shown.startswith("with ‹account-id ")
        assert "quiet" not in shown
        assert not tables["fields"]["example"].str.contains("quiet|555").any()


def test_a_value_that_is_secret_in_two_ways_has_one_kind() -> None:
    """The first in the alphabet, whichever comes first in its column."""
    kinds = [Meaning("metadata", "weak", secret=kind) for kind in ("account-id", "token")]
    for meant in (kinds, kinds[::-1]):
        values = said(column(None, "quiet-secret-1", "quiet-secret-1"), None, *meant)
        assert collect(left(0, 1.0, values)).redactor.secrets == {"quiet-secret-1": "account-id"}


def test_secrets_that_python_finds_equal_are_all_learned() -> None:
    """Otherwise what is learned depends on the batch."""
    hidden = Meaning("metadata", "weak", secret="account-id")  # noqa: S106 - a kind
    values = said(column(None, 555000111, 555000111.0), None, hidden, hidden)
    assert collect(left(0, 1.0, values)).redactor.secrets == {
        "555000111": "account-id",
        "555000111.0": "account-id",
    }


def test_batches_and_sharing_out_change_nothing() -> None:
    whens = Whens((1.0, 2.0), {})
    sent = [
        left(0, 1.0, said(table((1, "a"), (2, "b"), names="xy"), FIRM, TITLE, None, TITLE)),
        left(0, 2.0, said(lists((1, 2.5)), WEAK, WEAK), said(column("s" * 9), SECRET)),
        left(2, 3.0, said(table((3, "c"), (None, "d"), names="xy"), WEAK, TITLE, whens=whens)),
        left(5, 4.0, said(column(b"1", steps=("gzip",)), FIRM), said(lists((True,)), FIRM)),
    ]
    alone = observed(*sent)
    assert len(alone) == 10
    pd.testing.assert_frame_equal(observed(*sent, every=1), alone)
    first, second = collect(sent[2], sent[3]), collect(*sent[:2])
    first.merge(pickle.loads(pickle.dumps(second.gathered())))  # noqa: S301 - our own
    pd.testing.assert_frame_equal(build_tables(first)["observations"], alone)


NAME = "Zyxwv Qplm Garble 4711"


def test_a_recognised_value_that_no_rule_knows_has_the_moment_of_its_object(
    catalogue: Catalogue,
) -> None:
    """The table says what the observations of the message say."""
    event = {"timestamp": 1_700_000_000_123, "position_ms": 61234, "track": "t", "qqq": NAME}
    body = json.dumps({"events": [event]}).encode()
    message = Body("out", body, len(body))
    place = ("POST", "https", "example.org", 443, "/v1/x", "", ())
    exchange = Exchange(0, "one", "http", 1_700_000_000.0, *place, (message,))
    known = KnownValue("cue-name-1", "cue-name", "cue", NAME, note=PLANTED)
    site, sent = Pipeline(catalogue, [known]).run(exchange)
    told = {one.leaf.path: one.event_time for one in sent[0].observations if one.category == "cue"}
    assert told == {"events[].qqq": 1_700_000_000.123}
    collector = Collector(Redactor(KEY), Kinds.of(catalogue.categories.values()))
    collector.add(0, exchange, site, sent)
    found = build_tables(collector)["observations"]
    assert found[found["category"] == "cue"]["event_time"].tolist() == [
        pd.Timestamp(1_700_000_000_123, unit="ms", tz="UTC")
    ]
