"""Read what a request says outside its body: query, headers and cookies."""

from __future__ import annotations

import base64
import binascii

from auditor.decode import form
from auditor.decode.limits import OPAQUE, Limits
from auditor.decode.walk import Walk
from auditor.places import root
from auditor.records import Decoded

_CREDENTIALS = frozenset({"authorization", "proxy-authorization"})


def read(query: str, headers: tuple[tuple[str, str], ...], limits: Limits) -> Decoded:
    """Return the leaves of a request's head.

    Paths are parameter, header and cookie names. Long opaque header values (tokens) are values
    here, not unread content.
    """
    asked = Walk(limits)
    if query:
        _query(query, asked)
    sent = Walk(limits)
    for name, value in headers:
        _header(name.lower(), value, sent)
    found, told = asked.decoded(len(query)), sent.decoded()
    unread = tuple(one for one in told.unread if one.reason != OPAQUE)
    return Decoded(found.sheets + told.sheets, found.unread + unread)


def _query(query: str, walk: Walk) -> None:
    place = root("query")
    if "=" in query:
        walk.node(form.tree(query), place)
    else:
        walk.string(query, place)


def _header(name: str, value: str, walk: Walk) -> None:
    place = root("header").child(name)
    if name == "cookie":
        _cookies(value, walk)
        return
    if name in _CREDENTIALS:
        scheme, _, rest = value.strip().partition(" ")
        if scheme.lower() == "bearer" and rest:
            place, value = place.after(("bearer",)), rest.strip()
        elif scheme.lower() == "basic" and rest:
            login = _login(rest.strip())
            if login is not None:
                walk.leaf(login, place.after(("basic",)))
                return
    walk.string(value, place)


def _login(text: str) -> str | None:
    """Return `user:password` of Basic authentication, or None when it is something else."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def _cookies(value: str, walk: Walk) -> None:
    for one in value.split(";"):
        name, equals, content = one.strip().partition("=")
        if equals and name:
            walk.string(content.strip('"'), root("cookie").child(name))
        elif one.strip():
            walk.string(one.strip(), root("header").child("cookie"))
