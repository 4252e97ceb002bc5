"""Read form bodies and query strings, one hit or one per line."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from auditor.decode.tree import Entries, Key, Node, Raw, Reading

_NAME = r"[\w$%.\-:~+*!]{1,200}(?:(?:\[|%5[Bb])[^\s=&{}\"<>]{0,100})?"
_PAIR = rf"{_NAME}=[^\s&\"<>{{}}]*"
_PAIRS = re.compile(rf"\??{_PAIR}(?:&{_PAIR})+&?")
_ONE = re.compile(r"[A-Za-z_][\w.\-\[\]]{0,60}=(?!=)[^\s&\"<>{}]+")
_LOOSE = re.compile(rf"\??{_NAME}=")
_BASE = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_WORD = re.compile(r"[A-Za-z_$@%:\-][\w$@%:\-]*")
_INDEX = re.compile(r"[0-9]{1,9}")


def pairs(text: str) -> list[tuple[str, str]]:
    """Return names and values of a query string, percent signs and plus signs undone."""
    return parse_qsl(text.removeprefix("?"), keep_blank_values=True, errors="replace")


def split_key(name: str) -> Key:
    """Take a field name apart: `a.1.b` and `a[1][b]` are member b of item 1 of a.

    A name that is not spelled that way throughout stays in one piece. An empty index (`a[]`)
    becomes -1; `read_pairs` numbers those.
    """
    base = _BASE.fullmatch(name)
    if not base:
        return (name,)
    head, brackets = base.groups()
    parts = [*head.split("."), *(brackets[1:-1].split("][") if brackets else ())]
    if not _WORD.fullmatch(parts[0]):
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


def read_pairs(found: list[tuple[str, str]]) -> Entries:
    """Return the tree of a form; `a[]=x&a[]=y` are items 0 and 1 of a."""
    seen: dict[Key, int] = {}
    members: list[tuple[Key, Node]] = []
    for name, value in found:
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
    return read_pairs(pairs(text))


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
    return Reading(sure, ("form",), read_pairs(pairs(text))) if sure else None


def _lines(lines: list[str]) -> Reading | None:
    if not all(_PAIRS.fullmatch(line) for line in lines):
        return None
    members: list[tuple[Key, Node]] = [
        ((number,), read_pairs(pairs(line))) for number, line in enumerate(lines)
    ]
    return Reading(0.75, ("form",), Entries(members))
