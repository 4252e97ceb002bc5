"""Tell text from binary, and read plain text."""

from __future__ import annotations

import re
from itertools import islice

from auditor.decode.limits import DAMAGED
from auditor.decode.tree import Entries, Gap, Raw, Reading

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ufffe\uffff]")
_ODD_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_BROKEN_JSON = re.compile(r'\s*(?:\{\s*"|\[\s*[{"\[])')
_ODD_SHARE = 0.02


def is_clean(text: str) -> bool:
    """Say whether a text holds no control characters at all, not even line ends."""
    return not _CONTROL.search(text)


def is_printable(text: str) -> bool:
    """Say whether a text holds no control characters but tabs and line ends."""
    return not _ODD_CONTROL.search(text)


def read(raw: Raw) -> Reading | None:
    """Read bytes as one text: the last resort. JSON that is cut off is marked as damaged."""
    text = raw.text
    if text is None:
        return None
    most = int(len(text) * _ODD_SHARE)
    if sum(1 for _ in islice(_ODD_CONTROL.finditer(text), most + 1)) > most:
        return None
    if _BROKEN_JSON.match(text):
        gap = Gap(DAMAGED, len(raw.data), "looks like JSON but does not parse")
        return Reading(0.3, (), Entries([((), text), ((), gap)]))
    return Reading(0.3, (), text)
