"""Real clients that bring a connection to every outcome, and what the journal shall say of each."""

import ssl
from collections.abc import Callable
from typing import Any

import pytest

from tests.addons import clients, servers
from tests.addons.clients import (
    HandClient,
    Stage,
    assert_closed,
    connections,
    get,
    hello_of_tls_1_0,
    say,
    send_datagram,
)
from tests.addons.test_recording import until
from tests.session.test_access_point import hello

Client = Callable[[Stage], object]
CLIENTS: dict[str, tuple[Client, dict[str, Any]]] = {}


def expect(outcome: str, **line: Any) -> Callable[[Client], Client]:
    """Say what the journal shall say of a client: texts are searched for, the rest is compared."""

    def keep(client: Client) -> Client:
        CLIENTS[client.__name__] = (client, {"outcome": outcome, **line})
        return client

    return keep


# ---- decrypted


# Of HTTP/2 as HTTP/1 would spell it.
H2_REQUESTS = 3 * len("GET /1 HTTP/1.1\r\nhost: h2.example\r\n\r\n")
H2_ANSWERS = 3 * len(b"HTTP/1.1 200 \r\n\r\n" + servers.BODY)
PLAIN = 5 * len("POST /0 HTTP/1.1\r\nhost: ok.example\r\ncontent-length: 11\r\n\r\nposition=61")


@expect("decrypted", bytes_up=PLAIN, address="{web}", detail="")
def plain_requests_on_one_connection(stage: Stage) -> None:
    with stage.connect() as peer:
        for number in range(5):
            target = f"http://127.0.0.1:{stage.ports['web']}/{number}"
            assert get(peer, target, body=b"position=61") == 200


@expect("decrypted", sni="ok.example", address="{https}", detail="")
def tls_request(stage: Stage) -> None:
    with (
        stage.connect("https") as peer,
        stage.trusting().wrap_socket(peer, server_hostname="ok.example") as tls,
    ):
        assert get(tls, "/") == 200


@expect("decrypted", sni="h2.example", bytes_up=H2_REQUESTS, bytes_down=H2_ANSWERS)
def http2_streams_on_one_connection(stage: Stage) -> None:
    with stage.connect("http2") as peer:
        context = stage.trusting(alpn=("h2",))
        with context.wrap_socket(peer, server_hostname="h2.example") as tls:
            assert tls.selected_alpn_protocol() == "h2"
            assert clients.get_by_http2(tls, ["/1", "/2", "/3"]) == [servers.BODY] * 3


@expect("decrypted", address="{dying}", detail=r"closed")
def answer_that_breaks_off(stage: Stage) -> None:
    with stage.connect() as peer:
        get(peer, f"http://127.0.0.1:{stage.ports['dying']}/")


@expect("decrypted", address="{web}", detail=r"^also to {other web}$")
def two_far_ends_on_one_connection(stage: Stage) -> None:
    with stage.connect() as peer:
        for name in ("web", "other web", "web"):
            assert get(peer, f"http://127.0.0.1:{stage.ports[name]}/") == 200


@expect("decrypted", address="{web}", detail=r"Connect call failed.*also to {dead}$")
def one_answered_and_one_failed(stage: Stage) -> None:
    with stage.connect() as peer:
        assert get(peer, f"http://127.0.0.1:{stage.ports['web']}/") == 200
        assert get(peer, f"http://127.0.0.1:{stage.ports['dead']}/") == 502


@expect("decrypted", sni="quic.example", address="{quic}")
def http3_request(stage: Stage) -> None:
    port = stage.ports["reverse http3"]
    assert clients.ask_by_quic(port, stage.authority, "h3") == servers.BODY


# ---- refused by the client


def refuse(stage: Stage, version: ssl.TLSVersion) -> None:
    context = ssl.create_default_context()
    context.minimum_version = context.maximum_version = version
    with stage.connect("https") as peer, pytest.raises(ssl.SSLCertVerificationError):
        context.wrap_socket(peer, server_hostname="ok.example")


@expect("refused-by-client", sni="ok.example", detail="unknown ca", bytes_up=0)
def alert_in_tls_1_3(stage: Stage) -> None:
    refuse(stage, ssl.TLSVersion.TLSv1_3)


@expect("refused-by-client", sni="ok.example", detail="unknown ca", bytes_up=0)
def alert_in_tls_1_2(stage: Stage) -> None:
    refuse(stage, ssl.TLSVersion.TLSv1_2)


def hang_up(stage: Stage, name: str, version: ssl.TLSVersion) -> None:
    context = ssl.create_default_context()
    context.minimum_version = context.maximum_version = version
    with stage.connect("https") as peer:
        peer.sendall(HandClient(peer, context, name).hello())
        assert peer.recv(65536)


@expect("refused-by-client", sni="silent13.example", detail="client disconnected")
def hanging_up_in_tls_1_3(stage: Stage) -> None:
    hang_up(stage, "silent13.example", ssl.TLSVersion.TLSv1_3)


