from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.decode import REASONS, decode_message
from auditor.decode.formats import FORMATS, read
from auditor.decode.tree import Raw
from auditor.records import Message
from auditor.selftest.plants import make_plants


def test_names_are_unique_and_text_is_last() -> None:
    names = [name for name, _, _ in FORMATS]
    assert len(set(names)) == len(names)
    assert names[-1] == "text"


def test_the_surest_wins() -> None:
    samples = {
        b'{"a":1}': ("json",),
        b'{"a":1}\n{"a":2}': ("ndjson",),
        b'{}\n{"type":"event"}\n{}': ("envelope",),
        b"a=1&b=2": ("form",),
        b"\x0a\x07cue_set\x10\xb2\xde\x03\x1a\x01A": ("protobuf",),
        b"plain words": (),
    }
    for data, steps in samples.items():
        reading = read(Raw(data))
        assert reading is not None
        assert reading.steps == steps
    assert read(Raw(b"\xff\xc0\x80")) is None


PLANTS = [plant.content for plant in make_plants(9)]
LABELS = ["", "application/x-protobuf", "application/grpc-web-text", "application/msgpack",
          "application/cbor", "text/event-stream", "application/json"]  # fmt: skip


@settings(derandomize=True, max_examples=400, deadline=None)
@given(
    st.sampled_from(PLANTS),
    st.lists(st.tuples(st.integers(0, 5000), st.binary(max_size=3)), max_size=4),
    st.integers(0, 5000),
    st.sampled_from(LABELS),
)
def test_damage_to_any_format_is_survived(
    body: bytes, changes: list[tuple[int, bytes]], end: int, label: str
) -> None:
    for place, change in changes:
        start = place % (len(body) + 1)
        body = body[:start] + change + body[start + len(change) % 2 :]
    body = body[: end % (len(body) + 1)] if end % 3 else body
    message = Message("out", body, len(body), label)
    decoded = decode_message(message)
    assert decoded == decode_message(message)
    assert {one.reason for one in decoded.unread} <= set(REASONS)
    assert decoded.leaves or decoded.unread or len(body) < 40
