"""Every connection ends in exactly one outcome, one that the rest of the program knows."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.records import OUTCOMES
from auditor.session.ledger import Ledger, outcome

SIGNS = [
    "ignored",
    "server-failed",
    "client-refused",
    "response",
    "request",
    "quic",
    "stream",
    "client-tls",
    "connect",
    "mark",
    "hello",
    "dialled",
    "client-left",
]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ({"client-tls", "request", "response"}, "decrypted"),
        ({"request", "response", "server-failed"}, "decrypted"),
        ({"request", "server-failed"}, "refused-by-server"),
        ({"server-failed"}, "refused-by-server"),
        ({"server-failed", "client-tls", "hello"}, "refused-by-server"),
        ({"server-failed", "client-refused"}, "refused-by-client"),
        ({"request"}, "decrypted"),
        ({"client-refused"}, "refused-by-client"),
        ({"request", "response", "client-refused"}, "refused-by-client"),
        ({"client-left"}, "failed"),
        ({"client-tls"}, "established-silent"),
        ({"client-tls", "stream"}, "not-http"),
        ({"quic", "client-tls"}, "quic"),
        ({"quic", "client-tls", "stream"}, "quic"),
        ({"quic", "client-tls", "request", "response"}, "decrypted"),
        ({"ignored", "client-tls"}, "passed-through"),
        ({"ignored", "request", "response"}, "passed-through"),
        ({"ignored", "server-failed"}, "refused-by-server"),
        ({"mark", "request", "response"}, "decrypted"),
        ({"connect", "dialled"}, "failed"),
        (set(), "failed"),
    ],
    ids=range(21),
)
def test_outcome(seen: set[str], expected: str) -> None:
    assert outcome(seen) == expected


@given(st.sets(st.sampled_from(SIGNS)))
def test_every_mixture_of_signs_has_an_outcome(seen: set[str]) -> None:
    assert outcome(seen) in OUTCOMES


def test_line_has_what_the_reader_needs() -> None:
    ledger = Ledger()
    trace = ledger.begin("c1", 10.0)
    trace.sni, trace.bytes_up, trace.bytes_down, trace.process = "a.example", 7, 9, "djay"
    trace.dial("a.example:443")
    trace.seen |= {"client-tls", "request", "response"}
    assert ledger.begin("c1", 99.0) is trace
    assert ledger.get("c1") is trace
    assert ledger.end("c1", 12.0) == {
        "id": "c1",
        "outcome": "decrypted",
        "started": 10.0,
        "ended": 12.0,
        "sni": "a.example",
        "address": "a.example:443",
        "bytes_up": 7,
        "bytes_down": 9,
        "process": "djay",
        "detail": "",
    }
    assert ledger.open() == []
    assert ledger.get("c1") is None
    assert ledger.end("c1", 13.0) is None
    assert ledger.news("c1") is None


def test_connection_of_marks_only_leaves_no_line() -> None:
    ledger = Ledger()
    ledger.begin("c1", 1.0).seen |= {"mark", "hello", "client-tls"}
    assert ledger.news("c1") is None
    assert ledger.end("c1", 2.0) is None


def test_connection_of_marks_and_traffic_leaves_a_line() -> None:
    ledger = Ledger()
    ledger.begin("c1", 1.0).seen |= {"mark", "request"}
    assert ledger.news("c1")
    assert ledger.end("c1", 2.0)


def test_line_is_written_again_for_news_only() -> None:
    ledger = Ledger()
    trace = ledger.begin("c1", 1.0)
    told = []
    for step in ("hello", "client-tls", "request", "response"):
        trace.seen.add(step)
        told.append(ledger.news("c1"))
    assert [line and line["outcome"] for line in told] == [
        "failed",
        "established-silent",
        "decrypted",
        None,
    ]
    assert {line["ended"] for line in told if line} == {None}


def test_sizes_alone_are_news_at_every_fourfold() -> None:
    ledger = Ledger()
    trace = ledger.begin("c1", 1.0)
    trace.seen.add("ignored")
    lines = [ledger.news("c1")]
    for _ in range(1 << 16):
        trace.bytes_up += 1000
        if trace.bytes_up >= trace.due:
            lines.append(ledger.news("c1"))
    sizes = [line["bytes_up"] for line in lines if line]
    assert sizes[:4] == [0, 5000, 20_000, 80_000]
    assert len(sizes) == len(lines) < 10


def test_several_far_ends_are_counted_and_the_first_is_the_address() -> None:
    ledger = Ledger()
    trace = ledger.begin("c1", 1.0)
    for port in (1, 2, 1, 3, 4, 5):
        trace.dial(f"h:{port}")
    line = ledger.end("c1", 2.0)
    assert line
    assert line["address"] == "h:1"
    assert line["detail"] == "also to h:2, h:3 and 2 more"


@pytest.mark.parametrize(
    ("dialled", "detail"),
    [
        ([], "asked for a.example:443"),
        (["a.example:443"], ""),
        (["proxy.example:3128"], "asked for a.example:443"),
    ],
)
def test_what_was_asked_for_is_told_unless_it_was_dialled(dialled: list[str], detail: str) -> None:
    ledger = Ledger()
    trace = ledger.begin("c1", 1.0)
    trace.asked = "a.example:443"
    for address in dialled:
        trace.dial(address)
    line = ledger.end("c1", 2.0)
    assert line
    assert line["detail"] == detail


def test_far_end_that_was_not_dialled_after_all() -> None:
    ledger = Ledger()
    trace = ledger.begin("c1", 1.0)
    trace.dial("a.example:443")
    trace.forbid("a.example:443")
    trace.forbid("never.example:443")
    line = ledger.end("c1", 2.0)
    assert line
    assert line["address"] == ""


def test_detail_is_short_and_one_line() -> None:
    ledger = Ledger()
    trace = ledger.begin("c1", 1.0)
    trace.asked = "a.example:443"
    trace.note("one\ntwo\r\n\tthree " + "x" * 1000)
    for number in range(10):
        trace.note(f"reason {number % 2}")
    line = ledger.end("c1", 2.0)
    assert line
    first, *others = line["detail"].split("; ")
    assert first.startswith("one two three x")
    assert len(first) == 200
    assert others == ["reason 0", "reason 1", "asked for a.example:443"]
    assert json.dumps(line)


def test_spare_connection_is_no_refusal() -> None:
    ledger = Ledger()
    named = [("c1", "a.example", "browser"), ("c2", "a.example", "browser")]
    named += [("c3", "b.example", "browser"), ("c4", "a.example", "dj")]
    for name, sni, process in named:
        trace = ledger.begin(name, 1.0)
        trace.sni, trace.process = sni, process
    traces = {name: ledger.get(name) for name, *_ in named}
    kept, spare, other_name, other_program = traces.values()
    assert kept
    assert spare
    assert other_name
    assert other_program
    assert ledger.hung_up(spare) == "client-refused"
    ledger.accepted(kept)
    ledger.end("c1", 2.0)
    assert ledger.hung_up(spare) == "client-left"
    assert ledger.hung_up(other_name) == "client-refused"
    assert ledger.hung_up(other_program) == "client-refused"
