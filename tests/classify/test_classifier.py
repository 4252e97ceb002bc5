"""Whole messages through the real decoder and the catalogue that ships."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from auditor.catalogue.model import Catalogue
from auditor.classify import Classifier, Directory, body_keys
from auditor.decode import decode_head, decode_message
from auditor.records import Decoded, Exchange, Leaf, Observation, Site
from tests.classify.interaction import INTERACTION

Post = Callable[..., Exchange]
DJ_EVENTS = {
    "deck_load": {
        "deck": 1,
        "track_id": "tidal:track:77640617",
        "source": "tidal",
        "bpm": 126,
        "key": "8A",
    },
    "track_play": {"deck": 1, "track_id": "tidal:track:77640617", "position_ms": 0},
    "cue_set": {"deck": 1, "cue_index": 3, "cue_position_ms": 61234, "cue_color": "#ff8800"},
    "loop_set": {"loop_length_beats": 8, "loop_in_ms": 60952, "loop_out_ms": 64761, "active": True},
    "tempo_change": {"bpm_from": 126, "bpm_to": 128.5, "pitch_percent": 1.98, "key_lock": True},
    "eq_change": {"band": "low", "gain_db": -26},
    "fx_toggle": {"effect": "echo", "wet": 0.4},
    "crossfade_end": {"from_deck": 1, "to_deck": 2, "transition_ms": 17500, "crossfader": 1},
    "library_search": {"query": "deep house 126", "results": 42},
}
"""The events that published clients sent when they were run for this project."""
WANTED = {
    "deck_load": {
        "deck": "playback",
        "track_id": "playback",
        "source": "other",
        "bpm": "tempo",
        "key": "tempo",
    },
    "track_play": dict.fromkeys(DJ_EVENTS["track_play"], "playback"),
    "cue_set": {**dict.fromkeys(DJ_EVENTS["cue_set"], "cue"), "deck": "other"},
    "loop_set": dict.fromkeys(DJ_EVENTS["loop_set"], "loop"),
    "tempo_change": dict.fromkeys(DJ_EVENTS["tempo_change"], "tempo"),
    "eq_change": dict.fromkeys(DJ_EVENTS["eq_change"], "effects"),
    "fx_toggle": dict.fromkeys(DJ_EVENTS["fx_toggle"], "effects"),
    "crossfade_end": dict.fromkeys(DJ_EVENTS["crossfade_end"], "transition"),
    "library_search": dict.fromkeys(DJ_EVENTS["library_search"], "search"),
}


@pytest.fixture(scope="module")
def ask(catalogue: Catalogue) -> Callable[[Exchange], tuple[Site, tuple[Observation, ...]]]:
    directory, classifier = Directory(catalogue), Classifier(catalogue)

    def run(exchange: Exchange) -> tuple[Site, tuple[Observation, ...]]:
        head, body = decode_head(exchange), decode_message(exchange.messages[0])
        site = directory.find(exchange, body_keys(body))
        both = Decoded(head.sheets + body.sheets)
        passages = classifier.classify(exchange, site, both)
        return site, tuple(one for passage in passages for one in passage.observations())

    return run


Ask = Callable[[Exchange], tuple[Site, tuple[Observation, ...]]]


def by_path(observations: tuple[Observation, ...]) -> dict[str, Observation]:
    return {one.leaf.path: one for one in observations}


def sqs(*events: dict[str, object]) -> bytes:
    fields = {}
    for number, event in enumerate(events, 1):
        fields[f"SendMessageBatchRequestEntry.{number}.MessageBody"] = json.dumps(event)
    return urlencode(fields).encode()


BODY = "SendMessageBatchRequestEntry[].MessageBody>"


def test_one_observation_for_every_leaf(ask: Ask, post: Post) -> None:
    body = json.dumps({"b": [1, {"c": "x"}], "a": None}).encode()
    exchange = post("example.org", "/v1/things/77640617", body, headers=(("user-agent", "E"),))
    _, observations = ask(exchange)
    assert [(o.leaf.context, o.leaf.path) for o in observations] == [
        ("header", "user-agent"),
        ("body", "a"),
        ("body", "b[]"),
        ("body", "b[].c"),
        ("path", "id"),
    ]
    assert [(o.leaf.value, o.leaf.at) for o in observations[1:4]] == [
        (None, ()),
        (1, (0,)),
        ("x", (1,)),
    ]


def test_how_long_ago_tells_when(catalogue: Catalogue, post: Post) -> None:
    """Apple's records say how long ago they were made; each counts from the message it left with."""
    records = [
        {"event-type": 1, "start-position-in-milliseconds": 0, "milliseconds-since-play": 90_000},
        {"event-type": 0, "container-ids": {"album-adam-id": 2}, "milliseconds-since-play": "1500"},
        {"event-type": 0, "end-position-in-milliseconds": 12000},
    ]
    body = json.dumps({"client_id": "X", "data": records}).encode()
    exchange = post("universal-activity-service.itunes.apple.com", "/play", body)
    site = Directory(catalogue).find(exchange)
    decoded = decode_message(exchange.messages[0])
    for sent, left in ((None, exchange.started), (exchange.started + 60, exchange.started + 60)):
        passages = Classifier(catalogue).classify(exchange, site, decoded, sent)
        told = {
            (one.leaf.path.removeprefix("data[]."), one.leaf.at): one.event_time
            for passage in passages
            for one in passage.observations()
        }
        assert told["start-position-in-milliseconds", (0,)] == left - 90
        assert told["milliseconds-since-play", (0,)] == left - 90
        assert told["container-ids.album-adam-id", (1,)] == left - 1.5
        assert told["end-position-in-milliseconds", (2,)] is None
        assert told["client_id", ()] is None


