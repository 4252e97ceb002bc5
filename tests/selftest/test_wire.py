"""The encoders of the rehearsal, against other people's decoders and published examples."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from email import message_from_bytes

import brotli
import msgpack
import pytest
import zstandard

from auditor.selftest import wire
from auditor.selftest.misbehave import access_point_hello

TREE = {"event": "deck_state", "hot_cue_position_ms": 61234.5, "number": 70_000}


def test_compressed_bytes_unpack_elsewhere() -> None:
    data = wire.json_bytes(TREE)
    assert gzip.decompress(wire.gzipped(data)) == data
    assert zlib.decompress(wire.deflated(data), -15) == data
    assert brotli.decompress(wire.brotlied(data)) == data


def test_zstd_frames_are_several() -> None:
    packed = wire.zstd_frames(b"one", b"two")
    assert packed.count(b"\x28\xb5\x2f\xfd") == 2
    with zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True) as reader:
        assert reader.read() == b"onetwo"


def test_message_pack_reads_elsewhere() -> None:
    assert msgpack.unpackb(wire.message_pack(TREE)) == TREE


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1.1, "fb3ff199999999999a"),  # RFC 8949, appendix A
        (1_000_000_000_000, "1b000000e8d4a51000"),  # RFC 8949, appendix A
        ("a", "780161"),  # the longer of two spellings that section 3.1 allows
        ({"a": 1}, "b900017801611b0000000000000001"),
    ],
)
def test_cbor_is_spelled_as_the_standard_says(value: object, expected: str) -> None:
    assert wire.cbor(value).hex() == expected


def test_protobuf_is_spelled_as_its_documentation_says() -> None:
    assert wire.protobuf([(1, 150)]).hex() == "089601"
    assert wire.protobuf([(2, "testing")]).hex() == "120774657374696e67"
    assert wire.protobuf([(3, [(1, 150)])]).hex() == "1a03089601"
    assert wire.protobuf([(1, 25.4)]).hex() == "096666666666663940"


def test_grpc_frames_carry_their_length() -> None:
    assert wire.grpc(b"abc", b"") == b"\x00\x00\x00\x00\x03abc\x00\x00\x00\x00\x00"
    packed = wire.grpc(b"abc", packed=True)
    assert packed[0] == 1
    assert gzip.decompress(packed[5:]) == b"abc"


def test_a_token_has_three_parts() -> None:
    head, claims, signature = wire.jwt(TREE).split(".")
    assert json.loads(base64.urlsafe_b64decode(head + "=="))["alg"] == "HS256"
    assert json.loads(base64.urlsafe_b64decode(claims + "==")) == TREE
    assert len(base64.urlsafe_b64decode(signature + "=")) == 32


def test_multipart_reads_as_mail_does() -> None:
    body = wire.multipart({"state": ("application/json", b"{}"), "name": ("text/plain", b"x")})
    head = f"Content-Type: multipart/form-data; boundary={wire.BOUNDARY}\r\n\r\n".encode()
    parts = message_from_bytes(head + body).get_payload()
    assert [part.get_payload(decode=True) for part in parts] == [b"{}", b"x"]


def test_an_envelope_tells_the_length_of_its_items() -> None:
    lines = wire.envelope(("event", TREE)).split(b"\n")
    assert json.loads(lines[1]) == {"type": "event", "length": len(lines[2])}


def test_the_hello_looks_like_that_of_an_access_point_client() -> None:
    hello = access_point_hello()
    assert hello[:4] == b"\x00\x04\x00\x00"
    assert int.from_bytes(hello[2:6]) == len(hello)
    assert hello[6] == 0x52
    assert hello[7] in {0x0E, 0x0F}
    assert hello[8:10] == b"\x50\x03"  # product: partner
