"""Hold what `session.yaml` says against what a session can say; what cannot be is counted."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from auditor.records import Loss
from auditor.sources.moments import moment


def checked(told: object, losses: list[Loss]) -> dict[str, Any]:
    """Return the facts a report uses, each of its kind; others are kept as they are.

    A value of another kind is left out and counted, with its name: the flows are worth reading
    without it.
    """
    if not isinstance(told, dict):
        losses.append(Loss("session.yaml holds no names with values"))
        return {}
    facts = _kept(told, _KINDS, losses)
    if "app" in facts:
        facts["app"] = _kept(
            facts["app"], dict.fromkeys(("name", "version", "kind"), _text), losses
        )
    return facts


def _kept(
    told: dict[str, Any], kinds: dict[str, Callable[[Any], object]], losses: list[Loss]
) -> dict[str, Any]:
    kept = {}
    for name, value in told.items():
        try:
            kept[name] = value if value is None or name not in kinds else kinds[name](value)
        except (TypeError, ValueError):
            losses.append(Loss("value of session.yaml that makes no sense", detail=name[:40]))
    return kept


def _text(value: object) -> str:
    if not isinstance(value, str | int | float):
        raise TypeError("a text is needed")
    return str(value)


def _texts(value: object) -> list[str]:
    if not isinstance(value, list):
        raise TypeError("a list is needed")
    return [_text(one) for one in value]


def _mapping(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("names with values are needed")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("true or false is needed")
    return value


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise TypeError("a count is needed")
    return int(value)


_KINDS: dict[str, Callable[[Any], object]] = {
    "title": _text,
    "app": _mapping,
    "services": _texts,
    "system": _text,
    "synthetic": _flag,
    "canned_server": _flag,
    "provenance": _text,
    "started": moment,
    "ended": moment,
    "addon_errors": _count,
    "stopped": _text,
    "files": _mapping,
}
