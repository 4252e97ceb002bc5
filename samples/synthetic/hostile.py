"""Traffic that tries to break or to deceive whoever reads it. Everything in it is harmless as data."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

from auditor.selftest import wire
from synthetic.client import Mark
from synthetic.sending import JSON, Send, get, post, post_form

MARKER = "INJECTED7F3A"
"""Stands in every text that would do something if a page took it for its own."""
SCRIPT = f"<script>alert('{MARKER}')</script>"
IMAGE = f"\"><img src=x onerror=alert('{MARKER}')>"
FORMULA = f'=HYPERLINK("https://evil.example/?{MARKER}";"click")'
PATH = "../../../../etc/passwd"
CONTROL = "\x1b[2J\x07\x00\u202e\u2028 end"
SECONDS = 120.0

_HOST = "collect.hostile.example"
_BOMB = 24 << 20
_DEEP = 20_000
_LONG = 100_000


def facts() -> dict[str, object]:
    """Return what the session says about itself, as hostile as the rest."""
    return {
        "title": f"Synthetic: hostile {SCRIPT} {FORMULA}",
        "app": {"name": f"hostile {IMAGE}", "version": f"1 {SCRIPT}", "kind": "script"},
        "system": f"{SCRIPT} {CONTROL}",
    }


def marks() -> Iterator[Mark]:
    """Yield actions whose values are texts for other programs."""
    texts = (SCRIPT, IMAGE, FORMULA, PATH, CONTROL, "\ud7ff\uffff", "A" * 5000)
    for number, text in enumerate(texts):
        at = 6.0 + 8 * number
        yield Mark("load", at, at + 0.3, {"deck": text, "track": text, "position_s": 0.0})
        yield Mark("cue-set", at + 2, at + 2.1, {"deck": text, "track": text, "position_s": 1e308})
        yield Mark("idle", at + 3, at + 7)


def speak() -> Iterator[Send]:
    """Yield requests, one kind of trouble each."""
    for number, one in enumerate((*_bodies(), *_addresses(), *_labels())):
        yield Send(
            3 + 2.5 * number, one.host, one.path, one.body, "request", one.method, one.headers
        )


def _bodies() -> Iterator[Send]:
    packed = (("Content-Type", JSON), ("Content-Encoding", "gzip"))
    bomb = gzip.compress(b'{"a":"' + b"0" * _BOMB + b'"}', mtime=0)
    yield Send(0, _HOST, "/bomb", bomb, headers=packed)
    yield Send(0, _HOST, "/bomb-twice", gzip.compress(bomb, mtime=0), headers=packed)
    yield _raw("/deep", b"[" * _DEEP + b"]" * _DEEP)
    yield _raw("/deep-objects", b'{"a":' * _DEEP + b"1" + b"}" * _DEEP)
    yield _raw("/long-key", wire.json_bytes({"k" * _LONG: 1, "v": "x" * _LONG}))
    yield _raw("/many", wire.json_bytes({f"key_{number}": number for number in range(3000)}))
    yield _raw("/not-utf8", b'{"title":"\xff\xfe\xc3\x28","cue":"\xed\xa0\x80"}')
    yield _raw(
        "/numbers", b'{"a":NaN,"b":Infinity,"c":-Infinity,"d":1e999,"e":' + b"9" * 400 + b"}"
    )
    yield _raw("/twice", b'{"a":1,"a":2,"":3,"__proto__":{"x":1},"constructor":4}')
    yield _raw("/surrogates", b'{"a":"\\ud800","b":"\\udfff\\ud800","c":"\\u0000"}')
    yield _raw("/cut", b'{"events":[{"name":"page"')
    yield _raw("/empty-events", b'{"events":[' + b",".join([b"{}"] * 500) + b"]}")


def _addresses() -> Iterator[Send]:
    texts = {"title": SCRIPT, "artist": IMAGE, FORMULA: FORMULA, "file": PATH, "bell": CONTROL}
    yield post(
        0, _HOST, "/texts", {"events": [{"name": SCRIPT, "properties": texts, SCRIPT: IMAGE}]}
    )
    yield post_form(0, _HOST, "/form", {**texts, "cmd": "+cmd|' /C calc'!A0", "at": "@SUM(1+1)"})
    yield get(0, _HOST, f"/%3Cscript%3E{MARKER}/..%2f..%2fetc%2fpasswd", q=SCRIPT, r=FORMULA)
    yield Send(0, _HOST, f"/<script>{MARKER}</script>?<img/src=x/onerror={MARKER}>")
    yield Send(
        0, _HOST, "/headers", headers=(("X-Title", SCRIPT), ("Cookie", f"a={IMAGE}; b={FORMULA}"))
    )
    yield Send(0, _HOST, "/agent", headers=(("User-Agent", f"Evil {SCRIPT} {PATH}"),))
    parts = {f'{SCRIPT}"; filename="{PATH}': ("text/html", SCRIPT.encode())}
    kind = f"multipart/form-data; boundary={wire.BOUNDARY}"
    yield Send(0, _HOST, "/upload", wire.multipart(parts), headers=(("Content-Type", kind),))


def _labels() -> Iterator[Send]:
    json = wire.json_bytes({"name": "lying", "text": SCRIPT})
    tags = wire.protobuf([(1, SCRIPT), (2, 7), (3, [(1, FORMULA)])])
    for number, (kind, body) in enumerate(
        (
            ("application/x-protobuf", json),
            ("application/grpc", json),
            ("image/png", json),
            ("application/msgpack", json),
            (JSON, tags),
            (JSON, b"\x1f\x8b\x08\x00 not gzip"),
            (f"text/html; charset={PATH}", SCRIPT.encode()),
            (f"{SCRIPT}/{IMAGE}", json),
            ("application/x-www-form-urlencoded", b"%%%=%zz&&&=;" * 50),
            ("multipart/form-data; boundary=", b"--\r\n--"),
            ("application/x-plist", b"bplist00" + b"\xff" * 40),
            ("application/xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
        )
    ):
        yield Send(0, _HOST, f"/label/{number}", body, headers=(("Content-Type", kind),))
    for coding in ("br", "zstd", "deflate", "gzip, gzip, gzip", "invented"):
        headers = (("Content-Type", JSON), ("Content-Encoding", coding))
        yield Send(0, _HOST, f"/coding/{coding[:4]}", json, headers=headers)


def _raw(path: str, body: bytes) -> Send:
    return Send(0, _HOST, path, body, headers=(("Content-Type", JSON),))
