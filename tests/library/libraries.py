"""Small libraries of invented tracks, built in the form each application writes."""

import base64
import sqlite3
import struct
import zlib
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

REKORDBOX = """<?xml version="1.0" encoding="UTF-8"?>
<DJ_PLAYLISTS Version="1.0.0"><PRODUCT Name="rekordbox" Version="6.6.2" Company="Pioneer DJ"/>
<COLLECTION Entries="3">
<TRACK TrackID="1" Name="Harbour at Five &amp; Later" Artist="Ondine Vexley" Comments="warm-up, vinyl rip"
 AverageBpm="123.47" Tonality="8A" TotalTime="301" Location="file://localhost/C:/Music/Ondine%20Vexley/Harbour%20at%20Five.mp3">
<TEMPO Inizio="0.025" Bpm="123.47" Metro="4/4" Battito="1"/>
<POSITION_MARK Name="first horns" Type="0" Start="47.123" Num="0" Red="40" Green="226" Blue="20"/>
<POSITION_MARK Name="" Type="0" Start="15.025" Num="-1"/>
<POSITION_MARK Name="dub echo" Type="4" Start="61.200" End="65.086" Num="1"/>
<POSITION_MARK Name="broken" Type="0" Start="soon" Num="2"/>
</TRACK>
<TRACK TrackID="2" Name="Streamed One" Artist="Kestrel Mono" AverageBpm="128.00" Location="file://localhosttidal:tracks:900000001"/>
<TRACK TrackID="3" Name="" Artist="" AverageBpm="0.00" Location=""/>
</COLLECTION>
<PLAYLISTS><NODE Type="0" Name="ROOT" Count="1"><NODE Name="Rooftop Closing" Type="1" KeyType="0" Entries="1">
<TRACK Key="1"/></NODE></NODE></PLAYLISTS></DJ_PLAYLISTS>"""

TRAKTOR = """<?xml version="1.0" encoding="UTF-8" standalone="no" ?>
<NML VERSION="19"><HEAD COMPANY="www.native-instruments.com" PROGRAM="Traktor"></HEAD>
<COLLECTION ENTRIES="1"><ENTRY AUDIO_ID="AWAAeHl6c3ludGhldGlj" TITLE="Harbour at Five" ARTIST="Ondine Vexley">
<LOCATION DIR="/:Users/:dj/:Music/:" FILE="harbour.mp3" VOLUME="Macintosh HD" VOLUMEID="Macintosh HD"></LOCATION>
<INFO BITRATE="320000" COMMENT="warm-up" KEY="8m" PLAYTIME="301" PLAYTIME_FLOAT="300.629944"></INFO>
<TEMPO BPM="123.470001" BPM_QUALITY="100.000000"></TEMPO>
<CUE_V2 NAME="AutoGrid" TYPE="4" START="53.000000" LEN="0.000000" REPEATS="-1" HOTCUE="-1"></CUE_V2>
<CUE_V2 NAME="n.n." TYPE="0" START="47123.250000" LEN="0.000000" REPEATS="-1" HOTCUE="1"></CUE_V2>
<CUE_V2 NAME="dub echo" TYPE="5" START="61200.000000" LEN="3886.000000" REPEATS="-1" HOTCUE="2"></CUE_V2>
</ENTRY></COLLECTION>
<PLAYLISTS><NODE TYPE="FOLDER" NAME="$ROOT"><SUBNODES COUNT="1"><NODE TYPE="PLAYLIST" NAME="Rooftop Closing">
<PLAYLIST ENTRIES="1" TYPE="LIST"><ENTRY><PRIMARYKEY TYPE="TRACK" KEY="Macintosh HD/:harbour.mp3"></PRIMARYKEY></ENTRY>
</PLAYLIST></NODE></SUBNODES></NODE></PLAYLISTS></NML>"""

VIRTUALDJ = """<?xml version="1.0" encoding="UTF-8"?>
<VirtualDJ_Database Version="2024">
 <Song FilePath="D:\\Music\\harbour.mp3" FileSize="7000000">
  <Tags Author="Ondine Vexley" Title="Harbour at Five" Flag="1"/>
  <Infos SongLength="300.5" PlayCount="3"/>
  <Poi Pos="0.100000" Type="beatgrid"/>
  <Poi Name="first horns" Pos="47.123000" Num="1" Type="cue"/>
  <Poi Name="start" Num="2" Type="cue"/>
  <Poi Name="dub echo" Pos="61.200000" Num="-1" Type="loop" Size="8.0" Slot="1"/>
  <Comment>warm-up, vinyl rip</Comment>
  <Scan Version="801" Bpm="0.500000" Key="Am"/>
 </Song>
 <Song FilePath="netsearch://td900000001"><Tags Title="Streamed One"/></Song>
</VirtualDJ_Database>"""


