from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from auditor.catalogue.model import Catalogue, Match
from auditor.classify import Directory
from auditor.classify import endpoint as endpoint_module
from auditor.classify.endpoint import fold
from auditor.records import Exchange, Site

Post = Callable[..., Exchange]
SHAPE = frozenset({"SendMessageBatchRequestEntry"})


@pytest.fixture(scope="module")
def directory(catalogue: Catalogue) -> Directory:
    return Directory(catalogue)


def names(site: Site) -> tuple[str, str, bool]:
    return site.receiver, site.endpoint, site.known


def test_known_address(directory: Directory, post: Post) -> None:
    site = directory.find(post("ec.tidal.com", "/api/event-batch"))
    assert names(site) == ("tidal", "event-batch", True)
    assert (site.name, site.role, site.category) == ("TIDAL", "streaming service", "playback")


@pytest.mark.parametrize("host", ["EC.Tidal.COM", "ec.tidal.com."])
def test_host_spelling(directory: Directory, post: Post, host: str) -> None:
    assert directory.find(post(host, "/api/event-batch")).endpoint == "event-batch"


def test_last_slash_does_not_matter(directory: Directory, post: Post) -> None:
    for path in ("/gabo-receiver-service/v3/events", "/gabo-receiver-service/v3/events/"):
        site = directory.find(post("gew1-spclient.spotify.com", path))
        assert names(site) == ("spotify", "events", True)


def test_placeholders(directory: Directory, post: Post) -> None:
    site = directory.find(post("api.tidal.com", "/v1/tracks/77%2B1/playbackinfo", method="GET"))
    assert names(site) == ("tidal", "playback-info", True)
    assert site.parameters == (("track_id", "77+1"),)


def test_method_matters(directory: Directory, post: Post) -> None:
    site = directory.find(post("ec.tidal.com", "/api/event-batch", method="OPTIONS"))
    assert names(site) == ("tidal", "OPTIONS /api/event-batch", False)


def test_rest_of_the_path(directory: Directory, post: Post) -> None:
    for path in ("/v1/users/7/favorites/tracks", "/v1/users/7/favorites"):
        site = directory.find(post("api.tidal.com", path, method="GET"))
        assert names(site) == ("tidal", "library", True)
        assert site.parameters == (("user_id", "7"),)


def test_literal_address_wins(directory: Directory, post: Post) -> None:
    site = directory.find(post("api.spotify.com", "/v1/me/player/seek", method="PUT"))
    assert names(site) == ("spotify", "player-seek", True)


@pytest.mark.parametrize(
    ("path", "endpoint"),
    [
        ("/a/b", "own"),
        ("/a/c", "any"),
        ("/a/c/d", "below"),
        ("/a/c/e/f", "within"),
        ("/z", "rest"),
        ("/a", "below"),
    ],
)
def test_closest_address_wins(catalogue: Catalogue, post: Post, path: str, endpoint: str) -> None:
    addresses = {"rest": "/**", "below": "/a/**", "any": "/a/{x}", "own": "/a/b"}
    addresses["within"] = "/a/{x}/e/**"
    tidal = catalogue.receivers["tidal"]
    endpoints = tuple(
        replace(tidal.endpoints[0], id=name, match=Match((), ("one.test",), (address,)))
        for name, address in addresses.items()
    )
    small = replace(catalogue, receivers={"tidal": replace(tidal, endpoints=endpoints)})
    assert Directory(small).find(post("one.test", path)).endpoint == endpoint


ASKING = {
    "rest": Match((), ("one.test",), ("/**",)),
    "plain": Match((), ("one.test",), ("/a",)),
    "stops": Match((), ("one.test",), ("/a",), query=(("m", ("stop", "the end")),)),
    "track": Match((), ("one.test",), ("/a",), query=(("m", ("stop",)), ("k", ("track",)))),
    "anywhere": Match((), ("*",), ("/hit",), query=(("m", ("stop",)),)),
}


@pytest.fixture
def asking(catalogue: Catalogue) -> Directory:
    tidal = catalogue.receivers["tidal"]
    endpoints = tuple(
        replace(tidal.endpoints[0], id=name, match=match) for name, match in ASKING.items()
    )
    return Directory(replace(catalogue, receivers={"tidal": replace(tidal, endpoints=endpoints)}))


