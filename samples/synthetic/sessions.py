"""Which synthetic sessions there are, and what is true of each: what its script sends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthetic import (
    apple_music,
    beatport,
    demostream,
    hostile,
    quiet,
    soundcloud,
    spotify,
    tidal,
    vendors,
)
from synthetic.client import Mark
from synthetic.damage import damage
from synthetic.playing import Names, Set, draw_schedule, play
from synthetic.recording import Take
from synthetic.sending import Send

REPEAT = 8

_NOTHING = "says nothing about the real product"
_AGENT = ("User-Agent", "synthetic-client/1.0")
_CLOCK = (
    "moved forward by the client between two messages instead of waiting; client and recorder "
    "share it, so no time was changed afterwards"
)

Voice = Callable[[Set, int], Iterable[Send]]


@dataclass(frozen=True, slots=True)
class Truth:
    """What the script sends, by construction; kinds of data are those of the report's rows."""

    sent: tuple[str, ...]
    """Stands in messages as itself."""
    derivable: tuple[str, ...] = ()
    """Does not, but the positions and times that do are enough to work it out."""


@dataclass(frozen=True, slots=True)
class Session:
    """One synthetic session."""

    title: str
    app: str
    services: tuple[str, ...]
    actions: tuple[str, ...]
    voice: Voice
    truth: Truth
    names: Names = "track {}".format
    others: Callable[[float], Iterable[Send]] = vendors.sentry
    """What goes to anybody else."""
    killed: bool = False
    spoil: Callable[[Path], object] = lambda _: None
    """Done to the folder after the recording."""


def _role(name: str) -> str:
    return f"script in the role of {name}"


def _with(vendor: Iterable[Send], sdk: Callable[[float], Iterable[Send]]) -> Callable[[float], Any]:
    calls = tuple(vendor)

    def others(seconds: float) -> Iterator[Send]:
        yield from calls
        yield from sdk(seconds)

    return others


_DECK = ("load", "seek", "cue-set", "cue-jump", "loop")
_TWIN = ("seek", "cue-set", "cue-jump", "loop", "tempo", "transition")
_TWIN_TITLE = "Synthetic: DemoDeck × DemoStream, two names that do not exist"

SESSIONS: Mapping[str, Session] = {
    "rekordbox-spotify": Session(
        "Synthetic: a script speaks rekordbox × Spotify",
        _role("rekordbox"),
        ("spotify",),
        (*_DECK, "transition", "search"),
        spotify.speak,
        Truth(
            ("playback", "seek", "transition", "search", "library", "identity", "device", "diagnostics"),
            ("cue", "loop"),
        ),
        spotify.track,
        _with(vendors.rekordbox(), vendors.sentry),
    ),
    "serato-dj-pro-soundcloud": Session(
        "Synthetic: a script speaks Serato DJ Pro × SoundCloud",
        _role("Serato DJ Pro"),
        ("soundcloud",),
        (*_DECK, "playback", "search"),
        soundcloud.speak,
        Truth(("playback", "search", "identity", "device"), ("seek", "cue", "loop")),
        soundcloud.track,
        _with(vendors.serato("dj_pro"), vendors.segment),
    ),
    "serato-dj-lite-tidal": Session(
        "Synthetic: a script speaks Serato DJ Lite × TIDAL",
        _role("Serato DJ Lite"),
        ("tidal",),
        (*_DECK, "transition", "search", "library-edit"),
        tidal.speak,
        Truth(
            ("playback", "seek", "search", "library", "identity", "device", "diagnostics"),
            ("cue", "loop", "transition"),
        ),
        tidal.track,
        _with(vendors.serato("dj_lite"), vendors.amplitude),
    ),
    "djay-apple-music": Session(
        "Synthetic: a script speaks djay × Apple Music",
        _role("djay Pro"),
        ("apple-music",),
        (*_DECK, "playback", "search"),
        apple_music.speak,
        Truth(
            ("playback", "seek", "search", "identity", "device", "diagnostics"),
            ("cue", "loop"),
        ),
        apple_music.track,
        _with(vendors.djay(), vendors.firebase),
    ),
    "rekordbox-beatport": Session(
        "Synthetic: a script speaks rekordbox × Beatport",
        _role("rekordbox"),
        ("beatport",),
        (*_DECK, "search", "library-edit"),
        beatport.speak,
        Truth(("playback", "search", "library", "identity", "device", "diagnostics")),
        beatport.track,
        _with(vendors.rekordbox(), vendors.bugsnag),
    ),
    "twin-leak": Session(
        _TWIN_TITLE,
        "DemoDeck",
        (),
        _TWIN,
        demostream.leaking,
        Truth(("cue", "loop", "identity", "device", "diagnostics")),
    ),
    "twin-silent": Session(
        _TWIN_TITLE,
        "DemoDeck",
        (),
        _TWIN,
        demostream.silent,
        Truth(("identity", "device", "diagnostics")),
    ),
    "quiet": Session(
        "Synthetic: ordinary traffic while nobody tells of what is played",
        "script in the role of a browser",
        (),
        ("cue-set", "loop", "tempo", "transition", "eq", "fx"),
        quiet.speak,
        Truth(("identity", "device", "diagnostics")),
        others=lambda _: (),
    ),
    "damaged": Session(
        "Synthetic: a damaged recording of DemoDeck × DemoStream",
        "DemoDeck",
        (),
        _TWIN,
        demostream.leaking,
        Truth(("cue", "loop", "identity", "device", "diagnostics")),
        killed=True,
        spoil=damage,
    ),
    "hostile": Session(
        "", "", (), (), lambda _, __: (), Truth(("identity", "device")), others=lambda _: ()
    ),
}  # fmt: skip


def make_take(name: str, seed: int) -> Take:
    """Return all that a recording needs."""
    one = SESSIONS[name]
    if name == "hostile":
        script: tuple[Send | Mark, ...] = (*hostile.speak(), *hostile.marks())
        return Take({**_facts(name, one, seed), **hostile.facts()}, script, hostile.SECONDS)
    played = play(draw_schedule(one.actions, REPEAT, seed), seed, one.names)
    sends = [_agent(send) for send in (*one.voice(played, seed), *one.others(played.seconds))]
    facts = {**_facts(name, one, seed), "protocol": played.schedule.facts()}
    return Take(facts, (*sends, *played.marks), played.seconds, one.killed)


def _agent(one: Send) -> Send:
    """Let every request name the same program, as clients do."""
    if any(name == "User-Agent" for name, _ in one.headers):
        return one
    headers = (*one.headers, _AGENT)
    return Send(one.at, one.host, one.path, one.body, one.kind, one.method, headers)


def _facts(name: str, one: Session, seed: int) -> dict[str, Any]:
    return {
        "title": one.title,
        "app": {"name": one.app, "version": "0", "kind": "script"},
        "services": list(one.services),
        "system": "none: a script on loopback",
        "synthetic": True,
        "canned_server": True,
        "provenance": (
            f"Synthetic: {_NOTHING}. A script of this project spoke public wire formats to servers "
            "of this project on one computer; a real mitmdump recorded it. No DJ application and no "
            "streaming service took part, and that one sends any of this is not known. All values "
            "are invented."
        ),
        "made": {"by": f"samples/generate.py {name} --seed {seed}", "seed": seed, "clock": _CLOCK},
        "truth": {"sent": list(one.truth.sent), "derivable": list(one.truth.derivable)},
    }