def mixxx(path: Path) -> Path:
    with closing(sqlite3.connect(path)) as database:
        database.executescript("""
            CREATE TABLE track_locations (id INTEGER PRIMARY KEY, location varchar(512) UNIQUE);
            CREATE TABLE library (id INTEGER PRIMARY KEY, artist varchar(64), title varchar(64),
                location INTEGER, comment varchar(256), duration FLOAT, samplerate INTEGER, bpm FLOAT);
            CREATE TABLE cues (id INTEGER PRIMARY KEY, track_id INTEGER, type INTEGER,
                position INTEGER, length INTEGER, hotcue INTEGER, label TEXT);
            CREATE TABLE crates (id INTEGER PRIMARY KEY, name varchar(48));
            CREATE TABLE Playlists (id INTEGER PRIMARY KEY, name varchar(48), hidden INTEGER);
            INSERT INTO track_locations VALUES (7, '/home/dj/harbour.flac');
            INSERT INTO library VALUES (1, 'Ondine Vexley', 'Harbour at Five', 7, 'warm-up', 300.5,
                48000, 123.47);
            INSERT INTO cues VALUES (1, 1, 1, 4523808.0, 0, 0, 'first horns');
            INSERT INTO cues VALUES (2, 1, 2, -1, 0, -1, '');
            INSERT INTO cues VALUES (3, 1, 4, 5875200.0, 373056.0, 1, 'dub echo');
            INSERT INTO cues VALUES (4, 1, 8, 96.0, 960.0, -1, '');
            INSERT INTO crates VALUES (1, 'Rooftop Closing');
            INSERT INTO Playlists VALUES (1, 'Auto DJ', 1), (2, 'Sunday Slow', 0);
        """)
    return path


def _packed(plain: bytes) -> bytes:
    return struct.pack(">I", len(plain)) + zlib.compress(plain)


def pads(cues: Sequence[tuple[str, float]], main: float = 0.0) -> bytes:
    parts = [struct.pack(">q", len(cues))]
    for name, samples in cues:
        parts += [
            bytes([len(name.encode())]),
            name.encode(),
            struct.pack(">d4s", samples, b"\xff" * 4),
        ]
    return _packed(b"".join([*parts, struct.pack(">dBd", main, 0, main)]))


def engine(path: Path, quick: bytes | None = None) -> Path:
    quick = pads([("first horns", 47.123 * 48000), ("", -1.0)], 24000.0) if quick is None else quick
    name = b"dub echo"
    loop = struct.pack("<ddBB4s", 61.2 * 48000, 65.086 * 48000, 1, 1, b"\xff" * 4)
    unset = struct.pack("<BddBB4s", 0, -1.0, -1.0, 0, 0, b"\0" * 4)
    loops = struct.pack("<q", 2) + bytes([len(name)]) + name + loop + unset
    facts = _packed(struct.pack(">dqiddd", 48000.0, 14430240, 8, 0.5, 0.5, 0.5))
    with closing(sqlite3.connect(path)) as database:
        database.executescript("""
            CREATE TABLE Track (id INTEGER PRIMARY KEY AUTOINCREMENT, length INTEGER, bpm INTEGER,
                path TEXT, bpmAnalyzed REAL, title TEXT, artist TEXT, comment TEXT, uri TEXT);
            CREATE TABLE PerformanceData (trackId INTEGER PRIMARY KEY, trackData BLOB,
                beatData BLOB, quickCues BLOB, loops BLOB);
            CREATE TABLE Playlist (id INTEGER PRIMARY KEY, title TEXT, parentListId INTEGER);
            INSERT INTO Track VALUES (1, 301, 123, '../Music/harbour.flac', 123.47,
                'Harbour at Five', 'Ondine Vexley', 'warm-up', NULL);
            INSERT INTO Playlist VALUES (1, 'Rooftop Closing', 0);
        """)
        row = (1, facts, quick, loops)
        database.execute("INSERT INTO PerformanceData VALUES (?, ?, NULL, ?, ?)", row)
        database.commit()
    return path


