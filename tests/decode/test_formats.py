from __future__ import annotations

from auditor.decode.formats import FORMATS, read
from auditor.decode.tree import Raw


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
