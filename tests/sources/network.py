"""Network captures made of packets: write them, open them, take what they list."""

from pathlib import Path

from auditor.records import Connection
from auditor.sources import open_capture
from auditor.sources.capture import Capture
from tests.sources.packets import ACK, back, handshake, hello, out, pcap, tcp

DATA = Path(__file__).parent / "data"
HELLO = hello("live.example")
POST = b"POST /a?b=1 HTTP/1.1\r\nHost: A.example:80\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def capture(tmp_path: Path, content: bytes) -> Capture:
    path = tmp_path / "x.bin"
    path.write_bytes(content)
    return open_capture(path)


def listed(tmp_path: Path, *packets: bytes, **options: object) -> tuple[Connection, ...]:
    return capture(tmp_path, pcap(packets, **options)).session.connections  # type: ignore[arg-type]


def one(tmp_path: Path, *packets: bytes, **options: object) -> Connection:
    (found,) = listed(tmp_path, *packets, **options)
    return found


def http(*parts: tuple[str, bytes]) -> list[bytes]:
    """Return a connection on port 80: what each side says, in order."""
    ports, sequence, packets = (50000, 80), {"out": 100, "in": 500}, handshake((50000, 80))
    for side, data in parts:
        made = tcp(data, sequence[side], ACK, ports if side == "out" else ports[::-1])
        packets.append(out(made) if side == "out" else back(made))
        sequence[side] += len(data)
    return packets
