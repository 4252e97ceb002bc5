"""What counts as the right outcome of a connection."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.records import OUTCOMES, Connection
from auditor.selftest.cases import CASES, Case, judge, unexplained
from auditor.selftest.misbehave import DEEDS
from auditor.selftest.stage import Ports

PORTS = Ports(web=1001, untrusted=1002, raw=1003, quiet=1004, dead=1005, quic=1006)
PINS = Case("pins", "accepts and leaves", "established-silent")
RAW = Case("raw", "speaks raw TCP", "not-http", port="raw", detail="partner")


def connection(sni: str = "", port: int = 1001, **more: str) -> Connection:
    told = {"outcome": "established-silent", "detail": "", **more}
    return Connection(
        id="one",
        outcome=told["outcome"],
        started=1.0,
        ended=2.0,
        sni=sni,
        address=f"127.0.0.1:{port}",
        bytes_up=0,
        bytes_down=0,
        detail=told["detail"],
    )


def test_a_case_is_known_by_its_server_name() -> None:
    (outcome,) = judge([PINS], [connection("pins.selftest.invalid")], PORTS)
    assert outcome.good
    assert outcome.reported == ("established-silent",)


def test_a_case_without_a_name_is_known_by_its_port() -> None:
    found = connection(port=1003, outcome="not-http", detail="access point, partner")
    (outcome,) = judge([RAW], [found], PORTS)
    assert outcome.good


@pytest.mark.parametrize(
    "found",
    [
        [],
        [connection("pins.selftest.invalid", outcome="failed")],
        [connection("other.selftest.invalid")],
        [
            connection("pins.selftest.invalid"),
            connection("pins.selftest.invalid", outcome="failed"),
        ],
    ],
    ids=["nothing", "another outcome", "another name", "two outcomes"],
)
def test_anything_else_is_wrong(found: list[Connection]) -> None:
    (outcome,) = judge([PINS], found, PORTS)
    assert not outcome.good
    assert outcome.reported == tuple(
        one.outcome for one in found if one.sni == "pins.selftest.invalid"
    )


def test_the_detail_counts() -> None:
    found = connection(port=1003, outcome="not-http")
    assert not judge([RAW], [found], PORTS)[0].good
    assert judge([replace(RAW, detail="")], [found], PORTS)[0].good


def test_a_connection_that_nobody_made_is_found() -> None:
    ours, strange = connection("pins.selftest.invalid"), connection(port=9)
    assert unexplained([PINS, RAW], [ours, strange], PORTS) == (strange,)


def test_every_outcome_is_expected_of_somebody() -> None:
    assert {case.expected for case in CASES} == set(OUTCOMES)


def test_every_deed_has_a_case() -> None:
    assert DEEDS.keys() | {"stage", "http2", "http3", "dies"} == {case.id for case in CASES}
