"""The whole way: tables in, plain data out."""

import json
import random

import pandas as pd
import pytest

from auditor.reconstruct import score as scoring
from auditor.reconstruct.cuesheet import cue_sheet
from auditor.reconstruct.facts import by_category, reconstruction
from auditor.reconstruct.real import marks_of, real_set
from auditor.reconstruct.score import KINDS
from tests.reconstruct import players
from tests.reconstruct.counted import Counter
from tests.reconstruct.players import Deck, T, a_set, tables_of
from tests.sample_result import audit_sample


@pytest.fixture(scope="module")
def sample() -> dict[str, pd.DataFrame]:
    return dict(audit_sample("tidal-web-player").tables)


def test_the_real_player_gives_the_set_away(sample: dict[str, pd.DataFrame]) -> None:
    told = reconstruction(sample)
    (tidal,) = told["receivers"]
    scores = {one["kind"]: one for one in tidal["scores"]}
    for kind in ("track", "pause", "jump", "cue", "loop", "transition"):
        assert scores[kind]["precision"] >= 0.95, kind
        assert scores[kind]["recall"] >= 0.95, kind
        assert scores[kind]["median_s"] <= 0.5, kind
    assert {kind: one["real"] for kind, one in scores.items()} == {
        "track": 9,
        "pause": 10,
        "jump": 23,
        "cue": 15,
        "loop": 10,
        "transition": 8,
    }
    assert "8 of your 8 transitions" in tidal["sentence"]


def test_the_length_of_a_loop_lies_in_its_interval(sample: dict[str, pd.DataFrame]) -> None:
    told = reconstruction(sample)
    loops = [
        [loop for play in one["tracks"] for loop in play["loops"]]
        for one in (told["real"], told["receivers"][0])
    ]
    for real, rebuilt in zip(*loops, strict=True):
        assert abs(rebuilt["length_s"] - real["length_s"]) <= rebuilt["error_s"]


def test_marks_do_not_help_to_rebuild(sample: dict[str, pd.DataFrame]) -> None:
    """Without marks the same set comes out, and nothing is said about how good it is."""
    bare = reconstruction({**sample, "marks": sample["marks"].iloc[:0]})
    (blind,), (seeing,) = bare["receivers"], reconstruction(sample)["receivers"]
    assert [one["start"] for one in blind["tracks"]] == [one["start"] for one in seeing["tracks"]]
    assert (blind["scores"], bare["real"]) == ([], None)
    assert blind["sentence"] == (
        "From this traffic alone TIDAL can work out 9 tracks, 8 transitions, 23 jumps and 10 loops. "
        "No marks tell what was really played, so how well is not known."
    )


def test_a_set_that_was_never_reported_is_not_found() -> None:
    decks = a_set()
    loaded = [one for one in players.tidal(decks) if one[1] == "GET"]
    told = reconstruction(tables_of(loaded, decks))
    assert (told["receivers"], by_category(told)) == ([], {})
    assert told["real"] is not None
    assert "No message told where" in told["reason"]
    assert "TIDAL (3)" in told["reason"]


def test_half_of_the_reports_give_half_of_the_set() -> None:
    decks = a_set()
    told = reconstruction(tables_of(players.tidal(decks[:1]), decks))
    scores = by_category(told)
    assert scores["transition"]["matched"] == 0
    assert scores["playback"]["recall"] == pytest.approx(1 / 3, abs=0.001)
    assert scores["loop"]["recall"] == 0.5
    flags = [loop["matched"] for play in told["real"]["tracks"] for loop in play["loops"]]
    assert flags == [True, False]
    assert "0 of your 2 transitions" in told["receivers"][0]["sentence"]


