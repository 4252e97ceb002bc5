from __future__ import annotations

import pytest

from auditor.decode import decode_message
from auditor.records import Message, Value
from auditor.selftest.wire import protobuf

HEADER = protobuf(
    [(1, "hm://event-service/v1/events"), (3, "POST"), (6, [(1, "Accept-Language"), (2, "en")])]
)
ENDED = b"\t".join([b"12", b"38", b"7", b"device-id", *[b"x"] * 8, b"61234", b""])


def packet(*parts: bytes) -> bytes:
    """Write a message in the shape that open clients document: sequence, flags, count, parts."""
    body = b"\0\x08" + (7).to_bytes(8) + b"\x01" + len(parts).to_bytes(2)
    return body + b"".join(len(part).to_bytes(2) + part for part in parts)


def values(body: bytes) -> dict[str, Value]:
    decoded = decode_message(Message("out", body, len(body)))
    assert {leaf.steps[0] for leaf in decoded.leaves} == {"mercury"}
    return {leaf.path: leaf.value for leaf in decoded.leaves}


def test_columns_have_the_number_of_their_tag() -> None:
    found = values(packet(HEADER, ENDED))
    assert found["header.uri"] == "hm://event-service/v1/events"
    assert found["header.method"] == "POST"
    assert found["header.userFields.Accept-Language"] == "en"
    assert found["parts[].event"] == "12"
    assert found["parts[].version"] == "38"
    assert found["parts[].2"] == "device-id"
    assert found["parts[].11"] == "61234"


def test_other_parts_are_decoded_on_their_own() -> None:
    found = values(
        packet(HEADER, b'{"cue":61234}', protobuf([(1, "EndSong"), (2, 61234), (4, [(1, 5)])]))
    )
    assert found["parts[]>cue"] == 61234
    assert found["parts[]>1"] == "EndSong"


@pytest.mark.parametrize(
    "body",
    [packet(), packet(HEADER)[:-1], packet(HEADER) + b"x", b"\0\x08 hm://", packet(b"hm://"),
     packet(protobuf([(3, "hm://")]))],
)  # fmt: skip
def test_what_does_not_add_up_is_refused(body: bytes) -> None:
    decoded = decode_message(Message("out", body, len(body)))
    assert not any("mercury" in leaf.steps for leaf in decoded.leaves)
