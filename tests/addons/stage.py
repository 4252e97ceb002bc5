"""The stage of the outcomes: one mitmdump with everything a client could want behind it."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.addons import servers
from tests.addons.clients import Stage
from tests.addons.test_recording import mitmdump

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


@contextmanager
def staged(place: Path) -> Iterator[Stage]:
    """Run one mitmdump with everything a client could want behind it."""
    own, strange = servers.identity(place, "own"), servers.identity(place, "strange")
    with ExitStack() as stack:
        enter = stack.enter_context
        ports = {
            "web": enter(servers.web()),
            "other web": enter(servers.web()),
            "https": enter(servers.web(own)),
            "http2": enter(servers.tcp_server(servers.speak_http2(own))),
            "wrong": enter(servers.web(strange)),
            "closing": enter(servers.tcp_server(servers.close_after_hello)),
            "dying": enter(servers.tcp_server(servers.die_in_answer)),
            "refusing": enter(servers.tcp_server(servers.refuse_tunnels)),
            "echo": enter(servers.tcp_server(servers.echo)),
            "ignored": enter(servers.tcp_server(servers.echo)),
            "udp": enter(servers.udp_echo()),
            "ignored udp": enter(servers.udp_echo()),
            "quic": enter(servers.quic_server(own)),
            "dead": enter(servers.dead_port()),
            "killed": enter(servers.dead_port()),
        }
        ports |= {name: servers.free_port(kind) for name, (_, kind) in DOORS.items()}
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
