"""HAR files of many exporters say the same; what they leave out or damage is counted."""

import base64
import gzip
import json
import random
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from auditor.errors import SourceError
from auditor.records import NOT_SENT, Exchange
from auditor.sources import har, open_capture
from auditor.sources.capture import Capture

URL = "https://ec.tidal.com/api/event-batch?a=1"
START = 1763150640.5


def entry(url: str = URL, **changes: Any) -> dict[str, Any]:
    """Return an entry; `request_x` and `response_x` change parts of these."""
    made: dict[str, Any] = {
        "startedDateTime": "2025-11-14T20:04:00.500Z",
        "time": 20,
        "request": {"method": "POST", "url": url, "headers": [], "cookies": []},
        "response": {"status": 200, "headers": [], "content": {"size": 2, "text": "hi"}},
    }
    for name, value in changes.items():
        part, _, key = name.partition("__")
        if key:
            made[part][key] = value
        else:
            made[name] = value
    return made


def opened(tmp_path: Path, *entries: Any, name: str = "x.har") -> Capture:
    path = tmp_path / name
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}), "utf-8")
    return open_capture(path)


def one(tmp_path: Path, *entries: Any) -> Exchange:
    capture = opened(tmp_path, *entries)
    (found,) = capture.exchanges
    assert capture.losses == []
    return found


def losses(capture: Capture) -> list[tuple[str, int]]:
    return [(loss.reason, loss.count) for loss in capture.losses]


class TestBodies:
    @pytest.mark.parametrize(
        ("post", "body"),
        [
            ({"mimeType": "text/plain", "text": "ü"}, "ü".encode()),
            ({"text": '{"a": 1}', "params": [{"name": "b", "value": "2"}]}, b'{"a": 1}'),
            ({"text": "", "params": [{"name": "a b", "value": "ü"}]}, b"a+b=%C3%BC"),
            ({"text": None, "params": [{"name": "file", "fileName": "set.txt"}]}, b"file=set.txt"),
            ({"text": "aGk=", "encoding": "base64"}, b"hi"),
            ({"text": "\udc80\udcffa"}, b"\x80\xffa"),
            (
                {"text": gzip.compress(b"hello", mtime=0).decode("latin-1")},
                gzip.compress(b"hello", mtime=0),
            ),
            (None, b""),
        ],
    )
    def test_what_was_sent(self, tmp_path: Path, post: Any, body: bytes) -> None:
        assert one(tmp_path, entry(request__postData=post)).messages[0].body == body

    def test_form_fields_of_a_multipart_body_are_called_what_they_are(self, tmp_path: Path) -> None:
        post = {"mimeType": "multipart/form-data; boundary=x", "params": [{"name": "a"}]}
        message = one(tmp_path, entry(request__postData=post)).messages[0]
        assert (message.body, message.content_type) == (b"a=", "application/x-www-form-urlencoded")

    def test_bytes_beside_the_standard(self, tmp_path: Path) -> None:
        """HTTP Toolkit and pcapng-utils keep binary bodies under a name of their own."""
        content = {"text": base64.b64encode(b"\0\xff").decode(), "size": 2, "encoding": "base64"}
        found = one(tmp_path, entry(request___content=content))
        assert found.messages[0].body == b"\0\xff"

    def test_body_that_is_missing(self, tmp_path: Path) -> None:
        message = one(tmp_path, entry(request__bodySize=77)).messages[0]
        assert (message.omitted, message.size) == ("not in the HAR file", 77)

    def test_body_that_the_exporter_damaged_is_counted(self, tmp_path: Path) -> None:
        capture = opened(tmp_path, entry(request__postData={"text": "\n\ufffd\x12"}))
        assert len(list(capture.exchanges)) == 1
        assert losses(capture) == [("request body with bytes that the exporter replaced", 1)]

    def test_decoded_body_with_the_header_of_a_compressed_one(self, tmp_path: Path) -> None:
        headers = [{"name": "Content-Encoding", "value": "gzip"}]
        found = one(tmp_path, entry(request__headers=headers, request__postData={"text": "{}"}))
        assert (found.messages[0].body, found.messages[0].encodings) == (b"{}", ("gzip",))

    @pytest.mark.parametrize(
        ("content", "body", "size", "omitted"),
        [
            ({"text": "aGk=", "encoding": "base64"}, b"hi", 2, ""),
            ({"text": "%", "encoding": "base64"}, b"", 0, "not in the HAR file"),
            ({"size": 900, "mimeType": "audio/mp4"}, b"", 900, "not in the HAR file"),
            ({"size": -1}, b"", 0, "not in the HAR file"),
            (None, b"", 0, "not in the HAR file"),
        ],
    )
    def test_what_came_back(
        self, tmp_path: Path, content: Any, body: bytes, size: int, omitted: str
    ) -> None:
        message = one(tmp_path, entry(response__content=content)).messages[1]
        assert (message.body, message.size, message.omitted) == (body, size, omitted)

    @pytest.mark.parametrize(
        "content",
        [
            {"text": base64.b64encode(bytes(size)).decode(), "encoding": "base64"}
            for size in range(7)
        ]
        + [{"text": "ü"}, {"text": "abc"}, {"text": "ü", "encoding": "base64"}, {"size": 5}],
    )
    def test_replies_that_nobody_wants_are_weighed(self, tmp_path: Path, content: Any) -> None:
        wanted = one(tmp_path, entry(response__content=content)).messages[1]
        (weighed,) = open_capture(tmp_path / "x.har", replies=False).exchanges
        assert weighed.messages[1] == replace(wanted, body=b"")

    @pytest.mark.parametrize("response", [None, {}, {"status": 0, "_error": "net::ERR_FAILED"}])
    def test_no_answer(self, tmp_path: Path, response: Any) -> None:
        found = one(tmp_path, entry(response=response))
        assert (found.status, len(found.messages)) == (None, 1)
        assert found.error == (response or {}).get("_error", "")

    def test_answer_from_the_cache_was_not_sent(self, tmp_path: Path) -> None:
        found = one(tmp_path, entry(_fromCache="memory", request__postData={"text": "a"}))
        assert (found.messages[0].omitted, found.messages[0].body) == (NOT_SENT, b"")
        assert "cache" in found.error


