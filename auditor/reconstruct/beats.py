"""Beats per minute of tracks, where they left in one message with the track."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from auditor.reconstruct.columns import Columns

UNIT = "bpm"


Beats = dict[frozenset[str], float]
"""Beats by the tracks that are named together with them."""


def named(columns: Columns, tracks: Collection[str]) -> Beats:
    """Return the beats of messages that tell one number of them, by which of `tracks` they name.

    The last message counts that names the same tracks; the order is that of these messages.
    """
    told = columns.units.is_in({UNIT})
    if not tracks or not told.any():
        return {}
    with_number = told & columns.table["number"].notna().to_numpy()
    wanted = np.zeros(len(columns.begins) - 1, dtype=np.bool_)
    wanted[columns.messages[with_number]] = True
    rows = np.flatnonzero(told & wanted[columns.messages])
    beats: dict[int, set[float]] = {}
    for message, number in zip(columns.messages[rows], columns.numbers(rows), strict=True):
        if number and not np.isnan(number):
            beats.setdefault(int(message), set()).add(float(number))
    names: dict[int, set[str]] = {}
    rows = np.flatnonzero(wanted[columns.messages] & columns.table["value"].isin(sorted(tracks)))
    for message, value in zip(columns.messages[rows], columns.values(rows), strict=True):
        names.setdefault(int(message), set()).add(str(value))
    found: Beats = {}
    for message, together in names.items():
        if len(beats.get(message, ())) == 1:
            key = frozenset(together)
            found.pop(key, None)  # the last one is also the last in order
            found[key] = next(iter(beats[message]))
    return found


def of_tracks(told: Beats, tracks: frozenset[str]) -> dict[str, float]:
    """Return the beats of each of some tracks; a message that names two of them tells of none."""
    found = {}
    for names, beats in told.items():
        mine = names & tracks
        if len(mine) == 1:
            found[next(iter(mine))] = beats
    return found
