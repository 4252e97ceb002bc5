"""Show what stands around a value, with everything hidden that a report hides."""

from __future__ import annotations

import re
from collections.abc import Sequence

from auditor.explain.records import Range
from auditor.pipeline import Sent
from auditor.redact import Redactor
from auditor.tables.store import Audit

AROUND = 60
"""Characters shown on either side."""

_WINDOW = 4096
"""Characters on either side in which secrets are looked for: one that is cut goes unrecognised."""
_LABEL = r"‹[a-z-]+ [a-z2-7]{4}"
_SWEPT_FROM = 8
_SHORTEST = 3
"""Shorter secrets are hidden only where they stand as words of their own."""


_TEACHERS = 300
"""Exchanges that are read again because they name a secret."""


def secret_exchanges(audit: Audit, capture: int) -> set[int]:
    """Return exchanges of a capture that name secrets: for each label in the tables the first.

    Headers have no rows among the observations; for a hidden field without any it is the first
    exchange of its endpoint.
    """
    exchanges = audit.tables["exchanges"]
    exchanges = exchanges[exchanges["capture"] == capture]
    seen = audit.tables["observations"]
    seen = seen[seen["exchange"].isin(exchanges["exchange"])]
    hidden = seen[seen["value"].str.contains(_LABEL, na=False)].drop_duplicates("value")
    found = [int(one) for one in hidden["exchange"]]
    fields = audit.tables["fields"]
    fields = fields[fields["example"].str.contains(_LABEL, na=False)]
    for one in fields[~fields.index.isin(seen["field"])].to_dict("records"):
        alike = (exchanges["receiver"] == one["receiver"]) & (
            exchanges["endpoint"] == one["endpoint"]
        )
        found += [int(at) for at in exchanges["exchange"][alike][:1]]
    return set(list(dict.fromkeys(found))[:_TEACHERS])


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
