"""Read mitmproxy's words on a TLS handshake that the client did not finish."""

from __future__ import annotations

import re
from typing import Any, Literal

from mitmproxy import tls

# Behind the bracket stand OpenSSL's words; before it, mitmproxy's, with the name of the host.
_ALERT = re.compile(r"\balert\b|unknown ca|bad certificate|certificate unknown")
_RECEIVED_SHUTDOWN = 2
"""A flag of OpenSSL: the peer sent a fatal alert, or said that it closes."""


def how_client_failed(data: tls.TlsData) -> Literal["refused", "hung up", "left"]:
    """Say whether the client refused with an alert, hung up after our certificate, or never saw it.

    A client has nothing to send an alert about before our first messages, and our certificate is
    among them. Errors without an alert are mitmproxy's own: nonsense, or no version in common.
    """
    error = data.conn.error or ""
    if _ALERT.search(error.partition(" (")[2]):
        return "refused"
    answered = getattr(data, "ssl_conn", None) is not None
    return "hung up" if answered and error.startswith("The client disconnected") else "left"


def has_closed(ssl_conn: Any) -> bool:
    """Say whether the peer of a TLS connection sent a fatal alert or closed it."""
    return bool(ssl_conn and ssl_conn.get_shutdown() & _RECEIVED_SHUTDOWN)
