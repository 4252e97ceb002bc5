"""What the live view shows: counts by receiver and kind of data, and what happened last."""

from __future__ import annotations

from collections import Counter, deque
from typing import Any

from auditor.catalogue.model import Catalogue
from auditor.pipeline import Pipeline
from auditor.records import Exchange
from auditor.redact import Redactor

_LATEST = 8

SEALED = frozenset(("refused-by-client", "established-silent", "passed-through", "quic"))
"""Outcomes of connections whose content nobody could read."""


class Snapshot:
    """Adds up a running session; what it shows of the traffic has gone through `redact`."""

    def __init__(self, catalogue: Catalogue, key: bytes) -> None:
        self._catalogue = catalogue
        self._pipeline = Pipeline(catalogue)
        self._redactor = Redactor(key)
        self._counts = Counter[str]()
        self._receivers: dict[str, dict[str, Any]] = {}
        self._talks: set[str] = set()
        self._categories = Counter[str]()
        self._outcomes: dict[str, tuple[str, str]] = {}
        self._latest: deque[dict[str, Any]] = deque(maxlen=_LATEST)

    def add_exchange(self, exchange: Exchange) -> None:
        """Count an exchange, and the kinds of data in it that are more than a hint.

        Conversations come once for each of their messages, which stands at the end.
        """
        site, messages = self._pipeline.run(exchange)
        if exchange.kind != "http":
            last = len(exchange.messages) - 1
            messages = tuple(one for one in messages if one.index == last)
        name = self._redactor.address(site.name)
        one = self._receivers.setdefault(
            name, {"name": name, "role": site.role, "messages": 0, "bytes": 0}
        )
        for sent in messages:
            one["messages"] += 1
            one["bytes"] += sent.size
            kinds = {
                found.category
                for found in sent.observations
                if found.strength != "weak" and found.category != "other"
            }
            self._categories.update(kinds)
            self._latest.append(
                {
                    "time": sent.time,
                    "what": "message",
                    "receiver": name,
                    "kinds": [kind for kind in self._catalogue.categories if kind in kinds],
                }
            )
        if exchange.id not in self._talks:
            self._counts["exchanges"] += 1
        if exchange.kind != "http":
            self._talks.add(exchange.id)

    def add_line(self, line: dict[str, Any]) -> None:
        """Count a line of the journal."""
        kind = line.get("kind")
        self._counts[str(kind)] += 1
        if kind == "connection":
            self._outcomes[line["id"]] = (line["sni"] or line["address"], line["outcome"])
        elif kind == "mark":
            self._latest.append({"time": line["end"], "what": "mark", "action": line["action"]})
        elif kind == "intervention":
            self._latest.append(
                {"time": line["time"], "what": "intervention", "action": line["what"]}
            )

    def view(self) -> dict[str, Any]:
        """Return what there is to show, as plain data."""
        sealed = Counter(one for one in self._outcomes.values() if one[1] in SEALED)
        names = self._catalogue.categories
        return {
            "exchanges": self._counts["exchanges"],
            "marks": self._counts["mark"],
            "errors": self._counts["error"],
            "interventions": self._counts["intervention"],
            "connections": len(self._outcomes),
            "receivers": sorted(self._receivers.values(), key=lambda one: -one["messages"]),
            "categories": [
                {"id": name, "name": names[name].name, "messages": self._categories[name]}
                for name in names
                if self._categories[name]
            ],
            "sealed": [
                {"host": self._redactor.address(host), "outcome": outcome, "connections": count}
                for (host, outcome), count in sealed.most_common()
            ],
            "latest": sorted(self._latest, key=lambda one: float(one["time"])),
        }
