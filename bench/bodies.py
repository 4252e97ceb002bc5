"""Invented messages of DJ software: uploads of events, batches in protobuf, forms and frames."""

# ruff: noqa: INP001, PLR2004, SIM905
from __future__ import annotations

import base64
import hashlib
import math
import random
import struct
import zlib
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import brotli
import orjson
import zstandard

WORDS = (
    "deck crate track beat loop cue hot sync tempo key mix fade filter gain echo reverb slicer "
    "sampler playlist folder library import export analyse waveform grid phrase set booth club "
    "warmup peak night sunset rooftop vinyl digital master remix edit dub extended radio intro outro"
).split()
EVENTS = (
    "track_loaded deck_play deck_pause seek hot_cue_set hot_cue_jump loop_on loop_off tempo_change "
    "crossfade eq_change effect_on search playlist_edit stream_start stream_end heartbeat screen"
).split()
KNOWN = (("title", 1350), ("artist", 450), ("path", 600), ("playlist", 300), ("id", 300))

_NOISE = 4 << 20


class KnownValues:
    """Values that a tester would have in the own library, and how often each spelling was planted."""

    def __init__(self, dice: random.Random) -> None:
        make: dict[str, Callable[[str, str], str]] = {
            "title": lambda word, tag: f"{word.title()} Of {tag} (Extended Mix)",
            "artist": lambda word, tag: f"DJ {word.title()} {tag}",
            "path": lambda word, tag: f"/Users/tester/Music/{word}/{tag}.aiff",
            "playlist": lambda word, tag: f"{word.title()} Night {tag}",
            "id": lambda _, tag: f"{tag}-4c0e-9b1d-{tag}{tag}",
        }
        self.values = {
            kind: [make[kind](dice.choice(WORDS), f"{dice.getrandbits(32):08x}") for _ in range(count)]
            for kind, count in KNOWN
        }  # fmt: skip
        self.planted: Counter[str] = Counter()
        self._dice = dice

    def plain(self, kind: str) -> str:
        """Return a value as it is."""
        self.planted[f"{kind} plain"] += 1
        return self._dice.choice(self.values[kind])

    def spelled(self, kind: str) -> str:
        """Return a value in a spelling that trackers use."""
        value = self._dice.choice(self.values[kind])
        data = value.encode()
        how, told = self._dice.choice(
            (
                ("sha256", hashlib.sha256(data).hexdigest()),
                ("md5", hashlib.md5(data, usedforsecurity=False).hexdigest()),
                ("base64", base64.b64encode(data).decode()),
                ("hex", data.hex()),
                ("url", quote(value, safe="")),
            )
        )
        self.planted[f"{kind} {how}"] += 1
        return told


