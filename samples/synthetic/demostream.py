"""Speak DemoStream, a service that does not exist, in the name of DemoDeck, which does not either.

The twins differ in one thing: one of them puts every cue point that is set, and every loop, into its
next upload. Everything else is the same, to the second.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random

from synthetic.playing import Set
from synthetic.recording import BEGAN
from synthetic.sending import Send, batches, get, ms, post

FLUSH_S = 60.0
_PAGES = ("browse", "mixer", "settings", "charts")


def leaking(told: Set, seed: int) -> Iterator[Send]:
    """Yield the traffic of the twin that tells."""
    return _speak(told, seed, list(_leaks(told)))


def silent(told: Set, seed: int) -> Iterator[Send]:
    """Yield the traffic of the twin that does not."""
    return _speak(told, seed, [])


def _speak(told: Set, seed: int, leaks: list[tuple[float, dict[str, object]]]) -> Iterator[Send]:
    dice = Random(seed)
    pages = [(dice.uniform(1, told.seconds - 65), dice.choice(_PAGES)) for _ in range(60)]
    events = [(at, _event("page_viewed", at, {"page": page})) for at, page in pages]
    for due, batch in batches([*events, *leaks], FLUSH_S, told.seconds - 5):
        value = {"program": "DemoDeck 1.0", "sent": ms(BEGAN + due), "events": batch}
        yield post(due, "collect.demostream.example", "/v1/events", value)
    for number in range(8):
        at = dice.uniform(2, told.seconds - 10)
        yield get(at, "api.demostream.example", "/v1/charts", page=number % 3 + 1)


def _leaks(told: Set) -> Iterator[tuple[float, dict[str, object]]]:
    for mark in told.marks:
        if mark.action == "cue-set":
            place = {"deck": 1, "hot_cue_position_ms": ms(mark.values["position_s"])}
            yield mark.end, _event("hot_cue_set", mark.end, place)
        if mark.action == "loop-on":
            ends = {"loop_in_ms": ms(mark.values["in_s"]), "loop_out_ms": ms(mark.values["out_s"])}
            yield mark.end, _event("loop_enabled", mark.end, {"deck": 1, **ends})
        if mark.action == "loop-off":
            yield mark.end, _event("loop_disabled", mark.end, {"deck": 1})


def _event(name: str, at: float, properties: Mapping[str, object]) -> dict[str, object]:
    return {"event_name": name, "timestamp": ms(BEGAN + at), "properties": properties}
