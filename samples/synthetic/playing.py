"""Play a schedule on two imagined decks: what is marked, and what each player heard. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Literal

from auditor.capture.schedule import Schedule, Step, make_schedule
from auditor.catalogue.protocol import load_protocol
from synthetic.client import Mark

Reason = Literal["play", "jump", "resume", "pause", "end"]

TRACK_S = 372.0
"""Length of every track."""
CUE_S = 16.064
"""Where hot cue 1 of every track is."""
BEAT_S = 60 / 128
"""All tracks have 128 beats a minute."""
ROUNDS = {2: 4, 4: 3, 8: 2}
"""How often a loop of so many beats turns: all fit into the eight seconds of its step."""
BETWEEN_S = 5.3
"""Least rest between two steps: longer than what still counts as following an action."""

_SECONDS = {
    **dict.fromkeys(("cue-set", "cue-jump", "seek", "search", "library-edit"), 1.5),
    **dict.fromkeys(("tempo", "eq", "fx"), 2.0),
    "load": 3.0,
    "playback": 4.0,
    "transition": 9.5,
}
"""Steps that a script does faster than a DJ."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a track that was heard without a break; times in seconds of the session."""

    start: float
    start_s: float
    end: float
    why: Reason
    """Why it began: `play`, `jump` or `resume`."""
    then: Reason
    """Why it ended: `jump`, `pause` or `end`."""

    @property
    def end_s(self) -> float:
        """Where in the track it ended."""
        return self.start_s + self.end - self.start


@dataclass(frozen=True, slots=True)
class Playback:
    """One track on one deck."""

    number: int
    """From 1, over both decks."""
    deck: str
    loaded: float
    pieces: tuple[Piece, ...]
    overlap: float = 0.0
    """Seconds in which another track was heard too."""

    @property
    def start(self) -> float:
        """When it was first heard."""
        return self.pieces[0].start

    @property
    def end(self) -> float:
        """When it was last heard."""
        return self.pieces[-1].end


@dataclass(frozen=True, slots=True)
class Set:
    """What a script has to tell of."""

    schedule: Schedule
    marks: tuple[Mark, ...]
    playbacks: tuple[Playback, ...]
    searches: tuple[tuple[float, str], ...]
    edits: tuple[float, ...]
    """When a playlist was changed."""

    @property
    def seconds(self) -> float:
        """How long the session lasts."""
        return self.schedule.seconds


def draw_schedule(actions: tuple[str, ...], repeat: int, seed: int) -> Schedule:
    """Return the order of the protocol `standard` with fewer actions, repetitions and pauses."""
    whole = load_protocol("standard")
    chosen = tuple(
        replace(one, repeat=repeat, seconds=_SECONDS.get(one.id, one.seconds))
        for one in whole.actions
        if one.id in actions
    )
    condition = replace(whole.conditions[0], actions=actions)
    protocol = replace(
        whole,
        id="synthetic",
        title="Synthetic session",
        lead_in=12.0,
        tail=70.0,
        idle_count=repeat,
        idle_seconds=6.0,
        gap=(BETWEEN_S, BETWEEN_S + 0.5),
        actions=chosen,
        conditions=(condition,),
    )
    return make_schedule(protocol, seed)


def play(schedule: Schedule, seed: int) -> Set:
    """Perform a schedule; the same seed gives the same set."""
    decks = _Decks(Random(seed))
    if "load" not in {step.action for step in schedule.steps}:
        decks.already_playing()
    for step in schedule.steps:
        decks.do(step)
    decks.finish(schedule.seconds - schedule.tail + 5)
    playbacks = tuple(sorted(decks.done, key=lambda one: one.loaded))
    return Set(schedule, tuple(decks.marks), playbacks, tuple(decks.searches), tuple(decks.edits))


@dataclass(slots=True)
class _Deck:
    number: int
    name: str
    loaded: float
    pieces: list[Piece] = field(default_factory=list)
    since: tuple[float, float, Reason] | None = None
    """Time, place and reason of what is heard now."""
    overlap: float = 0.0

    def place(self, at: float) -> float:
        """Return where in the track the deck is."""
        if self.since:
            return self.since[1] + at - self.since[0]
        return self.pieces[-1].end_s if self.pieces else 0.0

    def go(self, at: float, place: float, why: Reason) -> None:
        self.since = (at, place, why)

    def rest(self, at: float, then: Reason) -> None:
        if self.since:
            start, place, why = self.since
            self.pieces.append(Piece(start, place, at, why, then))
        self.since = None


