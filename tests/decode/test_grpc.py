from __future__ import annotations

import base64
import gzip
import zlib

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.decode import decode_message
from auditor.records import Decoded, Message, Value
from auditor.selftest.wire import protobuf

CUE = protobuf([(1, "cue_set"), (2, 61234)])
GRPC = "application/grpc+proto"


def frame(data: bytes, flags: int = 0) -> bytes:
    return bytes([flags]) + len(data).to_bytes(4) + data


def decode(body: bytes, label: str = GRPC) -> Decoded:
    return decode_message(Message("out", body, len(body), label))


def values(decoded: Decoded) -> list[tuple[str, Value]]:
    return [(leaf.path, leaf.value) for leaf in decoded.leaves]


@pytest.mark.parametrize(
    "pack",
    [gzip.compress, zlib.compress, zstandard.ZstdCompressor().compress],
    ids=["gzip", "zlib", "zstd"],
)
def test_compressed_frames(pack: object) -> None:
    body = frame(pack(CUE), 1) + frame(CUE)  # type: ignore[operator]
    assert values(decode(body)) == [("1", "cue_set")] * 2 + [("2", 61234)] * 2


def test_trailers_of_grpc_web() -> None:
    body = frame(CUE) + frame(b"grpc-status: 0\r\nGrpc-Message: fine\r\n", 0x80)
    for label in ("application/grpc-web+proto", ""):
        decoded = decode(body, label)
        assert decoded.unread == ()
        assert values(decoded)[2:] == [
            ("trailers.grpc-status", "0"),
            ("trailers.grpc-message", "fine"),
        ]


def test_web_text_in_pieces() -> None:
    pieces = base64.b64encode(frame(CUE)), base64.b64encode(frame(b"grpc-status:0\r\n", 0x80))
    decoded = decode(b"".join(pieces), "application/grpc-web-text+proto")
    assert values(decoded) == [("1", "cue_set"), ("2", 61234), ("trailers.grpc-status", "0")]
    assert decoded.leaves[0].steps == ("base64", "grpc", "protobuf")
    assert values(decode(b"not base64!", "application/grpc-web-text")) == [("", "not base64!")]


def test_one_frame_that_cannot_be_read_does_not_cost_the_others() -> None:
    body = frame(CUE) + frame(b"\xff\xfe\xfd", 1) + frame(b"\x07\x07") + frame(b"")
    decoded = decode(body)
    assert values(decoded) == [("1", "cue_set"), ("2", 61234)]
    assert [(one.reason, one.size) for one in decoded.unread] == [("damaged", 3), ("damaged", 2)]
    assert decode(body, "").leaves == ()


def test_a_frame_that_explodes_is_over_the_limit() -> None:
    decoded = decode(frame(gzip.compress(bytes(30_000_000)), 1) + frame(CUE))
    assert values(decoded) == [("1", "cue_set"), ("2", 61234)]
    assert [one.reason for one in decoded.unread] == ["over limit"]


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.binary(max_size=30), st.sampled_from([0, 1, 0x80, 0x81]))))
def test_no_frames_raise(frames: list[tuple[bytes, int]]) -> None:
    body = b"".join(frame(data, flags) for data, flags in frames)
    for label in (GRPC, "application/grpc-web-text", ""):
        decode(body, label)
        decode(base64.b64encode(body), label)
