"""From tracks to values."""

import pytest

from auditor.known import AS_SET, collect, plant, tracks
from auditor.library import Bad, CuePoint, Loop, Playlist, Track

TRACK = Track(
    title="Harbour at Five",
    artist="Kestrel Mono",
    path="C:\\Music\\harbour.mp3",
    comment="warm-up",
    bpm=123.4699,
    identifiers=("tidal:tracks:900000001",),
    cues=(CuePoint(47.123, "first horns"), CuePoint(15.025)),
    loops=(Loop(61.2, 65.086, "dub echo"), Loop(9.5, None)),
)


def test_everything_of_a_track() -> None:
    values, counted = collect(
        [("Mixxx", [TRACK, Playlist("Rooftop"), Bad("broken"), Bad("broken")])]
    )
    assert [(one.id, one.value, one.group) for one in values] == [
        ("title-1", "Harbour at Five", "track-1"),
        ("artist-1", "Kestrel Mono", "track-1"),
        ("path-1", "C:\\Music\\harbour.mp3", "track-1"),
        ("file-name-1", "harbour.mp3", "track-1"),
        ("comment-1", "warm-up", "track-1"),
        ("track-id-1", "tidal:tracks:900000001", "track-1"),
        ("track-id-2", "900000001", "track-1"),
        ("bpm-1", 123.47, ""),
        ("cue-name-1", "first horns", "track-1"),
        ("cue-position-1", 47.123, "track-1"),
        ("cue-position-2", 15.025, "track-1"),
        ("loop-name-1", "dub echo", "track-1"),
        ("loop-in-1", 61.2, "track-1"),
        ("loop-out-1", 65.086, "track-1"),
        ("loop-in-2", 9.5, "track-1"),
        ("playlist-1", "Rooftop", ""),
    ]
    assert {one.note for one in values} == {"Mixxx"}
    assert {one.kind: (one.category, one.unit) for one in values}["loop-in"] == ("loop", "s")
    assert counted == {"tracks": 1, "broken": 2}


def test_equal_values_stand_once_over_several_libraries() -> None:
    values, counted = collect([("Mixxx", [TRACK]), ("Serato", [TRACK, Track(title="Other")])])
    assert len([one for one in values if one.kind == "title"]) == 2
    assert values[-1].group == "track-3"
    assert counted["tracks"] == 3


def test_the_track_with_planted_names_tells_where_they_were_set() -> None:
    planted = plant("friday", 2)
    name = next(str(one.value) for one in planted if one.kind == "cue-name")
    track = Track(title="Harbour at Five", cues=(CuePoint(120.7, name),), bpm=123.4)
    values, _ = collect([("Mixxx", [TRACK, track])], {str(one.value) for one in planted})
    set_by_hand = [one for one in values if one.note == AS_SET]
    assert [(one.kind, one.value) for one in set_by_hand] == [
        ("bpm", 123.4),
        ("cue-position", 120.7),
    ]
    assert all(one.planted for one in set_by_hand)
    assert name not in [one.value for one in values]


def test_a_comment_of_many_tracks_is_nobodys_own() -> None:
    alike = [Track(title=f"t{number}", comment="ripped by shop") for number in range(3)]
    assert [one.kind for one in collect([("x", alike)])[0]] == ["title"] * 3
    assert "comment" in {one.kind for one in collect([("x", alike[:2])])[0]}


def test_a_library_without_end_is_cut_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracks, "MOST", 50)
    values, counted = collect([("x", (Playlist(f"list {number}") for number in range(57)))])
    assert len(values) == 50
    assert counted["over the limit"] == 7
