"""The block addon refuses QUIC on the wire."""

from __future__ import annotations

import asyncio
import ssl
import time
from pathlib import Path

import pytest
from aioquic.asyncio import QuicConnectionProtocol, connect, serve
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import QuicEvent, StreamDataReceived
from mitmproxy import certs

from tests.addons.own_mitmdump import mitmdump, script

SCRIPT = script("auditor_block")


class _Echo(QuicConnectionProtocol):
    def quic_event_received(self, event: QuicEvent) -> None:
        if isinstance(event, StreamDataReceived):
            self._quic.send_stream_data(event.stream_id, event.data, event.end_stream)
            self.transmit()


async def _talk(proxy: int) -> tuple[bytes, int | None]:
    """Return what came back over QUIC, or nothing and the reason that the client saw."""
    asking = QuicConfiguration(alpn_protocols=["dj"], verify_mode=ssl.CERT_NONE)
    try:
        async with connect("127.0.0.1", proxy, configuration=asking) as client:
            reader, writer = await client.create_stream()
            writer.write(b"hello")
            writer.write_eof()
            return await asyncio.wait_for(reader.read(), 10), None
    except ConnectionError:
        return b"", None


async def _serve_and_talk(tmp_path: Path, *given: str) -> tuple[bytes, float, list[str]]:
    store = certs.CertStore.from_store(tmp_path, "mitmproxy", 2048)
    made = store.get_cert("localhost", [])
    (tmp_path / "cert.pem").write_bytes(made.cert.to_pem())
    offering = QuicConfiguration(is_client=False, alpn_protocols=["dj"])
    offering.load_cert_chain(tmp_path / "cert.pem", tmp_path / "mitmproxy-ca.pem")
    server = await serve("127.0.0.1", 0, configuration=offering, create_protocol=_Echo)
    port = server._transport.get_extra_info("sockname")[1]
    modes = [f"reverse:quic://127.0.0.1:{port}@127.0.0.1:0"]
    options = [part for one in given for part in ("--set", one)]
    loop = asyncio.get_running_loop()
    running = mitmdump(tmp_path, modes, "-s", SCRIPT, "--set", "ssl_insecure=true", *options)
    (proxy,), said = await loop.run_in_executor(None, running.__enter__)
    try:
        begun = time.monotonic()
        answer, _ = await asyncio.wait_for(_talk(proxy), 20)
        return answer, time.monotonic() - begun, said
    finally:
        server.close()
        await loop.run_in_executor(None, running.__exit__, None, None, None)


@pytest.mark.proxy
class TestQuic:
    def test_passes_without_the_option(self, tmp_path: Path) -> None:
        answer, _, _ = asyncio.run(_serve_and_talk(tmp_path))
        assert answer == b"hello"

    def test_is_refused_at_once(self, tmp_path: Path) -> None:
        answer, took, said = asyncio.run(_serve_and_talk(tmp_path, "auditor_block_quic=true"))
        assert answer == b""
        assert took < 3, "the client shall not wait for its time-out"
        told = "".join(said)
        assert told.count("auditor_block: block-quic") == 1
        assert told.count("Nobody writes down what is refused") == 1