def test_actions_carry_their_own_time(ask: Ask, post: Post) -> None:
    actions = [
        {"actionType": "PLAYBACK_STOP", "assetPosition": 2.38, "timestamp": 1763683202380},
        {"actionType": "PLAYBACK_START", "assetPosition": 8, "timestamp": 1763683202386},
    ]
    payload = {"startTimestamp": 1763683200000, "endTimestamp": 1763683210000, "actions": actions}
    payload |= {"startAssetPosition": 0, "endAssetPosition": 9.1}
    body = sqs({"name": "playback_session", "ts": 1763683299000, "payload": payload})
    _, observations = ask(post("ec.tidal.com", "/api/event-batch", body))
    jumps = [o for o in observations if o.leaf.path == f"{BODY}payload.actions[].assetPosition"]
    assert [o.event_time for o in jumps] == [1763683202.38, 1763683202.386]
    assert {(o.category, o.unit, o.strength, o.event) for o in jumps} == {
        ("seek", "s", "strong", "playback_session")
    }
    assert jumps[0].indicates == ("cue", "loop", "tempo")
    found = by_path(observations)
    assert found[f"{BODY}payload.startAssetPosition"].event_time == 1763683200.0
    assert found[f"{BODY}payload.endAssetPosition"].event_time == 1763683210.0
    assert found[f"{BODY}ts"].event_time == 1763683299.0
    assert found[f"{BODY}name"].event_time == 1763683299.0


def test_conditions_look_at_the_same_object(ask: Ask, post: Post) -> None:
    stalls = [
        {"reason": r, "assetPosition": n} for n, r in enumerate(["SEEK", "UNEXPECTED", "SEEK"])
    ]
    body = sqs({"name": "playback_statistics", "payload": {"stalls": stalls}})
    _, observations = ask(post("ec.tidal.com", "/api/event-batch", body))
    here = [o for o in observations if o.leaf.path.endswith("assetPosition")]
    assert [o.category for o in here] == ["seek", "diagnostics", "seek"]


def test_events_of_one_batch_stay_apart(ask: Ask, post: Post) -> None:
    body = sqs(
        {"name": "streaming_session_start", "payload": {"timestamp": 1763683200000}},
        {"name": "streaming_session_end", "payload": {"timestamp": 1763683300000}},
    )
    _, observations = ask(post("ec.tidal.com", "/api/event-batch", body))
    times = [o for o in observations if o.leaf.path == f"{BODY}payload.timestamp"]
    assert [(o.event, o.means) for o in times] == [
        ("streaming_session_start", "when the track was loaded"),
        ("streaming_session_end", "when streaming of the track ended"),
    ]