class TestHeads:
    @pytest.mark.parametrize(
        ("url", "host", "port", "path", "query"),
        [
            ("http://A.example", "a.example", 80, "/", ""),
            ("https://a.example:8443/x?y=1#z", "a.example", 8443, "/x", "y=1"),
            ("wss://a.example/x", "a.example", 443, "/x", ""),
            ("ws://a.example/x", "a.example", 80, "/x", ""),
            ("https://[::1]:9/x", "::1", 9, "/x", ""),
            (
                "https://bücher.example/ä b?q=ü%20&t=日",
                "xn--bcher-kva.example",
                443,
                "/%C3%A4%20b",
                "q=%C3%BC%20&t=%E6%97%A5",
            ),
        ],
    )
    def test_addresses(
        self, tmp_path: Path, url: str, host: str, port: int, path: str, query: str
    ) -> None:
        found = one(tmp_path, entry(url))
        assert (found.host, found.port, found.path, found.query) == (host, port, path, query)
        assert found.scheme in {"http", "https"}

    @pytest.mark.parametrize(
        "url", ["data:text/plain,a", "blob:https://a.example/1", "about:blank"]
    )
    def test_address_that_is_no_traffic_is_counted(self, tmp_path: Path, url: str) -> None:
        capture = opened(tmp_path, entry(url))
        assert list(capture.exchanges) == []
        (loss,) = capture.losses
        assert (loss.reason, loss.detail) == (
            "entry of a kind that is not audited",
            url.partition(":")[0],
        )

    @pytest.mark.parametrize("url", ["https://", "https://a.example:99999/", "https://[::1/", None])
    def test_address_that_cannot_be_is_counted(self, tmp_path: Path, url: Any) -> None:
        capture = opened(tmp_path, entry(url), entry())
        assert [found.id for found in capture.exchanges] == ["har-1"]
        assert sum(loss.count for loss in capture.losses) == 1

    @pytest.mark.parametrize(
        ("told", "when"),
        [
            ("2025-11-14T20:04:00.500Z", START),
            ("2025-11-14T21:04:00.5+01:00", START),
            ("2025-11-14T21:04:00.5+0100", START),
            ("2025-11-14T20:04:00.500000000Z", START),
            ("2025-11-14T20:04:00.5", START),
            ("2025-11-14 20:04:00.500 +00:00", START),
            ("Fri, 14 Nov 2025 20:04:00 GMT", START - 0.5),
            (START * 1000, START),
            (START, START),
        ],
    )
    def test_times(self, tmp_path: Path, told: Any, when: float) -> None:
        assert one(tmp_path, entry(startedDateTime=told)).started == pytest.approx(when, abs=1e-6)

    @pytest.mark.parametrize("told", [None, "", "yesterday", [1], True])
    def test_time_that_is_missing_is_that_of_the_one_before(
        self, tmp_path: Path, told: Any
    ) -> None:
        capture = opened(tmp_path, entry(), entry(startedDateTime=told))
        assert [found.started for found in capture.exchanges] == [START, START]
        assert [loss.count for loss in capture.losses] == [1]

    @pytest.mark.parametrize(
        ("told", "took"), [(None, 0), (-1, 0), ("20", 0.02), ("x", 0), (1e400, 0)]
    )
    def test_how_long_it_took(self, tmp_path: Path, told: Any, took: float) -> None:
        answer = one(tmp_path, entry(time=told)).messages[1]
        assert answer.time == pytest.approx(START + took)

    def test_headers_of_every_spelling(self, tmp_path: Path) -> None:
        headers = [
            {"name": ":authority", "value": "a.example"},
            {"name": "X-A", "value": 1},
            ["X-B", "two"],
            {"name": "X-C", "value": None},
        ]
        found = one(tmp_path, entry(request__headers=headers))
        assert found.headers == (("x-a", "1"), ("x-b", "two"), ("x-c", ""))

    def test_cookies_without_their_header(self, tmp_path: Path) -> None:
        cookies = [{"name": "a", "value": "1"}, {"name": "b"}, None]
        assert one(tmp_path, entry(request__cookies=cookies)).headers == (("cookie", "a=1; b="),)
        headers = [{"name": "Cookie", "value": "a=2"}]
        both = one(tmp_path, entry(request__cookies=cookies, request__headers=headers))
        assert both.headers == (("cookie", "a=2"),)


