"""Read the server name from the first packets of a QUIC client (RFC 9001, RFC 9369).

Their keys follow from a number that stands in the open: anyone on the way can read them.
"""

# ruff: noqa: PLR2004 (numbers of a wire format)

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

_SALTS = {
    1: (bytes.fromhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a"), b"quic ", 0),
    0x6B3343CF: (bytes.fromhex("0dede3def700a6db819381be6e269dcbf9bd2ed9"), b"quicv2 ", 1),
}
"""By version: salt, what labels begin with, and which number says that a packet is a first one."""
_LONG, _FIXED = 0x80, 0x40
_LONGEST_ID = 20
_PADDING, _PING, _CRYPTO = 0, 1, 6
_MOST = 1 << 16


def is_quic(data: bytes) -> bool:
    """Say whether a datagram begins a QUIC connection: a long header with a version we know."""
    return len(data) >= 1200 and data[0] & 0xC0 == _LONG | _FIXED and _version(data) in _SALTS


def crypto_parts(data: bytes, first_id: bytes) -> tuple[dict[int, bytes], bytes]:
    """Return pieces of the hello by their place, and the connection id that gives the keys.

    `first_id` is that id as an earlier datagram told it; empty for the first one.
    """
    try:
        return _parts(data, first_id)
    except (IndexError, ValueError, InvalidTag):
        return {}, first_id


def _version(data: bytes) -> int:
    return int.from_bytes(data[1:5])


def _parts(data: bytes, first_id: bytes) -> tuple[dict[int, bytes], bytes]:
    salt, word, initial = _SALTS.get(_version(data), (b"", b"", -1))
    if data[0] >> 4 & 3 != initial or data[5] > _LONGEST_ID:
        return {}, first_id
    place = 6 + data[5]
    first_id = first_id or data[6:place]
    place += 1 + data[place]
    token, place = _number(data, place)
    size, place = _number(data, place + token)
    secret = _expand(_hash(salt, first_id), b"client in", 32)
    key, nonce, mask_key = (
        _expand(secret, word + name, length)
        for name, length in ((b"key", 16), (b"iv", 12), (b"hp", 16))
    )
    sample = data[place + 4 : place + 20]
    mask = Cipher(algorithms.AES(mask_key), modes.ECB()).encryptor().update(sample)  # noqa: S305
    first = data[0] ^ mask[0] & 0x0F
    width = (first & 3) + 1
    number = bytes(a ^ b for a, b in zip(data[place : place + width], mask[1:], strict=False))
    head = bytes([first]) + data[1:place] + number
    nonce = bytes(a ^ b for a, b in zip(nonce, number.rjust(12, b"\0"), strict=True))
    return _crypto(AESGCM(key).decrypt(nonce, data[place + width : place + size], head)), first_id


def _crypto(payload: bytes) -> dict[int, bytes]:
    found, place = {}, 0
    while place < len(payload):
        kind = payload[place]
        place += 1
        if kind == _CRYPTO:
            offset, place = _number(payload, place)
            size, place = _number(payload, place)
            if offset + size <= _MOST:
                found[offset] = payload[place : place + size]
            place += size
        elif kind not in {_PADDING, _PING}:
            break
    return found


def _number(data: bytes, place: int) -> tuple[int, int]:
    """Read a number of variable length; return it and where it ends."""
    width = 1 << (data[place] >> 6)
    return int.from_bytes(data[place : place + width]) & (1 << width * 8 - 2) - 1, place + width


def _hash(key: bytes, data: bytes) -> bytes:
    made = HMAC(key, SHA256())
    made.update(data)
    return made.finalize()


def _expand(secret: bytes, label: bytes, size: int) -> bytes:
    """Derive a key; every one that is needed here fits into one hash."""
    name = b"tls13 " + label
    info = size.to_bytes(2) + bytes([len(name)]) + name + b"\0"
    return _hash(secret, info + b"\1")[:size]
