"""The only door for captured values into any output.

Secrets become keyed pseudonyms: equal values get equal labels within one audit, and nobody
without the key can go back. The key is random per audit and is not stored.
"""

from __future__ import annotations

import hmac
import re
from base64 import b32encode
from collections import Counter
from functools import lru_cache, partial

from auditor.records import Value

PREVIEW = 80
"""Characters of a harmless value that are shown."""

_ADDRESS = 255
"""Longest host name there can be."""

_SWEEP_FROM = 8
"""Shorter secrets are not searched inside other texts: they occur there by accident."""

_SHAPES = (
    ("token", re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*")),
    ("token", re.compile(r"(?i)\b(?:bearer|basic)\s+([\w.~+/=-]{8,})")),
    ("email", re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")),
    ("device-id", re.compile(r"\bS-1-5-21-\d+-\d+-\d+(?:-\d+)?\b")),
    ("user-name", re.compile(r"(?i)[/\\](?:users|home)[/\\]([^/\\\s\"']+)")),
    # No host has the address x.0.0.0; browsers have such version numbers.
    ("ip", re.compile(r"(?<![\w.])(?<![^/]/)(?!\d+\.0\.0\.0)(?:\d{1,3}\.){3}\d{1,3}(?![\w.])")),
    ("opaque", re.compile(r"(?<![\w+/=-])(?=[\w+/=-]*\d)(?=[\w+/=-]*[A-Za-z])[\w+/=-]{41,}")),
)

_ID = re.compile(
    r"(?i)^(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{16,}|[\w+/=-]{20,})$"
)

_UNSEEN = re.compile(
    "[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def _make_visible(text: str) -> str:
    """Spell control, direction and surrogate characters out, so that no output can be bent."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


class Redactor:
    """Turn captured values into previews, remember what was secret, sweep texts for it."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._secrets: dict[str, str] = {}
        self._by_start: dict[str, list[str]] = {}
        self.counts: Counter[str] = Counter()
        """How often each kind of secret was replaced."""
        self._label = lru_cache(maxsize=65536)(self._make_label)

    def preview(self, value: Value, secret: str = "", category: str = "") -> str:
        """Return what an output may show of a value.

        `secret` is the kind the rule gives. Everything of category `identity`, and ids of
        category `device`, is treated as secret also without such a rule.
        """
        if value is None or isinstance(value, bool):
            return {True: "true", False: "false", None: "null"}[value]
        if isinstance(value, bytes):
            return f"‹{len(value)} bytes›"
        text = str(value)
        kind = secret or self._implied(text, category)
        if kind and text:
            return self._hide(text, kind)
        if not isinstance(value, str):
            return text
        return self.clean(text)

    def clean(self, text: str, limit: int = PREVIEW) -> str:
        """Replace what looks like a secret inside a text, make it visible and cut it."""
        for kind, shape in _SHAPES:
            text = shape.sub(partial(self._hide_part, kind), text)
        text = _make_visible(text)
        return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"

    def address(self, text: str) -> str:
        """Return the name or number of a far end: who gets data is what an audit is for."""
        return _make_visible(text)[:_ADDRESS]

    def sweep(self, text: str) -> str:
        """Replace every secret that the whole audit has learned, wherever it stands."""
        if text in self._secrets:
            return self._label(text, self._secrets[text])
        place = 0
        while place + _SWEEP_FROM <= len(text):
            for secret in self._by_start.get(text[place : place + _SWEEP_FROM], ()):
                if text.startswith(secret, place):
                    label = self._label(secret, self._secrets[secret])
                    text = text[:place] + label + text[place + len(secret) :]
                    place += len(label) - 1
                    break
            place += 1
        return text

    def hides(self, value: Value, secret: str, category: str) -> bool:
        """Say whether `preview` would put a label in the place of the whole value."""
        if value is None or isinstance(value, bool | bytes) or value == "":
            return False
        return bool(secret or self._implied(str(value), category))

    def _implied(self, text: str, category: str) -> str:
        if category == "identity":
            return "identity"
        return "device-id" if category == "device" and _ID.match(text) else ""

    def _hide(self, text: str, kind: str) -> str:
        self.counts[kind] += 1
        if text not in self._secrets:
            self._secrets[text] = kind
            if len(text) >= _SWEEP_FROM:
                alike = self._by_start.setdefault(text[:_SWEEP_FROM], [])
                alike.append(text)
                alike.sort(key=len, reverse=True)
        return self._label(text, kind)

    def _hide_part(self, kind: str, found: re.Match[str]) -> str:
        """Hide the group of a match, or all of it, and keep what stands around it."""
        whole, group = found[0], found.lastindex or 0
        start, end = found.start(group) - found.start(), found.end(group) - found.start()
        return whole[:start] + self._hide(whole[start:end], kind) + whole[end:]

    def _make_label(self, text: str, kind: str) -> str:
        digest = hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), "sha256")
        name = b32encode(digest)[:4].decode().lower()
        length = f", {len(text)} characters" if kind in {"token", "cookie", "key", "opaque"} else ""
        return f"‹{kind} {name}{length}›"
