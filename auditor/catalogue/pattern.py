"""Match paths (`auditor.paths`) against the paths that rules are written for.

A rule path is a path, in which `*` stands for any one key, and a closing `.**` (or a lone `**`)
for everything below.
"""

from __future__ import annotations

import re
from functools import lru_cache

_KEY = r"[^.>\[\]\"\s]+"
_QUOTED = r'\["(?:[^"\\]|\\.)*"\]'
_PART = re.compile(rf"\.?{_KEY}|{_QUOTED}|\[\]|>")
_PATH = re.compile(rf"(?:{_KEY}|{_QUOTED}|\[\])(?:\.{_KEY}|(?<=>){_KEY}|{_QUOTED}|\[\]|>(?!>))*")
_BELOW = r"(?:[.>\[].*)"
_ANY_KEY = rf"(?:{_KEY}|{_QUOTED})"
_ANY_NEXT = rf"(?:\.{_KEY}|{_QUOTED})"


def is_well_formed(path: str) -> bool:
    """Say whether this can be the path of a rule: no empty parts, `**` only at the end."""
    if path == "**":
        return True
    head = path.removesuffix(".**")
    return bool(_PATH.fullmatch(head)) and "**" not in head and not head.endswith(">")


@lru_cache(maxsize=65536)
def split(path: str) -> tuple[str, ...]:
    """Return the parts of a path: keys with their dot, `[]`, `>`; joined they are the path."""
    return tuple(_PART.findall(path))


@lru_cache(maxsize=65536)
def is_literal(path: str) -> bool:
    """Say whether the path has no placeholder, so that it matches itself only."""
    return not any(part.lstrip(".") in {"*", "**"} for part in split(path))


def literalness(path: str) -> int:
    """Count the parts that are no placeholder: the more, the closer a rule fits."""
    return sum(part.lstrip(".") not in {"*", "**"} for part in split(path))


@lru_cache(maxsize=8192)
def compiled(path: str) -> re.Pattern[str]:
    """Return the expression that matches every path the rule path stands for."""
    if path == "**":
        return re.compile(".+", re.DOTALL)
    head = path.removesuffix(".**")
    parts = [_one(part, first=not number) for number, part in enumerate(split(head))]
    return re.compile("".join(parts) + (_BELOW if head != path else ""), re.DOTALL)


def _one(part: str, *, first: bool) -> str:
    if part.lstrip(".") != "*":
        return re.escape(part)
    return _ANY_KEY if first or not part.startswith(".") else _ANY_NEXT


@lru_cache(maxsize=65536)
def shared(one: str, other: str) -> str:
    """Return the longest path that both begin with, whole parts only."""
    same = []
    for left, right in zip(split(one), split(other), strict=False):
        if left != right:
            break
        same.append(left)
    return "".join(same)
