"""Spotify's event collector, whose address says nothing: kinds come from the event and the field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from auditor.catalogue import load_catalogue
from auditor.catalogue.example import to_exchange
from auditor.catalogue.model import Example
from auditor.pipeline import Pipeline
from auditor.records import Observation
from auditor.selftest.wire import Fields, json_bytes, protobuf

CATALOGUE = load_catalogue()
PIPELINE = Pipeline(CATALOGUE)
SPOTIFY = CATALOGUE.receivers["spotify"]
COLLECTOR = next(one for one in SPOTIFY.endpoints if one.id == "events")
URL = "https://spclient.wg.spotify.com/gabo-receiver-service/v3/events/"
PLAYBACK_ID = bytes.fromhex("00112233445566778899aabbccddeeff")


def observe(url: str, body: bytes, label: str) -> list[Observation]:
    example = Example("one", "POST", url, (("content-type", label),), body, ())
    _, sent = PIPELINE.run(to_exchange(example))
    return [one for message in sent for one in message.observations]


def native(name: str, message: Fields) -> dict[str, Observation]:
    """Return what is found in one event, by path; what belongs to its contexts is left out."""
    event = [(2, name), (3, [(1, "message"), (2, message)]), (5, 7)]
    found = observe(URL, protobuf([(1, event)]), "application/x-protobuf")
    return {one.leaf.path: one for one in found if one.leaf.context == "body"}


def test_every_message_of_the_schema_has_a_kind() -> None:
    schema = {
        rule.event
        for rule in COLLECTOR.fields
        if rule.path == "1.2" and rule.event and rule.evidence.id == "go-librespot"
    }
    envelope, kept_on_the_computer = 14, 8
    assert len(schema) + envelope + kept_on_the_computer == 148


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("RawCoreStream", "playback"),
        ("EndAd", "ads"),
        ("PodcastSAILoopEvent", "ads"),
        ("ConfigurationFetched", "config"),
        ("DesktopAuthenticationSuccess", "identity"),
        ("ExternalDeviceInfo", "device"),
        ("Offline2ClientEvent", "library"),
        ("EventSenderStats", "diagnostics"),
    ],
)
def test_kind_of_an_event_without_known_fields(name: str, category: str) -> None:
    found = native(name, [(61, "anything"), (62, 61234), (63, [(1, 5), (2, "more")])])
    assert {found[path].category for path in ("1.2", "1.3.2.61", "1.3.2.62", "1.3.2.63.2")} == {
        category
    }
    assert {one.event for one in found.values()} == {name}


def test_an_event_that_nobody_knows_is_left_to_its_words() -> None:
    found = native("BrandNewEvent", [(1, PLAYBACK_ID), (2, 61234)])
    assert found["1.2"].category == "metadata"
    assert found["1.3.2.2"].category == "other"


@pytest.mark.parametrize(("what", "category"), [("seek", "seek"), ("pause", "playback")])
def test_what_the_player_did(what: str, category: str) -> None:
    found = native("AudioSessionEvent", [(1, what), (4, PLAYBACK_ID)])
    assert found["1.3.2.1"].category == category


def test_settings_carry_several_kinds() -> None:
    found = native("AudioSettingsReport", [(4, 320000), (14, 12), (16, 104), (19, 1), (23, 1)])
    kinds = {path.rpartition(".")[2]: one.category for path, one in found.items()}
    assert kinds["14"] == "transition"
    assert (kinds["16"], kinds["23"]) == ("tempo", "effects")
    assert (kinds["4"], kinds["19"]) == ("audio", "config")


CLICK: Mapping[str, object] = {
    "action_name": "ui_navigate",
    "element_path_names": ["queue-button", "loop-icon"],
    "page_uri": "spotify:queue",
    "app": "music",
    "source_paths": ["transition"],
}


def test_clicks_make_no_cues_or_loops() -> None:
    event = {"event_name": "UbiProd1Interaction", "fragments": {"message": CLICK}}
    found = observe(URL, json_bytes({"events": [event]}), "application/json")
    assert {one.category for one in found} <= {"analytics", "library", "metadata"}


def test_the_sealed_connection_is_named() -> None:
    example = Example("one", "", "https://ap-gew1.spotify.com/", (), b"", ())
    site, _ = PIPELINE.run(replace(to_exchange(example), kind="tcp", path=""))
    assert (site.receiver, site.endpoint) == ("spotify", "access-point")


def test_an_opened_connection_has_the_columns_of_the_older_event() -> None:
    header = protobuf([(1, "hm://event-service/v1/events"), (3, "POST")])
    columns = ["12", "38", *"abcdefghij", "61234", "60000", "391000", "0", "17500", "2", "9000"]
    parts = [header, "\t".join(columns).encode()]
    body = b"\0\x08" + (7).to_bytes(8) + b"\x01" + len(parts).to_bytes(2)
    body += b"".join(len(part).to_bytes(2) + part for part in parts)
    example = Example("one", "", "https://ap-gew1.spotify.com/", (), body, ())
    _, sent = PIPELINE.run(replace(to_exchange(example), kind="tcp", path=""))
    kinds = {one.leaf.path: one.category for message in sent for one in message.observations}
    assert (kinds["parts[].15"], kinds["parts[].16"]) == ("transition", "seek")
    assert kinds["parts[].11"] == "playback"
