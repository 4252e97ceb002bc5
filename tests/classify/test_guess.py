from __future__ import annotations

import pytest

from auditor.catalogue.model import Catalogue
from auditor.classify.guess import guess

CASES = [
    ("GET", "x.test", "/v1/playlists/77/tracks", "library"),
    ("GET", "x.test", "/v4/catalog/search", "search"),
    ("POST", "x.test", "/v1/telemetry", "analytics"),
    ("POST", "telemetry.x.test", "/in", "analytics"),
    ("POST", "crash.x.test", "/api/events", "diagnostics"),
    ("POST", "x.test", "/widevine-license/v1", "licensing"),
    ("POST", "ads.x.test", "/v2/slot", "ads"),
    ("GET", "x.test", "/ads/config", "config"),
    ("POST", "x.test", "/oauth2/token", "identity"),
    ("GET", "x.test", "/remote-config/v1", "config"),
    ("PUT", "x.test", "/me/player/play", "playback"),
    ("PUT", "x.test", "/me/player/seek", "seek"),
    ("GET", "x.test", "/dj/hotCues/77", "cue"),
    ("GET", "cdn.x.test", "/a/b/seg-1.m4s", "audio"),
    ("GET", "cdn.x.test", "/search/logo.png", "other"),
    ("POST", "x.test", "/v1/events", "analytics"),
    ("POST", "x.test", "/playback/events", "playback"),
    ("GET", "x.test", "/generate_204", "metadata"),
    ("GET", "search.test", "/", "other"),
    ("GET", "playlist.com", "/about", "other"),
    ("GET", "x.test", "/downloads2", "audio"),
    ("GET", "x.test", "/adverse/loader/research/authority", "other"),
    ("OPTIONS", "x.test", "/v1/telemetry", "other"),
    ("GET", "", "", "other"),
]


@pytest.mark.parametrize(("method", "host", "path", "category"), CASES)
def test_guess(catalogue: Catalogue, method: str, host: str, path: str, category: str) -> None:
    found, why = guess(catalogue.lexicon.addresses, method, host, path)
    assert found == category, why
    assert bool(why) == (category != "other")


def test_reason_holds_no_part_of_the_address(catalogue: Catalogue) -> None:
    _, why = guess(catalogue.lexicon.addresses, "GET", "x.test", "/my-secret/search/7781")
    assert why == "the word search in the path"


def test_very_long_addresses_do_no_harm(catalogue: Catalogue) -> None:
    words = catalogue.lexicon.addresses
    assert guess(words, "GET", "a." * 9_000, "/a-b" * 90_000)[0] == "other"
    assert guess(words, "GET", "x.test", "/%ff%00/../.../" + "." * 99)[0] == "other"
