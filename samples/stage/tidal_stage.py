"""mitmproxy addon: play TIDAL's servers for TIDAL's published web player; nothing is forwarded.

Run with `--set connection_strategy=lazy`, so that no real host is dialled, and
`--set ssl_insecure=true`: the WebSocket is led to a small server of this addon on loopback, whose
certificate is mitmproxy's own.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import ssl
from email.utils import formatdate
from pathlib import Path
from urllib.parse import parse_qsl

from mitmproxy import ctx, http
from mitmproxy.addonmanager import Loader
from mitmproxy.proxy import server_hooks
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Ping, Request

SOCKET = "realtime.tidal.com"
"""Invented: which host TIDAL's servers name in the answer of rt/connect is not published."""

MEDIA = "sp-pr-fa.audio.tidal.com"


class TidalStage:
    """Answer every request by itself; an unknown one gets 404 and stays on loopback too."""

    def __init__(self) -> None:
        self._port = 0
        self._server: asyncio.Server | None = None

    def load(self, loader: Loader) -> None:
        """Add the one option."""
        loader.add_option("stage_media", str, "", "Folder with tone.mpd and its segments.")

    async def running(self) -> None:
        """Open the WebSocket server on a free port."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(Path(ctx.options.confdir).expanduser() / "mitmproxy-ca.pem")
        self._server = await asyncio.start_server(_socket, "127.0.0.1", 0, ssl=context)
        self._port = self._server.sockets[0].getsockname()[1]

    def done(self) -> None:
        """Close the WebSocket server."""
        if self._server:
            self._server.close()

    def server_connect(self, data: server_hooks.ServerConnectionHookData) -> None:
        """Lead the socket to loopback; refuse to dial anything else."""
        if data.server.address == (SOCKET, 443):
            data.server.address = ("127.0.0.1", self._port)
        else:
            data.server.error = "The stage answers by itself: nothing is dialled."

    def request(self, flow: http.HTTPFlow) -> None:
        """Answer, unless it is the socket's upgrade or another addon was first."""
        if flow.response or flow.request.pretty_host == SOCKET:
            return
        flow.response = self._reply(flow.request)
        origin = flow.request.headers.get("origin")
        if origin:
            asked = flow.request.headers.get("access-control-request-headers", "*")
            flow.response.headers.update(
                {
                    "access-control-allow-origin": origin,
                    "access-control-allow-credentials": "true",
                    "access-control-allow-headers": asked,
                    "access-control-expose-headers": "date",
                }
            )

    def _reply(self, request: http.Request) -> http.Response:
        if request.method == "OPTIONS":
            return http.Response.make(204)
        path = request.path.partition("?")[0]
        match request.pretty_host:
            case "api.tidal.com":
                return self._api(path, request.headers.get("x-tidal-streamingsessionid", ""))
            case "ec.tidal.com":
                body = _batch(request.get_text(strict=False) or "")
                return http.Response.make(200, body, {"content-type": "text/xml"})
            case host if host == MEDIA:
                return self._segment(path.rpartition("/")[2])
        return _json({}, 404)

    def _api(self, path: str, streaming_session: str) -> http.Response:
        track = re.fullmatch(r"/v1/tracks/(\d+)/playbackinfo", path)
        if track:
            return _json(self._playback_info(track[1], streaming_session))
        if path == "/v1/rt/connect":
            return _json({"url": f"wss://{SOCKET}/invented-socket"})
        if path == "/v1/ping":
            return _json({})
        return _json({"status": 404, "subStatus": 0, "userMessage": "not staged"}, 404)

    def _segment(self, name: str) -> http.Response:
        file = Path(ctx.options.stage_media) / name
        if not re.fullmatch(r"[\w-]+\.(m4s|mp4)", name) or not file.is_file():
            return http.Response.make(404)
        return http.Response.make(200, file.read_bytes(), {"content-type": "audio/mp4"})

    def _playback_info(self, track: str, streaming_session: str) -> dict[str, object]:
        """Return what the player's source reads, with a DASH manifest of the tone inside."""
        base = f"<BaseURL>https://{MEDIA}/mediatracks/INVENTED-{track}/</BaseURL>"
        text = (Path(ctx.options.stage_media) / "tone.mpd").read_text("utf-8")
        text = text.replace("<Period ", base + "<Period ", 1)
        return {
            "trackId": int(track),
            "assetPresentation": "FULL",
            "audioMode": "STEREO",
            "audioQuality": "HIGH",
            "manifestMimeType": "application/dash+xml",
            "manifestHash": f"invented-{track}",
            "manifest": base64.b64encode(text.encode()).decode(),
            "albumReplayGain": -8.1,
            "albumPeakAmplitude": 0.97,
            "trackReplayGain": -8.1,
            "trackPeakAmplitude": 0.97,
            "bitDepth": 16,
            "sampleRate": 44100,
            "streamingSessionId": streaming_session,
        }


def _json(content: object, status: int = 200) -> http.Response:
    headers = {"content-type": "application/json", "date": formatdate(usegmt=True)}
    return http.Response.make(status, json.dumps(content).encode(), headers)


def _batch(body: str) -> bytes:
    """Acknowledge every entry in the shape of Amazon SQS, which TIDAL's event producer expects."""
    ids = [value for name, value in parse_qsl(body) if name.endswith(".Id")]
    rows = "".join(
        f"<SendMessageBatchResultEntry><Id>{one}</Id><MessageId>invented-{one}</MessageId>"
        "</SendMessageBatchResultEntry>"
        for one in ids
    )
    return (
        f"<SendMessageBatchResponse><SendMessageBatchResult>{rows}</SendMessageBatchResult>"
        "</SendMessageBatchResponse>"
    ).encode()


async def _socket(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Accept a WebSocket and listen; nothing is ever pushed to the player."""
    protocol = WSConnection(ConnectionType.SERVER)
    try:
        while data := await reader.read(4096):
            protocol.receive_data(data)
            for event in protocol.events():
                if isinstance(event, Request):
                    writer.write(protocol.send(AcceptConnection()))
                elif isinstance(event, Ping | CloseConnection):
                    writer.write(protocol.send(event.response()))
            await writer.drain()
    except (ConnectionError, ssl.SSLError):
        pass
    finally:
        writer.close()


addons = [TidalStage()]
