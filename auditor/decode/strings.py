"""Look into strings that are written in a format of their own.

Conservative: a string is taken apart only when the result is an object, an array, a token with
claims or a query string of two or more pairs. Words, numbers and ids stay what they are.
"""

from __future__ import annotations

import binascii
import re
from urllib.parse import unquote

from auditor.decode import encoding, form, formats, json, media
from auditor.decode.limits import OPAQUE, OVER_LIMIT, Meter
from auditor.decode.tree import Gap, Node, Raw, Reading

_JWT = re.compile(r"(?:[Bb]earer )?(ey[\w-]+)\.(e[\w-]+)\.[\w-]*")
_BASE64 = re.compile(r"[A-Za-z0-9+/_\- ]{12,}={0,2}")
_HEX = re.compile(r"(?:7[bB]|5[bB]|1[fF]8[bB])[0-9a-fA-F]{8,}")
_PERCENT = re.compile(r"%(?:25)*(?:7[Bb]|5[Bb])")
_PLAIN = re.compile(r"[0-9a-fA-F-]++|[a-z_ -]++")
"""Words and ids in hex, which come by the million. In base64 an object begins with `ey`, an array
with W, gzip with H4s, and `=` gives a capital or a digit: words are none of it. A form spelled in
hex letters only would be an accident."""
_EVIDENT = re.compile(
    r"(?!7[bB]|5[bB]|1[fF]8[bB])[0-9a-fA-F-]*+|[a-z_ -]*+|[^\ud800-\udfff]{0,4}"
    r"|(?!ey|[Bb]e)[A-Za-z0-9/][A-Za-z0-9+/_\- =]*+[^A-Za-z0-9+/_\- =&\ud800-\udfff]"
    r"[^&\ud800-\udfff]*+"
)
is_evident = _EVIDENT.fullmatch
"""Say whether a string is beyond doubt nothing but itself, and holds no lone surrogates: ids, words,
what is too short, and names that hold a character that no base64 has and that could open none of
the other formats. Much quicker than `reread`; what it does not say of may be plain all the same."""
_TOKENS = ("ey", "Bearer ey", "bearer ey")
_OPENS = ("{", "[")
_BRACES = (b"{", b"[")
_SURE = 0.7
"""From here on a binary reading of what somebody compressed is taken for what it is."""
_SHORTEST = 5
_SHORTEST_PACKED = 12
_PADDING = ("", "===", "==", "=")
_ROUNDS = 3
_OPAQUE_FROM = 512
"""Characters of base64 from which unknown content counts as unread; shorter ones are ids."""


def reread(text: str, meter: Meter) -> Reading | None:
    """Return what a string says when it is decoded once more, or None when it is plain."""
    if len(text) < _SHORTEST:
        return None
    first = text[0]
    if first in _OPENS or first.isspace():
        found = json.structure(text)
        if found is not None:
            return Reading(1, ("json",), found)
    if first == "%":
        return _percent(text)
    if first in "eBb" and text.startswith(_TOKENS) and text.count(".") == 2:  # noqa: PLR2004
        return _token(text)
    if "&" in text and (pairs := form.structure(text)) is not None:
        return Reading(1, ("form",), pairs)
    return _packed(text, meter) if len(text) >= _SHORTEST_PACKED else None


def _percent(text: str) -> Reading | None:
    """Read JSON behind percent signs, however often they were applied."""
    if not _PERCENT.match(text):
        return None
    for _ in range(_ROUNDS):
        text = unquote(text, errors="replace")
        found = json.structure(text)
        if found is not None:
            return Reading(1, ("url", "json"), found)
    return None


def _token(text: str) -> Reading | None:
    """Read the claims of a JWT; the token itself is kept, so that it can be redacted."""
    match = _JWT.fullmatch(text)
    if not match:
        return None
    header, claims = (_claims(part) for part in match.groups())
    if not isinstance(header, dict) or not isinstance(claims, dict):
        return None
    return Reading(1, ("jwt",), claims, keep=True) if {"alg", "typ"} & header.keys() else None


def _claims(part: str) -> Node:
    data = _unbase64(part)
    return json.structure(data.decode("utf-8", "replace")) if data else None


def _unbase64(text: str) -> bytes | None:
    """Undo base64 in either alphabet, with or without padding, also after `+` became a space."""
    plain = text.rstrip("=").replace(" ", "+").replace("-", "+").replace("_", "/")
    try:
        return binascii.a2b_base64(plain + _PADDING[len(plain) % 4], strict_mode=True)
    except ValueError:  # no base64, or letters that no base64 has
        return None


def _packed(text: str, meter: Meter) -> Reading | None:
    """Read base64 or hex around something structured."""
    if _HEX.fullmatch(text) and len(text) % 2 == 0:
        found = _structured(bytes.fromhex(text), "hex", meter)
        if found is not None:
            return found
    if _PLAIN.fullmatch(text) or not _BASE64.fullmatch(text):
        return None
    data = _unbase64(text)
    if data is None:
        return None
    promising = _may_be_text(data) or encoding.sniff(data)
    found = _structured(data, "base64", meter) if promising else None
    if found is not None or len(text) < _OPAQUE_FROM or " " in text:
        return found
    raw = Raw(data)
    if raw.text is not None:
        return None
    medium = media.read(raw)
    gap: Node = medium.node if medium else Gap(OPAQUE, len(text), "base64")
    return Reading(1, (), gap, keep=True)


def _binary(plain: encoding.Plain, step: str) -> Reading | None:
    """Return what somebody compressed, in whatever format it is."""
    reading = formats.read(Raw(plain.data))
    if reading is None or reading.sure < _SURE or not reading.steps:
        return None
    return reading._replace(steps=(step, *plain.steps, *reading.steps))


def _may_be_text(data: bytes) -> bool:
    """Say whether bytes may be an object, an array or a form."""
    return data[:1] in _BRACES or (b"=" in data and b"&" in data)


def _structured(data: bytes, step: str, meter: Meter) -> Reading | None:
    """Return the object, array or form that the bytes hold, compressed or not."""
    plain = encoding.undo(data, (), meter)
    if plain.reason == OVER_LIMIT:
        return Reading(1, (), Gap(OVER_LIMIT, len(data), plain.detail), keep=True)
    if plain.steps and plain.data[:1] not in _BRACES:
        return _binary(plain, step)
    if not _may_be_text(plain.data):
        return None
    text = Raw(plain.data).text
    if text is None:
        return None
    found = json.structure(text)
    if found is not None:
        return Reading(1, (step, *plain.steps, "json"), found)
    pairs = form.structure(text.strip())
    return None if pairs is None else Reading(1, (step, *plain.steps, "form"), pairs)
