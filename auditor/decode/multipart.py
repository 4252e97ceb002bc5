"""Read multipart bodies; the delimiter comes from the bytes, or else from the label."""

from __future__ import annotations

import re

from auditor.decode.form import split_key
from auditor.decode.limits import DAMAGED
from auditor.decode.tree import Body, Entries, Gap, Key, Node, Raw, Reading

_FIRST = re.compile(rb"--([^\r\n]{1,70}?)[ \t]*\r?\n(?=content-|\r?\n)", re.IGNORECASE)
_DECLARED = re.compile(r'boundary="?([^";,\s]{1,70})"?', re.IGNORECASE)
_PARAMETER = r'(?:^|[;\s]){}=(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))'
_NAME = re.compile(_PARAMETER.format("name"), re.IGNORECASE)
_FILENAME = re.compile(_PARAMETER.format("filename"), re.IGNORECASE)


def read(raw: Raw) -> Reading | None:
    """Read the parts; one without a name is an item of a list."""
    if not raw.data.startswith(b"--") and "multipart" not in raw.content_type:
        return None
    boundary = _boundary(raw)
    if not boundary:
        return None
    data = b"\n" + raw.data
    pieces = re.split(rb"\r?\n--" + re.escape(boundary) + rb"(?=--|[ \t]*\r?\n)", data)
    parts = [piece for piece in pieces[1:] if not piece.startswith(b"--")]
    if not parts:
        return None
    members: list[tuple[Key, Node]] = []
    for number, part in enumerate(parts):
        members.extend(_part(number, part))
    if not pieces[-1].startswith(b"--"):
        members.append(((), Gap(DAMAGED, 0, "multipart ends early")))
    return Reading(0.97, ("multipart",), Entries(members))


def _boundary(raw: Raw) -> bytes:
    first = _FIRST.match(raw.data)
    if first:
        return first.group(1)
    label = _DECLARED.search(raw.content_type)
    # Boundaries are case-sensitive and the label was lowered: look the spelling up in the bytes.
    if not label or "multipart" not in raw.content_type:
        return b""
    spelled = re.search(
        rb"(?:^|\n)--(" + re.escape(label.group(1).encode("latin-1", "replace")) + rb")\s",
        raw.data,
        re.IGNORECASE,
    )
    return spelled.group(1) if spelled else b""


def _part(number: int, part: bytes) -> list[tuple[Key, Node]]:
    head, _, body = part.lstrip(b" \t").partition(b"\r\n\r\n" if b"\r\n\r\n" in part else b"\n\n")
    headers = _headers(head)
    disposition = headers.get("content-disposition", "")
    name, filename = _value(_NAME, disposition), _value(_FILENAME, disposition)
    key: Key = split_key(name) if name else (number,)
    if -1 in key:
        key = tuple(number if piece == -1 else piece for piece in key)
    found: list[tuple[Key, Node]] = []
    if filename:
        found.append(((*key, "filename"), filename))
    encodings = tuple(one for one in headers.get("content-encoding", "").split(",") if one)
    found.append((key, Body(body, headers.get("content-type", "").lower(), encodings)))
    return found


def _headers(head: bytes) -> dict[str, str]:
    found = {}
    for line in head.decode("utf-8", "replace").splitlines():
        name, colon, value = line.partition(":")
        if colon:
            found[name.strip().lower()] = value.strip()
    return found


def _value(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    if not found:
        return ""
    return re.sub(r"\\(.)", r"\1", found.group(1)) if found.group(1) else found.group(2) or ""