class TestFrames:
    def test_messages_of_a_websocket(self, tmp_path: Path) -> None:
        frames = [
            {"type": "send", "time": START, "opcode": 1, "data": "ü"},
            {"type": "receive", "time": None, "opcode": 2, "data": "AAE="},
            {"type": "error", "time": START, "opcode": -1, "data": "gone"},
            {"type": "send", "opcode": 1, "time": "x", "data": "lost"},
        ]
        capture = opened(tmp_path, entry("wss://a.example/live", _webSocketMessages=frames))
        (found,) = capture.exchanges
        assert (found.kind, found.scheme) == ("websocket", "https")
        assert [(m.direction, m.body, m.text) for m in found.messages[2:]] == [
            ("out", "ü".encode(), True),
            ("in", b"\0\1", False),
        ]
        assert losses(capture) == [("message of a WebSocket that could not be read", 1)]

    def test_websocket_without_messages(self, tmp_path: Path) -> None:
        assert one(tmp_path, entry("wss://a.example/live")).kind == "websocket"


class TestFiles:
    def test_entry_that_stands_there_twice(self, tmp_path: Path) -> None:
        capture = opened(tmp_path, entry(), entry(), entry(time=21))
        assert [(found.number, found.id) for found in capture.exchanges] == [
            (0, "har-0"),
            (1, "har-2"),
        ]
        assert losses(capture) == [("entry that stands in the file twice and counts once", 1)]

    @pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
    def test_other_encodings(self, tmp_path: Path, codec: str) -> None:
        path = tmp_path / "x.json"
        text = json.dumps({"log": {"entries": [entry("https://a.example/ü")]}}, ensure_ascii=False)
        path.write_bytes(text.encode(codec))
        capture = open_capture(path)
        assert [found.path for found in capture.exchanges] == ["/%C3%BC"]
        assert (capture.format, capture.losses) == ("har", [])

    def test_commas_too_many_and_control_characters(self, tmp_path: Path) -> None:
        path = tmp_path / "x.har"
        parts = [json.dumps(entry(time=number)).replace("hi", "h\ti") for number in range(3)]
        path.write_text('{"log": {"pages": [], "entries": [' + ",".join(parts) + ",]},}", "utf-8")
        capture = open_capture(path)
        assert [found.messages[1].body for found in capture.exchanges] == [b"h\ti"] * 3
        assert capture.losses == []

    def test_cut_anywhere_keeps_what_is_whole(self, tmp_path: Path) -> None:
        parts = [json.dumps(entry(time=number)) for number in range(4)]
        head = '{"log": {"entries": ['
        whole = head + ", ".join(parts) + "]}}"
        path = tmp_path / "cut.har"
        ends = [len(head + ", ".join(parts[:number])) for number in range(1, 5)]
        for place in range(len(head) + 1, len(whole) - 3):
            path.write_text(whole[:place], "utf-8")
            capture = open_capture(path)
            read = sum(end <= place for end in ends)
            assert len(list(capture.exchanges)) == read
            (loss,) = capture.losses
            assert loss.reason == "end of the HAR file is missing"
            assert loss.size == len(
                whole[ends[read - 1] if read else len(head) : place].lstrip(", ")
            )

    def test_damage_in_the_middle_costs_the_entries_it_hits(self, tmp_path: Path) -> None:
        parts = [json.dumps(entry(f"https://a.example/{number}"), indent=1) for number in range(40)]
        whole = '{"log": {"entries": [' + ",\n".join(parts) + "]}}"
        path = tmp_path / "hit.har"
        at = whole.index("a.example/20") - 30
        for size in (1, 40, 300, 1500):
            path.write_text(whole[:at] + "\0" * size + whole[at + size :], "utf-8")
            capture = open_capture(path)
            read = [found.path for found in capture.exchanges]
            hit = 2 + size // len(parts[0])
            assert len(read) >= 40 - hit
            assert {"/0", "/19", "/30", "/39"} <= set(read)
            assert len(read) == 40 or capture.losses

    def test_damaged_entry_is_counted_in_bytes(self, tmp_path: Path) -> None:
        bad = json.dumps(entry(time=1)).replace('"method":', '"method"')
        path = tmp_path / "x.har"
        path.write_text(
            f'{{"log":{{"entries":[{json.dumps(entry())},{bad},{json.dumps(entry(time=2))}]}}}}'
        )
        capture = open_capture(path)
        assert [found.id for found in capture.exchanges] == ["har-0", "har-2"]
        (loss,) = capture.losses
        assert (loss.reason, loss.size) == ("part of the HAR file that is damaged", len(bad) + 1)

    @pytest.mark.parametrize("inner", ['{"a":' * 20_000, "[" * 100_000, '{"a":"b' * 20_000])
    def test_depth_without_end(self, tmp_path: Path, inner: str) -> None:
        path = tmp_path / "x.har"
        path.write_text('{"log": {"entries": [' + json.dumps(entry()) + "," + inner)
        capture = open_capture(path)
        assert len(list(capture.exchanges)) == 1
        assert [loss.size for loss in capture.losses] == [len(inner)]

    def test_losses_stay_few(self, tmp_path: Path) -> None:
        capture = opened(tmp_path, *({"n": number} for number in range(500)))
        assert list(capture.exchanges) == []
        assert len(capture.losses) < 30
        assert sum(loss.count for loss in capture.losses) == 500

    @pytest.mark.parametrize(
        "text", ['{"a": 1}', '{"log": 1}', '{"log": {}}', "{", '{"entries": []}']
    )
    def test_json_of_another_kind(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "x.har"
        path.write_text(text)
        with pytest.raises(SourceError) as caught:
            open_capture(path)
        assert caught.value.hint

    def test_memory_does_not_grow_with_the_file(self, tmp_path: Path) -> None:
        text = json.dumps(entry(response__content={"text": "x" * 200_000}))
        path = tmp_path / "long.har"
        with path.open("w") as file:
            file.write('{"log": {"entries": [')
            for number in range(200):
                file.write(text.replace('"time": 20', f'"time": {number}') + ",")
            file.write("]}}")
        tracemalloc.start()
        try:
            assert sum(1 for _ in open_capture(path).exchanges) == 200
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert path.stat().st_size > 40_000_000
        assert peak < 10 << 20


WHOLE = json.dumps(
    {
        "log": {
            "entries": [entry(time=number, request__postData={"text": "ü"}) for number in range(3)]
        }
    },
    indent=1,
    ensure_ascii=False,
).encode()

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)


