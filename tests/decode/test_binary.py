"""What bytes must not be taken for: nearly every byte string is valid MessagePack of something."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from auditor.decode import cbor, decode_message, formats, msgpack, otlp
from auditor.decode.tree import Raw
from auditor.records import Message
from auditor.selftest import wire

SEEDED = random.Random(11)  # noqa: S311
HEADS = msgpack.STARTS + cbor.STARTS
LETTERS = b'abcdefghijklmnopqrstuvwxyz 0123456789{}":,=&'
READERS = (msgpack.read, cbor.read, otlp.read)


def noise(size: int) -> bytes:
    return SEEDED.randbytes(size)


def headed(size: int) -> bytes:
    """Return bytes that begin as a collection does."""
    return bytes([SEEDED.choice(HEADS)]) + noise(size - 1)


def uuid() -> bytes:
    data = bytearray(noise(16))
    data[6], data[8] = 0x40 | data[6] & 0x0F, 0x80 | data[8] & 0x3F
    return bytes(data)


def text() -> bytes:
    return bytes(SEEDED.choices(LETTERS, k=SEEDED.randint(1, 60)))


def message() -> bytes:
    tag = SEEDED.choice([1, 2, 16, 18, 300])
    fields = [(tag, SEEDED.randrange(2**40)), (tag + 1, "track-" + str(SEEDED.random()))]
    return wire.protobuf([*fields, (tag + 2, [(1, 128.5), (2, noise(16))])])


@pytest.mark.parametrize(
    ("make", "wrong"),
    [
        (lambda: noise(SEEDED.randint(1, 12)), 2),
        (lambda: noise(SEEDED.randint(13, 300)), 0),
        (lambda: headed(SEEDED.randint(8, 12)), 3),
        (lambda: headed(SEEDED.randint(13, 300)), 2),
        (uuid, 1),
        (text, 0),
        (message, 0),
        (lambda: wire.json_bytes({"event": text().decode(), "ms": SEEDED.random()}), 0),
        (lambda: b"\xff\xd8\xff\xe0\0\x10JFIF\0" + noise(50), 0),
        (lambda: b"\x89PNG\r\n\x1a\n" + noise(50), 0),
        (lambda: noise(1), 0),
    ],
    ids=["short noise", "noise", "short headed", "headed", "uuid", "text", "protobuf", "json",
         "jpeg", "png", "byte"],
)  # fmt: skip
def test_what_is_neither_is_left_alone(make: Callable[[], bytes], wrong: int) -> None:
    """Of 4,000 bodies without a label, at most so many may be misread."""
    bodies = [make() for _ in range(4000)]
    misread = [one for one in bodies if any(reader(Raw(one)) for reader in READERS)]
    assert len(misread) <= wrong, [one.hex() for one in misread[:5]]


def test_a_reader_sees_every_body_it_can_read_whatever_its_first_byte() -> None:
    """The table by first byte must not hide a body from its format."""
    for _ in range(3000):
        body = SEEDED.choice([noise, headed])(SEEDED.randint(1, 40))
        for label in (
            "",
            "application/msgpack",
            "application/cbor",
            "application/grpc",
            "text/event-stream",
        ):
            raw = Raw(body, label)
            for name, reader, starts in formats.FORMATS:
                if body[0] not in starts and name not in {"msgpack", "cbor", "media"}:
                    assert reader(raw) is None, (name, body)


@pytest.mark.parametrize(
    ("label", "body"),
    [
        ("application/msgpack", b"\x91" * 1000 + b"\xc0"),
        ("application/cbor", b"\x81" * 1000 + b"\xf6"),
        ("application/cbor", b"\x9f" * 1000 + b"\xff" * 1000),
        ("application/msgpack", b"\x81\xa1a" * 1000 + b"\xc0"),
        ("application/cbor", b"\xc1" * 100_000 + b"\x01"),
        ("application/msgpack", b"\xdd\x00\x0f\x42\x40" + b"\xc0" * 1_000_000),
        ("application/msgpack", b"\x90" * 1_000_000),
        ("application/cbor", b"\x9f" + b"\x80" * 1_000_000 + b"\xff"),
    ],
    ids=["arrays", "cbor arrays", "open arrays", "maps", "tags", "items", "row", "open items"],
)
def test_too_deep_or_too_many_is_told(label: str, body: bytes) -> None:
    decoded = decode_message(Message("out", body, len(body), label))
    assert [(one.reason, one.size) for one in decoded.unread] == [("over limit", len(body))]


def test_a_key_of_a_megabyte_is_cut_in_the_path() -> None:
    body = b"\x81\xdb" + (1_000_000).to_bytes(4) + b"k" * 1_000_000 + b"\x05"
    (leaf,) = decode_message(Message("out", body, len(body), "application/msgpack")).leaves
    assert (len(leaf.path), leaf.value) == (205, 5)
