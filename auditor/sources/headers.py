"""Read the header fields of a saved flow as mitmproxy would give them."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache

from auditor.sources import tnetstring

Fields = tuple[tuple[str, str], ...]
"""Name in lower case and value, in wire order; what is no UTF-8 is kept by surrogate escapes."""

_LIST = ord("]")
_SHORT = 256
"""Bytes of a field that is worth remembering: most come with every request."""

_WANTED = {"content-type", "content-encoding", "x-transfer-encoding", "content-length", "host"}


def native(text: bytes) -> str:
    """Return text of a head."""
    return str(text, "utf-8", "surrogateescape")


def read_fields(raw: bytes) -> Fields:
    """Return the fields of a list with its tag; ValueError or TypeError when it is none."""
    if raw[-1] != _LIST:
        raise TypeError("a list of fields is missing")
    *items, rest = raw[:-1].split(b",]")
    with suppress(ValueError):
        if not rest:
            return tuple([_known(one) if len(one) < _SHORT else _field(one) for one in items])
    return _odd_fields(raw)


def declared(fields: Fields) -> dict[str, str]:
    """Return the fields that say what a body is; several of one name become one."""
    found: dict[str, str] = {}
    for name, value in fields:
        if name in _WANTED:
            found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _field(item: bytes) -> tuple[str, str]:
    """Return a field as it is usually written, `LENGTH:LENGTH:NAME,LENGTH:VALUE`; else ValueError.

    Its end was found by the tags, which a value can also contain: so the lengths have to fit.
    """
    whole, size, name, value = item.split(b":", 3)
    name, comma, length = name.rpartition(b",")
    fits = int(whole) == len(item) - len(whole) and int(size) == len(name)
    if not comma or not fits or int(length) != len(value):
        raise ValueError("no usual field")
    return native(name).lower(), native(value)


_known = lru_cache(maxsize=2048)(_field)


def _odd_fields(raw: bytes) -> Fields:
    """Return fields of which one has a comma in its name, or is no pair of bytes at all."""
    fields = []
    for name, value in tnetstring.value(raw, 0, len(raw) - 1):
        if not isinstance(name, bytes) or not isinstance(value, bytes):
            raise TypeError("a field is no pair of bytes")
        fields.append((native(name).lower(), native(value)))
    return tuple(fields)
