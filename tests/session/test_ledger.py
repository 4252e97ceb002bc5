"""Every connection ends in exactly one outcome, one that the rest of the program knows."""

import pytest

from auditor.records import OUTCOMES
from auditor.session.ledger import Ledger, outcome


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ({"client-tls", "request", "response"}, "decrypted"),
        ({"request", "response", "server-failed"}, "decrypted"),
        ({"request", "server-failed"}, "refused-by-server"),
        ({"server-failed"}, "refused-by-server"),
        ({"request"}, "decrypted"),
        ({"client-refused"}, "refused-by-client"),
        ({"client-left"}, "failed"),
        ({"client-tls"}, "established-silent"),
        ({"client-tls", "stream"}, "not-http"),
        ({"quic", "client-tls"}, "quic"),
        ({"ignored", "client-tls"}, "passed-through"),
        ({"mark", "request", "response"}, "decrypted"),
        (set(), "failed"),
    ],
    ids=range(13),
)
def test_outcome(seen: set[str], expected: str) -> None:
    assert outcome(seen) == expected
    assert expected in OUTCOMES


def test_line_has_what_the_reader_needs() -> None:
    ledger = Ledger()
    trace = ledger.trace("c1", 10.0)
    trace.sni, trace.address, trace.bytes_up, trace.bytes_down = "a.example", "a.example:443", 7, 9
    trace.seen |= {"client-tls", "request", "response"}
    assert ledger.trace("c1", 99.0) is trace
    assert ledger.end("c1", 12.0) == {
        "id": "c1",
        "outcome": "decrypted",
        "started": 10.0,
        "ended": 12.0,
        "sni": "a.example",
        "address": "a.example:443",
        "bytes_up": 7,
        "bytes_down": 9,
        "process": "",
        "detail": "",
    }
    assert ledger.open() == []
    assert ledger.end("c1", 13.0) is None


def test_connection_of_marks_only_leaves_no_line() -> None:
    ledger = Ledger()
    ledger.trace("c1", 1.0).seen.add("mark")
    assert ledger.end("c1", 2.0) is None


def test_spare_connection_is_no_refusal() -> None:
    ledger = Ledger()
    for name in ("c1", "c2", "c3"):
        ledger.trace(name, 1.0).sni = "a.example" if name != "c3" else "b.example"
    assert ledger.refused("c2", alert=False) == "client-refused"
    ledger.trace("c1", 1.0).seen.add("client-tls")
    assert ledger.refused("c2", alert=False) == "client-left"
    assert ledger.refused("c2", alert=True) == "client-refused"
    assert ledger.refused("c3", alert=False) == "client-refused"