def test_rows_of_one_layout_are_told_apart(ask: Ask, post: Post) -> None:
    """Items of a batch make one sheet; which event, rule and time each has is its own."""
    names = ["playback_session", "progress", "playback_session", "other"]
    events = [
        {"name": name, "ts": 1763683200000 + number, "payload": {"startAssetPosition": number}}
        for number, name in enumerate(names)
    ]
    _, observations = ask(post("ec.tidal.com", "/api/event-batch", sqs(*events)))
    found = {
        one.leaf.at: one for one in observations if one.leaf.path.endswith("startAssetPosition")
    }
    assert set(found) == {(1,), (2,), (3,), (4,)}
    for number in range(4):
        one = found[number + 1,]
        assert (one.leaf.value, one.event) == (number, names[number])
        assert (one.strength == "strong") == (names[number] == "playback_session")
        if one.strength == "strong":
            assert one.event_time == 1763683200 + number / 1000


def test_free_data_is_judged_by_its_words(ask: Ask, post: Post) -> None:
    extras = {"deck": 1, "cue_position_ms": 61234, "theme": "red"}
    body = sqs({"name": "playback_session", "extras": extras, "payload": {}})
    found = by_path(ask(post("ec.tidal.com", "/api/event-batch", body))[1])
    cue = found[f"{BODY}extras.cue_position_ms"]
    assert (cue.category, cue.strength, cue.rule) == ("cue", "medium", "lexicon")
    assert "free data" in cue.means
    theme = found[f"{BODY}extras.theme"]
    assert (theme.category, theme.rule) == ("other", f"tidal/event-batch/-/body:{BODY}extras.**")


def test_rules_hold_on_foreign_hosts_by_shape(ask: Ask, post: Post) -> None:
    body = sqs({"name": "playback_session", "payload": {"actualProductId": "7"}})
    site, observations = ask(post("collector.example.org", "/in", body))
    assert (site.receiver, site.endpoint) == ("collector.example.org", "tidal/event-batch")
    assert by_path(observations)[f"{BODY}payload.actualProductId"].category == "playback"


@pytest.mark.parametrize("value", [None, ""])
def test_empty_fields_decide_nothing(ask: Ask, post: Post, value: object) -> None:
    body = sqs({"name": "playback_session", "payload": {"actualProductId": value}})
    one = by_path(ask(post("ec.tidal.com", "/api/event-batch", body))[1])[
        f"{BODY}payload.actualProductId"
    ]
    assert (one.category, one.strength, one.indicates) == ("playback", "weak", ())
    assert one.means.endswith("(empty)")


@pytest.mark.parametrize(("speed", "strength"), [(1, "weak"), (1.02, "medium")])
def test_resting_values_decide_nothing(ask: Ask, post: Post, speed: float, strength: str) -> None:
    body = json.dumps({"sub_state": {"playback_speed": speed}}).encode()
    path = "/track-playback/v1/devices/0123456789abcdef/state"
    found = by_path(ask(post("gew1-spclient.spotify.com", path, body, method="PUT"))[1])
    assert (
        found["sub_state.playback_speed"].category,
        found["sub_state.playback_speed"].strength,
    ) == ("tempo", strength)


def test_secrets_of_any_receiver(ask: Ask, post: Post) -> None:
    headers = (("authorization", "Bearer abc"), ("cookie", "sid=secret1"), ("x-api-key", "k"))
    body = json.dumps({"session": {"access_token": "t"}, "email": "dj@example.test"}).encode()
    _, observations = ask(post("collector.example.org", "/in", body, headers=headers))
    secrets = {(o.leaf.context, o.leaf.path): o.secret for o in observations if o.secret}
    assert secrets[("header", "authorization")] == "token"
    assert secrets[("header", "x-api-key")] == "key"
    assert secrets[("body", "session.access_token")] == "token"
    assert secrets[("body", "email")] == "email"
    assert "cookie" in secrets.values()


def dj_bodies() -> list[tuple[str, str, str, Callable[[str, dict[str, object]], object]]]:
    return [
        ("api.segment.io", "/v1/batch", "batch[].properties", lambda e, p: {"batch": [{"event": e, "properties": p}]}),
        ("api2.amplitude.com", "/2/httpapi", "events[].event_properties", lambda e, p: {"events": [{"event_type": e, "event_properties": p}]}),
        ("www.google-analytics.com", "/mp/collect", "events[].params", lambda e, p: {"events": [{"name": e, "params": p}]}),
        ("telemetry.example.org", "/v1/t", "events[].data", lambda e, p: {"events": [{"event": e, "data": p}]}),
    ]  # fmt: skip


