"""Apple Music's play activity: a record for every start and every end, jumps as two of them.

No capture of it was at hand: the form is that of the vendor's public libraries, as the catalogue
has it. A record says how long ago it happened when it was sent; the classification makes a moment
of that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auditor.reconstruct.records import Kind, Report
from auditor.reconstruct.rows import Row, by_name, items, label, messages

NAME = "Apple Music play activity"
ADDRESSES = frozenset({"apple-music/play-activity"})
EVENTS: frozenset[str] = frozenset()

_START, _END = 1, 0
_JUMPED = 13
"""`end-reason-type` of the record that tells where a jump went."""


@dataclass(frozen=True, slots=True)
class _Record:
    time: float
    sent: float
    player: str
    track: str
    starts: bool
    jumped: bool
    from_s: float | None
    to_s: float | None


def read(rows: Sequence[Row]) -> Iterator[Report]:
    """Yield the reports of all records, in order of time.

    An end tells where its piece had begun: it stands for a start that no record tells of.
    """
    records = [one for message in messages(rows) for one in _records(message)]
    playing: set[str] = set()
    for one in sorted(records, key=lambda record: record.time):
        told = (one.sent, one.player, one.track)
        if one.starts or one.jumped:
            place = one.from_s if one.starts else one.to_s
            yield _report(one.time, told, "start", place)
            playing.add(one.player)
            continue
        if one.player not in playing and one.from_s is not None and one.to_s is not None:
            yield _report(one.time - max(0.0, one.to_s - one.from_s), told, "start", one.from_s)
        yield _report(one.time, told, "stop", one.to_s)
        playing.discard(one.player)


def _report(time: float, told: tuple[float, str, str], kind: Kind, place: float | None) -> Report:
    sent, player, track = told
    return Report(time, sent, player, kind, track, place, source=NAME)


def _records(message: Sequence[Row]) -> Iterator[_Record]:
    listed = [row for row in message if row.context == "body" and row.path.startswith("data[]")]
    for item in items(listed, lambda path: "ids." in path):
        parts = by_name(item)
        kind = parts.get("event-type")
        if kind is None or kind.number not in {_START, _END}:
            continue
        reason = parts.get("end-reason-type")
        first, last = (parts.get(f"{side}-position-in-milliseconds") for side in ("start", "end"))
        yield _Record(
            time=kind.happened,
            sent=kind.sent,
            player=label(parts.get("guid")) or label(parts.get("persistent-id")) or "player",
            track=next((label(row) for row in item if ".ids." in row.path), ""),
            starts=kind.number == _START,
            jumped=reason is not None and reason.number == _JUMPED,
            from_s=first.seconds if first else None,
            to_s=last.seconds if last else None,
        )
