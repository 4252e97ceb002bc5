"""Libraries in XML: rekordbox, Traktor, VirtualDJ."""

from collections import Counter
from pathlib import Path

import pytest

from auditor.library import Bad, CuePoint, Item, Loop, Playlist, Track, read_library
from auditor.library.model import MOST_MARKERS, NO_TIME, TOO_MANY
from tests.library.libraries import REKORDBOX, TRAKTOR, VIRTUALDJ


def read(path: Path, text: str) -> list[Item]:
    path.write_text(text, encoding="utf-8")
    return list(read_library(path)[1])


def test_rekordbox(tmp_path: Path) -> None:
    items = read(tmp_path / "r.xml", REKORDBOX)
    assert items[0] == Track(
        title="Harbour at Five & Later",
        artist="Ondine Vexley",
        path="C:/Music/Ondine Vexley/Harbour at Five.mp3",
        comment="warm-up, vinyl rip",
        bpm=123.47,
        key="8A",
        duration_s=301.0,
        cues=(CuePoint(47.123, "first horns"), CuePoint(15.025, hot=False)),
        loops=(Loop(61.2, 65.086, "dub echo"),),
    )
    assert items[1] == NO_TIME
    assert isinstance(items[2], Track)
    assert items[2].identifiers == ("tidal:tracks:900000001",)
    assert items[2].path == ""
    assert items[3:] == [Track(), Playlist("Rooftop Closing")]


def test_traktor(tmp_path: Path) -> None:
    track, playlist = read(tmp_path / "c.nml", TRAKTOR)
    assert track == Track(
        title="Harbour at Five",
        artist="Ondine Vexley",
        path="/Users/dj/Music/harbour.mp3",
        comment="warm-up",
        bpm=123.470001,
        key="8m",
        duration_s=300.629944,
        identifiers=("AWAAeHl6c3ludGhldGlj",),
        cues=(CuePoint(47.12325),),
        loops=(Loop(61.2, pytest.approx(65.086), "dub echo"),),
    )
    assert playlist == Playlist("Rooftop Closing")


def test_traktor_on_windows_keeps_the_drive(tmp_path: Path) -> None:
    text = TRAKTOR.replace('VOLUME="Macintosh HD"', 'VOLUME="C:"', 1)
    track = read(tmp_path / "c.nml", text)[0]
    assert isinstance(track, Track)
    assert track.path == "C:/Users/dj/Music/harbour.mp3"


def test_virtualdj(tmp_path: Path) -> None:
    first, second = read(tmp_path / "d.xml", VIRTUALDJ)
    assert first == Track(
        title="Harbour at Five",
        artist="Ondine Vexley",
        path="D:\\Music\\harbour.mp3",
        comment="warm-up, vinyl rip",
        bpm=120.0,
        key="Am",
        duration_s=300.5,
        cues=(CuePoint(47.123, "first horns"), CuePoint(0.0, "start")),
        loops=(Loop(61.2, 65.2, "dub echo"),),
    )
    assert second == Track(title="Streamed One", identifiers=("netsearch://td900000001",))


def test_entities_are_refused(tmp_path: Path) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE DJ_PLAYLISTS [<!ENTITY a "aaaa">]>'
    path = tmp_path / "r.xml"
    path.write_text(bomb + REKORDBOX.partition("?>")[2].replace("Harbour", "&a;"))
    from auditor.errors import AuditorError
    from auditor.library.rekordbox import read as read_rekordbox

    assert list(read_rekordbox(path)) == [
        Bad("XML with entities or too many levels, from there on")
    ]
    with pytest.raises(AuditorError):
        read_library(path)


@pytest.mark.parametrize("text", [REKORDBOX, TRAKTOR, VIRTUALDJ], ids=["rekordbox", "nml", "vdj"])
def test_cut_anywhere_gives_what_stood_before_and_never_raises(text: str, tmp_path: Path) -> None:
    from auditor.library.recognise import _BY_ROOT

    root = (
        "DJ_PLAYLISTS" if text is REKORDBOX else "NML" if text is TRAKTOR else "VirtualDJ_Database"
    )
    path = tmp_path / "cut.xml"
    for end in range(0, len(text) - 1, 23):
        path.write_text(text[:end], encoding="utf-8")
        items = list(_BY_ROOT[root][1](path))
        assert items[-1] == Bad("damaged XML, from there on")
        # A track whose end was not reached is not given out half.
        assert all(item.title for item in items[:1] if isinstance(item, Track))


def test_deep_nesting_ends_it(tmp_path: Path) -> None:
    text = REKORDBOX.replace("</COLLECTION>", "<A>" * 99 + "</A>" * 99 + "</COLLECTION>")
    kinds = Counter(type(item) for item in read(tmp_path / "deep.xml", text))
    assert kinds == {Track: 3, Bad: 2}


def test_markers_of_one_track_are_bounded(tmp_path: Path) -> None:
    mark = '<POSITION_MARK Name="x" Type="0" Start="1.5" Num="0"/>'
    text = REKORDBOX.replace(mark, "").replace("<TEMPO ", mark * (MOST_MARKERS + 5) + "<TEMPO ", 1)
    items = read(tmp_path / "many.xml", text)
    assert isinstance(items[0], Track)
    assert len(items[0].cues) == MOST_MARKERS
    assert items.count(TOO_MANY) == 8
