"""Ask mitmproxy which program opened a connection; only its local mode knows."""

from __future__ import annotations

import re
from typing import Any

from mitmproxy import connection, ctx

_LONGEST = 100
_SEPARATOR = re.compile(r"[/\\]")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


def handler_of(client: connection.Client) -> Any:
    """Return mitmproxy's handler of an open client connection, or None."""
    server: Any = ctx.master.addons.get("proxyserver")
    return server.connections.get(client.id) if server else None


def process_of(client: connection.Client) -> str:
    """Return the name of the program behind a connection, without folders: they name the user.

    Empty when nobody knows, as in every mode but local mode. Never raises: the name is an extra,
    and comes from inside mitmproxy (`mitmproxy_rs.Stream`), where it may move.
    """
    try:
        handler = handler_of(client)
        told = handler.transports[handler.client].writer.get_extra_info("process_name", "")
        return program(told) if isinstance(told, str) else ""
    except Exception:
        return ""


def program(path: str) -> str:
    """Return the last part of a path of any system."""
    name = _SEPARATOR.split(path.rstrip("/\\"))[-1]
    return _UNPRINTABLE.sub("", name).strip()[:_LONGEST]
