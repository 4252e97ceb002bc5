from __future__ import annotations

import pytest

from auditor.catalogue.model import Catalogue
from auditor.classify.lexicon import Judge, Surroundings
from auditor.records import Value
from tests.classify.interaction import INTERACTION


@pytest.fixture(scope="module")
def judge(catalogue: Catalogue) -> Judge:
    return Judge(catalogue.lexicon)


def around(above: str = "", beside: str = "") -> Surroundings:
    return Surroundings(tuple(above.split()), frozenset(beside.split()))


SURE: list[tuple[str, Value, str, str, str]] = [
    ("cue_position_ms", 61234, "", "", "cue"),
    ("hotCueIndex", 3, "", "", "cue"),
    ("hotcue", 3, "", "", "cue"),
    ("cue", 61234, "", "track_id", "cue"),
    ("position", 61.2, "hot_cues", "", "cue"),
    ("memoryCue", 61.2, "", "", "cue"),
    ("loop_length_beats", 8, "", "", "loop"),
    ("loopIn", 60952, "", "loopOut", "loop"),
    ("active", True, "", "loop_in_ms loop_out_ms", "loop"),
    ("bpm_from", 126, "", "", "tempo"),
    ("pitchPercent", 1.98, "", "", "tempo"),
    ("key_lock", True, "", "", "tempo"),
    ("key", "8A", "", "bpm track_id", "tempo"),
    ("tempo", 1.02, "deck", "", "tempo"),
    ("playbackRate", "1.5", "", "", "tempo"),
    ("transition_ms", 17500, "", "", "transition"),
    ("crossfader", 0.5, "", "", "transition"),
    ("from_deck", 1, "", "", "transition"),
    ("automix", True, "", "", "transition"),
    ("gain_db", -26, "", "deck band", "effects"),
    ("band", "low", "eq_change", "gain_db", "effects"),
    ("fx_name", "echo", "", "", "effects"),
    ("filter", 0.3, "deck", "", "effects"),
    ("seek_to", 61234, "", "", "seek"),
    ("beatjump_size", 4, "", "", "seek"),
    ("track_id", "tidal:track:1", "", "", "playback"),
    ("id", "7", "tracks", "", "playback"),
    ("position_ms", 0, "track_play", "track_id", "playback"),
    ("search_query", "deep house", "", "", "search"),
    ("query", "deep house", "library_search", "results", "search"),
    ("playlist_id", "7", "", "", "library"),
    ("email", "dj@example.test", "", "", "identity"),
    ("id", "7", "user", "", "identity"),
    ("os_version", "15.1", "", "", "device"),
    ("midi_device", "DDJ-400", "", "", "device"),
    ("error_code", 5, "", "", "diagnostics"),
    ("utm_source", "mail", "", "", "ads"),
]


@pytest.mark.parametrize(("name", "value", "above", "beside", "category"), SURE)
def test_sure(
    judge: Judge, name: str, value: Value, above: str, beside: str, category: str
) -> None:
    said = judge.judge(name, value, around(above, beside))
    assert (said.category, said.strength) == (category, "medium"), said.means


CANDIDATES: list[tuple[str, Value, str]] = [
    ("cue_position_ms", None, "cue"),
    ("cue_position_ms", "far beyond " * 9, "cue"),
]


@pytest.mark.parametrize(("name", "value", "category"), CANDIDATES)
def test_candidates_decide_nothing(judge: Judge, name: str, value: Value, category: str) -> None:
    said = judge.judge(name, value, around())
    assert (said.category, said.strength) == (category, "weak"), said.means


@pytest.mark.parametrize("name", ["loop", "filter", "effect", "transition", "pitch", "stem", "eq"])
def test_words_of_everyday_need_a_partner(judge: Judge, name: str) -> None:
    assert judge.judge(name, 1, around()).category == "other"
    assert judge.judge(name, 1, around("", "artist album title")).category == "other"
    said = judge.judge(name, 1, around("", "deck"))
    assert (said.category != "other", said.strength) == (True, "medium")


def test_neither_word_nor_value(judge: Judge) -> None:
    assert judge.judge("filter", None, around()).category == "other"


