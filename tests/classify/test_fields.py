from __future__ import annotations

from auditor.catalogue.model import Evidence, FieldRule
from auditor.classify.fields import RuleBook
from auditor.records import Context, Value

EVIDENCE = Evidence("one", "documented", "example.com", "2026-11-21")


def rule(
    name: str,
    path: str,
    event: str = "",
    where: tuple[tuple[str, Value], ...] = (),
    context: Context = "body",
) -> FieldRule:
    return FieldRule(name, context, path, "other", "x", EVIDENCE, event=event, where=where)


def ids(book: RuleBook, event: str, path: str, context: Context = "body") -> list[str]:
    return [one.id for one in book.resolve(event, context, path)]


def test_most_literal_path_first() -> None:
    book = RuleBook(
        [rule("all", "**"), rule("below", "a.**"), rule("any", "a.*"), rule("own", "a.b")]
    )
    assert ids(book, "", "a.b") == ["own", "any", "below", "all"]
    assert ids(book, "", "a.c.d") == ["below", "all"]
    assert ids(book, "", "z") == ["all"]


def test_event_and_conditions_before_the_rest() -> None:
    where = (("kind", "x"),)
    book = RuleBook(
        [
            rule("plain", "a.b"),
            rule("when", "a.b", where=where),
            rule("event", "a.b", event="play"),
            rule("both", "a.b", event="play", where=where),
        ]
    )
    assert ids(book, "play", "a.b") == ["both", "event", "when", "plain"]
    assert ids(book, "stop", "a.b") == ["when", "plain"]


def test_literal_path_goes_before_an_event() -> None:
    book = RuleBook([rule("event", "a.**", event="play"), rule("own", "a.b")])
    assert ids(book, "play", "a.b") == ["own", "event"]


def test_context_counts() -> None:
    book = RuleBook([rule("body", "id"), rule("query", "id", context="query")])
    assert ids(book, "", "id", "query") == ["query"]
    assert ids(book, "", "id", "cookie") == []


def test_own_rules_before_general_ones() -> None:
    book = RuleBook(
        [rule("own", "**", context="header")],
        RuleBook([rule("any", "x-id", context="header")], own=False),
    )
    assert ids(book, "", "x-id", "header") == ["own", "any"]


def test_what_conditions_look_at() -> None:
    book = RuleBook([rule("a", "a", where=(("kind", 1), ("1.3.1", "message")))])
    assert book.where_names == {"kind"}
    assert book.where_paths == {"1.3.1"}
