"""Show what stands around a value, with everything hidden that a report hides."""

from __future__ import annotations

import re
from collections.abc import Sequence

from auditor.explain.records import Range
from auditor.pipeline import Sent
from auditor.redact import Redactor

AROUND = 60
"""Characters shown on either side."""

_WINDOW = 4096
"""Characters on either side in which secrets are looked for: one that is cut goes unrecognised."""
_SWEPT_FROM = 8
_SHORTEST = 3
"""Shorter secrets are hidden only where they stand as words of their own."""


def learn(sent: Sequence[Sent], redactor: Redactor) -> None:
    """Let the redactor see every value of a message, so that it hides them wherever they stand."""
    for one in sent:
        for observation in one.observations:
            meaning = observation.meaning
            redactor.preview(observation.leaf.value, meaning.secret, meaning.category)


def excerpt(found: Range, value: str, redactor: Redactor) -> tuple[str, str, str]:
    """Return what stands before the range, the preview of what it holds, and what stands after it.

    `value` is the redacted value. Bytes that are no text show nothing around it. Call `learn` for
    the message before.
    """
    try:
        before = found.data[: found.start].decode()
        after = found.data[found.end :].decode()
    except UnicodeDecodeError:
        return "", value, ""
    if b"\0" in found.data or not found.places:
        return "", value, ""
    before = _hidden(before[-_WINDOW:], redactor)
    after = _hidden(after[:_WINDOW], redactor)
    left = before if len(before) <= AROUND else "…" + before[-AROUND:]
    right = after if len(after) <= AROUND else after[:AROUND] + "…"
    return left, value, right


def _hidden(text: str, redactor: Redactor) -> str:
    """Hide secrets by their shapes and by what was learned, short ones too."""
    text = redactor.sweep(redactor.clean(redactor.sweep(text), 2 * _WINDOW))
    for secret, kind in redactor.secrets.items():
        if len(secret) < _SWEPT_FROM and secret in text:
            pattern = re.escape(secret)
            if len(secret) < _SHORTEST:
                pattern = rf"(?<!\w){pattern}(?!\w)"
            label = redactor.preview(secret, kind)
            text = re.sub(pattern, lambda _, label=label: label, text)  # type: ignore[misc]
    return text
