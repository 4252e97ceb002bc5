"""Open TLS with the keys that a program noted down (SSLKEYLOGFILE), by way of tshark.

tshark writes what was inside TLS as packets of its own, with the addresses in front.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from auditor.records import Loss
from auditor.sources.pcap_file import Packet, PacketFile
from auditor.sources.pcap_link import Place

_LINK = 252
_PLACES = (
    "tshark",
    "/Applications/Wireshark.app/Contents/MacOS/tshark",
    "C:/Program Files/Wireshark/tshark.exe",
)
_SIGNS = (b"CLIENT_RANDOM ", b"CLIENT_TRAFFIC_SECRET_0 ")
_PATIENCE_S = 900
_END, _IP4_FROM, _IP4_TO, _IP6_FROM, _IP6_TO, _PORT_FROM, _PORT_TO = 0, 20, 21, 22, 23, 25, 26

_PLAIN = (
    "--disable-protocol",
    "http",
    "--disable-protocol",
    "http2",
    "-o",
    "tls.desegment_ssl_application_data:FALSE",
)
"""Or tshark would put messages together itself, and write what came in parts more than once."""

MISSING = "keys to open this capture are there, but not the program that uses them: install tshark (Wireshark), then audit again"
FAILED = "tshark could not use the keys of this capture"


@dataclass(frozen=True, slots=True)
class Opened:
    """Bytes that were inside TLS."""

    time: float
    source: Place
    target: Place
    data: bytes


def beside(capture: Path) -> Path | None:
    """Return the file with keys that lies beside a capture: `NAME.keys` or `sslkeylog.txt`."""
    names = (f"{capture.name}.keys", f"{capture.stem}.keys", "sslkeylog.txt")
    return next((one for one in map(capture.with_name, names) if _holds_keys(one)), None)


def decrypt(capture: Path, keys: Path | None, target: Path, losses: list[Loss]) -> bool:
    """Let tshark write what it can open into a file; without `keys` those in the capture serve."""
    program = next((found for one in _PLACES if (found := shutil.which(one))), None)
    if not program:
        losses.append(Loss(MISSING))
        return False
    command = [program, "-n", "-r", str(capture), "-U", "OSI layer 7", "-w", str(target), *_PLAIN]
    if keys:
        command += ["-o", f"tls.keylog_file:{keys}"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_PATIENCE_S, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        losses.append(Loss(FAILED, detail=type(error).__name__))
        return False
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        losses.append(Loss(FAILED, detail=said[-1][:200] if said else f"exit {done.returncode}"))
    return target.is_file() and target.stat().st_size > 0


def opened(path: Path, losses: list[Loss]) -> Iterator[Opened]:
    """Yield what tshark wrote, in order."""
    file = PacketFile(path, losses)
    for packet in file.packets():
        found = _unwrapped(packet)
        if found:
            yield found


def _unwrapped(packet: Packet) -> Opened | None:
    """Take the tags off: each has a number, a length and a value."""
    data, place = packet.data, 0
    told: dict[int, bytes] = {}
    try:
        while packet.link == _LINK:
            tag, size = struct.unpack_from(">HH", data, place)
            place += 4
            if tag == _END:
                break
            told[tag] = data[place : place + size]
            place += size
        source = str(ip_address(told.get(_IP4_FROM) or told[_IP6_FROM]))
        target = str(ip_address(told.get(_IP4_TO) or told[_IP6_TO]))
        ports = (int.from_bytes(told[one]) for one in (_PORT_FROM, _PORT_TO))
        return Opened(packet.time, (source, next(ports)), (target, next(ports)), data[place:])
    except (struct.error, KeyError, ValueError):
        return None


def _holds_keys(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(1 << 16)
    return any(sign in head for sign in _SIGNS)
