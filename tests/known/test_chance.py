"""How much a known value proves."""

import pytest

from auditor.known import KINDS, KnownValue, fits, plant, strength, weigh


def known(kind: str, value: str | float, group: str = "track-1", note: str = "Mixxx") -> KnownValue:
    return KnownValue(f"{kind}-{value}", kind, KINDS[kind], value, group=group, note=note)


@pytest.mark.parametrize(
    ("value", "weight"),
    [
        ("Seventeen Lanterns over Harbour", "alone"),
        ("/Users/dj/Music/Ondine Vexley/harbour.mp3", "alone"),
        ("Harbour at Five", "together"),
        ("Kestrel", "together"),
        ("Vexley", "field"),
        ("Oslo", "field"),
        ("Intro", "never"),
        ("Cue 1", "never"),
        ("01 - Track 07.mp3", "never"),
        ("Hot Loop (Extended Mix)", "never"),
        ("2019", "never"),
        ("ab", "never"),
        ("---", "never"),
        ("https://shop.example/seventeen-lanterns-over-harbour", "never"),
        ("海辺の朝焼けの歌", "together"),
    ],
)
def test_texts(value: str, weight: str) -> None:
    assert weigh(known("title", value)) == weight


@pytest.mark.parametrize(("value", "weight"), [("900000001", "field"), ("12345", "never")])
def test_digits_may_be_the_id_of_a_track(value: str, weight: str) -> None:
    assert weigh(known("track-id", value)) == weight
    assert weigh(known("comment", value)) == "never"


@pytest.mark.parametrize(
    ("kind", "value", "weight"),
    [
        ("cue-position", 47.123, "together"),
        ("cue-position", 147.123, "together"),
        ("cue-position", 9.123, "field"),
        ("cue-position", 30.5, "field"),
        ("cue-position", 60.0, "never"),
        ("cue-position", 0.0, "never"),
        ("loop-in", 120.0, "never"),
        ("bpm", 123.47, "field"),
        ("bpm", 127.9, "field"),
        ("bpm", 128.0, "never"),
    ],
)
def test_numbers(kind: str, value: float, weight: str) -> None:
    assert weigh(known(kind, value)) == weight


@pytest.mark.parametrize(
    ("kind", "path", "is_fitting"),
    [
        ("cue-position", "hotCues[].position", True),
        ("cue-position", 'payload["cue_points"][].start', True),
        ("cue-position", "queue.position", False),
        ("cue-position", "playback.position", False),
        ("cue-name", "tracks[].HOTCUE.name", True),
        ("loop-out", "deck.activeLoop.end", True),
        ("loop-out", "loopback.end", False),
        ("bpm", "track.bpm", True),
        ("bpm", "bpm.confidence", False),
        ("title", "events[].trackTitle", True),
        ("title", "title.id", False),
        ("path", "filePath", True),
        ("playlist", "crate", True),
    ],
)
def test_names_of_fields(kind: str, path: str, is_fitting: bool) -> None:
    assert fits(known(kind, 1.5), path) is is_fitting


def test_every_kind_has_words() -> None:
    assert not any(fits(known(kind, "x"), "q") for kind in KINDS)


LONE = known("title", "Seventeen Lanterns over Harbour")
TITLE, ARTIST = known("title", "Harbour at Fifteen"), known("artist", "Kestrel Mono")
WORD, OTHER = known("artist", "Kestrel", "track-7"), known("playlist", "Sequoia", "")
CUES = [known("cue-position", 47.123 + number) for number in range(5)]
SHORT, TEMPO = known("title", "Vexley"), known("bpm", 123.47)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([(LONE, False)], "strong"),
        ([(TITLE, False)], "weak"),
        ([(TITLE, True)], "strong"),
        ([(WORD, True)], "medium"),
        ([(WORD, False), (OTHER, False)], "weak"),
        ([(TITLE, False), (ARTIST, False)], "strong"),
        ([(TITLE, False), (known("artist", "Kestrel Mono", ""), False)], "strong"),
        ([(TITLE, False), (WORD, False)], "weak"),
        ([(TITLE, False), (TITLE, False)], "weak"),
        ([(ARTIST, False), (known("file-name", "kestrel mono.mp3"), False)], "weak"),
        ([(SHORT, False)], None),
        ([(SHORT, True)], "medium"),
        ([(TEMPO, True)], "medium"),
        ([(TEMPO, True), (TITLE, False)], "medium"),
        ([(CUES[0], False)], "weak"),
        ([(CUES[0], True)], "strong"),
        ([(CUES[0], False), (TITLE, False)], "strong"),
        ([(CUES[0], False), (known("title", "Kestrel"), False)], "weak"),
        ([(CUES[0], False), (known("title", "Harbour at Fifteen", "track-2"), False)], "weak"),
        ([], None),
    ],
)
def test_strength(found: list[tuple[KnownValue, bool]], expected: str | None) -> None:
    assert strength(found, numbers=20) == expected


def test_positions_that_one_number_meets_count_once() -> None:
    at = [known("cue-position", 47.123), known("loop-in", 47.1235), known("cue-position", 47.125)]
    assert strength([(one, False) for one in at], numbers=20) == "weak"


@pytest.mark.parametrize(
    ("count", "numbers", "expected"),
    [(2, 10, "weak"), (3, 30, "strong"), (3, 31, "weak"), (4, 300, "strong"), (4, 301, "weak")],
)
def test_positions_of_one_track_prove_together(count: int, numbers: int, expected: str) -> None:
    found = [(one, False) for one in CUES[:count]]
    assert strength(found, numbers) == expected


def test_positions_of_several_tracks_prove_nothing() -> None:
    found = [(known("cue-position", 47.123 + one, f"track-{one}"), False) for one in range(9)]
    assert strength(found, 20) == "weak"


def test_planted_values_prove_more() -> None:
    planted = plant("seed")
    positions = [(one, False) for one in planted if one.kind == "cue-position"]
    assert strength(positions[:1], 10) == "weak"
    assert strength(positions[:2], 10) == "strong"
    assert strength([*positions[:2], (CUES[0], False)], 10) == "strong"
    assert strength([*positions[:1], (CUES[0], False)], 10) == "weak"
    assert all(strength([(one, False)]) == "strong" for one in planted if one.unit == "")
