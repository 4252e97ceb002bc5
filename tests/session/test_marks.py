"""A mark is taken as told, or refused with a sentence that says what is wrong."""

import pytest

from auditor.records import Mark
from auditor.session.marks import check_request, parse_mark

NOW = 1_763_700_000.5


def test_times_default_to_now_and_end_to_start() -> None:
    assert parse_mark('{"action": "play"}', NOW) == Mark("play", NOW, NOW, {})
    assert parse_mark('{"action": "idle", "start": 5}', NOW) == Mark("idle", 5.0, 5.0, {})


def test_values_keep_their_types() -> None:
    text = '{"action": "cue-jump", "start": 5, "end": 6.5, "values": {"position_s": 61.2, "deck": "A", "n": 3, "on": true, "x": null}}'
    mark = parse_mark(text, NOW)
    assert (mark.start, mark.end) == (5.0, 6.5)
    assert mark.values == {"position_s": 61.2, "deck": "A", "n": 3, "on": True, "x": None}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "JSON object"),
        (b"\xff\xfe", "JSON object"),
        ("[" * 100_000, "JSON object"),
        ('"play"', "JSON object"),
        ('{"action": "Play!"}', "`action`"),
        ('{"values": {}}', "`action`"),
        ('{"action": "play", "position": 3}', "not position"),
        ('{"action": "play", "start": "now"}', "`start` is a number"),
        ('{"action": "play", "start": true}', "`start` is a number"),
        ('{"action": "play", "start": NaN}', "`start` is a number"),
        ('{"action": "play", "start": 1763700000500}', "not milliseconds"),
        ('{"action": "play", "start": 9, "end": 8}', "before"),
        ('{"action": "play", "values": [1]}', "`values` is an object"),
        ('{"action": "play", "values": {"a b": 1}}', "no name"),
        ('{"action": "play", "values": {"at": [1]}}', "The value of at"),
    ],
    ids=range(15),
)
def test_bad_marks_are_refused(text: str | bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_mark(text, NOW)


@pytest.mark.parametrize(
    ("method", "body", "from_page", "reason"),
    [
        ("GET", b'{"action": "play"}', False, "by POST"),
        ("POST", b'{"action": "play"}', True, "web page"),
        ("POST", b" " * 70_000, False, "at most"),
    ],
    ids=["get", "page", "big"],
)
def test_bad_requests_are_refused(method: str, body: bytes, from_page: bool, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        check_request(method, body, from_page)


def test_request_may_bring_a_mark() -> None:
    check_request("POST", b'{"action": "play"}', False)