def _entry(name: str, payload: bytes) -> bytes:
    return name.encode() + b"\0" + struct.pack(">I", len(payload)) + payload


def markers(cut: int = 0) -> bytes:
    """Return a tag `Serato Markers2`; `cut` takes bytes off its end."""
    entries = [
        b"\x01\x01",
        _entry("COLOR", b"\0\xff\xff\xff"),
        _entry(
            "CUE", struct.pack(">xBIx3s2x", 0, 47123, b"\xcc\0\0") + "erste Hörner".encode() + b"\0"
        ),
        _entry(
            "LOOP",
            struct.pack(">xBII4x4sxB", 0, 61200, 65086, b"\0\x27\xaa\xe1", 0) + b"dub echo\0",
        ),
        _entry("BPMLOCK", b"\0"),
    ]
    plain = b"".join(entries)
    spelled = base64.encodebytes(plain[: len(plain) - cut] + (b"\0" if not cut else b""))
    return (b"\x01\x01" + spelled.replace(b"=", b"")).ljust(470, b"\0")


def id3(content: bytes, version: int = 4) -> bytes:
    def size(count: int) -> bytes:
        if version == 3:
            return struct.pack(">I", count)
        return bytes(count >> shift & 0x7F for shift in (21, 14, 7, 0))

    def frame(name: bytes, data: bytes) -> bytes:
        return name + size(len(data)) + b"\0\0" + data

    body = frame(b"TIT2", b"\x03Harbour at Five") + frame(
        b"TPE1", b"\x01" + "Ondine Vexley".encode("utf-16")
    )
    body += frame(b"GEOB", b"\0application/octet-stream\0\0Serato Overview\0" + b"\x01\x05" * 9)
    body += frame(b"GEOB", b"\0application/octet-stream\0\0Serato Markers2\0" + content)
    body += b"\0" * 64
    whole = bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3" + bytes([version, 0, 0]) + whole + body


def flac(content: bytes) -> bytes:
    plain = b"application/octet-stream\0\0Serato Markers2\0" + content
    comments = [
        b"title=Harbour at Five",
        b"SERATO_MARKERS_V2=" + base64.encodebytes(plain).replace(b"=", b""),
    ]
    block = struct.pack("<I", 4) + b"test" + struct.pack("<I", len(comments))
    block += b"".join(struct.pack("<I", len(one)) + one for one in comments)
    stream = b"\0" + (34).to_bytes(3) + b"\0" * 34
    return b"fLaC" + stream + bytes([0x84]) + len(block).to_bytes(3) + block


def aiff(content: bytes) -> bytes:
    tag = id3(content)
    chunks = b"SSND" + struct.pack(">I", 3) + b"abc\0" + b"ID3 " + struct.pack(">I", len(tag)) + tag
    return b"FORM" + struct.pack(">I", len(chunks) + 4) + b"AIFF" + chunks


def wave(content: bytes) -> bytes:
    tag = id3(content, version=3)
    chunks = b"data" + struct.pack("<I", 4) + b"abcd" + b"id3 " + struct.pack("<I", len(tag)) + tag
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WAVE" + chunks


def _field(name: str, value: str | bytes) -> bytes:
    data = value if isinstance(value, bytes) else value.encode("utf-16-be")
    return name.encode() + struct.pack(">I", len(data)) + data


def serato(drive: Path) -> Path:
    """Make a drive with `_Serato_` and one of the two audio files it names."""
    folder = drive / "_Serato_"
    (folder / "Subcrates").mkdir(parents=True)
    here = _field("pfil", "Music/harbour.mp3") + _field("tsng", "Harbour at Five")
    here += _field("tart", "Ondine Vexley") + _field("tbpm", "123.47") + _field("bmis", b"\0")
    gone = _field("pfil", "Music/gone.mp3") + _field("tsng", "Gone Already")
    version = _field("vrsn", "2.0/Serato Scratch LIVE Database")
    database = version + _field("otrk", here) + _field("otrk", gone)
    (folder / "database V2").write_bytes(database)
    crate = _field("vrsn", "1.0/Serato ScratchLive Crate") + _field("otrk", _field("ptrk", "x"))
    (folder / "Subcrates" / "Summer%%Rooftop Closing.crate").write_bytes(crate)
    (drive / "Music").mkdir()
    (drive / "Music" / "harbour.mp3").write_bytes(id3(markers()) + b"\xff\xfb\x90\x00")
    return folder
