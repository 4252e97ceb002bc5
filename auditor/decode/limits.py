"""How far decoding goes, and the closed list of reasons why something stays unread."""

from __future__ import annotations

from dataclasses import dataclass

OPAQUE = "encrypted or unknown binary"
DAMAGED = "damaged"
OVER_LIMIT = "over limit"
LEFT_OUT = "left out"
UNSUPPORTED = "unsupported encoding"
MEDIA = "media"

REASONS = (OPAQUE, DAMAGED, OVER_LIMIT, LEFT_OUT, UNSUPPORTED, MEDIA)
"""Every `Unread.reason` is one of these."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on the work that one message may cause; what lies beyond is reported as unread."""

    hops: int = 8
    """Times that something inside something is decoded once more."""
    depth: int = 64
    """Levels of objects and arrays, counted over all hops."""
    plain_size: int = 16 * 1024 * 1024
    """Bytes that all decompression in one message may produce together."""
    ratio: int = 400
    """Decompressed bytes per compressed byte, looked at from `ratio_from` bytes on."""
    ratio_from: int = 1024 * 1024
    leaves: int = 200_000


LIMITS = Limits()


class Meter:
    """The bytes that decompression may still produce in one message."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.left = limits.plain_size

    def allows(self, packed: int, plain: int) -> bool:
        """Say whether `packed` bytes may have become `plain` bytes."""
        limits = self._limits
        over_ratio = plain > limits.ratio_from and plain > packed * limits.ratio
        return plain <= self.left and not over_ratio

    def spend(self, plain: int) -> None:
        """Note that decompression produced `plain` bytes."""
        self.left -= plain
