"""The one ordered list of body formats; the surest reading wins."""

from __future__ import annotations

from collections.abc import Callable

from auditor.decode import envelope, form, grpc, json, media, multipart, protobuf, text
from auditor.decode.tree import Raw, Reading

FORMATS: tuple[tuple[str, Callable[[Raw], Reading | None]], ...] = (
    ("media", media.read),
    ("envelope", envelope.read),
    ("json", json.read),
    ("multipart", multipart.read),
    ("grpc", grpc.read),
    ("protobuf", protobuf.read),
    ("form", form.read),
    ("text", text.read),
)
"""Name and reader; of two that are equally sure the earlier one wins."""

_CERTAIN = 0.96
"""From here on the remaining formats are not asked."""


def read(raw: Raw) -> Reading | None:
    """Return the surest reading of a body, or None when no format fits."""
    best: Reading | None = None
    for _, reader in FORMATS:
        reading = reader(raw)
        if reading is not None and (best is None or reading.sure > best.sure):
            best = reading
            if best.sure >= _CERTAIN:
                break
    return best