def test_overlaps_that_are_left_out_are_told() -> None:
    decks = [Deck(f"play-{n}", f"track:9{n:05}", T + n).load().stop(60) for n in range(20)]
    (told,) = reconstruction(tables_of(players.tidal(decks)))["receivers"]
    assert told["left_out"] == 1 + 2 + 3
    assert len(told["transitions"]) == 20 * 19 // 2 - 6
    assert told["sentence"].endswith("6 overlaps were left out of the transitions.")
    assert "REM 6 OVERLAPS LEFT OUT" in cue_sheet(told)
    (few,) = reconstruction(tables_of(players.tidal(decks[:17])))["receivers"]
    assert (few["left_out"], len(few["transitions"])) == (0, 17 * 16 // 2)
    assert "LEFT OUT" not in cue_sheet(few)
    assert "left out" not in few["sentence"]


def test_what_was_done_is_worked_out_once_for_all_receivers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decks, many = a_set(), 30
    requests = [
        players.post(
            T + 10 * turn,
            f"https://collect.example{n}.net/v2",
            {"position_ms": 10_000 * turn, "trackId": "track:900001"},
        )
        for turn in range(3)
        for n in range(many)
    ]
    seen = Counter(len(KINDS) * (many + 2))
    monkeypatch.setattr(scoring, "events", seen.calls_of(scoring.events))
    assert len(reconstruction(tables_of(requests, decks))["receivers"]) == many


def test_it_can_be_kept_as_json() -> None:
    decks = a_set()
    told = reconstruction(tables_of(players.tidal(decks), decks))
    assert json.loads(json.dumps(told, allow_nan=False)) == told


@pytest.mark.parametrize("rate", [0.94, 1.06])
def test_another_tempo(rate: float) -> None:
    decks = a_set(rate)
    decks[0].marks.append(("tempo", T, T, {"percent": 100 * (rate - 1)}))
    told = reconstruction(tables_of(players.tidal(decks), decks))
    scores = by_category(told)
    assert [scores[kind]["recall"] for kind in ("seek", "loop", "transition", "tempo")] == [1] * 4
    for one in told["receivers"][0]["tracks"]:
        assert abs(one["tempo"]["rate"] - rate) <= max(one["tempo"]["error"], 0.001)


def test_beats_need_a_bpm() -> None:
    decks = a_set()
    bpm = players.post(
        T, "https://collect.example.net/v2/loaded", {"trackId": "track:900001", "bpm": 128.0}
    )
    tables = tables_of([bpm, *players.tidal(decks)], decks)
    observations = tables["observations"]
    observations["unit"] = observations["unit"].astype("object")
    observations.loc[observations["path"] == "bpm", "unit"] = "bpm"
    first, second, _ = reconstruction(tables)["receivers"][0]["tracks"]
    assert first["loops"][0]["beats"] == pytest.approx(4.0)
    assert second["loops"][0]["beats"] is None


def test_random_sets() -> None:
    """What a DJ does at random comes back, whatever it is."""
    for seed in range(12):
        dice = random.Random(seed)  # noqa: S311
        deck = Deck("play-1-A", "track:900001", T, dice.uniform(0, 30)).load()
        for _ in range(dice.randrange(3, 12)):
            match dice.randrange(4):
                case 0:
                    deck.jump(dice.uniform(1, 9), dice.uniform(0, 200))
                case 1:
                    deck.rest(dice.uniform(1, 9), dice.uniform(0.5, 5))
                case 2:
                    deck.hear(dice.uniform(1, 5)).loop(dice.choice([0.94, 1.88, 3.75]), 3)
                case _:
                    deck.hear(dice.uniform(2, 9))
        deck.stop(4)
        scores = by_category(reconstruction(tables_of(players.tidal([deck]), [deck])))
        for kind in scores.keys() - {"tempo", "cue"}:
            assert scores[kind].get("recall") in {None, 1.0}, (seed, kind)
            assert scores[kind].get("precision") in {None, 1.0}, (seed, kind)


def test_marks_without_decks_and_places() -> None:
    table = pd.DataFrame(
        {
            "action": ["load", "play", "seek", "loop-on", "loop-off", "idle", "pause"],
            "start": pd.to_datetime([T + n for n in range(7)], unit="s", utc=True),
            "end": pd.to_datetime([T + n + 0.5 for n in range(7)], unit="s", utc=True),
            "values": ["{}"] * 7,
        }
    )
    (play,) = real_set(marks_of(table)).plays
    assert (play.start, play.end) == (T + 1, T + 6.5)
    assert (len(play.jumps), len(play.loops)) == (1, 1)
    assert real_set(marks_of(table.iloc[:0])).plays == ()


def test_marks_of_jumps_alone_count_too() -> None:
    """Somebody may begin to mark when the music plays already."""
    decks = a_set()
    tables = tables_of(players.tidal(decks), decks)
    tables["marks"] = tables["marks"][tables["marks"]["action"] == "seek"]
    told = reconstruction(tables)
    scores = by_category(told)
    assert (scores["seek"]["real"], scores["seek"]["matched"]) == (3, 3)
    assert "real" not in scores["playback"] or scores["playback"]["real"] == 0
    assert "3 of your 3 jumps" in told["receivers"][0]["sentence"]


def test_requests_for_audio_have_their_own_sentence() -> None:
    decks = a_set()
    told = reconstruction(tables_of(players.audio(decks), decks))
    assert "show Spotify 3 tracks" in told["receivers"][0]["sentence"]
    url = "https://sp-pr-fa.audio.tidal.com/mediatracks/{}/0.mp4"
    bare = [(T + n, "GET", url.format(n), {"user-agent": "Example"}, b"") for n in range(3)]
    (one,) = reconstruction(tables_of(bare))["receivers"]
    assert "cannot tell the files apart" in one["sentence"]


def test_stops_alone_tell_of_nothing_that_was_heard() -> None:
    url = "https://collect.example.net/v2/events"
    stops = [
        players.post(T + n, url, {"playheadSeconds": n, "isPlaying": False, "trackId": "t"})
        for n in range(3)
    ]
    (one,) = reconstruction(tables_of(stops))["receivers"]
    assert one["tracks"] == []
    assert "can work out 0 tracks." in one["sentence"]


def test_cue_sheet() -> None:
    decks = a_set()
    told = reconstruction(tables_of(players.tidal(decks)))["receivers"][0]
    sheet = cue_sheet(told)
    assert sheet.count("TRACK") == 3
    assert '    TITLE "track:900002"' in sheet
    assert "    INDEX 01 01:15:00" in sheet
    assert "    REM LOOP 00:21:00 1.88 s x4" in sheet
    assert "REM TRANSITION 01:15:00 9.0 s" in sheet
    many = {**told, "tracks": told["tracks"] * 40}
    assert cue_sheet(many).count(" AUDIO") == 99
    assert "REM 21 MORE TRACKS LEFT OUT" in cue_sheet(many)
    evil = {**told, "tracks": [{**told["tracks"][0], "track": 'a"\nTRACK 7'}]}
    assert "\nTRACK 7" not in cue_sheet(evil)