NAMES = """
queue queue_length queueSize queue_id rescue barbecue loopback loopback_address event_loop
event_loop_delay eventLoopLag main_loop loop_count infinite_loop uvloop api_key apiKey key_id
keyboard_layout public_key cache_key primary_key license_key hotkey keyframe monkey turkey cloud_sync
cloudSync data_sync cookie_sync clock_sync sync_token last_sync async css_transition
css_transition_ms page_transition state_transition transitionDelay data_stream stream_id
data_stream_id progress_bar progress progress_bar_width bit_rate bitrate sample_rate sampleRate
frame_rate refresh_rate rate_limit error_rate exchange_rate conversion_rate rating heart_rate
scroll_position cursor_position mouse_position window_position list_position position page_offset
file_offset page_load page_load_time onload lazyload download upload payload workload display
display_count play_store google_play playground log_level battery_level zoom_level level
access_level volume storage_volume docker_volume content_filter ad_filter spam_filter side_effect
use_effect effective middleware midnight highlight low_memory memory_usage memory_limit heap_size
bookmark watermark benchmark request_id request frequency sequence sequence_number equality prefix
suffix firefox forex metadata timestamp time date created_at updated_at version build name id type
status state value data items count total size length width height x y index offset limit page
page_size sort order url uri path host port method protocol scheme referrer user_agent accept
locale language currency timezone screen_width color theme font dark_mode title description message
text label tag tags category group kind source target action_id button menu tab window dialog
duration start end start_time end_time started stopped elapsed timeout retries retry retry_delay_ms
success enabled active visible checked on off in out mode range rate speed delay band low mid high
mix fade blend channel slot pad region segment batch chunk block node cluster shard table column row
checksum hash digest nonce salt signature cert issuer subject audience expires max_age ttl etag
sales_pitch pitch_deck tempo_url for_loop video_loop sql_query query_params graphql_query
query_id research search_engine job_search crates_io folder_id content_rating app_rating git_tag
e_q f_x stemming system scratch_dir from_scratch preroll payroll scroll enroll rollback toolbar navbar
"""
QUIET = NAMES.split()
VALUES: tuple[Value, ...] = (
    0,
    1,
    3,
    42,
    128.0,
    61234,
    "abc",
    "low",
    "8A",
    "some text",
    True,
    "1",
    None,
)
LONE = {"search", "query"}


@pytest.mark.parametrize("name", QUIET)
def test_quiet(judge: Judge, name: str) -> None:
    for value in VALUES:
        said = judge.judge(name, value, around())
        assert said.category not in INTERACTION, (value, said)


def test_quiet_among_others(judge: Judge) -> None:
    """Ordinary names stay quiet beside ordinary names."""
    everything = frozenset(QUIET[:60])
    for name in QUIET:
        said = judge.judge(name, 3, Surroundings(("context", "payload"), everything - {name}))
        assert said.category not in INTERACTION, said


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("deck_load", "playback"),
        ("track_play", "playback"),
        ("cue_set", "cue"),
        ("Hot Cue Triggered", "cue"),
        ("loop_set", "loop"),
        ("tempo_change", "tempo"),
        ("eq_change", "effects"),
        ("fx_toggle", "effects"),
        ("crossfade_end", "transition"),
        ("library_search", "search"),
        ("page_view", "analytics"),
        ("settings_opened", "other"),
        ("queue_opened", "other"),
        ("app_started", "analytics"),
        ("login", "identity"),
        ("loop", "other"),
        ("loop_disabled", "loop"),
        ("deckLoopDisengaged", "loop"),
        ("disable_loop", "loop"),
        ("Deactivate Loop", "loop"),
        ("loop_stopped", "loop"),
        ("keylock_disabled", "tempo"),
        ("keylock_engaged", "tempo"),
        ("automix_activated", "transition"),
        ("fx_disabled", "effects"),
        ("video_loop_disabled", "other"),
        ("video_loop_started", "other"),
        ("disable_playlist_loop", "other"),
        ("main_loop_ended", "other"),
        ("visual_cue_triggered", "other"),
        ("license_activated", "licensing"),
        ("tracking_disabled", "other"),
    ],
)
def test_event_names(judge: Judge, name: str, category: str) -> None:
    assert judge.judge_name(name).category == category


@pytest.mark.parametrize(
    ("name", "beside", "category"),
    [
        ("loop_disabled", "", "loop"),
        ("loop_activated", "", "loop"),
        ("loopDisengaged", "", "loop"),
        ("disable_loop", "deck", "loop"),
        ("disable_loop", "", "other"),
        ("disable_loop", "video_id deck", "other"),
        ("loop_mode_disabled", "deck", "other"),
        ("event_loop_disabled", "deck", "analytics"),
        ("keylock_engaged", "", "tempo"),
        ("activated", "", "licensing"),
        ("engaged", "", "analytics"),
    ],
)
def test_switched_on_and_off(judge: Judge, name: str, beside: str, category: str) -> None:
    assert judge.judge(name, True, around("", beside)).category == category


def test_reasons_are_named_but_not_values(judge: Judge) -> None:
    said = judge.judge("hot_cue", "my secret spot", around("", "track_id"))
    assert "hotcue: strong word" in said.means
    assert "fits word" in said.means
    assert "points" in said.means
    assert "secret spot" not in said.means


