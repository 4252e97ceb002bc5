"""Write the formats that clients send: small encoders that share no code with the decoders."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import brotli
import zstandard

Tree = Mapping[str, Any]
Fields = Sequence[tuple[int, Any]]
"""Protobuf fields in wire order: number and int, float, text, bytes or nested fields."""

BOUNDARY = "selftest-7f3a"
_RAW_DEFLATE = -15


def json_bytes(value: object) -> bytes:
    """Return compact JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def gzipped(data: bytes) -> bytes:
    """Return gzip without a time in it, so that equal seeds give equal bytes."""
    return gzip.compress(data, mtime=0)


def deflated(data: bytes) -> bytes:
    """Return `deflate` without zlib's head and checksum, as some clients send it."""
    packer = zlib.compressobj(wbits=_RAW_DEFLATE)
    return packer.compress(data) + packer.flush()


def brotlied(data: bytes) -> bytes:
    """Return brotli."""
    return bytes(brotli.compress(data))


def zstd_frames(*parts: bytes) -> bytes:
    """Return one zstd frame per part, one behind the other."""
    return b"".join(zstandard.ZstdCompressor().compress(part) for part in parts)


def base64_text(data: bytes) -> str:
    """Return base64 in the usual alphabet."""
    return base64.b64encode(data).decode()


def base64url_text(data: bytes) -> str:
    """Return base64 in the alphabet for addresses, without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def jwt(claims: Tree) -> str:
    """Return a signed token; the key is worthless."""
    parts = [
        base64url_text(json_bytes(part)) for part in ({"alg": "HS256", "typ": "JWT"}, dict(claims))
    ]
    signature = hmac.digest(b"selftest", ".".join(parts).encode(), hashlib.sha256)
    return ".".join((*parts, base64url_text(signature)))


def envelope(*items: tuple[str, object]) -> bytes:
    """Return a newline-separated envelope as Sentry's clients send it."""
    lines = [json_bytes({"event_id": "0" * 32, "sent_at": "2026-01-01T00:00:00Z"})]
    for kind, payload in items:
        body = json_bytes(payload)
        lines += [json_bytes({"type": kind, "length": len(body)}), body]
    return b"\n".join(lines)


def multipart(parts: Mapping[str, tuple[str, bytes]]) -> bytes:
    """Return a multipart body; a part is its content type and its bytes."""
    found = bytearray()
    for name, (kind, data) in parts.items():
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n'
        found += f"{head}Content-Type: {kind}\r\n\r\n".encode() + data + b"\r\n"
    return bytes(found) + f"--{BOUNDARY}--\r\n".encode()


def varint(number: int) -> bytes:
    """Return a protobuf integer."""
    found = bytearray()
    while number > 0x7F:  # noqa: PLR2004
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(found) + bytes([number])


def protobuf(fields: Fields) -> bytes:
    """Return a protobuf message."""
    return b"".join(_field(number, value) for number, value in fields)


def _field(number: int, value: Any) -> bytes:
    if isinstance(value, float):
        return varint(number << 3 | 1) + struct.pack("<d", value)
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    data = data if isinstance(data, bytes) else protobuf(data)
    return varint(number << 3 | 2) + varint(len(data)) + data


def grpc(*messages: bytes, packed: bool = False) -> bytes:
    """Return messages with gRPC's length prefix, compressed ones with the mark for it."""
    found = b""
    for message in messages:
        body = gzipped(message) if packed else message
        found += bytes([packed]) + len(body).to_bytes(4) + body
    return found


def message_pack(value: object) -> bytes:
    """Return MessagePack of what JSON can hold."""
    if isinstance(value, Mapping):
        items = b"".join(message_pack(key) + message_pack(one) for key, one in value.items())
        return b"\xde" + len(value).to_bytes(2) + items
    if isinstance(value, str):
        data = value.encode()
        return b"\xd9" + bytes([len(data)]) + data
    if isinstance(value, float):
        return b"\xcb" + struct.pack(">d", value)
    return b"\xd3" + int(str(value)).to_bytes(8, signed=True)


def cbor(value: object) -> bytes:
    """Return CBOR of what JSON can hold."""
    if isinstance(value, Mapping):
        items = b"".join(cbor(key) + cbor(one) for key, one in value.items())
        return b"\xb9" + len(value).to_bytes(2) + items
    if isinstance(value, str):
        data = value.encode()
        return b"\x78" + bytes([len(data)]) + data
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    return b"\x1b" + int(str(value)).to_bytes(8)