class _Decks:
    """Deck A plays the set, deck B is mixed in and out."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self._tracks = 0
        self._a: _Deck | None = None
        self.marks: list[Mark] = []
        self.done: list[Playback] = []
        self.searches: list[tuple[float, str]] = []
        self.edits: list[float] = []

    def do(self, step: Step) -> None:
        """Perform one step."""
        if step.kind in {"condition", "wait"}:
            return
        deed = getattr(self, "_" + step.action.replace("-", "_"), None)
        if deed:
            deed(step.start, step)
        else:
            self._mark(step.marks[0], step.start, step.start + 2, deck="A", **dict(step.values))

    def already_playing(self) -> None:
        """Begin with a track that was loaded before the recording."""
        self._a = self._new("A", -20)
        self._a.go(-20, 0.0, "play")

    def finish(self, at: float) -> None:
        """Take the last track off."""
        self._eject(at)

    def _mark(self, action: str, start: float, end: float, **values: Any) -> None:
        self.marks.append(Mark(action, start, end, values))

    def _place(self, at: float) -> float:
        return round(self._a.place(at), 3) if self._a else 0.0

    def _track(self, deck: _Deck) -> str:
        return f"track {deck.number}"

    def _eject(self, at: float) -> None:
        if self._a:
            self._a.rest(at, "end")
            self._keep(self._a)
            self._a = None

    def _keep(self, deck: _Deck) -> None:
        pieces = tuple(deck.pieces)
        self.done.append(Playback(deck.number, deck.name, deck.loaded, pieces, deck.overlap))

    def _new(self, name: str, at: float) -> _Deck:
        self._tracks += 1
        return _Deck(self._tracks, name, at)

    def _load(self, at: float, _: Step) -> None:
        self._eject(at)
        deck = self._a = self._new("A", at)
        track = {"deck": "A", "track": self._track(deck)}
        self._mark("load", at, at + 0.3, **track)
        deck.go(at + 0.8, 0.0, "play")
        self._mark("play", at + 0.8, at + 0.9, **track, position_s=0.0)

    def _playback(self, at: float, _: Step) -> None:
        if not self._a:
            return
        place = {"deck": "A", "track": self._track(self._a), "position_s": self._place(at)}
        self._a.rest(at, "pause")
        self._mark("pause", at, at + 0.1, **place)
        self._a.go(at + 3, self._a.place(at), "resume")
        self._mark("play", at + 3, at + 3.1, **place)

    def _idle(self, at: float, step: Step) -> None:
        self._mark("idle", at, at + step.seconds)

    def _cue_set(self, at: float, step: Step) -> None:
        place = {"cue": 2 + step.repetition % 7, "position_s": self._place(at)}
        self._mark("cue-set", at, at + 0.2, deck="A", **place)

    def _search(self, at: float, step: Step) -> None:
        word = str(dict(step.values)["word"])
        self._mark("search", at, at + 1.4, word=word)
        self.searches.append((at + 1.2, word))

    def _library_edit(self, at: float, _: Step) -> None:
        self._mark("library-edit", at, at + 1)
        self.edits.append(at + 0.5)

    def _seek(self, at: float, _: Step) -> None:
        self._jump("seek", at, round(self._dice.uniform(40, 200), 3))

    def _cue_jump(self, at: float, _: Step) -> None:
        self._jump("cue-jump", at, CUE_S, cue=1)

    def _jump(self, action: str, at: float, to: float, **more: Any) -> None:
        if self._a:
            place = {"track": self._track(self._a), "position_s": to, "from_s": self._place(at)}
            self._a.rest(at, "jump")
            self._a.go(at, to, "jump")
            self._mark(action, at, at + 0.2, deck="A", **place, **more)

    def _loop(self, at: float, step: Step) -> None:
        if not self._a:
            return
        beats = int(str(dict(step.values)["beats"]))
        into, length, rounds = self._a.place(at), beats * BEAT_S, ROUNDS[beats]
        values: dict[str, Any] = {"deck": "A", "track": self._track(self._a), "rounds": rounds}
        values |= {"in_s": round(into, 3), "out_s": round(into + length, 3), "beats": beats}
        self._mark("loop-on", at, at + 0.1, **values)
        returns = [round(at + length * (number + 1), 3) for number in range(rounds)]
        for moment in returns:
            self._a.rest(moment, "jump")
            self._a.go(moment, into, "jump")
        values |= {f"return_{number}": moment for number, moment in enumerate(returns, 1)}
        self._mark("loop-off", returns[-1] + 0.2, returns[-1] + 0.3, **values)

    def _transition(self, at: float, _: Step) -> None:
        if not self._a:
            return
        length = round(self._dice.uniform(7, 9), 2)
        other = self._new("B", at - 1)
        other.go(at, 0.0, "play")
        other.rest(at + length, "end")
        other.overlap = length
        self._a.overlap += length
        names = {"from_track": self._track(self._a), "to_track": self._track(other)}
        decks = {"from_deck": "A", "to_deck": "B", "overlap_s": length}
        self._mark("crossfade", at, at + length, **decks, **names)
        self._keep(other)