@expect("refused-by-client", sni="silent12.example", detail="client disconnected")
def hanging_up_in_tls_1_2(stage: Stage) -> None:
    hang_up(stage, "silent12.example", ssl.TLSVersion.TLSv1_2)


@expect("refused-by-client", sni="late.example", detail="alert", open=True)
def alert_after_the_handshake(stage: Stage) -> None:
    with stage.connect("https") as peer:
        client = HandClient(peer, stage.trusting(), "late.example")
        client.shake_hands()
        client.alert()  # mitmproxy would leave the connection open


@expect("refused-by-client", sni="ok.example", detail="[Cc]ertificate verify failed.*unknown ca")
def refusing_what_the_far_end_refused_too(stage: Stage) -> None:
    with stage.connect("wrong") as peer, pytest.raises(ssl.SSLCertVerificationError):
        ssl.create_default_context().wrap_socket(peer, server_hostname="ok.example")


# ---- established and silent


@expect("established-silent", sni="pinned.example", bytes_up=0, bytes_down=0, detail="")
def trusting_and_saying_nothing(stage: Stage) -> None:
    with stage.connect("https") as peer:
        stage.trusting().wrap_socket(peer, server_hostname="pinned.example").close()


# ---- refused by the far end


@expect("refused-by-server", address="{dead}", detail="Connect call failed", sni="")
def tunnel_to_a_dead_port(stage: Stage) -> None:
    with stage.connect() as peer:
        assert stage.ask_for(peer, "dead") == 502


@expect("refused-by-server", address="{dead}", detail="Connect call failed")
def plain_request_to_a_dead_port(stage: Stage) -> None:
    with stage.connect() as peer:
        assert get(peer, f"http://127.0.0.1:{stage.ports['dead']}/") == 502


@expect("refused-by-server", address="{wrong}", detail="[Cc]ertificate verify failed")
def far_end_with_a_wrong_certificate(stage: Stage) -> None:
    with (
        stage.connect("wrong") as peer,
        stage.trusting().wrap_socket(peer, server_hostname="ok.example") as tls,
    ):
        assert get(tls, "/") == 502


@expect("refused-by-server", address="{closing}", detail="clos")
def far_end_that_closes_in_the_handshake(stage: Stage) -> None:
    with (
        stage.connect("closing") as peer,
        stage.trusting().wrap_socket(peer, server_hostname="ok.example") as tls,
    ):
        assert get(tls, "/") == 502


@expect(
    "refused-by-server",
    sni="ok.example",
    address="{refusing}",
    detail="refused HTTP CONNECT request: 403 No; asked for {https}$",
)
def another_proxy_that_refuses(stage: Stage) -> None:
    with (
        stage.connect("https", door="upstream") as peer,
        stage.trusting().wrap_socket(peer, server_hostname="ok.example") as tls,
    ):
        assert get(tls, "/") == 502


# ---- passed through


@expect(
    "passed-through",
    sni="ignored.example",
    address="{https}",
    bytes_up=lambda n: n > 300,
    bytes_down=lambda n: n > 300,
)
def ignored_by_name(stage: Stage) -> None:
    with stage.connect("https") as peer:
        context = ssl.create_default_context(cafile=str(stage.upstream.cert))
        with context.wrap_socket(peer, server_hostname="ignored.example") as tls:
            assert get(tls, "/") == 200


@expect("passed-through", sni="", address="{ignored}", bytes_up=1000, bytes_down=1000)
def ignored_by_port(stage: Stage) -> None:
    with stage.connect("ignored") as peer:
        say(peer, b"x" * 1000)


@expect(
    "passed-through",
    sni="bare.example",
    bytes_up=lambda n: n > 300,
    bytes_down=lambda n: n > 300,
)
def ignored_by_an_addon(stage: Stage) -> None:
    with stage.connect("https") as peer:
        context = ssl.create_default_context(cafile=str(stage.upstream.cert))
        with context.wrap_socket(peer, server_hostname="bare.example") as tls:
            assert get(tls, "/") == 200


@expect("passed-through", address="{ignored udp}", bytes_up=5000, open=True)
def datagrams_ignored_by_port(stage: Stage) -> None:
    # Shorter ones are held back by mitmproxy: they might become a DTLS handshake.
    send_datagram(stage.ports["reverse ignored udp"], bytes(5000))


@expect("passed-through", address="{ignored}", detail="product partner")
def access_point_ignored_by_port(stage: Stage) -> None:
    with stage.connect("ignored") as peer:
        say(peer, hello())


# ---- other protocols


@expect("not-http", address="{echo}", bytes_up=7, bytes_down=7, detail="")
def raw_bytes_in_a_tunnel(stage: Stage) -> None:
    with stage.connect("echo") as peer:
        say(peer, b"\x00\x01hello")


@expect(
    "not-http",
    address="{echo}",
    detail="^Spotify access point: product partner, platform Windows x86_64$",
    bytes_up=len(hello()),
)
def spotify_access_point(stage: Stage) -> None:
    with stage.connect("echo") as peer:
        say(peer, hello())


