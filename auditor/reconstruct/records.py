"""What a rebuilt set consists of: frozen records.

Times are seconds since 1970, positions are seconds inside the track, None where nothing says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SAME_S = 0.25
"""Two positions are one place when they are this close: players report a position up to a few
tenths of a second beside the one that was asked for."""

Kind = Literal["start", "stop", "jump", "position", "fetch"]


@dataclass(frozen=True, slots=True)
class Report:
    """One thing a player told about its playhead."""

    time: float
    """When it happened, by the clock of the player."""
    sent: float
    """When it left."""
    session: str
    """One playback on one player: reports of one session are about one playhead."""
    kind: Kind
    """`position`: the player says where it is. `fetch`: no report, a request for audio."""
    track: str = ""
    """Label of the track as tables show it."""
    position_s: float | None = None
    """For a jump, where it began."""
    to_s: float | None = None
    """Where a jump went."""
    source: str = ""
    """Name of the reader."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a track that was heard without a break."""

    points: tuple[tuple[float, float | None], ...]
    """Time and position of each report, in order."""
    tail: tuple[float, float | None] | None = None
    """Where and when it ended if no report says so: as undisturbed playback would have gone on."""

    @property
    def start(self) -> float:
        """When it began."""
        return self.points[0][0]

    @property
    def end(self) -> float:
        """When it ended, or was last told of."""
        return (self.tail or self.points[-1])[0]

    @property
    def start_s(self) -> float | None:
        """Where it began."""
        return self.points[0][1]

    @property
    def end_s(self) -> float | None:
        """Where it ended."""
        return (self.tail or self.points[-1])[1]


@dataclass(frozen=True, slots=True)
class Jump:
    """The playhead went somewhere else."""

    time: float
    from_s: float | None
    to_s: float | None
    since: float
    """It happened after this moment: the player told nothing between `since` and `time`."""
    visits: int = 1
    """How often playback of this track began at this place, this jump included."""
    heard: bool = False
    """The place had been heard before."""
    cue: bool = False
    """It looks like a jump to a cue point (a rebuilt set), or it was one (the real set)."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Playback rested and went on at the same place."""

    start: float
    end: float
    position_s: float | None


@dataclass(frozen=True, slots=True)
class Loop:
    """The playhead went back to one place from another one, again and again."""

    start: float
    """When the place was passed first."""
    end: float
    """When it was last returned to."""
    in_s: float
    out_s: float
    returns: tuple[float, ...]
    error_s: float = 0.0
    """Half width of what the length may be."""

    @property
    def length_s(self) -> float:
        """Seconds of the track between its ends."""
        return self.out_s - self.in_s


@dataclass(frozen=True, slots=True)
class Tempo:
    """Seconds of track per second of wall time, with the half width of a 95 % interval."""

    rate: float
    error: float
    pieces: int
    """Stretches, or reports of one stretch, that it rests on."""


@dataclass(frozen=True, slots=True)
class Play:
    """One track on one playhead."""

    track: str
    session: str
    stretches: tuple[Stretch, ...]
    jumps: tuple[Jump, ...] = ()
    """Without those of loops."""
    pauses: tuple[Pause, ...] = ()
    loops: tuple[Loop, ...] = ()
    tempo: Tempo | None = None
    begun: bool = True
    """Whether its start is known; else it lasts as long as things are known of it."""

    @property
    def start(self) -> float:
        """When it was first heard."""
        return self.stretches[0].start

    @property
    def end(self) -> float:
        """When it was last heard."""
        return self.stretches[-1].end


@dataclass(frozen=True, slots=True)
class Transition:
    """Two tracks were heard at the same time."""

    start: float
    end: float
    from_track: str
    to_track: str
    """The one that began later."""

    @property
    def length_s(self) -> float:
        """How long both were heard."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Clock:
    """How far the clock of the player was behind that of the recording."""

    behind_s: float
    """Median of the sessions."""
    spread_s: float
    """Half the distance between the lowest and the highest session."""
    sessions: int
    """Sessions that could be compared; with none, the player's clock is taken as it is."""


@dataclass(frozen=True, slots=True)
class DjSet:
    """A set: what is left of it in the traffic, or what the tester did."""

    plays: tuple[Play, ...]
    """In the order they began."""
    transitions: tuple[Transition, ...]
    sources: tuple[tuple[str, int], ...] = ()
    """Readers and how many reports each found."""
    clock: Clock = Clock(0.0, 0.0, 0)
    left_out: int = 0
    """Overlaps that no transition was made of, because too much was heard at once."""