@pytest.mark.parametrize("event", DJ_EVENTS)
@pytest.mark.parametrize("kind", dj_bodies(), ids=lambda kind: str(kind[0]))
def test_dj_events(
    ask: Ask, post: Post, event: str, kind: tuple[str, str, str, Callable[..., object]]
) -> None:
    host, path, prefix, wrap = kind
    body = json.dumps(wrap(event, DJ_EVENTS[event])).encode()
    _, observations = ask(post(host, path, body))
    found = by_path(observations)
    for name, category in WANTED[event].items():
        if name in DJ_EVENTS[event] and not (name == "deck" and event == "cue_set"):
            one = found[f"{prefix}.{name}"]
            assert one.category == category, (name, one)
            assert one.event == event
            assert (one.strength == "medium") == (category != "other")


@pytest.mark.parametrize("event", DJ_EVENTS)
def test_event_names_say_what_was_done(ask: Ask, post: Post, event: str) -> None:
    body = json.dumps({"batch": [{"event": event, "type": "track"}]}).encode()
    one = by_path(ask(post("api.segment.io", "/v1/batch", body))[1])["batch[].event"]
    assert one.category == next(c for c in WANTED[event].values() if c != "other")
    assert one.rule == "lexicon"


QUIET = {
    "app": {"version": "1.2.3", "queue_length": 4, "event_loop_delay_ms": 12, "loopback": True},
    "ui": {"css_transition_ms": 200, "scroll_position": 33, "progress_bar": 0.5, "filter": None},
    "net": {
        "bit_rate": 320,
        "sample_rate": 44100,
        "rate_limit": 5,
        "api_key": "k",
        "stream_id": "7",
    },
    "items": [{"key": "theme", "value": "dark"}, {"key": "volume_id", "value": "disk1"}],
    "sync": {"cloud_sync": True, "last_sync": 1763683200},
    "time": 1763683200000,
    "message": "queue is full, loop ended",
}


@pytest.mark.parametrize("host", ["telemetry.example.org", "www.tidal.com", "o1.ingest.sentry.io"])
def test_ordinary_telemetry_is_quiet(ask: Ask, post: Post, host: str) -> None:
    _, observations = ask(post(host, "/v1/other", json.dumps(QUIET).encode()))
    loud = [o for o in observations if o.category in INTERACTION]
    assert loud == []


def test_parameters_come_once(catalogue: Catalogue, post: Post) -> None:
    site = Site(
        "tidal",
        "TIDAL",
        "streaming service",
        "playback-info",
        "playback",
        True,
        (("track_id", "7"),),
    )
    exchange = post("api.tidal.com", "/v1/tracks/7/playbackinfo")
    (passage,) = Classifier(catalogue).classify(exchange, site, Decoded())
    (one,) = passage.observations()
    assert (one.leaf, one.category) == (Leaf.of("path", "track_id", "7"), "playback")


def test_hostile_message(catalogue: Catalogue, post: Post) -> None:
    """Strange names and many neighbours cost time, never an exception."""
    names = [
        "",
        "cue" * 9000,
        "\u0000",
        "\ud800",
        "a.b[]>",
        '"',
        "event",
        *(f"k{n}" for n in range(3000)),
    ]
    leaves = tuple(Leaf.of("body", f'["{name}"]', 10**400, (1, 2, 3)) for name in names)
    site = Site("x.test", "x.test", "unknown", "POST /", "other")
    passages = Classifier(catalogue).classify(post("x.test", "/"), site, Decoded.of(leaves))
    assert [one.leaf for part in passages for one in part.observations()] == list(leaves)


def test_body_keys() -> None:
    leaves = (
        Leaf.of("body", "a[].b", 1, (0,)),
        Leaf.of("body", "c>d", 1),
        Leaf.of("query", "e", 1),
        Leaf.of("body", "[].f", 1, (0,)),
    )
    assert body_keys(Decoded.of(leaves)) == {"a", "c", "f"}
