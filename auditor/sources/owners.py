"""Read from a mitmproxy file to whom the certificates of its servers were issued."""

from __future__ import annotations

from pathlib import Path

_MOST_FLOWS = 20_000
"""Hosts come again and again; what only shows up later is left out."""


def organisations(path: Path) -> dict[str, str]:
    """Return hosts with the organisation in their certificate, where there is one.

    Takes a mitmproxy file or a session folder; anything else, and what is damaged, gives nothing.
    Most certificates name no organisation, those of small senders hardly ever.
    """
    from mitmproxy.connection import Server  # noqa: PLC0415 - heavy, and only drafts need it
    from mitmproxy.exceptions import FlowReadException  # noqa: PLC0415
    from mitmproxy.io import FlowReader  # noqa: PLC0415

    file = path / "flows.mitm" if path.is_dir() else path
    found: dict[str, str] = {}
    if not file.is_file():
        return found
    with file.open("rb") as opened:
        try:
            for number, flow in enumerate(FlowReader(opened).stream()):
                server: Server | None = getattr(flow, "server_conn", None)
                if number >= _MOST_FLOWS:
                    break
                if server is not None and server.certificate_list:
                    host = server.sni or (server.address[0] if server.address else "")
                    name = server.certificate_list[0].organization
                    if host and name:
                        found.setdefault(host.lower(), name)
        except (FlowReadException, ValueError, TypeError, LookupError):
            return found
    return found
