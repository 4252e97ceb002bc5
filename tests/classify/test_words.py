from __future__ import annotations

import pytest

from auditor.classify.words import spellings, split_words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("hot_cue", ("hot", "cue")),
        ("hotCue", ("hot", "cue")),
        ("HotCueIndex", ("hot", "cue", "index")),
        ("BPMLock", ("bpm", "lock")),
        ("bpm-to", ("bpm", "to")),
        ("cue1_pos", ("cue", "pos")),
        ("user.id", ("user", "id")),
        ("$device_id", ("device", "id")),
        ("lautstärke", ("lautst", "ä", "rke")),
        ("128", ()),
        ("", ()),
    ],
)
def test_words(name: str, words: tuple[str, ...]) -> None:
    assert split_words(name) == words


def test_spellings_join_neighbours_only() -> None:
    runs = dict(spellings("hot_cue_ms", 3))
    assert runs == {"hot": 1, "cue": 1, "ms": 1, "hotcue": 2, "cuems": 2, "hotcuems": 3}


@pytest.mark.parametrize("name", ["queue", "rescue", "barbecue", "loopback", "monkey", "sequence"])
def test_no_parts_of_words(name: str) -> None:
    runs = {run for run, _ in spellings(name, 4)}
    assert runs == {name}