@pytest.mark.parametrize(
    ("host", "path", "query", "endpoint"),
    [
        ("one.test", "/a", "", "plain"),
        ("one.test", "/a", "m=stop", "stops"),
        ("one.test", "/a", "x=1&m=%73top&x=2", "stops"),
        ("one.test", "/a", "m=the%20end", "stops"),
        ("one.test", "/a", "m=the+end", "stops"),
        ("one.test", "/a", "m=start&m=stop", "stops"),
        ("one.test", "/a", "m=stopped", "plain"),
        ("one.test", "/a", "M=stop", "plain"),
        ("one.test", "/a", "n=m=stop", "plain"),
        ("one.test", "/a", "m=stop&k=track", "track"),
        ("one.test", "/a", "k=track", "plain"),
        ("one.test", "/a", "m=%FF&m", "plain"),
        ("one.test", "/b", "m=stop", "rest"),
        ("two.test", "/hit", "m=stop", "tidal/anywhere"),
        ("two.test", "/hit", "m=play", "POST /hit"),
    ],
)
def test_query_parts_one_address(
    asking: Directory, post: Post, host: str, path: str, query: str, endpoint: str
) -> None:
    for _ in range(2):  # the address is remembered by then, also with another query
        assert asking.find(post(host, path, query="m=other")).endpoint != "stops"
        assert asking.find(post(host, path, query=query)).endpoint == endpoint