class Bodies:
    """Invented messages of DJ software."""

    def __init__(self, dice: random.Random, known: KnownValues, sound: float) -> None:
        self._dice, self._known, self._sound = dice, known, sound
        # Sound cannot be compressed; cuts of one block cannot either, and cost nothing.
        self._noise = dice.randbytes(_NOISE)
        self._device = {
            "os": "macOS", "os_version": "15.6", "arch": "arm64", "locale": "en_GB", "cores": 8,
            "screen": {"w": 3024, "h": 1964, "scale": 2}, "device_id": f"{dice.getrandbits(128):032x}",
            "controllers": [{"name": "invented controller", "firmware": "1.12"}],
        }  # fmt: skip
        self._number = 0

    def word(self) -> str:
        """Return a word."""
        return WORDS[int(self._dice.random() * len(WORDS))]

    def about(self, low: float, high: float) -> int:
        """Return a number between two, small ones more often."""
        return round(math.exp(self._dice.uniform(math.log(low), math.log(high))))

    def event(self, now: float) -> dict[str, Any]:
        """Return one event of 28 to 34 values."""
        chance, bits, word = self._dice.random, self._dice.getrandbits, self.word
        self._number += 1
        made: dict[str, Any] = {
            "event": EVENTS[int(chance() * len(EVENTS))], "seq": self._number, "ts": int(now * 1000),
            "event_id": f"{bits(128):032x}",
            "context": {"screen": word(), "session": f"{bits(64):016x}", "foreground": True,
                        "network": {"type": "wifi", "rtt": bits(8)}, "experiments": [bits(10), bits(10)]},
            "properties": {"deck": "ABCD"[bits(2)], "bpm": round(80 + 95 * chance(), 2), "key": "5B",
                           "position_ms": bits(19), "gain": round(6 - 18 * chance(), 3), "sync": bits(1) == 1,
                           "effects": [word(), word(), word()], "note": f"{word()} {word()} {word()}"},
            "metrics": {"cpu": round(chance(), 4), "memory": bits(30), "drops": 0, "none": None,
                        "latency": round(20 * chance(), 3), "battery": bits(6)},
        }  # fmt: skip
        self._plant(made, chance())
        return made

    def _plant(self, made: dict[str, Any], roll: float) -> None:
        known = self._known
        if roll < 0.20:
            made["track"] = {
                "title": known.plain("title"), "artist": known.plain("artist"),
                "file": known.plain("path"), "length": self._dice.getrandbits(9),
            }  # fmt: skip
        elif roll < 0.30:
            made["track_hash"] = known.spelled("title" if roll < 0.25 else "id")
        elif roll < 0.37:
            inner = orjson.dumps({"playlist": known.plain("playlist"), "tags": [self.word()]})
            made["extra"] = (inner if roll < 0.34 else base64.b64encode(inner)).decode()

    def json(self, now: float) -> bytes:
        """Return an upload of events, 0.6 to 32 KB."""
        count = self.about(1, 43)
        if count == 1:
            return orjson.dumps(self.event(now))
        events = [self.event(now) for _ in range(count)]
        head = {"schema": "events/4", "sent_at": int(now * 1000), "device": self._device}
        return orjson.dumps({**head, "events": events})

    def protobuf_event(self, now: float) -> bytes:
        """Return one event of about 30 values, half of them in a packed field."""
        bits, known = self._dice.getrandbits, self._known
        self._number += 1
        body = b"".join(
            (
                number(1, int(now * 1000)), number(2, self._number),
                piece(3, EVENTS[bits(4)].encode()),
                b"\x21", struct.pack("<d", 80 + 95 * self._dice.random()),
                b"\x2d", struct.pack("<f", self._dice.random()),
                piece(6, b"".join(varint(bits(20)) for _ in range(12))),
                piece(7, f"{self.word()} {self.word()}".encode()), number(8, bits(62)), number(9, 1),
            )
        )  # fmt: skip
        roll = self._dice.random()
        if roll < 0.2:
            title, artist = known.plain("title").encode(), known.plain("artist").encode()
            body += piece(10, piece(1, title) + piece(2, artist))
        elif roll < 0.3:
            body += piece(11, known.spelled("id").encode())
        system = piece(1, b"15.6") + piece(2, b"desktop") + number(3, bits(12))
        context = (
            piece(1, b"context_device") + piece(2, self._dice.randbytes(16)) + piece(3, system)
        )
        return piece(1, piece(1, b"event.v4") + piece(2, context) + piece(3, body))

    def protobuf(self, now: float) -> bytes:
        """Return a batch of events, 4 to 30 KB."""
        return b"".join(self.protobuf_event(now) for _ in range(self.about(8, 74)))

    def form(self, now: float) -> bytes:
        """Return a form with JSON or base64 in some of its values."""
        pairs = [
            ("v", "1"),
            ("t", "event"),
            ("cid", self._device["device_id"]),
            ("z", str(int(now))),
        ]
        pairs += [(f"cd{place}", self.word()) for place in range(self.about(4, 20))]
        pairs.append(("uid", self._known.spelled("id")))
        event = orjson.dumps(self.event(now))
        pairs.append(("d", event.decode()) if self._dice.random() < 0.6
                     else ("b", base64.urlsafe_b64encode(event).decode()))  # fmt: skip
        return urlencode(pairs).encode()

    def frames(self, now: float) -> list[tuple[Any, ...]]:
        """Return 5 to 60 messages of a WebSocket, as mitmproxy saves them."""
        made = []
        for place in range(5 + int(56 * self._dice.random())):
            roll, ours = self._dice.random(), self._dice.random() < 0.4
            if roll < 0.15:
                kind, body = 2, self.protobuf_event(now)
            elif roll < 0.3:
                kind, body = 1, b'{"type":"ping"}'
            else:
                kind, body = 1, orjson.dumps({"type": "state", "payloads": [self.event(now)]})
            made.append((kind, ours, body, now + place, False, False))
        return made

    def sound(self) -> bytes:
        """Return 0.2 to 1 MB, times the factor of the shape."""
        size = int(self._dice.uniform(200_000, 1_000_000) * self._sound)
        begin = self._dice.randrange(_NOISE - size)
        return self._noise[begin : begin + size]

    def answer(self) -> bytes:
        """Return what a server says to an upload."""
        settings = {self.word(): self._dice.random() for _ in range(self._dice.randrange(2, 16))}
        return orjson.dumps({"ok": True, "next": self._dice.getrandbits(20), "settings": settings})


def varint(value: int) -> bytes:
    """Return a number as protobuf spells it."""
    made = bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    made.append(value)
    return bytes(made)


def number(tag: int, value: int) -> bytes:
    """Return a field that holds a number."""
    return varint(tag << 3) + varint(value)


def piece(tag: int, data: bytes) -> bytes:
    """Return a field that holds bytes, a text or a message."""
    return varint(tag << 3 | 2) + varint(len(data)) + data


def packed(body: bytes, coding: str) -> bytes:
    """Return a body compressed in one of the ways of `Content-Encoding`, or as it is."""
    if coding == "gzip":
        machine = zlib.compressobj(6, zlib.DEFLATED, 31)
        return machine.compress(body) + machine.flush()
    if coding == "br":
        return bytes(brotli.compress(body, quality=5))
    return zstandard.ZstdCompressor().compress(body) if coding == "zstd" else body
