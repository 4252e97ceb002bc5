"""Shapes that services are known to send, with invented content: from the wire to the names."""

from __future__ import annotations

import base64
import gzip
import json
import struct

import pytest

from auditor.decode import LIMITS, decode_message
from auditor.decode.head import read as read_head
from auditor.records import Message, Value
from auditor.selftest.wire import grpc, json_bytes, protobuf

EVENT = {"event_name": "EndSong", "message": {"ms_played": 61234, "reason_end": "fwdbtn"}}


def values(body: bytes, *encodings: str, label: str = "", text: bool = False) -> dict[str, Value]:
    decoded = decode_message(Message("out", body, len(body), label, encodings, text=text))
    assert decoded.unread == ()
    return {leaf.path: leaf.value for leaf in decoded.leaves}


@pytest.mark.parametrize("declared", [("gzip",), ()])
def test_gabo_in_protobuf(declared: tuple[str, ...]) -> None:
    fragments = [
        ("message", [(2, "EndSong"), (11, 61234)]),
        ("context_time", [(1, 1_763_700_000_123)]),
    ]
    event = [(2, "EndSong"), *((3, [(1, name), (2, one)]) for name, one in fragments), (5, 7)]
    body = gzip.compress(protobuf([(1, event), (1, event)]))
    found = values(body, *declared, label="application/x-www-form-urlencoded")
    assert found["1.2"] == "EndSong"
    assert found["1.3.2.11"] == 61234
    assert found["1.3.2.1"] == 1_763_700_000_123


def test_lists_of_numbers_in_gabo() -> None:
    ends = bytes.fromhex("b2de03cd8306c1a907")
    speeds = struct.pack("<2f", 1.0, 1.5)
    event = [
        (2, "StreamReportingSegmentsDebug"),
        (3, [(1, "message"), (2, [(4, ends), (10, speeds)])]),
    ]
    body = protobuf([(1, event)])
    decoded = decode_message(Message("out", body, len(body), "application/x-protobuf"))
    found = [(leaf.path, leaf.value) for leaf in decoded.leaves]
    assert [value for path, value in found if path == "1.3.2.4"] == [61234, 98765, 120001]
    assert [value for path, value in found if path == "1.3.2.10"] == [1.0, 1.5]


def test_gabo_in_json() -> None:
    body = json_bytes(
        {"suppress_persist": False, "events": [{"fragments": EVENT, "sequence_number": 4}]}
    )
    found = values(gzip.compress(body), "gzip", label="application/json")
    assert found["events[].fragments.message.ms_played"] == 61234


def test_a_dealer_frame() -> None:
    command = {"command": {"endpoint": "seek_to", "value": 61234}}
    packed = base64.b64encode(gzip.compress(json_bytes(command))).decode()
    frame = {
        "type": "message",
        "headers": {"Transfer-Encoding": "gzip", "Content-Type": "application/json"},
        "payloads": [packed],
        "uri": "hm://connect-state/v1/player/command",
    }
    found = values(json_bytes(frame), text=True)
    assert found["payloads[]>command.value"] == 61234
    assert found["headers.Transfer-Encoding"] == "gzip"


def test_connect_state_and_herodotus() -> None:
    player = [(2, "spotify:playlist:x"), (9, 1.05), (10, 61234), (12, 1), (23, "session-7")]
    found = values(gzip.compress(protobuf([(2, [(1, [(2, 300)]), (2, player)]), (5, 4)])), "gzip")
    assert found["2.2.9"] == 1.05
    assert found["2.2.10"] == 61234
    point = [
        (1, "id-1"),
        (2, [(1, 61), (2, 234_000_000)]),
        (6, "spotify:track:4uLU6hMCjMI75M1A2tKUQC"),
    ]
    body = protobuf([(1, "user-7"), (2, "spotify:list:play-history:v1"), (4, [(2, point)])])
    assert values(grpc(body), label="application/grpc")["4.2.2.2"] == 234_000_000


def test_mixpanel_in_the_address() -> None:
    data = base64.b64encode(json_bytes({"event": "cue_set", "properties": {"ms": 61234}})).decode()
    found = read_head(f"ip=1&data={data}", (), LIMITS)
    assert ("data>properties.ms", 61234) in {(leaf.path, leaf.value) for leaf in found.leaves}


@pytest.mark.parametrize("label", ["", "text/plain;charset=UTF-8"])
def test_hits_of_universal_analytics_and_matomo(label: str) -> None:
    lines = b"v=1&t=event&ec=deck&ea=cue_set&ev=61234\r\nv=1&t=event&ec=deck&ea=loop_set&ev=8\r\n"
    assert values(lines, label=label)["[].ea"] == "loop_set"
    bulk = json.dumps({"requests": ["?e_c=deck&e_a=cue&e_v=61234"], "token_auth": "x"}).encode()
    assert values(bulk, label=label)["requests[]>e_v"] == "61234"
