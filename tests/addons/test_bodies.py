"""Which bodies a session keeps, through a real mitmdump over HTTP/1 and HTTP/2."""

import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

from auditor.session.notes import OMITTED
from auditor.sources import open_capture
from tests.addons import bodies_server
from tests.addons.bodies_server import BODIES, LONG, PLAYLIST, REPLY, SOUND, open_door, sha256
from tests.addons.session_files import journal, saved
from tests.addons.test_recording import mitmdump, tunnel, until


def ask(wire: socket.socket, target: str, body: bytes = b"", *headers: str) -> bytes:
    """Send a request over HTTP/1 and return the reply's body."""
    if not any(header.startswith("transfer-encoding") for header in headers):
        headers = (*headers, f"content-length: {len(body)}")
    head = "".join(
        f"{line}\r\n" for line in (f"POST {target} HTTP/1.1", "host: 127.0.0.1", *headers)
    )
    wire.sendall(f"{head}\r\n".encode() + body)
    with wire.makefile("rb") as file:
        got = {}
        assert b" 200 " in file.readline()
        while (line := file.readline().strip()) != b"":
            name, _, value = line.partition(b":")
            got[name.lower()] = value.strip()
        if length := got.get(b"content-length"):
            return file.read(int(length))
        if got.get(b"transfer-encoding") != b"chunked":
            return file.read()
        whole = b""
        while size := int(file.readline() or b"0", 16):
            whole += file.read(size)
            file.readline()
        file.readline()
        return whole


def omitted(flow: Any, part: str) -> tuple[str, int, str] | None:
    found = flow.metadata.get(OMITTED, {}).get(part)
    return (found["why"], found["size"], found["sha256"]) if found else None


EXPECTED = {
    "/json": None,
    "/long": ("over limit", len(LONG), sha256(LONG)),
    "/labelled": ("audio", 250_000, sha256(BODIES["/labelled"][1])),
    "/unlabelled": ("audio", len(SOUND), sha256(SOUND)),
    "/playlist": None,
    "/empty": None,
}
"""What is noted of each reply, however its length was told."""


@pytest.mark.proxy
def test_replies_over_http1(tmp_path: Path) -> None:
    folder = tmp_path / "session"
    targets = [f"{path}{way}" for path in EXPECTED for way in ("", "?chunked", "?eof")]
    with open_door(bodies_server.http1) as door, mitmdump(folder) as (_, port):
        for target in targets:
            with tunnel(port, door.port) as wire:
                assert ask(wire, target) == BODIES[target.partition("?")[0]][1], target
        until(lambda: len(saved(folder)) == len(targets))
    for flow in saved(folder):
        path = flow.request.path.partition("?")[0]
        expected = EXPECTED[path]
        assert omitted(flow, "response") == expected, flow.request.path
        assert flow.response.raw_content == (b"" if expected else BODIES[path][1])
    capture = open_capture(folder)
    sizes = {one.path: one.messages[1].size for one in capture.exchanges}
    assert sizes == {path: len(body) for path, (_, body) in BODIES.items()}
    assert (capture.losses, journal(folder, "error")) == ([], [])


