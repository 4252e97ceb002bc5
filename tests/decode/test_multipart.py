from __future__ import annotations

import pytest

from auditor.decode import decode_message
from auditor.records import Decoded, Message

BODY = (
    b'--Xy1\r\nContent-Disposition: form-data; name="user"\r\n\r\ndj-invented\r\n'
    b'--Xy1\r\nContent-Disposition: form-data; name="upload_file"; filename="/home/dj/a.json"\r\n'
    b'Content-Type: application/json\r\n\r\n{"attributes":{"user.id":7}}\r\n'
    b'--Xy1\r\nContent-Disposition: form-data; name="dump"; filename=crash.dmp\r\n\r\n'
    + bytes(range(128, 228))
    + b"\r\n--Xy1--\r\n"
)


def decode(body: bytes, content_type: str = "") -> Decoded:
    return decode_message(Message("out", body, len(body), content_type))


@pytest.mark.parametrize(
    "label", ["", "application/octet-stream", 'multipart/form-data; boundary="Xy1"']
)
def test_parts_are_decoded_on_their_own(label: str) -> None:
    decoded = decode(BODY, label)
    assert [(leaf.path, leaf.value, leaf.steps) for leaf in decoded.leaves] == [
        ("upload_file.filename", "/home/dj/a.json", ("multipart",)),
        ("dump.filename", "crash.dmp", ("multipart",)),
        ("user", "dj-invented", ("multipart",)),
        ('upload_file>attributes["user.id"]', 7, ("multipart", "json")),
    ]
    assert [(one.path, one.reason, one.size) for one in decoded.unread] == [
        ("dump", "encrypted or unknown binary", 100)
    ]


def test_a_preamble_needs_the_label_whatever_its_case() -> None:
    decoded = decode(b"preamble\r\n" + BODY, "Multipart/Form-Data; boundary=Xy1")
    assert decoded.leaves == decode(BODY).leaves
    assert ("user", "dj-invented") in [(leaf.path, leaf.value) for leaf in decoded.leaves]


def test_an_early_end_is_told() -> None:
    decoded = decode(BODY[:120])
    assert decoded.leaves[0].value == "dj-invented"
    assert ("damaged", "multipart ends early") in {
        (one.reason, one.detail) for one in decoded.unread
    }


def test_parts_without_a_name_are_items() -> None:
    body = b"--b\r\nContent-Type: text/plain\r\n\r\none\r\n--b\r\nContent-Type: text/plain\r\n\r\ntwo\r\n--b--"
    assert [(leaf.path, leaf.at, leaf.value) for leaf in decode(body).leaves] == [
        ("[]", (0,), "one"),
        ("[]", (1,), "two"),
    ]


def test_a_crash_report_keeps_its_notes_and_weighs_its_dump() -> None:
    """What Crashpad sends: annotations as parts, memory as one part that nobody can read here."""
    dump = b"MDMP\x93\xa7\x00\x00" + b"text that was in memory " * 10
    body = (
        b'--B\r\nContent-Disposition: form-data; name="guid"\r\n\r\n3f2b8a7e\r\n'
        b'--B\r\nContent-Disposition: form-data; name="deck_state"\r\n\r\n{"cue":61234}\r\n'
        b'--B\r\nContent-Disposition: form-data; name="upload_file_minidump"; filename="a.dmp"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n" + dump + b"\r\n--B--\r\n"
    )
    decoded = decode(body)
    assert [(leaf.path, leaf.value) for leaf in decoded.leaves] == [
        ("upload_file_minidump.filename", "a.dmp"),
        ("guid", "3f2b8a7e"),
        ("deck_state>cue", 61234),
    ]
    assert [(one.path, one.reason, one.size, one.detail) for one in decoded.unread] == [
        ("upload_file_minidump", "encrypted or unknown binary", len(dump), "minidump")
    ]
