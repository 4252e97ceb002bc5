"""Turn observations of one audit into playback reports: one module per service, and two for all.

The readers of services are tried first. A receiver that none of them knows is read by the names and
units of its fields; where nothing tells a position, by its requests for audio.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from auditor.reconstruct.readers import (
    apple,
    audio,
    deezer,
    soundcloud,
    spotify_pieces,
    spotify_state,
    tidal,
)
from auditor.reconstruct.records import Report
from auditor.reconstruct.rows import Row


@dataclass(frozen=True, slots=True)
class Reader:
    """How one kind of report is read; no addresses: requests for audio."""

    name: str
    addresses: frozenset[str]
    events: frozenset[str]
    """Events that hold such reports; none: any."""
    read: Callable[[Sequence[Row]], Iterator[Report]]


SERVICES = tuple(
    Reader(one.NAME, one.ADDRESSES, one.EVENTS, one.read)
    for one in (tidal, spotify_pieces, spotify_state, soundcloud, apple, deezer)
)
AUDIO = Reader(audio.NAME, frozenset(), frozenset(), audio.read)
