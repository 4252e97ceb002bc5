"""mitmproxy's words on a TLS handshake are the only reason there is."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from auditor.recorder.handshakes import has_closed, how_client_failed

TRUST = "The client does not trust the proxy's certificate for {} ({})"
MAYBE = "The client may not trust the proxy's certificate for {} ({})"
ALERT = "OpenSSL Error([('SSL routines', '', 'ssl/tls alert {}')])"
OURS = "OpenSSL Error([('SSL routines', '', '{}')])"
LEFT = (
    "The client disconnected during the handshake. If this happens consistently for {}, this may "
    "indicate that the client does not trust the proxy's certificate."
)


@pytest.mark.parametrize(
    ("error", "answered", "how"),
    [
        (TRUST.format("a.example", "tlsv1 alert unknown ca"), True, "refused"),
        (TRUST.format("a.example", "sslv3 alert bad certificate"), True, "refused"),
        (TRUST.format("a.example", ALERT.format("certificate unknown")), True, "refused"),
        (MAYBE.format("a.example", ALERT.format("internal error")), True, "refused"),
        (MAYBE.format("a.example", OURS.format("no shared cipher")), True, "left"),
        (MAYBE.format("alert.example", OURS.format("no shared cipher")), True, "left"),
        (LEFT.format("a.example"), True, "hung up"),
        (LEFT.format("alert.example"), False, "left"),
        ("connection closed early", True, "left"),
        ("Cannot parse ClientHello: 1603010008", False, "left"),
        ("Client and mitmproxy cannot agree on a TLS version to use.", True, "left"),
        ("", True, "left"),
    ],
    ids=range(12),
)
def test_how_client_failed(error: str, answered: bool, how: str) -> None:
    data = SimpleNamespace(
        conn=SimpleNamespace(error=error), ssl_conn=object() if answered else None
    )
    assert how_client_failed(cast("Any", data)) == how


def test_quic_has_no_openssl_connection() -> None:
    assert how_client_failed(cast("Any", SimpleNamespace(conn=SimpleNamespace(error=None)))) == (
        "left"
    )
    assert not has_closed(None)
