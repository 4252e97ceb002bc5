"""Spell the place of a value inside a message.

A path is a template: array indices are folded, so that one path stands for one field however
often it occurs. The folded indices travel beside it (`Leaf.at`).

    payload.actions[].assetPosition     object keys and an array
    MessageBody>payload.name            `>`: the string before it was decoded once more
    1.3.2.16                            protobuf tags; every tag can repeat
    tags["user.id"]                     a key that is not a plain word
"""

from __future__ import annotations

import re
from functools import lru_cache

_PLAIN = re.compile(r"[A-Za-z_$@%:\-][\w$@%:\-]*")
_QUOTED = re.compile(r'\["(?:[^"\\]|\\.)*"\]')
_LEVEL = re.compile(r"\[\]|(?:^|[.>\]])(\d+)(?=$|[.>\[])")
_KEYS = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|([^.>\[\]"]+)')


def child(parent: str, key: str) -> str:
    """Return the path of an object's member; keys that are not plain words are quoted."""
    if not _PLAIN.fullmatch(key):
        escaped = key.replace("\\", "\\\\").replace('"', '\\"')
        return f'{parent}["{escaped}"]'
    return f"{parent}.{key}" if parent and not parent.endswith(">") else parent + key


def item(parent: str) -> str:
    """Return the path of an array's items."""
    return parent + "[]"


def tag(parent: str, number: int) -> str:
    """Return the path of a protobuf field."""
    return f"{parent}.{number}" if parent and not parent.endswith(">") else f"{parent}{number}"


def hop(parent: str) -> str:
    """Return the path of what was decoded from the string at `parent`."""
    return parent + ">"


@lru_cache(maxsize=65536)
def levels(path: str) -> int:
    """Count the levels that can repeat: how many entries of `Leaf.at` belong to this path."""
    return len(_LEVEL.findall(_QUOTED.sub('[""]', path)))


@lru_cache(maxsize=65536)
def container(path: str) -> str:
    """Return the path of the object that holds this value, without a trailing dot."""
    path = path.removesuffix("[]")
    quoted = path.endswith('"]')
    cut = path.rfind('["') if quoted else max(path.rfind("."), path.rfind(">") + 1)
    return path[: max(cut, 0)]


@lru_cache(maxsize=65536)
def keys(path: str) -> tuple[str, ...]:
    """Return the names along a path, outermost first, without array marks."""
    return tuple(quoted or plain for quoted, plain in _KEYS.findall(path))
