"""Name every blind spot of the session: what was sealed, lost, bypassed or never in reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from auditor.claims import checks
from auditor.claims.words import SHOWN, many

_OUTCOMES = {
    "refused-by-client": (
        "Refused our recording",
        "refused our recording. We know who, when and how much, not what",
    ),
    "established-silent": (
        "Opened and said nothing",
        "were set up and then carried nothing. Some programs do this when they notice a recording",
    ),
    "passed-through": (
        "Let through unread",
        "were let through, or sealed when they were recorded. Nobody opened them",
    ),
    "not-http": ("In a language of its own", "spoke a language of their own that we cannot read"),
    "quic": (
        "A kind of connection we do not open",
        "were of a kind (QUIC) that this recording does not open",
    ),
}

_ATTEMPTS = {
    "refused-by-server": (
        "Refused by the far end",
        "did not work: the far end refused. The same data may have gone another way",
    ),
    "failed": (
        "Broke off",
        "broke off before anything could be read. The same data may have gone another way",
    ),
}

_ALWAYS = (
    (
        "arrival",
        "After it arrives",
        "What a receiver keeps, combines, passes on or trains with cannot be seen from this computer.",
    ),
    (
        "elsewhere",
        "Other devices, other times",
        "A phone, a controller, another computer, or this one tomorrow, can send more than this session shows.",
    ),
    (
        "replies",
        "What came back",
        "Replies were counted, not read. This report is about what left.",
    ),
)


def blind_spots(
    tables: dict[str, pd.DataFrame], session: dict[str, Any], losses: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the blind spots, those of this session first."""
    spots = [
        *_unread(tables["unread"]),
        *_connections(tables["connections"], _OUTCOMES),
        *_losses(losses),
        *_session(session),
        *_connections(tables["connections"], _ATTEMPTS),
    ]
    return spots + [_spot(name, title, text) for name, title, text in _ALWAYS]


def _spot(name: str, title: str, sentence: str, count: int = 0, size: int = 0) -> dict[str, Any]:
    return {"id": name, "title": title, "sentence": sentence, "count": count, "bytes": size}


def _some(names: Sequence[str]) -> str:
    """Name the first few and count the others."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _unread(unread: pd.DataFrame) -> list[dict[str, Any]]:
    spots: list[dict[str, Any]] = []
    for reason, group in unread.groupby("reason"):
        count, size = len(group), int(group["size"].sum())
        who = _some(sorted({str(name) for name in group["receiver"]}))
        text = f"{many(count, 'part')} of messages ({size:,} bytes) for {who} could not be decoded: {reason}."
        spots.append(_spot(f"unread-{len(spots)}", "Sealed inside", text, count, size))
    return spots


def _connections(
    connections: pd.DataFrame, outcomes: Mapping[str, tuple[str, str]]
) -> list[dict[str, Any]]:
    spots = []
    for outcome, (title, what) in outcomes.items():
        mine = connections[connections["outcome"] == outcome]
        if len(mine):
            hosts = sorted(
                {str(host) for host in mine["sni"] if host}
                or {str(host) for host in mine["address"]}
            )
            size = int(mine["bytes_up"].sum())
            text = f"{many(len(mine), 'connection')} to {_some(hosts)} {what}."
            spots.append(_spot(outcome, title, text, len(mine), size))
    return spots


def _losses(losses: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    spots: list[dict[str, Any]] = []
    for loss in losses:
        size = f", {loss['size']:,} bytes" if loss["size"] else ""
        text = f"{loss['reason']}: {many(loss['count'], 'time')}{size}. Anything could have stood there."
        spots.append(
            _spot(
                f"loss-{len(spots)}", "Lost from the recording", text, loss["count"], loss["size"]
            )
        )
    return spots


def _session(session: dict[str, Any]) -> list[dict[str, Any]]:
    spots = [
        _spot(f"blocked-{number}", "Blocked by us", text, count)
        for number, (text, count) in enumerate(checks.blocked(session))
    ]
    if not session["has_journal"]:
        text = "This recording does not list connections that refused it or went around it."
        spots.append(_spot("no-journal", "No list of connections", text))
    else:
        text = "Programs that go around our recording leave no trace here."
        if session["formats"] == ["pcap"]:
            text = "Every connection of one network card is listed. Other cards are not."
        spots.append(_spot("bypass", "Around the recording", text))
    if not session["has_marks"]:
        text = "Nobody noted what was done when. So finding nothing would not be an answer."
        spots.append(_spot("no-marks", "No notes of actions", text))
    if session["canned_server"]:
        text = "The replies were staged. A real server can ask for more data than this one did."
        spots.append(_spot("staged", "A staged server", text))
    return spots