def test_false_friend_is_named(judge: Judge) -> None:
    said = judge.judge("event_loop_in_ms", 3, around("", "loop_out loop_in"))
    assert "eventloop: false friend" in said.means or said.category != "loop"


@pytest.mark.parametrize(
    ("name", "above", "secret"),
    [
        ("access_token", "", "token"),
        ("refreshToken", "", "token"),
        ("password", "", "token"),
        ("api_key", "", "key"),
        ("email", "", "email"),
        ("user_id", "", "account-id"),
        ("id", "user", "account-id"),
        ("id", "devices", "device-id"),
        ("id", "tracks", ""),
        ("ip", "", "ip"),
        ("device_id", "", "device-id"),
        ("tokens_used", "", ""),
        ("tip", "", ""),
        ("track_id", "", ""),
    ],
)
def test_secrets(judge: Judge, name: str, above: str, secret: str) -> None:
    assert judge.secret(name, around(above)) == secret


def test_carriers_give_way(judge: Judge) -> None:
    assert judge.own_name(("attributes", "cue_position_ms", "value")) == (
        "cue_position_ms",
        ("attributes",),
    )
    assert judge.own_name(("a", "stringValue")) == ("a", ())
    assert judge.own_name(("value",)) == ("value", ())
    assert judge.own_name(()) == ("", ())


def test_very_long_names_do_no_harm(judge: Judge) -> None:
    said = judge.judge("cue_" * 50_000, 3, around("cue_" * 50_000))
    assert said.category in {"cue", "other"}


FRIENDS = [
    ("feed_rate", 120, "bpm deck"),
    ("resolution_scale", 1.0, "deck_cards"),
    ("fade_to_black", True, "deck_cards"),
    ("StageTransitionDays", 12, "PitchDeckSent"),
    ("tempo_ingester_bytes", 4100, "queue"),
    ("bpm", 72, "heart_rate steps"),
    ("cue", 3, "captions"),
    ("tempo_pct", 100, "robot"),
    ("loop_current", "none", "deck_watch"),
    ("mix_time_s", 300, "beats_per_stroke"),
    ("low", "a", "artist album images"),
    ("level", 3, "artist title track"),
]


@pytest.mark.parametrize(("name", "value", "beside"), FRIENDS)
def test_false_friends_among_partners(judge: Judge, name: str, value: Value, beside: str) -> None:
    said = judge.judge(name, value, around("", beside))
    assert said.category not in {"cue", "loop", "effects", "tempo", "transition"}, said


ORDINARY = [
    ("timestamp", 1763683200, "", "metadata"),
    ("request_id", "a-1", "", "metadata"),
    ("sdk_version", "1.2.3", "", "metadata"),
    ("session_id", "s-1", "", "analytics"),
    ("screen_name", "Settings", "", "analytics"),
    ("model", "Mac14", "device", "device"),
    ("density", 2, "screen", "device"),
    ("locale", "de_DE", "", "device"),
    ("plan", "free", "user", "identity"),
    ("device_id", "d-1", "user", "device"),
    ("user_id", "u-1", "device", "identity"),
    ("created_at", "2026-11-21T00:00:00Z", "user", "metadata"),
    ("variant", "b", "", "config"),
    ("challenge", "x", "drm", "licensing"),
    ("bitrate", 320, "", "audio"),
    ("floor", 0.1, "bid", "ads"),
    ("reason", "x", "exception", "diagnostics"),
    ("playlist_track_count", 3, "", "library"),
    ("search_session_id", "s-1", "", "analytics"),
    ("foo", 3, "", "other"),
]


@pytest.mark.parametrize(("name", "value", "above", "category"), ORDINARY)
def test_ordinary_fields(judge: Judge, name: str, value: Value, above: str, category: str) -> None:
    said = judge.judge(name, value, around(above))
    assert said.category == category, said.means


def test_words_of_everyday_need_a_fitting_value(judge: Judge) -> None:
    assert judge.judge("pitch", "x", around("", "deck")).category == "other"
    assert judge.judge("pitch", 1.98, around("", "deck")).category == "tempo"


@pytest.mark.parametrize("name", ["seek", "search_performed", "Searched"])
def test_event_that_is_one_word(judge: Judge, name: str) -> None:
    assert judge.judge_name(name).category in {"seek", "search"}


def test_event_names_know_their_object(judge: Judge) -> None:
    assert judge.is_event_name("name", ("events",))
    assert judge.is_event_name("message", ("breadcrumbs",))
    assert not judge.is_event_name("name", ("users",))
    assert not judge.is_event_name("name")