def test_query_is_read_only_where_a_route_asks(
    asking: Directory, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def reading(query: str, **_: object) -> list[tuple[str, str]]:
        read.append(query)
        return []

    monkeypatch.setattr(endpoint_module, "parse_qsl", reading)
    for path in ("/a", "/b"):
        asking.find(post("one.test", path, query=f"from={path}"))
    assert read == ["from=/a"]


def test_socket_only_when_it_is_one(directory: Directory, post: Post) -> None:
    page = post("gew1-dealer.spotify.com", "/", method="GET")
    socket = post("gew1-dealer.spotify.com", "/", method="GET", kind="websocket")
    assert names(directory.find(page)) == ("spotify", "GET /", False)
    assert names(directory.find(socket)) == ("spotify", "push-socket", True)


def test_unknown_address_of_a_known_receiver(directory: Directory, post: Post) -> None:
    site = directory.find(post("www.tidal.com", "/v9/things/77640617/parts", method="GET"))
    assert names(site) == ("tidal", "GET /v9/things/{id}/parts", False)
    assert (site.role, site.category) == ("streaming service", "other")
    assert site.parameters == (("id", "77640617"),)


def test_unknown_host(directory: Directory, post: Post) -> None:
    site = directory.find(post("box.example.org", "/in"))
    assert names(site) == ("box.example.org", "POST /in", False)
    assert (site.name, site.role, site.category) == ("box.example.org", "unknown", "other")


@pytest.mark.parametrize(
    ("host", "path", "category"),
    [
        ("collector.example.org", "/in", "analytics"),
        ("api.example.org", "/v2/playlists/123", "library"),
        ("www.tidal.com", "/v9/search", "search"),
        ("cdn.segment.com", "/v9/track", "analytics"),
        ("cdn.segment.com", "/v9/albums", "analytics"),
        ("cdn.segment.com", "/v9/settings", "config"),
        ("o1.ingest.sentry.io", "/in", "diagnostics"),
    ],
)
def test_guessed_category(
    directory: Directory, post: Post, host: str, path: str, category: str
) -> None:
    """A guess changes the picture; the address stays one that no rule knows."""
    site = directory.find(post(host, path))
    assert (site.category, site.known) == (category, False)


@pytest.mark.parametrize(
    ("path", "endpoint"),
    [("/stats/matomo.php", "matomo/track"), ("/api/777/envelope/", "sentry/envelope")],
)
def test_address_that_one_format_uses(
    directory: Directory, post: Post, path: str, endpoint: str
) -> None:
    """The format is known, its receiver is not: the host stays a stranger."""
    site = directory.find(post("stats.example.org", path))
    assert names(site) == ("stats.example.org", endpoint, True)
    assert site.role == "unknown"
    at_a_known_host = directory.find(post("www.tidal.com", path))
    assert names(at_a_known_host) == ("tidal", endpoint, True)


@pytest.mark.parametrize(
    "host", ["nottidal.com", "tidal.com.example.org", "localhost", "127.0.0.1"]
)
def test_similar_hosts_are_strangers(directory: Directory, post: Post, host: str) -> None:
    assert directory.find(post(host, "/api/event-batch")).role == "unknown"


def test_shape_on_a_foreign_host(directory: Directory, post: Post) -> None:
    site = directory.find(post("collector.example.org", "/in"), SHAPE)
    assert names(site) == ("collector.example.org", "tidal/event-batch", True)
    assert (site.role, site.category) == ("unknown", "playback")


def test_shape_on_an_own_host(directory: Directory, post: Post) -> None:
    assert names(directory.find(post("new.tidal.com", "/in"), SHAPE)) == (
        "tidal",
        "event-batch",
        True,
    )


def test_shape_at_another_known_receiver(directory: Directory, post: Post) -> None:
    site = directory.find(post("cdn.segment.com", "/in"), SHAPE)
    assert names(site) == ("segment", "tidal/event-batch", True)
    assert site.role == "analytics vendor"


def test_address_goes_before_shape(directory: Directory, post: Post) -> None:
    assert directory.find(post("api.segment.io", "/v1/batch"), SHAPE).endpoint == "batch"


@pytest.mark.parametrize(
    ("key", "endpoint"),
    [
        ("resourceLogs", "opentelemetry/logs"),
        ("resourceSpans", "opentelemetry/traces"),
        ("resourceMetrics", "opentelemetry/metrics"),
        ("upload_file_minidump", "crashpad/minidump"),
        ("payloadVersion", "bugsnag/report"),
        ("sessionCounts", "bugsnag/sessions"),
        ("statsigMetadata", "statsig/events"),
        ("respond_with", "braze/data"),
        ("log_event", "firebase/logging"),
        ("begin_session", "countly/events"),
    ],
)
def test_telemetry_behind_any_host(
    directory: Directory, post: Post, key: str, endpoint: str
) -> None:
    """Applications often send telemetry through a host of their own."""
    site = directory.find(post("own.example.org", "/x"), frozenset({key, "other"}))
    assert names(site) == ("own.example.org", endpoint, True)
    assert site.role == "unknown"


@pytest.mark.parametrize(
    ("host", "owner"),
    [
        ("abc.execute-api.eu-central-1.amazonaws.com", "amazon-web-services"),
        ("d1.cloudfront.net", "cloudfront"),
        ("storage.googleapis.com", "google-cloud"),
        ("firebaseinstallations.googleapis.com", "firebase"),
        ("stats.g.doubleclick.net", "google-analytics"),
        ("ad.doubleclick.net", "google-ads"),
        ("x.blob.core.windows.net", "azure"),
        ("o1.ingest.us.sentry.io", "sentry"),
        ("notify.bugsnag.smartbear.com", "bugsnag"),
    ],
)
def test_nearest_owner_wins(directory: Directory, host: str, owner: str) -> None:
    found = directory.receiver_of(host)
    assert found is not None
    assert found.id == owner


def test_a_cloud_is_no_delivery_network(catalogue: Catalogue) -> None:
    clouds = [one for one in catalogue.receivers.values() if "amazonaws.com" in one.hosts]
    assert [one.id for one in clouds] == ["amazon-web-services"]
    assert "not a delivery network" in clouds[0].notes[0]


def test_owner_of_a_host(directory: Directory) -> None:
    owner = directory.receiver_of("ap-gew1.spotify.com")
    assert owner is not None
    assert owner.id == "spotify"
    assert directory.receiver_of("example.org") is None


@pytest.mark.parametrize(
    ("path", "folded"),
    [
        ("/", "/"),
        ("/v1/tracks", "/v1/tracks"),
        ("/2/httpapi", "/2/httpapi"),
        ("/v1/tracks/77640617", "/v1/tracks/{id}"),
        ("/a/00000000-0000-4000-8000-000000000001/b", "/a/{id}/b"),
        ("/a/deadbeef01", "/a/{id}"),
        ("/a/6rqhFgbbKwnb9MLmUQDhG6", "/a/{id}"),
        ("/img/77640617.jpg", "/img/{id}.jpg"),
        ("/u/dj%40example.test", "/u/dj%40example.test"),
        ("/u/dj@example.test", "/u/{id}"),
        ("/open/spotify:track:1", "/open/{id}"),
        ("/recommendations", "/recommendations"),
        ("/gabo-receiver-service/v3", "/gabo-receiver-service/v3"),
        ("/a/111/b/222", "/a/{id}/b/{id}"),
    ],
)
def test_folding(path: str, folded: str) -> None:
    assert fold(path)[0] == folded


def test_folded_values_are_kept() -> None:
    assert fold("/a/111/b/222.jpg")[1] == (("id", "111"), ("id2", "222"))


def test_folding_a_very_long_path() -> None:
    template, values = fold("/" + "a1" * 50_000)
    assert template == "/{id}"
    assert len(values[0][1]) == 100_000


def test_preflights_are_bookkeeping(directory: Directory, post: Post) -> None:
    asks = (("origin", "https://x.example"), ("access-control-request-method", "POST"))
    address = ("ec.tidal.com", "/api/event-batch")
    assert directory.find(post(*address, method="OPTIONS", headers=asks)).category == "metadata"
    assert directory.find(post(*address, method="OPTIONS")).category == "other"
