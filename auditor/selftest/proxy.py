"""Start mitmdump with our addons the way a tester would, in a process of its own."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from auditor import resources
from auditor.errors import AuditorError
from auditor.selftest import leash
from auditor.selftest.process import Running
from auditor.session.marks import HOST

_START_S = 60.0
_ANSWER_S = 10.0
_CODE = (
    "from auditor.selftest.leash import talk_on; talk_on(); "
    "from mitmproxy.tools.main import mitmdump; mitmdump()"
)
_LISTENS = r"(HTTP|quic|http3)\b.* listening at .*127\.0\.0\.1:(\d+)"
_ADDONS = ("auditor_capture", "auditor_marks")


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy that records."""

    process: Running
    port: int
    quic: int
    http3: int
    """0, both, when it was started without QUIC."""

    def ask(self, path: str = "/", told: dict[str, Any] | None = None) -> dict[str, Any]:
        """Talk to the addon through the proxy, as a tester's script does."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_ANSWER_S)
        with contextlib.closing(client):
            method, body = ("GET", None) if told is None else ("POST", json.dumps(told))
            client.request(method, f"http://{HOST}{path}", body, {"Host": HOST})
            answer = client.getresponse()
            if answer.status != HTTPStatus.OK:
                raise ConnectionError(f"{HOST}{path} was answered with {answer.status}")
            return dict(json.load(answer))


@contextmanager
def recording(
    folder: Path, work: Path, quic_target: int = 0, more: Sequence[str] = ()
) -> Iterator[Proxy]:
    """Run mitmdump until the block ends; `work` holds its authority and the stage's.

    With `quic_target` it also listens for QUIC: an explicit proxy never sees that.
    """
    modes = {"HTTP": "regular@127.0.0.1:0"}
    if quic_target:
        # mitmproxy takes two listeners on port 0 for one and the same.
        for kind, port in (("quic", 0), ("http3", _free_udp_port())):
            modes[kind] = f"reverse:{kind}://127.0.0.1:{quic_target}@127.0.0.1:{port}"
    asked = [part for mode in modes.values() for part in ("--mode", mode)]
    with Running([*_command(folder, work), *asked, *more]) as process:
        ports = {"quic": 0, "http3": 0}
        while not modes.keys() <= {name for name, port in ports.items() if port}:
            found = process.wait_for(_LISTENS, _START_S)
            ports[found[1]] = int(found[2])
        proxy = Proxy(process, ports["HTTP"], ports["quic"], ports["http3"])
        _wait_until_it_records(proxy)
        yield proxy


def _free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def _command(folder: Path, work: Path) -> list[str]:
    options = {
        "auditor_dir": folder,
        "auditor_session": work / "told.json",
        "confdir": work,
        "ssl_verify_upstream_trusted_ca": work / "stage-ca-cert.pem",
        "termlog_verbosity": "info",
    }
    scripts = [resources.addon_script(name) for name in _ADDONS] + [Path(str(leash.__file__))]
    sets = [part for name, value in options.items() for part in ("--set", f"{name}={value}")]
    loads = [part for script in scripts for part in ("-s", str(script))]
    return [sys.executable, "-u", "-c", _CODE, *loads, *sets]


def _wait_until_it_records(proxy: Proxy) -> None:
    end = time.monotonic() + _START_S
    while True:
        try:
            if proxy.ask().get("recording"):
                return
        except (OSError, ValueError, http.client.HTTPException):  # not yet
            pass
        if proxy.process.ended or time.monotonic() > end:
            raise AuditorError(
                "The proxy does not record.",
                f"It said: {proxy.process.said()}",
            )
        time.sleep(0.05)
