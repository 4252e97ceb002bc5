"""Words that an addon leaves on a flow: kinds of data and names of the catalogue, never values."""

from __future__ import annotations

import copy
from collections.abc import Iterable

from mitmproxy import flow, http, tcp, udp

from auditor.catalogue.model import Catalogue
from auditor.records import Observation, Site
from auditor.session.notes import INTERVENTION

MARK = ":musical_note:"
"""Of a flow in which something was seen that the DJ did."""

CATEGORIES = "auditor_categories"
WEAK = "auditor_weak"
"""Not `auditor_categories_weak`: a filter `~meta auditor_categories.*cue` shall pass it by."""
COMMENT = "auditor_comment"
"""Our part of the comment, so that a later text can take its place."""
"""Keys of `flow.metadata`; a file keeps them."""

_SILENT = frozenset({"metadata", "other"})
"""Nearly every message has them, so as labels they say nothing."""
_GLUE = " · "


class Labels:
    """The catalogue's names, ready to be put on flows."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._order = {name: number for number, name in enumerate(catalogue.categories)}
        self._interaction = frozenset(
            one.id for one in catalogue.categories.values() if one.row and not one.always_on
        )
        self._names = {one.id: one.name for one in catalogue.receivers.values()}
        self._places = {
            f"{one.id}/{endpoint.id}": f"{one.name}: {endpoint.name}"
            for one in catalogue.receivers.values()
            for endpoint in one.endpoints
        }

    def put(
        self, on: flow.Flow, site: Site, observations: Iterable[Observation], weak: bool = False
    ) -> None:
        """Add what was seen to the labels of a flow; with `weak`, mere hints to the comment too."""
        seen = list(observations)
        sure = {one.category for one in seen if one.strength != "weak"}
        sure |= set(on.metadata.get(CATEGORIES, ()))
        hints = {one.category for one in seen} | set(on.metadata.get(WEAK, ()))
        self._write(on, CATEGORIES, sure - _SILENT)
        self._write(on, WEAK, hints - sure - _SILENT)
        if sure & self._interaction and not on.marked:
            on.marked = MARK
        said = " ".join(on.metadata.get(CATEGORIES, ()))
        if weak and on.metadata.get(WEAK):
            said = f"{said} perhaps {' '.join(on.metadata[WEAK])}".lstrip()
        if said:
            said = f"{said} — {self._place(site)}"
            on.comment = _exchanged(on.comment, on.metadata.get(COMMENT, ""), said)
            on.metadata[COMMENT] = said

    def clear(self, on: flow.Flow) -> None:
        """Take off what an earlier run put on a flow that comes from a file."""
        ours = on.metadata.pop(COMMENT, "")
        on.comment = _exchanged(on.comment, ours, "") if ours else on.comment
        if self._interaction & set(on.metadata.pop(CATEGORIES, ())) and on.marked == MARK:
            on.marked = ""
        on.metadata.pop(WEAK, None)

    def _write(self, on: flow.Flow, key: str, categories: set[str]) -> None:
        on.metadata[key] = sorted(categories, key=self._order.__getitem__)
        if not categories:
            del on.metadata[key]

    def _place(self, site: Site) -> str:
        """Return names of the catalogue only: host and path are captured values."""
        if not site.known:
            return self._names.get(site.receiver, "unknown receiver")
        if "/" not in site.endpoint:
            return self._places[f"{site.receiver}/{site.endpoint}"]
        owner = self._names.get(site.receiver, "unknown receiver")
        return f"{owner}, in the form of {self._places[site.endpoint]}"


def note_refusal(on: flow.Flow, what: str, target: str) -> None:
    """Say on a flow what of it was refused; a name once, however often it happens."""
    told = list(on.metadata.get(INTERVENTION, ()))
    entry = f"{what} {target}"
    if entry not in told:
        on.comment = _exchanged(on.comment, _refusal(told), _refusal([*told, entry]))
        on.metadata[INTERVENTION] = [*told, entry]


def latest(source: flow.Flow, messages: int = 1) -> flow.Flow:
    """Return the flow with its last messages alone, so that a long conversation stays cheap."""
    one = copy.copy(source)
    if isinstance(one, http.HTTPFlow) and one.websocket:
        frames = one.websocket.messages
        one.websocket = copy.copy(one.websocket)
        one.websocket.messages = frames[len(frames) - messages :]
    elif isinstance(one, tcp.TCPFlow | udp.UDPFlow):
        one.messages = one.messages[len(one.messages) - messages :]
    return one


def _refusal(entries: list[str]) -> str:
    targets = (entry.partition(" ")[2] for entry in entries)
    return f"refused: {', '.join(targets)}" if entries else ""


def _exchanged(comment: str, ours: str, words: str) -> str:
    """Put words in the place of ours, and leave what the user wrote."""
    parts = comment.split(_GLUE) if comment else []
    if ours and ours in parts:
        parts[parts.index(ours)] = words
    else:
        parts.append(words)
    return _GLUE.join(part for part in parts if part)
