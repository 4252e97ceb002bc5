"""Play a drawn-up set on two decks and tell the recorder every action with its true values."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.request import OpenerDirector, ProxyHandler, Request, build_opener

from playwright.sync_api import Page
from stage.dj_set import Play, Step


class Marker:
    """Send marks through the proxy to the capture addon, and count them."""

    def __init__(self, proxy: str) -> None:
        self._opener: OpenerDirector = build_opener(ProxyHandler({"http": proxy}))
        self.counts: Counter[str] = Counter()

    def __call__(self, action: str, start: float, end: float, **values: object) -> None:
        """Note an action; times in seconds since 1970, numbers rounded to milliseconds."""
        mark = {
            "action": action,
            "start": round(start, 3),
            "end": round(end, 3),
            "values": {k: round(v, 3) if isinstance(v, float) else v for k, v in values.items()},
        }
        request = Request("http://auditor.invalid/mark", data=json.dumps(mark).encode())
        with self._opener.open(request, timeout=10) as answer:
            answer.read()
        self.counts[action] += 1


class Deck:
    """One page with one player; every call marks what was done and when."""

    def __init__(self, name: str, page: Page, mark: Marker) -> None:
        self.name = name
        self.track = ""
        self.cues: list[float] = []
        self._page = page
        self._mark = mark

    def _call(self, expression: str, argument: object = None) -> Any:
        answer = self._page.evaluate(f"async (argument) => deck.{expression}", argument)
        errors = self._page.evaluate("deck.errors")
        if errors:
            raise RuntimeError(f"deck {self.name}: {errors}")
        return answer

    def _note(self, action: str, told: dict[str, float], **values: object) -> None:
        self._mark(
            action,
            told["start"] / 1000,
            told["end"] / 1000,
            deck=self.name,
            track=self.track,
            **values,
        )

    def load(self, play: Play) -> None:
        """Put a track on; a track that was on it is over for the player."""
        self.track, self.cues = play.track, []
        told = self._call("load(argument[0], argument[1])", [_product(play.track), play.start_s])
        self._note("load", told, position_s=play.start_s)

    def play(self) -> float:
        """Start; return the wall time."""
        told = self._call("play()")
        self._note("play", told, position_s=told["before"])
        return float(told["start"]) / 1000

    def pause(self) -> float:
        """Stop; return the wall time."""
        told = self._call("pause()")
        self._note("pause", told, position_s=told["after"])
        return float(told["end"]) / 1000

    def eject(self) -> None:
        """Take the track off: the player closes its session."""
        told = self._call("eject()")
        self._note("eject", told, position_s=told["before"])

    def do(self, step: Step) -> None:
        """Rest, then do one step."""
        time.sleep(step.gap_s)
        actions: dict[str, Callable[[Step], None]] = {
            "cue-set": self._cue_set,
            "cue-jump": self._cue_jump,
            "loop": self._loop,
            "pause": self._pause_and_play,
            "seek": self._seek,
            "idle": self._idle,
        }
        actions[step.kind](step)

    def _cue_set(self, step: Step) -> None:
        """Remember this place, as a DJ does; the player is told nothing."""
        now = time.time()
        place = round(float(self._call("position()")), 2)
        self.cues.append(place)
        self._mark(
            "cue-set",
            now,
            now,
            deck=self.name,
            track=self.track,
            cue=len(self.cues),
            position_s=place,
        )

    def _cue_jump(self, step: Step) -> None:
        cue = int(step.amount) % len(self.cues)
        told = self._call("seek(argument)", self.cues[cue])
        self._note("cue-jump", told, cue=cue + 1, position_s=self.cues[cue], from_s=told["before"])

    def _seek(self, step: Step) -> None:
        told = self._call("seek(argument)", step.amount)
        self._note("seek", told, position_s=step.amount, from_s=told["before"])

    def _loop(self, step: Step) -> None:
        told = self._call("loop(argument[0], argument[1])", [step.amount, step.rounds])
        values = {"in_s": told["in"], "out_s": told["out"], "rounds": len(told["returns"])}
        on, off = told["start"], told["end"]
        self._note("loop-on", {"start": on, "end": on}, **values)
        returns = {f"return_{n}": r["time"] / 1000 for n, r in enumerate(told["returns"], 1)}
        self._note("loop-off", {"start": off, "end": off}, **values, **returns)

    def _pause_and_play(self, step: Step) -> None:
        self.pause()
        time.sleep(step.amount)
        self.play()

    def _idle(self, step: Step) -> None:
        start = time.time()
        time.sleep(step.amount)
        self._mark("idle", start, time.time())


def perform(plays: tuple[Play, ...], decks: tuple[Deck, Deck], mark: Marker) -> float:
    """Play the set on alternating decks; return the wall time of the last action."""
    before: Deck | None = None
    for number, play in enumerate(plays):
        deck = decks[number % 2]
        deck.load(play)
        time.sleep(1)
        began = deck.play()
        if before:
            time.sleep(play.overlap_s)
            ended = before.pause()
            mark(
                "crossfade",
                began,
                ended,
                from_deck=before.name,
                to_deck=deck.name,
                from_track=before.track,
                to_track=deck.track,
                overlap_s=ended - began,
            )
        for step in play.steps:
            deck.do(step)
        before = deck
    for deck in decks:
        time.sleep(1.5)
        deck.eject()
    return time.time()


def _product(track: str) -> dict[str, str]:
    return {
        "productId": track,
        "productType": "track",
        "sourceId": "INVENTED-playlist-saturday",
        "sourceType": "PLAYLIST",
    }
