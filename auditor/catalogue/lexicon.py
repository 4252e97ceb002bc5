"""Read the words that say what a field is about when no rule knows it."""

from __future__ import annotations

import re

from auditor.catalogue.entries import check_keys, check_known, flag, texts
from auditor.catalogue.model import SECRETS
from auditor.catalogue.wording import AddressWords, Lexicon, Words
from auditor.catalogue.yamlfile import Entry

_LISTS = {
    "categories",
    "partners",
    "decks",
    "fillers",
    "carriers",
    "event_names",
    "secrets",
    "addresses",
}
_EXCLUSIVE = ("strong", "short", "bound", "plain")
_KINDS = {
    *_EXCLUSIVE,
    "weak",
    "near",
    "inside",
    "events",
    "negative",
    "foes",
    "partners",
    "shapes",
    "mixing",
}
_GAP = re.compile(r"[\s_-]+")
SHAPES = (
    "position", "count", "number", "bpm", "ratio", "percent", "musical-key", "switch", "word",
    "text", "id", "email", "time", "beats", "uuid", "hash", "version", "locale", "any",
)  # fmt: skip
"""Names of value shapes; `auditor.classify.shapes` says what fits."""


def read_lexicon(entry: Entry, categories: frozenset[str]) -> Lexicon:
    """Return the lexicon; words may be written with gaps, `hot cue` and `hotcue` are the same."""
    check_keys(entry, required=_LISTS)
    members = entry.members()
    words = []
    for key, item in members["categories"].members().items():
        check_known(item, key, categories, "category")
        words.append(_read_words(item, key))
    secrets = {}
    for key, item in members["secrets"].members().items():
        check_known(item, key, SECRETS, "kind of secret")
        secrets.update(dict.fromkeys(_joined(item.texts()), key))
    return Lexicon(
        words=tuple(words),
        partners=_joined(texts(entry, "partners")),
        decks=_joined(texts(entry, "decks")),
        fillers=_joined(texts(entry, "fillers")),
        carriers=_joined(texts(entry, "carriers")),
        event_names=_joined(texts(entry, "event_names")),
        secrets=secrets,
        longest=4,
        addresses=_read_addresses(members["addresses"], categories),
    )


def _read_addresses(entry: Entry, categories: frozenset[str]) -> AddressWords:
    check_keys(entry, required={"endings", "clear", "vague"})
    members = entry.members()
    tables: dict[str, dict[str, str]] = {}
    for key in ("endings", "clear", "vague"):
        table = tables[key] = {}
        for category, item in members[key].members().items():
            if key != "endings" or category != "none":
                check_known(item, category, categories, "category")
            for word in _joined(item.texts()):
                if word in table:
                    raise item.error(f"`{word}` stands for {table[word]} too", "Keep one of them.")
                table[word] = "" if category == "none" else category
    return AddressWords(**tables)


def _read_words(entry: Entry, category: str) -> Words:
    check_keys(entry, required=set(), optional=_KINDS)
    shapes = entry.members().get("shapes")
    for shape in texts(entry, "shapes"):
        check_known(shapes or entry, shape, SHAPES, "value shape")
    lists = {kind: _joined(texts(entry, kind)) for kind in sorted(_KINDS - {"shapes", "mixing"})}
    seen: set[str] = set()
    for kind in (*_EXCLUSIVE, "weak"):
        for word in sorted(seen & lists[kind]):
            raise entry.error(f"`{word}` is in two lists of {category}", "Keep the surest.")
        seen |= lists[kind]
    return Words(
        category=category,
        shapes=texts(entry, "shapes"),
        mixing=flag(entry, "mixing"),
        context=bool(lists["weak"] or lists["near"]),
        **lists,
    )


def _joined(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_GAP.sub("", word).lower() for word in words)
