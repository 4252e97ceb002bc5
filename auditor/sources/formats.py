"""Tell what a file is by its first bytes, never by its name."""

from __future__ import annotations

from auditor.sources import har, mitm, pcap_file

READS = (
    "a session folder, a mitmproxy file (.mitm), a HAR file, or a network capture (.pcap, .pcapng); "
    "compressed ones too"
)


def kind_of(head: bytes) -> str:
    """Return `mitm`, `har`, `pcap`, or nothing for what is none of them."""
    if pcap_file.looks_like(head):
        return "pcap"
    if mitm.looks_like(head):
        return "mitm"
    return "har" if har.looks_like(head) else ""
