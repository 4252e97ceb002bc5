"""Find a value in bytes by how it may be spelled, where no grammar says where it stands."""

from __future__ import annotations

import json
import re
import struct
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

from auditor.records import Value

Span = tuple[int, int]

_MOST = 10_000


def search(data: bytes, value: Value) -> list[Span]:
    """Return all places that may spell a value, in the order of the bytes.

    All spellings count: which one a format uses is not known here. Of places inside one another the
    longest stays.
    """
    is_text = _is_text(data)
    is_word = is_text and not isinstance(value, str | bytes)
    spans = {
        span
        for spelling in _spellings(value, is_text=is_text)
        for span in _places(data, spelling, is_word=is_word)
    }
    found: list[Span] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not found or end > found[-1][1]:
            found.append((start, end))
    return found


def is_spelled(data: bytes, value: Value) -> bool:
    """Say whether bytes of a binary format are one spelling of a value."""
    return data in _spellings(value, is_text=False) or (not data and value in ("", b""))


def _is_text(data: bytes) -> bool:
    try:
        return "\0" not in data.decode("utf-8")
    except UnicodeDecodeError:
        return False


def _spellings(value: Value, *, is_text: bool) -> Iterator[bytes]:
    """Yield how a value may be written, the likeliest spelling first, never an empty one."""
    if isinstance(value, bytes):
        found = [
            value,
            b64encode(value),
            urlsafe_b64encode(value).rstrip(b"="),
            value.hex().encode(),
        ]
    elif isinstance(value, str):
        data = value.encode("utf-8", "surrogatepass")
        found = [data, json.dumps(value, ensure_ascii=False)[1:-1].encode("utf-8", "replace")]
        found += [json.dumps(value)[1:-1].encode(), quote(data, safe="").encode()]
        found += [quote_plus(data).encode(), b64encode(data), urlsafe_b64encode(data).rstrip(b"=")]
    elif value is None or isinstance(value, bool) or is_text:
        found = [json.dumps(value).encode()]
        if not is_text and isinstance(value, bool):
            found.append(bytes([value]))
    else:
        found = [*_numbers(value)]
    yield from dict.fromkeys(one for one in found if one)


def _numbers(value: float) -> Iterator[bytes]:
    """Yield how binary formats write a number: varint, then 8 and 4 bytes in either order."""
    if isinstance(value, int):
        yield _varint(value % 2**64)
    for code in "dqQfiI" if isinstance(value, int) else "df":
        for order in "<>":
            try:
                yield struct.pack(order + code, value)
            except (struct.error, OverflowError):
                continue


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - seven bits at a time
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])


def _places(data: bytes, spelling: bytes, *, is_word: bool) -> Iterator[Span]:
    """Yield where a spelling stands; numbers and words only where nothing continues them."""
    pattern = re.escape(spelling)
    if is_word:
        pattern = rb"(?<![\w.+-])" + pattern + rb"(?![\w.])"
    for number, found in enumerate(re.finditer(pattern, data)):
        if number == _MOST:
            return
        yield found.span()