@pytest.mark.proxy
def test_events_pass_at_once_and_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "session"
    with (
        open_door(bodies_server.http1) as door,
        mitmdump(folder) as (_, port),
        tunnel(port, door.port) as wire,
    ):
        wire.sendall(b"GET /live HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
        got = b""
        while b"data: 1" not in got:
            got += wire.recv(4096)
        door.heard.set()
        while b"data: 2" not in got:
            got += wire.recv(4096)
        until(lambda: saved(folder))
    assert saved(folder)[0].response.content == b"data: 1\n\ndata: 2\n\n"


@pytest.mark.proxy
def test_reply_that_breaks_off_is_kept_so_far(tmp_path: Path) -> None:
    folder = tmp_path / "session"
    with open_door(bodies_server.http1) as door, mitmdump(folder) as (_, port):
        for path in ("/json", "/labelled"):
            with tunnel(port, door.port) as wire:
                wire.sendall(f"GET {path}?cut HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".encode())
                while wire.recv(4096):
                    pass
        until(lambda: len(saved(folder)) == 2)
    text, sound = saved(folder)
    assert text.error
    assert text.response.raw_content == REPLY[:1000]
    head = BODIES["/labelled"][1][:1000]
    assert omitted(sound, "response") == ("audio", 1000, sha256(head))


@pytest.mark.proxy
def test_uploads_over_http1(tmp_path: Path) -> None:
    folder = tmp_path / "session"
    big = b'{"history": "' + b"z" * (7 << 20) + b'"}'
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(big), big)
    with open_door(bodies_server.http1) as door, mitmdump(folder) as (_, port):
        for number, (body, *headers) in enumerate(
            [
                (big, "content-type: application/json"),
                (chunked, "content-type: application/json", "transfer-encoding: chunked"),
                (LONG, "content-type: application/json"),
                (SOUND, "content-type: audio/mpeg"),
                (b'{"a": 1}', "content-type: application/json", "expect: 100-continue"),
            ]
        ):
            with tunnel(port, door.port) as wire:
                if number == 4:
                    wire.sendall(b"POST /4 HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 8\r\n")
                    wire.sendall(b"content-type: application/json\r\nexpect: 100-continue\r\n\r\n")
                    assert b" 100 " in wire.recv(4096)
                    wire.sendall(body)
                    assert b" 200 " in wire.recv(4096)
                else:
                    assert ask(wire, f"/{number}", body, *headers) == b"ok"
        assert door.uploads == [big, big, LONG, SOUND, b'{"a": 1}']
        until(lambda: len(saved(folder)) == 5)
    flows = saved(folder)
    assert [flow.request.raw_content for flow in flows] == [big, big, b"", b"", b'{"a": 1}']
    assert omitted(flows[2], "request") == ("over limit", len(LONG), sha256(LONG))
    assert omitted(flows[3], "request") == ("audio", len(SOUND), sha256(SOUND))
    assert journal(folder, "error") == []


@pytest.mark.proxy
def test_bodies_over_http2(tmp_path: Path) -> None:
    """Over HTTP/2 most bodies come without a length."""
    folder = tmp_path / "session"
    context = bodies_server.server_context(tmp_path)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    client.set_alpn_protocols(["h2"])
    told = b'{"deck": "A", "cue": 61.2}'
    requests = [(path, {"content-type": "application/json"}, told) for path in EXPECTED]
    requests += [("/up", {"content-type": "audio/mpeg"}, SOUND)]
    requests += [("/up", {"content-type": "x/y", "content-length": str(len(LONG))}, LONG)]

    def serve(door: bodies_server.Door, wire: socket.socket) -> None:
        bodies_server.http2(door, wire, context)

    with (
        open_door(serve) as door,
        mitmdump(folder, "--set", "ssl_insecure=true") as (_, port),
        tunnel(port, door.port) as wire,
    ):
        with client.wrap_socket(wire, server_hostname="127.0.0.1") as tls:
            assert tls.selected_alpn_protocol() == "h2"
            replies = bodies_server.ask2(tls, requests)
        until(lambda: len(saved(folder)) == len(requests))
        assert door.uploads == [*[told] * len(EXPECTED), SOUND, LONG]
    assert replies == [*(body for _, body in BODIES.values()), b"ok", b"ok"]
    *asked, sound, long = saved(folder)
    assert all(flow.request.is_http2 and flow.server_conn.alpn == b"h2" for flow in asked)
    for flow, (path, expected) in zip(asked, EXPECTED.items(), strict=True):
        assert flow.request.raw_content == told
        assert omitted(flow, "response") == expected, path
        assert flow.response.raw_content == (b"" if expected else BODIES[path][1]), path
    assert omitted(sound, "request") == ("audio", len(SOUND), sha256(SOUND))
    assert omitted(long, "request") == ("over limit", len(LONG), sha256(LONG))
    assert PLAYLIST in [flow.response.raw_content for flow in asked]
    assert journal(folder, "error") == []
