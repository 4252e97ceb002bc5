"""Every outcome of a connection, made by a real client and reported as itself."""

import os
import re
import shutil
import socket
import ssl
import struct
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from auditor.records import OUTCOMES
from tests.addons import clients
from tests.addons.clients import HandClient, Stage, connections, get
from tests.addons.session_files import SCRIPT, journal
from tests.addons.test_recording import mark, mitmdump, until
from tests.session.test_access_point import hello

pytestmark = pytest.mark.proxy

OTHER_ADDON = '''
"""What other addons do to connections, and more doors of the proxy."""
from mitmproxy import ctx, http

class Other:
    def running(self):
        ctx.options.update(mode=[*ctx.options.mode, *{modes!r}])

    def tls_clienthello(self, data):
        if data.client_hello.sni == "bare.example":
            data.ignore_connection = True

    def client_connected(self, client):
        if client.sockname[1] == {shut}:
            client.error = "no guests"

    def http_connect(self, flow):
        if flow.request.host == "forbidden.example":
            flow.response = http.Response.make(403)

    def server_connect(self, data):
        if data.server.address[1] == {killed}:
            data.server.error = "not today"

addons = [Other()]
'''
DOORS = {
    "reverse tcp": ("reverse:tcp://127.0.0.1:{echo}", socket.SOCK_STREAM),
    "shut": ("regular", socket.SOCK_STREAM),
    "upstream": ("upstream:http://127.0.0.1:{refusing}", socket.SOCK_STREAM),
    "reverse udp": ("reverse:udp://127.0.0.1:{udp}", socket.SOCK_DGRAM),
    "reverse ignored udp": ("reverse:udp://127.0.0.1:{ignored udp}", socket.SOCK_DGRAM),
    "reverse dns": ("reverse:dns://127.0.0.1:{udp}", socket.SOCK_DGRAM),
    "reverse http3": ("reverse:http3://127.0.0.1:{quic}", socket.SOCK_DGRAM),
    "reverse quic": ("reverse:quic://127.0.0.1:{quic}", socket.SOCK_DGRAM),
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Run one mitmdump with everything a client could want behind it."""
    place = tmp_path_factory.mktemp("outcomes")
    own, strange = clients.identity(place, "own"), clients.identity(place, "strange")
    with ExitStack() as stack:
        enter = stack.enter_context
        ports = {
            "web": enter(clients.web()),
            "other web": enter(clients.web()),
            "https": enter(clients.web(own)),
            "http2": enter(clients.tcp_server(clients.speak_http2(own))),
            "wrong": enter(clients.web(strange)),
            "closing": enter(clients.tcp_server(clients.close_after_hello)),
            "dying": enter(clients.tcp_server(clients.die_in_answer)),
            "refusing": enter(clients.tcp_server(clients.refuse_tunnels)),
            "echo": enter(clients.tcp_server(clients.echo)),
            "ignored": enter(clients.tcp_server(clients.echo)),
            "udp": enter(clients.udp_echo()),
            "ignored udp": enter(clients.udp_echo()),
            "quic": enter(clients.quic_server(own)),
            "dead": enter(clients.dead_port()),
            "killed": enter(clients.dead_port()),
        }
        ports |= {name: clients.free_port(kind) for name, (_, kind) in DOORS.items()}
        modes = [f"{to.format(**ports)}@127.0.0.1:{ports[name]}" for name, (to, _) in DOORS.items()]
        script = place / "other.py"
        script.write_text(
            OTHER_ADDON.format(modes=modes, killed=ports["killed"], shut=ports["shut"]), "utf-8"
        )
        options = [
            *("-s", str(script)),
            *("--set", f"ssl_verify_upstream_trusted_ca={own.cert}"),
            *("--ignore-hosts", rf"ignored\.example|:({ports['ignored']}|{ports['ignored udp']})$"),
        ]
        _, port = enter(mitmdump(place / "session", *options))
        yield Stage(port, place / "session", ports, own)


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
H2_ANSWERS = 3 * len(b"HTTP/1.1 200 \r\n\r\n" + clients.BODY)
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
            assert clients.get_by_http2(tls, ["/1", "/2", "/3"]) == [clients.BODY] * 3


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
    assert clients.ask_by_quic(port, stage.authority, "h3") == clients.BODY


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


# ---- the tests


@pytest.mark.parametrize("name", CLIENTS)
def test_outcome(stage: Stage, name: str) -> None:
    client, expected = CLIENTS[name]
    if name == "spare_connection_to_a_name_that_was_accepted":
        accept(stage, "known.example")
    before = set(connections(stage.folder))
    client(stage)
    still_open = expected.get("open", False)

    def said() -> bool:
        lines = new_lines(stage, before, still_open)
        return bool(lines) and (not still_open or not differences(lines[0], expected, stage))

    with suppress(AssertionError):  # which would not say what is different
        until(said, 10)
    (line,) = new_lines(stage, before, still_open)
    assert differences(line, expected, stage) == [], line
    assert len(line["detail"]) <= 650
    assert "\n" not in line["detail"]


def differences(line: dict[str, Any], expected: dict[str, Any], stage: Stage) -> list[str]:
    ends = {name: f"127.0.0.1:{port}" for name, port in stage.ports.items()}

    def holds(key: str, value: Any) -> bool:
        if callable(value):
            return bool(value(line[key]))
        if isinstance(value, str):
            for name, end in ends.items():
                value = value.replace("{" + name + "}", end)
        if key == "detail" and value:
            return re.search(value, line[key]) is not None
        return bool(line[key] == value)

    wanted = {key: value for key, value in expected.items() if key != "open"}
    return [key for key, value in wanted.items() if not holds(key, value)]


def new_lines(stage: Stage, before: set[str], still_open: bool) -> list[dict[str, Any]]:
    """Return the last lines of connections that are new, and over unless they may be open."""
    found = [line for name, line in connections(stage.folder).items() if name not in before]
    return [line for line in found if still_open or line["ended"]]


def test_every_outcome_has_a_client() -> None:
    assert {expected["outcome"] for _, expected in CLIENTS.values()} == set(OUTCOMES)


def test_no_hook_failed(stage: Stage) -> None:
    assert journal(stage.folder, "error") == []


# ---- what clients do


def say(peer: socket.socket, data: bytes) -> None:
    peer.sendall(data)
    got = b""
    while len(got) < len(data):
        got += peer.recv(65536)
    assert got == data


def send_datagram(port: int, data: bytes, answered: bool = True) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.settimeout(10)
        peer.sendto(data, ("127.0.0.1", port))
        if answered:
            assert peer.recv(65536) == data


def assert_closed(peer: socket.socket) -> None:
    with suppress(ConnectionError):
        while peer.recv(65536):
            pass


def accept(stage: Stage, name: str) -> None:
    """Make a connection that accepts our certificate, and wait until it is over."""
    before = set(connections(stage.folder))
    with (
        stage.connect("https") as peer,
        stage.trusting().wrap_socket(peer, server_hostname=name) as tls,
    ):
        assert get(tls, "/") == 200
    until(lambda: new_lines(stage, before, still_open=False))


def hello_of_tls_1_0(name: str) -> bytes:
    """Return the ClientHello of a program from long ago, which today's OpenSSL does not write."""
    host = name.encode()
    sni = struct.pack("!HBH", len(host) + 3, 0, len(host)) + host
    extension = struct.pack("!HH", 0, len(sni)) + sni
    body = b"\x03\x01" + bytes(32) + b"\x00" + b"\x00\x04\xc0\x14\x00\x35" + b"\x01\x00"
    body += struct.pack("!H", len(extension)) + extension
    message = b"\x01" + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x01" + struct.pack("!H", len(message)) + message


LAZY_ADDONS = """
from pathlib import Path
from mitmproxy import ctx
from auditor.recorder.control import ControlAnswer

class OneMoreDoor:
    def running(self):
        ctx.options.update(mode=[*ctx.options.mode, {mode!r}])

addons = [ControlAnswer(Path({folder!r})), OneMoreDoor()]
"""


@pytest.fixture
def lazy(stage: Stage, tmp_path: Path) -> Iterator[tuple[Any, Stage]]:
    """Run another mitmdump that dials late, with the same servers and its own certificate."""
    script = tmp_path / "control.py"
    quic = clients.free_port(socket.SOCK_DGRAM)
    mode = f"reverse:http3://127.0.0.1:{stage.ports['quic']}@127.0.0.1:{quic}"
    script.write_text(LAZY_ADDONS.format(folder=str(tmp_path), mode=mode), "utf-8")
    passed = "|".join(str(stage.ports[name]) for name in ("ignored", "dead"))
    options = [
        *("-s", str(script)),
        *("--set", f"ssl_verify_upstream_trusted_ca={stage.upstream.cert}"),
        *("--set", "connection_strategy=lazy"),
        *("--set", "http3=false"),
        *("--ignore-hosts", f":({passed})$"),
    ]
    with mitmdump(tmp_path / "session", *options) as (process, port):
        ports = {**stage.ports, "swallowing": quic}
        yield process, replace(stage, port=port, folder=tmp_path / "session", ports=ports)


def test_what_is_open_at_a_kill_is_in_the_journal(lazy: tuple[Any, Stage]) -> None:
    process, stage = lazy
    ports = stage.ports
    mark(stage.port, "play")
    with ExitStack() as stack:
        enter = stack.enter_context
        enter(stage.connect())
        marks = enter(stage.connect())
        assert get(marks, "http://auditor.invalid/", "auditor.invalid") == 200
        control = enter(stage.connect("auditor.invalid:443"))
        secret = stage.trusting().wrap_socket(control, server_hostname="auditor.invalid")
        assert get(enter(secret), "/control/1", "auditor.invalid") == 204
        kept = enter(stage.connect())
        assert get(kept, f"http://127.0.0.1:{ports['web']}/", body=b"position=1") == 200
        say(enter(stage.connect("echo")), b"\x00\x01raw")
        say(enter(stage.connect("ignored")), bytes(100_000))
        silent = enter(stage.connect("https"))
        enter(stage.trusting().wrap_socket(silent, server_hostname="pinned.example"))
        enter(stage.connect("https"))
        until(lambda: len(connections(stage.folder)) == 5)
        until(lambda: "established-silent" in outcomes(stage))
        process.kill()
        process.wait()
    lines = connections(stage.folder)
    assert {line["ended"] for line in lines.values()} == {None}
    found = {line["outcome"]: line for line in lines.values()}
    assert sorted(found) == [
        "decrypted",
        "established-silent",
        "failed",
        "not-http",
        "passed-through",
    ]
    assert found["decrypted"]["address"] == f"127.0.0.1:{ports['web']}"
    assert found["not-http"]["address"] == f"127.0.0.1:{ports['echo']}"
    assert found["established-silent"]["sni"] == "pinned.example"
    assert found["failed"]["detail"] == f"asked for 127.0.0.1:{ports['https']}"
    sent = found["passed-through"]["bytes_up"] + found["passed-through"]["bytes_down"]
    assert 50_000 <= sent <= 200_000
    written = Counter(line["id"] for line in clients.connection_lines(stage.folder))
    assert max(written.values()) <= 10


def test_late_dialling_and_quic_switched_off(lazy: tuple[Any, Stage]) -> None:
    _, stage = lazy
    with stage.connect("https") as peer, pytest.raises(ssl.SSLCertVerificationError):
        ssl.create_default_context().wrap_socket(peer, server_hostname="ok.example")
    until(lambda: "refused-by-client" in outcomes(stage))
    with stage.connect("dead") as peer:
        peer.sendall(b"anybody there?")
        assert_closed(peer)
    until(lambda: "refused-by-server" in outcomes(stage))
    with pytest.raises((ConnectionError, TimeoutError)):
        clients.ask_by_quic(stage.ports["swallowing"], stage.authority, "h3", patience=1)
    until(lambda: "quic" in outcomes(stage))  # which mitmproxy does not even answer
    refused, dead, _ = connections(stage.folder).values()
    assert (refused["sni"], refused["address"]) == ("ok.example", "")
    assert f"asked for 127.0.0.1:{stage.ports['https']}" in refused["detail"]
    assert dead["address"] == f"127.0.0.1:{stage.ports['dead']}"
    assert "Connect call failed" in dead["detail"]


def outcomes(stage: Stage) -> set[str]:
    return {line["outcome"] for line in connections(stage.folder).values()}


def test_connection_outlives_a_reload_of_the_script(stage: Stage, tmp_path: Path) -> None:
    folder, script = tmp_path / "session", tmp_path / "auditor_capture.py"
    shutil.copy(SCRIPT, script)
    with mitmdump(folder, script=str(script)) as (_, port):
        again = replace(stage, port=port, folder=folder)
        with again.connect() as kept, again.connect("ignored") as passed:
            assert get(kept, f"http://127.0.0.1:{stage.ports['web']}/", body=b"position=1") == 200
            say(passed, b"one")
            until(lambda: len(connections(folder)) == 2)
            os.utime(script, (time.time() + 5, time.time() + 5))
            until(lambda: len(journal(folder, "session")) == 3)  # begun, left, begun again
            say(passed, b"two")
        until(lambda: all(line["ended"] for line in connections(folder).values()))
    found = {line["outcome"]: line for line in connections(folder).values()}
    assert sorted(found) == ["decrypted", "not-http"]
    assert found["decrypted"]["bytes_up"] > len(b"position=1")
    assert (found["not-http"]["bytes_up"], found["not-http"]["bytes_down"]) == (6, 6)
    assert journal(folder, "error") == []
