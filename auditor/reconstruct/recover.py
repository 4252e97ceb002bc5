"""Rebuild, from the tables of an audit, the set that each receiver could rebuild."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from auditor.reconstruct.clock import distances
from auditor.reconstruct.readers import AUDIO, POSITIONS, SERVICES, Reader, generic
from auditor.reconstruct.rebuild import rebuild
from auditor.reconstruct.records import DjSet, Report
from auditor.reconstruct.rows import SCALE, Row, addresses, rows_of

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Recovered:
    """What one receiver could rebuild."""

    receiver: str
    name: str
    reader: str
    """Which reader found most: the set rests on its reports only, lest two tell of one thing."""
    rebuilt: DjSet
    bpm: Mapping[str, float]
    """Beats per minute by track, where they left in one message with the track."""


def recover(tables: Tables) -> tuple[Recovered, ...]:
    """Return one set per receiver, the most detailed first; requests for audio only as a last resort.

    A receiver is read by the reader of its service; by field names where that finds nothing.
    """
    told = _of_services(tables) or {}
    for receiver, found in _of_positions(tables, set(told)).items():
        told.setdefault(receiver, {}).update(found)
    if not told:
        told = _of_audio(tables)
    sets = [_recovered(tables, receiver, found) for receiver, found in told.items()]
    return tuple(sorted(sets, key=lambda one: (-_detail(one.rebuilt), one.receiver)))


Found = dict[str, dict[str, list[Report]]]
"""Reports by receiver and reader."""


def _of_services(tables: Tables) -> Found:
    found: Found = defaultdict(dict)
    observations = tables["observations"]
    where, events = addresses(observations), observations["event"].astype("object").fillna("")
    for reader in SERVICES:
        mine = where.isin(list(reader.addresses))
        if reader.events and mine.any():
            mine &= events.isin(list(reader.events))
        _add(found, reader, rows_of(observations[mine], tables["fields"]))
    return found


def _of_positions(tables: Tables, known: set[str]) -> Found:
    found: Found = defaultdict(dict)
    fields, observations = tables["fields"], tables["observations"]
    units = fields["unit"].astype("object").fillna("")
    likely = (units.isin(list(SCALE)) & (fields["indicates"].astype("object").fillna("") != "")) | (
        (units == "") & (fields["category"] != "other")
    )
    hits = observations[
        observations["field"].isin(fields.index[likely].tolist())
        & observations["number"].notna()
        & ~observations["receiver"].isin(sorted(known))
    ]
    rows = [row for row in rows_of(hits, fields) if generic.is_place(row)]
    if rows:
        where = {(row.exchange, row.message) for row in rows}
        _add(found, POSITIONS, _of_messages(tables, where))
    return found


def _of_audio(tables: Tables) -> Found:
    exchanges, observations = tables["exchanges"], tables["observations"]
    found: Found = defaultdict(dict)
    audio = exchanges[(exchanges["content"] == "audio") & (exchanges["method"] == "GET")]
    mine = observations[observations["exchange"].isin(audio["exchange"].tolist())]
    _add(found, AUDIO, rows_of(mine, tables["fields"]))
    return found


def _of_messages(tables: Tables, where: set[tuple[int, int]]) -> list[Row]:
    observations = tables["observations"]
    near = observations[observations["exchange"].isin([exchange for exchange, _ in where])]
    rows = rows_of(near, tables["fields"])
    return [row for row in rows if (row.exchange, row.message) in where]


def _add(found: Found, reader: Reader, rows: Iterable[Row]) -> None:
    apart: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        apart[row.receiver].append(row)
    for receiver, mine in apart.items():
        reports = list(reader.read(mine))
        if reports:
            found[receiver][reader.name] = reports


def _recovered(tables: Tables, receiver: str, found: Mapping[str, Sequence[Report]]) -> Recovered:
    reader, reports = max(found.items(), key=lambda pair: len(pair[1]))
    observations, exchanges = tables["observations"], tables["exchanges"]
    sessions = {one.session for one in reports}
    same = observations[observations["value"].isin(sorted(sessions))]
    rebuilt = rebuild(reports, distances(sessions, rows_of(same, tables["fields"])))
    names = exchanges.loc[exchanges["receiver"] == receiver, "receiver_name"].astype("object")
    name = str(names.iloc[0]) if len(names) else receiver
    return Recovered(receiver, name, reader, rebuilt, _bpm(tables, rebuilt))


def _bpm(tables: Tables, rebuilt: DjSet) -> dict[str, float]:
    observations = tables["observations"]
    told = observations[(observations["unit"] == "bpm") & observations["number"].notna()]
    if told.empty:
        return {}
    tracks = {play.track for play in rebuilt.plays} - {""}
    where = set(zip(told["exchange"].tolist(), told["message"].tolist(), strict=True))
    found: dict[str, float] = {}
    by_message: defaultdict[tuple[int, int], list[Row]] = defaultdict(list)
    for row in _of_messages(tables, where):
        by_message[row.exchange, row.message].append(row)
    for rows in by_message.values():
        beats = {row.number for row in rows if row.unit == "bpm" and row.number}
        named = {row.value for row in rows} & tracks
        if len(beats) == 1 and len(named) == 1:
            found[named.pop()] = float(beats.pop() or 0)
    return found


def _detail(one: DjSet) -> int:
    return sum(len(play.stretches) for play in one.plays)