@expect("not-http", address="{echo}", bytes_up=5)
def raw_bytes_at_a_door(stage: Stage) -> None:
    with stage.connect(door="reverse tcp") as peer:
        say(peer, b"\xff\xfe123")


@expect("not-http", sni="ok.example", bytes_up=6)
def raw_bytes_in_tls(stage: Stage) -> None:
    with (
        stage.connect("https") as peer,
        stage.trusting().wrap_socket(peer, server_hostname="ok.example") as tls,
    ):
        tls.sendall(b"\x00\x00\x00\x02hi")


@expect("not-http", address="{udp}", bytes_up=5000, open=True)
def datagrams(stage: Stage) -> None:
    send_datagram(stage.ports["reverse udp"], bytes(5000))


@expect("not-http", detail="^DNS$", open=True)
def dns_question(stage: Stage) -> None:
    question = b"\x12\x34\x01\x00\x00\x01" + bytes(6) + b"\x02dj\x07example\x00\x00\x01\x00\x01"
    send_datagram(stage.ports["reverse dns"], question, answered=False)


# ---- QUIC


@expect("quic", sni="quic.example", address="{quic}", detail="certificate|alert|0x1|CRYPTO")
def quic_client_that_refuses(stage: Stage) -> None:
    with pytest.raises((ConnectionError, TimeoutError)):
        clients.ask_by_quic(stage.ports["reverse http3"], None, "h3")


@expect("quic", address="{quic}", bytes_up=10, bytes_down=10)
def quic_streams_that_are_no_http(stage: Stage) -> None:
    port = stage.ports["reverse quic"]
    assert clients.ask_by_quic(port, stage.authority, "dj-raw") == b"\x00\x01 no http"


@expect("quic", address="{quic}", bytes_up=0)
def quic_and_nothing_said(stage: Stage) -> None:
    clients.ask_by_quic(stage.ports["reverse http3"], stage.authority, "h3", say=False)


# ---- failed


@expect("failed", sni="", address="", detail="")
def port_scan(stage: Stage) -> None:
    stage.connect().close()


@expect("failed", address="", bytes_up=0)
def garbage(stage: Stage) -> None:
    with stage.connect() as peer:
        peer.sendall(b"\x80\x81\x82 nonsense\r\n\r\n")
        assert_closed(peer)


@expect("failed", sni="", detail="Cannot parse ClientHello")
def garbage_that_begins_like_tls(stage: Stage) -> None:
    with stage.connect("https") as peer:
        peer.sendall(b"\x16\x03\x01\x00\x08\x01\x00\x00\x04garb")
        assert_closed(peer)


@expect("failed", sni="", bytes_up=0)
def death_in_the_middle_of_the_hello(stage: Stage) -> None:
    with stage.connect("https") as peer:
        peer.sendall(HandClient(peer, ssl.create_default_context(), "ok.example").hello()[:60])


@expect("failed", sni="old.example", detail="cannot agree on a TLS version|no shared cipher")
def no_tls_version_in_common(stage: Stage) -> None:
    with stage.connect("https") as peer:
        peer.sendall(hello_of_tls_1_0("old.example"))
        assert_closed(peer)


@expect("failed", address="{https}", detail="")
def tunnel_that_is_never_used(stage: Stage) -> None:
    stage.connect("https").close()


@expect("failed", address="", detail="CONNECT was answered with 403; asked for forbidden.example:1")
def tunnel_that_an_addon_forbids(stage: Stage) -> None:
    with stage.connect() as peer:
        assert stage.ask_for(peer, "forbidden.example:1") == 403


@expect(
    "failed", address="", detail="^not today; CONNECT was answered with 502; asked for {killed}$"
)
def far_end_that_an_addon_forbids(stage: Stage) -> None:
    with stage.connect() as peer:
        assert stage.ask_for(peer, "killed") == 502


@expect("failed", address="", detail="^no guests$")
def client_that_an_addon_does_not_let_in(stage: Stage) -> None:
    with stage.connect(door="shut") as peer:
        assert_closed(peer)


@expect("failed", sni="known.example", detail="client disconnected")
def spare_connection_to_a_name_that_was_accepted(stage: Stage) -> None:
    hang_up(stage, "known.example", ssl.TLSVersion.TLSv1_3)


def accept(stage: Stage, name: str) -> None:
    """Make a connection that accepts our certificate, and wait until it is over."""
    before = set(connections(stage.folder))
    with (
        stage.connect("https") as peer,
        stage.trusting().wrap_socket(peer, server_hostname=name) as tls,
    ):
        assert get(tls, "/") == 200
    until(lambda: new_lines(stage, before, still_open=False))


def new_lines(stage: Stage, before: set[str], still_open: bool) -> list[dict[str, Any]]:
    """Return the last lines of connections that are new, and over unless they may be open."""
    found = [line for name, line in connections(stage.folder).items() if name not in before]
    return [line for line in found if still_open or line["ended"]]
