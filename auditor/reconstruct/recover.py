"""Rebuild, from the tables of an audit, the set that each receiver could rebuild."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from auditor.reconstruct import beats
from auditor.reconstruct.clock import distances
from auditor.reconstruct.columns import Columns, Flags
from auditor.reconstruct.readers import AUDIO, SERVICES, Reader, generic
from auditor.reconstruct.rebuild import rebuild
from auditor.reconstruct.records import DjSet, Report
from auditor.reconstruct.rows import Row, rows_of

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
    columns, fields = Columns.of(tables["observations"]), tables["fields"]
    told = _of_services(columns, fields)
    for receiver, reports in generic.read(columns, fields, frozenset(told)).items():
        told[receiver] = {generic.NAME: reports}
    if not told:
        told = _of_audio(tables, columns)
    sets = _recovered(tables["exchanges"], columns, told)
    return tuple(sorted(sets, key=lambda one: (-_detail(one.rebuilt), one.receiver)))


Found = dict[str, dict[str, list[Report]]]
"""Reports by receiver and reader."""


def _of_services(columns: Columns, fields: pd.DataFrame) -> Found:
    found: Found = defaultdict(dict)
    for reader in SERVICES:
        mine = columns.sent_to(reader.addresses)
        if reader.events:
            mine &= columns.events.is_in(reader.events)
        _add(found, reader, _rows(columns, mine, fields))
    return found


def _of_audio(tables: Tables, columns: Columns) -> Found:
    exchanges = tables["exchanges"]
    found: Found = defaultdict(dict)
    audio = exchanges[(exchanges["content"] == "audio") & (exchanges["method"] == "GET")]
    mine = columns.table["exchange"].isin(audio["exchange"].tolist()).to_numpy()
    _add(found, AUDIO, _rows(columns, mine, tables["fields"]))
    return found


def _rows(columns: Columns, mine: Flags, fields: pd.DataFrame) -> list[Row]:
    chosen = np.flatnonzero(mine)
    return rows_of(columns.table.iloc[chosen], fields) if len(chosen) else []


def _add(found: Found, reader: Reader, rows: Sequence[Row]) -> None:
    apart: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        apart[row.receiver].append(row)
    for receiver, mine in apart.items():
        reports = list(reader.read(mine))
        if reports:
            found[receiver][reader.name] = reports


def _recovered(exchanges: pd.DataFrame, columns: Columns, told: Found) -> list[Recovered]:
    """Rebuild the set of each receiver, from what the reader tells that found most."""
    best = {
        receiver: max(found.items(), key=lambda pair: len(pair[1]))
        for receiver, found in told.items()
    }
    everything = [one for _, reports in best.values() for one in reports]
    apart = distances({one.session for one in everything}, columns)
    bpm = beats.named(columns, {one.track for one in everything} - {""})
    names = _names(exchanges)
    sets = []
    for receiver, (reader, reports) in best.items():
        sessions = {one.session for one in reports}
        rebuilt = rebuild(reports, {one: apart[one] for one in sessions if one in apart})
        tracks = frozenset(play.track for play in rebuilt.plays) - {""}
        mine = beats.of_tracks(bpm, tracks)
        sets.append(Recovered(receiver, names.get(receiver, receiver), reader, rebuilt, mine))
    return sets


def _names(exchanges: pd.DataFrame) -> dict[str, str]:
    """Return the name of each receiver, as the first exchange with it has it."""
    first = exchanges.drop_duplicates("receiver")
    receivers, names = (first[name].astype("object") for name in ("receiver", "receiver_name"))
    return {str(receiver): str(name) for receiver, name in zip(receivers, names, strict=True)}


def _detail(one: DjSet) -> int:
    return sum(len(play.stretches) for play in one.plays)
