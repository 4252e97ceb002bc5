"""HAR files are read in any encoding and length; what is damaged in them is counted."""

import json
import tracemalloc
from pathlib import Path

import pytest

from auditor.errors import SourceError
from auditor.sources import open_capture
from tests.sources.hars import entry, losses, opened


def test_entry_that_stands_there_twice(tmp_path: Path) -> None:
    capture = opened(tmp_path, entry(), entry(), entry(time=21))
    assert [(found.number, found.id) for found in capture.exchanges] == [
        (0, "har-0"),
        (1, "har-2"),
    ]
    assert losses(capture) == [("entry that stands in the file twice and counts once", 1)]


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_other_encodings(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "x.json"
    text = json.dumps({"log": {"entries": [entry("https://a.example/ü")]}}, ensure_ascii=False)
    path.write_bytes(text.encode(codec))
    capture = open_capture(path)
    assert [found.path for found in capture.exchanges] == ["/%C3%BC"]
    assert (capture.format, capture.losses) == ("har", [])


def test_commas_too_many_and_control_characters(tmp_path: Path) -> None:
    path = tmp_path / "x.har"
    parts = [json.dumps(entry(time=number)).replace("hi", "h\ti") for number in range(3)]
    path.write_text('{"log": {"pages": [], "entries": [' + ",".join(parts) + ",]},}", "utf-8")
    capture = open_capture(path)
    assert [found.messages[1].body for found in capture.exchanges] == [b"h\ti"] * 3
    assert capture.losses == []


def test_cut_anywhere_keeps_what_is_whole(tmp_path: Path) -> None:
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
        assert loss.size == len(whole[ends[read - 1] if read else len(head) : place].lstrip(", "))


def test_damage_in_the_middle_costs_the_entries_it_hits(tmp_path: Path) -> None:
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


def test_damaged_entry_is_counted_in_bytes(tmp_path: Path) -> None:
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
def test_depth_without_end(tmp_path: Path, inner: str) -> None:
    path = tmp_path / "x.har"
    path.write_text('{"log": {"entries": [' + json.dumps(entry()) + "," + inner)
    capture = open_capture(path)
    assert len(list(capture.exchanges)) == 1
    assert [loss.size for loss in capture.losses] == [len(inner)]


def test_losses_stay_few(tmp_path: Path) -> None:
    capture = opened(tmp_path, *({"n": number} for number in range(500)))
    assert list(capture.exchanges) == []
    assert len(capture.losses) < 30
    assert sum(loss.count for loss in capture.losses) == 500


@pytest.mark.parametrize("text", ['{"a": 1}', '{"log": 1}', '{"log": {}}', "{", '{"entries": []}'])
def test_json_of_another_kind(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.har"
    path.write_text(text)
    with pytest.raises(SourceError) as caught:
        open_capture(path)
    assert caught.value.hint


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
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
