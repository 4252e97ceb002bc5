"""Sound is recognised by label and by first bytes; texts and look-alikes stay."""

import hashlib

import pytest

from auditor.session.media import FRAME_LIMIT, frame_body, media_kind, omission

# Two AAC frames of 9 bytes each: the length stands in the header.
ADTS = bytes([0xFF, 0xF1, 0x50, 0x80, 0x01, 0x3F, 0xFC, 0, 0]) * 2


@pytest.mark.parametrize(
    ("content_type", "body", "kind"),
    [
        ("audio/mp4", b"\x01\x02", "audio"),
        (" Audio/MPEG; x=1", b"\x01\x02", "audio"),
        ("video/mp2t", b"\x47", "video"),
        ("application/octet-stream", b"\0\0\0\x18ftypiso5", "audio"),
        ("", b"\0\0\0\x18moof", "audio"),
        ("text/plain", b"OggS\0", "audio"),
        ("", b"fLaC\0", "audio"),
        ("", b"ID3\x04", "audio"),
        ("", b"RIFF\0\0\0\0WAVE", "audio"),
        ("", ADTS, "audio"),
        ("", ADTS[:9] + b"\0" * 9, ""),
        ("", b"\xff\xf1\x50", ""),
        ("audio/mpegurl", b"#EXTM3U\n#EXT-X", ""),
        ("audio/mp4", b"", ""),
        ("application/json", b'{"ftyp": 1}', ""),
        ("application/x-protobuf", bytes(range(64)), ""),
        ("image/png", b"\x89PNG", ""),
    ],
    ids=range(17),
)
def test_media_kind(content_type: str, body: bytes, kind: str) -> None:
    assert media_kind(content_type, body) == kind


def test_omission_keeps_size_and_digest() -> None:
    assert omission("audio", b"abc") == {
        "why": "audio",
        "size": 3,
        "sha256": hashlib.sha256(b"abc").hexdigest(),
    }


def test_frames_are_text_base64_or_left_out() -> None:
    assert frame_body("é".encode(), text=True) == {"body": "é"}
    assert frame_body(b"\xff\x00", text=False) == {"body": "/wA="}
    big = frame_body(b"x" * (FRAME_LIMIT + 1), text=True)
    assert big["body"] == ""
    assert big["omitted"]["size"] == FRAME_LIMIT + 1
    assert frame_body(b"OggS....", text=False)["omitted"]["why"] == "audio"