def read(path: Path) -> tuple[int, int]:
    """Return how many exchanges and losses a file has; nothing but SourceError may be raised."""
    try:
        exchanges, lost = har.read(path, 0)
        return sum(1 for _ in exchanges), len(lost)
    except SourceError:
        return 0, 1


class TestFuzz:
    @seed(4)
    @settings(max_examples=300, deadline=None, database=None)
    @given(
        st.integers(0, len(WHOLE)),
        st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=8),
    )
    def test_cut_and_flipped(
        self, tmp_path_factory: pytest.TempPathFactory, cut: int, flips: list[tuple[int, int]]
    ) -> None:
        broken = bytearray(WHOLE)
        for place, value in flips:
            broken[place] = value
        path = tmp_path_factory.getbasetemp() / "fuzz.har"
        path.write_bytes(broken[:cut])
        exchanges, lost = read(path)
        assert exchanges == 3 or lost or flips

    @seed(4)
    @settings(max_examples=300, deadline=None, database=None)
    @given(
        st.sampled_from(
            [
                "startedDateTime",
                "time",
                "request",
                "response",
                "_webSocketMessages",
                "connection",
                "_fromCache",
            ]
        ),
        st.sampled_from(
            [
                "",
                "url",
                "method",
                "headers",
                "cookies",
                "postData",
                "bodySize",
                "status",
                "content",
                "_content",
            ]
        ),
        JSON,
    )
    def test_parts_of_another_kind(
        self, tmp_path_factory: pytest.TempPathFactory, part: str, key: str, value: Any
    ) -> None:
        changed = entry(**{f"{part}__{key}" if key and part.startswith("re") else part: value})
        path = tmp_path_factory.getbasetemp() / "parts.har"
        path.write_text(json.dumps({"log": {"entries": [changed, entry()]}}), "utf-8")
        exchanges, lost = read(path)
        assert exchanges >= 1
        assert exchanges == 2 or lost

    def test_blocks_end_anywhere(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The same file read in blocks of any size says the same."""
        from auditor.sources import har_text

        path = tmp_path / "x.har"
        path.write_bytes(WHOLE)
        chance = random.Random(4)  # noqa: S311
        for size in [1, 2, 3, *(chance.randrange(4, 900) for _ in range(60))]:
            monkeypatch.setattr(har_text, "_BLOCK", size)
            assert read(path) == (3, 0), size
