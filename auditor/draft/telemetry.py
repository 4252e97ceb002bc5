"""Say how much an endpoint looks like telemetry, and by what.

A guess from habits of such senders: several events in one request, ids made by the sender, times
inside the events, names of what happened, an answer without content. It decides nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditor.draft.learn import Learned, Profile
from auditor.draft.shape import is_moment

LIKELY, POSSIBLE, MOST = 6, 3, 12
"""Points from which on, and how many there can be."""

_EVENT_ID = re.compile(
    r"(?i)(event|message|insert|client|request)[-_.]?(event)?[-_.]?(id|uuid|guid)$|(^|[.\]])uuid$"
)
_WORDS = re.compile(
    r"(?i)\b(analytics|batch|beacon|collect|crash|event|events|ingest|log|logs|metrics|report|rum"
    r"|stats|telemetry|track|tracking)\b"
)
_OFTEN = 3
_DEVICE = 3


@dataclass(frozen=True, slots=True)
class Looks:
    """Points and their reasons."""

    points: int
    reasons: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """Return the points in words."""
        if self.points >= LIKELY:
            return "looks like telemetry"
        return "may be telemetry" if self.points >= POSSIBLE else "does not look like telemetry"


def looks_like_telemetry(one: Learned) -> Looks:
    """Return the points of an endpoint, each with its reason."""
    fields = [each for each in one.fields.values() if each.context in {"body", "query"}]
    batched = [each for each in fields if "[]" in each.path and each.most > 1]
    ids = [
        each
        for each in fields
        if _EVENT_ID.search(each.path) and len(each.values) == min(each.told, 20)
    ]
    times = [each for each in fields if is_moment(each.first)]
    device = [each for each in fields if each.category == "device"]
    address = f"{next(iter(one.hosts), '')} {one.path}"
    found = [
        (2, f"up to {max(_most(batched), 1)} items in one request" if batched else ""),
        (2, f"ids that the sender makes ({_last(ids)})" if ids else ""),
        (2, f"names of events ({len(one.events)} different)" if one.events else ""),
        (2, f"times inside ({_last(times)})" if times else ""),
        (1, f"{len(device)} fields about the computer" if len(device) >= _DEVICE else ""),
        (1, f"the address says so ({_word(address)})" if _word(address) else ""),
        (1, f"sent {one.requests} times" if one.requests >= _OFTEN else ""),
        (1, "answers without content" if one.answered_empty * 2 > one.requests else ""),
    ]
    told = [(points, reason) for points, reason in found if reason]
    return Looks(sum(points for points, _ in told), tuple(reason for _, reason in told))


def _most(fields: list[Profile]) -> int:
    return max((each.most for each in fields), default=0)


def _last(fields: list[Profile]) -> str:
    return fields[0].path if fields else ""


def _word(address: str) -> str:
    found = _WORDS.search(address.replace("_", " ").replace("/", " ").replace("-", " "))
    return found[0] if found else ""
