"""How a known text may be written in traffic."""

from __future__ import annotations

import json
import unicodedata
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote, quote_plus

SEARCHED = 128
"""Characters of a longer text that are searched for; a hit then is a beginning."""

_SHORTEST = 8
"""Bytes of a Base64 or hex spelling: shorter ones occur by accident."""


def plain_spellings(text: str) -> set[str]:
    """Return a text as it is, in lower case, and with accents composed and apart.

    File names of macOS are apart; most other programs compose.
    """
    text = text[:SEARCHED]
    composed = unicodedata.normalize("NFC", text)
    apart = unicodedata.normalize("NFD", text)
    return {text, composed, apart, composed.lower(), apart.lower()}


def coded_spellings(text: str) -> set[bytes]:
    """Return JSON, URL, form, Base64 and hex spellings; lower case only where it is a code.

    Base64 depends on what stands before: of each of its three positions the middle is taken.
    """
    text = text[:SEARCHED]
    found: set[str] = set()
    for one in {unicodedata.normalize(form, text) for form in ("NFC", "NFD")}:
        data = one.encode("utf-8", "surrogatepass")
        escaped = {json.dumps(one)[1:-1], json.dumps(one, ensure_ascii=False)[1:-1]}
        urls = {quote(data, safe=""), quote(data, safe="/"), quote_plus(data)}
        found |= escaped | {each.replace("/", "\\/") for each in escaped}
        found |= urls | {_lower_codes(each) for each in urls}
        codes = {data.hex(), data.hex().upper()}
        for skipped in range(3):
            whole = data[skipped : len(data) - (len(data) - skipped) % 3]
            codes |= {b64encode(whole).decode(), urlsafe_b64encode(whole).decode()}
        found |= {code for code in codes if len(code) >= _SHORTEST}
    return {one.encode("utf-8", "surrogatepass") for one in found}


def _lower_codes(url: str) -> str:
    first, *parts = url.split("%")
    return "%".join([first, *(part[:2].lower() + part[2:] for part in parts)])
