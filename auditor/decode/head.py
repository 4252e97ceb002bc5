"""Read what a request says outside its body: query, headers and cookies."""

from __future__ import annotations

import base64
import binascii

from auditor.decode import form
from auditor.decode.limits import LIMITS, OPAQUE, Limits
from auditor.decode.walk import Row, Walk
from auditor.places import Place, root
from auditor.records import Decoded

_CREDENTIALS = frozenset({"authorization", "proxy-authorization"})
_LONGEST = 1000
_MOST = 1000
"""Characters of a header that is remembered, and how many values of one header are."""


def read(query: str, headers: tuple[tuple[str, str], ...], limits: Limits) -> Decoded:
    """Return the leaves of a request's head.

    Paths are parameter, header and cookie names. Long opaque header values (tokens) are values
    here, not unread content.
    """
    asked = Walk(limits)
    if query:
        _query(query, asked)
    sent = Walk(limits)
    head = root("header")
    for name, value in headers:
        place = head.child(name.lower())
        if limits is not LIMITS or not sent.copy(place.known.get(value) or _said(value, place)):
            _header(value, place, sent)
    found, told = asked.decoded(len(query)), sent.decoded()
    unread = tuple(one for one in told.unread if one.reason != OPAQUE)
    return Decoded(found.sheets + told.sheets, found.unread + unread)


def _said(value: str, place: Place) -> tuple[Row, ...]:
    """Read a header once and remember what it says: most come with every request as they are.

    Nothing is returned, and the header is to be read each time, where a limit might tell.
    """
    alone = Walk(LIMITS)
    _header(value, place, alone)
    if len(value) > _LONGEST or not alone.is_unhindered:
        return ()
    if len(place.known) >= _MOST:
        place.known.clear()
    said = place.known[value] = tuple(alone.rows())
    return said


def _query(query: str, walk: Walk) -> None:
    place = root("query")
    if "=" in query:
        walk.node(form.tree(query), place)
    else:
        walk.string(query, place)


def _header(value: str, place: Place, walk: Walk) -> None:
    if place.path == "cookie":
        _cookies(value, place, walk)
        return
    if place.path in _CREDENTIALS:
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


def _cookies(value: str, place: Place, walk: Walk) -> None:
    for one in value.split(";"):
        name, equals, content = one.strip().partition("=")
        if equals and name:
            walk.string(content.strip('"'), root("cookie").child(name))
        elif one.strip():
            walk.string(one.strip(), place)
