"""Read form bodies and query strings, one hit or one per line."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl

from auditor.decode.limits import OVER_LIMIT
from auditor.decode.tree import Entries, Gap, Key, Node, Raw, Reading

# Possessive, and every character has one place to go: hostile input cannot make these slow.
_NAME = r"[\w$%.\-:~+*!]{1,200}+(?:\[[^\s=&{}\"<>]{0,100}+)?+"
_PAIR = rf"{_NAME}=[^\s&\"<>{{}}]*+"
_PAIRS = re.compile(rf"\??{_PAIR}(?:&{_PAIR})++&?")
_ONE = re.compile(r"[A-Za-z_][\w.\-\[\]]{0,60}+=(?!=)[^\s&\"<>{}]++")
_LOOSE = re.compile(rf"\??{_NAME}=")
_BASE = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_WORD = re.compile(r"[A-Za-z_$@%:\-][\w$@%:\-]*")
_MOST_PAIRS = 250_000
_MOST_PARTS = 16
_MOSTLY = 0.8
_INDEX = re.compile(r"[0-9]{1,9}")


@lru_cache(maxsize=16384)
def split_key(name: str) -> Key:
    """Take a field name apart: `a.1.b` and `a[1][b]` are member b of item 1 of a.

    A name that is not spelled that way throughout stays in one piece. An empty index (`a[]`)
    becomes -1; `tree` numbers those.
    """
    base = _BASE.fullmatch(name)
    if not base:
        return (name,)
    head, brackets = base.groups()
    parts = [*head.split("."), *(brackets[1:-1].split("][") if brackets else ())]
    if not _WORD.fullmatch(parts[0]) or len(parts) > _MOST_PARTS:
        return (name,)
    dots = head.count(".") + 1
    key: list[str | int] = []
    for place, part in enumerate(parts):
        if _INDEX.fullmatch(part):
            key.append(int(part))
        elif _WORD.fullmatch(part) or (place >= dots and part):
            key.append(part)
        elif place >= dots:
            key.append(-1)
        else:
            return (name,)
    return tuple(key)


def tree(text: str) -> Entries:
    """Return the tree of a query string; `a[]=x&a[]=y` are items 0 and 1 of a."""
    if text.count("&") > _MOST_PAIRS:
        return Entries([((), Gap(OVER_LIMIT, len(text), f"more than {_MOST_PAIRS} pairs"))])
    seen: dict[Key, int] = {}
    members: list[tuple[Key, Node]] = []
    for name, value in parse_qsl(text.removeprefix("?"), keep_blank_values=True, errors="replace"):
        key = split_key(name)
        if -1 in key:
            number = seen.get(key, -1) + 1
            seen[key] = number
            key = tuple(number if part == -1 else part for part in key)
        members.append((key, value))
    return Entries(members)


def structure(text: str) -> Entries | None:
    """Return the tree of a text that is beyond doubt a query string of two or more pairs."""
    if "=" not in text or "&" not in text or not _PAIRS.fullmatch(text):
        return None
    return tree(text)


def read(raw: Raw) -> Reading | None:
    """Read a body as a form, or as one query string per line."""
    text = (raw.text or "").strip()
    if "=" not in text or text[:1] in {"{", "[", "<"}:
        return None
    lines = text.split("\n") if "\n" in text else []
    if lines:
        return _lines([line.strip() for line in lines if line.strip()])
    sure = 0.0
    if "form-urlencoded" in raw.content_type and _LOOSE.match(text):
        sure = 0.8
    elif _PAIRS.fullmatch(text):
        sure = 0.75
    elif _ONE.fullmatch(text):
        sure = 0.55
    return Reading(sure, ("form",), tree(text)) if sure else None


def _lines(lines: list[str]) -> Reading | None:
    """Read one hit per line; a line that is none stays text, as long as most are hits."""
    if not _PAIRS.fullmatch(lines[0]) and not _PAIRS.fullmatch(lines[-1]):
        return None
    hits = [bool(_PAIRS.fullmatch(line) or _ONE.fullmatch(line)) for line in lines]
    share = sum(hits) / len(lines)
    if share < _MOSTLY:
        return None
    members: list[tuple[Key, Node]] = [
        ((number,), tree(line) if hits[number] else line) for number, line in enumerate(lines)
    ]
    return Reading(0.75 * share, ("form",), Entries(members))
