"""What is learned from unknown traffic, and how it is judged."""

from __future__ import annotations

import json
from dataclasses import replace

from auditor.catalogue import load_catalogue
from auditor.catalogue.example import to_exchange
from auditor.catalogue.model import Example
from auditor.draft import Learner
from auditor.draft.learn import Learned
from auditor.draft.telemetry import LIKELY, looks_like_telemetry
from auditor.look import look
from auditor.pipeline import Pipeline
from auditor.records import Connection
from auditor.redact import Redactor

PIPELINE = Pipeline(load_catalogue())
BATCH = {
    "sent_at": 1772403300999,
    "events": [
        {"event_id": f"e-{number}", "name": "deck_load", "ts": 1772403300000 + number, "deck": 1}
        for number in range(3)
    ],
}


def learn(*requests: tuple[str, str, object]) -> dict[str, list[Learned]]:
    learner = Learner(load_catalogue(), Redactor(b"a key of the tests, no secret at all"))
    for method, url, body in requests:
        data = json.dumps(body).encode() if body is not None else b""
        exchange = to_exchange(Example("x", method, url, (), data, ()))
        learner.add(exchange, look(PIPELINE, exchange))
    return learner.learned()


def test_fields_are_profiled_over_all_requests() -> None:
    url = "https://in.stranger.test/v1/events"
    ((owner, (one,)),) = learn(
        ("POST", url, BATCH), ("POST", url, {"sent_at": 5, "extra": "a"})
    ).items()
    assert (owner, one.receiver, one.path, one.requests) == ("stranger.test", "", "/v1/events", 2)
    name = one.fields["body", "events[].name"]
    assert (name.present, name.most, len(name.values)) == (1, 3, 1)
    assert one.fields["body", "sent_at"].present == 2
    assert one.fields["body", "extra"].kinds == {"text": 1}
    assert dict(one.events) == {"deck_load": 3}


def test_ids_in_paths_and_keys_are_folded() -> None:
    requests = [
        (
            "POST",
            f"https://api.stranger.test/sets/{100 + number}/cues",
            {"cues": {f"{9000 + number}": {"ms": 1}}},
        )
        for number in range(3)
    ]
    ((_, (one,)),) = learn(*requests).items()
    assert one.path == "/sets/{id}/cues"
    assert ("body", "cues.*.ms") in one.fields


def test_what_has_rules_is_left_out() -> None:
    assert learn(("POST", "https://api.segment.io/v1/batch", {"batch": [{"type": "track"}]})) == {}
    assert learn(("OPTIONS", "https://in.stranger.test/v1/events", None)) == {}


def test_an_unknown_field_of_a_known_endpoint_is_learned() -> None:
    found = learn(("POST", "https://api.segment.io/v1/batch", {"batch": [], "wobble": 5}))
    ((one,),) = found.values()
    assert (one.receiver, one.endpoint) == ("segment", "batch")
    assert set(one.fields) == {("body", "wobble")}


def test_an_unknown_address_of_a_known_receiver_is_a_part_of_it() -> None:
    found = learn(("GET", "https://api.segment.io/v9/never-heard-of", None))
    assert list(found) == ["segment"]


def test_a_batch_of_events_looks_like_telemetry_and_a_search_does_not() -> None:
    batch, search = (
        next(iter(learn(one).values()))[0]
        for one in (
            ("POST", "https://in.stranger.test/v1/events", BATCH),
            ("GET", "https://www.stranger.test/find?q=house", None),
        )
    )
    looks = looks_like_telemetry(batch)
    assert looks.points >= LIKELY
    assert looks.verdict == "looks like telemetry"
    told = "; ".join(looks.reasons)
    for reason in (
        "3 items in one request",
        "ids that the sender makes",
        "names of events",
        "times inside",
        "events",
    ):
        assert reason in told
    assert looks_like_telemetry(search).verdict == "does not look like telemetry"


def test_addresses_that_differ_in_a_word_are_one_endpoint() -> None:
    cities = ["berlin", "leipzig", "lisbon", "oslo", "paris", "rome"]
    found = learn(
        *(
            ("POST", f"https://e{number % 2}.stranger.test/v1/{city}/mix", {"bpm": 120, city: 1})
            for number, city in enumerate(cities)
        )
    )
    ((one,),) = found.values()
    assert one.path == "/v1/{word2}/mix"
    assert one.requests == 6
    assert set(one.hosts) == {"e0.stranger.test", "e1.stranger.test"}
    assert one.fields["body", "bpm"].present == 6
    assert one.fields["body", "oslo"].present == 1


def test_more_fields_than_anybody_names_are_dropped_and_counted() -> None:
    body = {f"field_{chr(97 + a)}{chr(97 + b)}": 1 for a in range(21) for b in range(20)}
    ((one,),) = learn(("POST", "https://in.stranger.test/e", body)).values()
    assert len(one.fields) + one.dropped == 420
    assert one.dropped == 20


def test_what_is_no_request_is_counted_and_sealed_hosts_are_named() -> None:
    learner = Learner(load_catalogue(), Redactor(b"a key of the tests, no secret at all"))
    exchange = replace(to_exchange(Example("x", "", "https://a.test/", (), b"", ())), kind="udp")
    learner.add(exchange, look(PIPELINE, exchange))
    for outcome, host in (("refused-by-client", "Sealed.test"), ("decrypted", "open.test")):
        learner.add_connection(Connection("c", outcome, 0.0, None, host, "", 0, 0))
    assert learner.skipped == {"neither HTTP nor a WebSocket": 1}
    assert learner.sealed == {"sealed.test"}
    assert learner.learned() == {}
