"""Every service's reports give the set back; what they cannot tell stays untold."""

from collections.abc import Callable, Sequence

import pandas as pd
import pytest

from auditor.reconstruct.real import marks_of, real_set
from auditor.reconstruct.recover import Recovered, recover
from auditor.reconstruct.score import score, things
from tests.reconstruct import players, spotify_players
from tests.reconstruct.players import Deck, Request, a_set, tables_of

EVERYTHING = ("track", "pause", "jump", "loop", "transition")


def rebuilt(requests: Sequence[Request]) -> Recovered:
    (one,) = recover(tables_of(requests))
    return one


def shares(decks: Sequence[Deck], one: Recovered, kind: str) -> tuple[float | None, float | None]:
    real = real_set(marks_of(players.marks_table(decks)))
    found = score(things(real), things(one.rebuilt), kind)
    return found.precision, found.recall


@pytest.mark.parametrize(
    "service",
    [
        players.tidal,
        spotify_players.spotify_pieces,
        spotify_players.spotify_binary,
        spotify_players.spotify_state,
        spotify_players.spotify_web,
        players.soundcloud,
        players.apple,
        players.unknown,
    ],
    ids=lambda service: service.__name__,
)
def test_the_whole_set_comes_back(service: Callable[[Sequence[Deck]], list[Request]]) -> None:
    decks = a_set()
    one = rebuilt(service(decks))
    assert {kind: shares(decks, one, kind) for kind in EVERYTHING} == dict.fromkeys(
        EVERYTHING, (1.0, 1.0)
    )


def test_deezer_tells_tracks_only() -> None:
    decks = a_set()
    one = rebuilt(players.deezer(decks))
    assert shares(decks, one, "track") == (1.0, 1.0)
    assert [len(play.jumps) + len(play.loops) for play in one.rebuilt.plays] == [0, 0, 0]
    assert one.rebuilt.plays[0].tempo is None


def test_a_clock_that_is_behind_is_set_right() -> None:
    decks = a_set()
    one = rebuilt(players.tidal(decks, behind=1.4))
    assert one.rebuilt.clock.behind_s == pytest.approx(1.4, abs=0.01)
    assert one.rebuilt.clock.sessions == 3
    assert one.rebuilt.plays[0].start == pytest.approx(decks[0].pieces[0].start, abs=0.01)


def test_unit_and_name_of_an_unknown_field() -> None:
    decks = a_set()
    assert rebuilt(players.unknown(decks, "playheadMs")).rebuilt.plays[1].stretches[0].start_s == 16


def test_a_place_told_twice_is_a_rest_unless_stops_are_told() -> None:
    decks = a_set()
    one = rebuilt(players.unknown(decks, flag=False))
    assert shares(decks, one, "jump") == (1.0, 1.0)
    assert [len(play.loops) for play in one.rebuilt.plays] == [0, 0, 0]
    assert [len(play.pauses) for play in one.rebuilt.plays] == [2, 1, 1]


def test_moments_may_be_spelled_out_or_missing() -> None:
    events = [
        {"trackId": "t", "occurredAt": f"2026-11-21T03:20:{n:02d}Z", "playheadSeconds": 5 + n}
        for n in range(0, 50, 5)
    ]
    url = "https://collect.example.net/v2/events"
    one = rebuilt([players.post(players.T, url, {"events": events})])
    assert one.rebuilt.plays[0].end - one.rebuilt.plays[0].start == 45
    sent = [
        players.post(players.T + n, url, {"trackId": "t", "playheadSeconds": 5 + n}) for n in (0, 9)
    ]
    assert rebuilt(sent).rebuilt.plays[0].end == players.T + 9


def test_numbers_that_do_not_move_are_no_playhead() -> None:
    events = [
        {
            "event": "cue_set",
            "timestamp": players.ms(players.T + n),
            "position": place,
            "trackId": "t",
        }
        for n, place in enumerate((61_234, 4_000, 90_500, 12_000))
    ]
    url = "https://collect.example.net/v2/events"
    assert recover(tables_of([players.post(players.T + 9, url, {"events": events})])) == ()


def test_requests_for_audio_are_the_last_resort() -> None:
    decks = a_set()
    one = rebuilt(players.audio(decks))
    assert one.reader == "requests for audio"
    assert len(one.rebuilt.plays) == 3
    assert [len(play.jumps) for play in one.rebuilt.plays] == [1, 1, 1]
    assert one.rebuilt.plays[0].jumps[0].to_s is None
    both = recover(tables_of([*players.audio(decks), *players.deezer(decks)]))
    assert [found.reader for found in both] == ["Deezer play report"]


def test_pieces_of_a_file_are_no_tracks() -> None:
    """Beatport numbers the pieces: each has an address of its own, three files are three tracks."""
    wanted = []
    for number in range(3):
        file, at = _file(number), 200.0 * number
        wanted.append(_audio(at, f"{file}.m3u8?start=0&end={300_000 + number}"))
        wanted += [_audio(at + 10 * n, f"{file}-{n}.aac?start=0&end=300000") for n in range(12)]
    plays = rebuilt(wanted).rebuilt.plays
    assert [round(play.end - play.start) for play in plays] == [110, 110, 110]
    assert len({play.track for play in plays} - {""}) == 3


def test_where_a_file_begins_is_not_its_name() -> None:
    urls = ["https://geo-samples.beatport.com/a.mp3?start=0&end=9"] * 3
    one = rebuilt([_audio(200.0 * number, url) for number, url in enumerate(urls)])
    assert {play.track for play in one.rebuilt.plays} == {""}


def _file(number: int) -> str:
    file = f"{number:08x}-0000-4000-8000-{number:012x}"
    return f"https://needledrop.beatport.com/1763683200_00ab/7/3/8/{file}.128k.aac"


def _audio(after_s: float, url: str) -> Request:
    return players.T + after_s, "GET", url, {"user-agent": "Example/1"}, b""


def test_two_reports_of_one_thing_do_not_make_two_sets() -> None:
    decks = a_set()
    one = rebuilt([*spotify_players.spotify_state(decks), *spotify_players.spotify_pieces(decks)])
    assert len(one.rebuilt.plays) == 3
    assert len(one.rebuilt.transitions) == 2


def test_columns_may_be_categories() -> None:
    decks = a_set()
    tables = tables_of(players.tidal(decks), decks)
    plain = recover(tables)
    for name, table in tables.items():
        for column in table.select_dtypes("string").columns:
            tables[name][column] = table[column].astype("category")
    assert isinstance(tables["observations"]["event"].dtype, pd.CategoricalDtype)
    assert recover(tables) == plain


@pytest.mark.parametrize("damage", ["no positions", "no times", "strange kinds"])
def test_damaged_reports_are_left_out(damage: str) -> None:
    decks = a_set()
    time, method, url, headers, body = players.soundcloud(decks)[0]
    old, new = {
        "no positions": (b'"playhead_position"', b'"nothing"'),
        "no times": (b'"ts"', b'"nothing"'),
        "strange kinds": (b"play_st", b"dance_st"),
    }[damage]
    found = recover(tables_of([(time, method, url, headers, body.replace(old, new))]))
    if damage == "strange kinds":
        assert [one.reader for one in found] == ["positions with times"]
    elif damage == "no positions":
        assert all(play.stretches[0].start_s is None for play in found[0].rebuilt.plays)
    else:
        assert {play.start for play in found[0].rebuilt.plays} == {time}
