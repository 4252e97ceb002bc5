"""TLS in a network capture is opened where keys are there.

The session was recorded on loopback: HTTP, HTTPS and HTTP/2, with one POST of 17 kB or two each.
"""

import gzip
import lzma
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from auditor.sources import open_capture, pcap_keys
from auditor.sources.capture import Capture
from tests.sources.network import DATA
from tests.sources.packets import block


def laid(tmp_path: Path, keys: str = "") -> Path:
    path = tmp_path / "loopback.pcapng"
    shutil.copy(DATA / "loopback.pcapng", path)
    if keys:
        shutil.copy(DATA / "loopback.keys", tmp_path / keys)
    return path


def sealed(opened: Capture) -> None:
    outcomes = [one.outcome for one in opened.session.connections]
    assert outcomes == ["decrypted", "passed-through", "passed-through"]
    assert [one.scheme for one in opened.exchanges] == ["http"]


def whole(opened: Capture) -> None:
    assert [one.outcome for one in opened.session.connections] == ["decrypted"] * 3
    found = list(opened.exchanges)
    assert [(one.scheme, one.port, one.path, one.query) for one in found] == [
        ("http", 18080, "/v1/events", "n=0"),
        ("https", 18443, "/v1/events", "n=0"),
        ("https", 18444, "/v2/events", "n=1"),
        ("https", 18444, "/v2/events", "n=3"),
    ]
    assert {one.host for one in found} == {"events.example"}
    assert {one.messages[0].body for one in found} == {found[0].messages[0].body}
    assert len(found[0].messages[0].body) > 17_000
    assert [one.messages[1].body for one in found] == [b"ok"] * 2 + [b'{"ok":true}'] * 2
    assert {one.error for one in found} == {""}
    assert opened.losses == []


def test_without_keys_it_stays_sealed(tmp_path: Path) -> None:
    opened = open_capture(laid(tmp_path))
    sealed(opened)
    assert opened.losses == []
    assert {one.sni for one in opened.session.connections} == {"events.example"}


def test_without_tshark_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    opened = open_capture(laid(tmp_path, "sslkeylog.txt"))
    sealed(opened)
    assert [loss.reason for loss in opened.losses] == [pcap_keys.MISSING]


@pytest.mark.parametrize("keys", ["loopback.keys", "loopback.pcapng.keys", "sslkeylog.txt"])
def test_with_what_tshark_wrote(tmp_path: Path, keys: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The output of TShark 4.0.17 for this capture, as it was recorded."""
    asked: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        asked.append(command)
        written = lzma.decompress((DATA / "loopback.opened.xz").read_bytes())
        Path(command[command.index("-w") + 1]).write_bytes(written)
        return subprocess.CompletedProcess(command, 0, b"", b"")

    monkeypatch.setattr(shutil, "which", lambda name: name)
    monkeypatch.setattr(subprocess, "run", run)
    whole(open_capture(laid(tmp_path, keys)))
    assert f"tls.keylog_file:{tmp_path / keys}" in asked[0]


def test_tshark_that_fails_is_a_loss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: name)
    done = subprocess.CompletedProcess([], 2, b"", b"tshark: cannot\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    opened = open_capture(laid(tmp_path, "loopback.keys"))
    sealed(opened)
    assert [(loss.reason, loss.detail) for loss in opened.losses] == [
        (pcap_keys.FAILED, "tshark: cannot")
    ]


@pytest.mark.skipif(not shutil.which("tshark"), reason="tshark is not installed")
@pytest.mark.parametrize("where", ["beside", "inside", "compressed"])
def test_real_tshark(tmp_path: Path, where: str) -> None:
    path = laid(tmp_path, "" if where == "inside" else "loopback.keys")
    content = path.read_bytes()
    if where == "inside":
        keys = (DATA / "loopback.keys").read_bytes()
        size = struct.unpack_from("<I", content, 4)[0]
        secrets = block(10, struct.pack("<II", 0x544C534B, len(keys)) + keys)
        path.write_bytes(content[:size] + secrets + content[size:])
    if where == "compressed":
        path = tmp_path / "loopback.gz"
        path.write_bytes(gzip.compress(content))
    whole(open_capture(path))
