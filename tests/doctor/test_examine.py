"""All checks together, on good machines and on bad ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.catalogue.applications import load_applications
from auditor.doctor.examine import examine, examine_leftovers
from auditor.doctor.facts import (
    Authority,
    Certificate,
    Listener,
    Machine,
    Place,
    ProxySetting,
    Store,
)
from auditor.doctor.finding import TOPICS, Finding
from auditor.doctor.stores import certifi_store, linux_store, macos_store, windows_store
from tests.doctor.conftest import NOW


@pytest.fixture
def bad(machine: Machine, authority: Authority) -> Machine:
    """Describe a machine on which nothing is in order."""
    ended = Certificate("AA" * 32, "BB" * 20, "CN=mitmproxy", NOW - 9e7, NOW - 1e6)
    broken = replace(
        authority, certificate=ended, stale_copy=True, open_keys=(Path("mitmproxy-ca.pem"),)
    )
    makers = (macos_store(broken), windows_store(broken), linux_store(broken, Path("/")))
    certifi = certifi_store(broken)
    assert certifi
    unread = [replace(store, found=None) for store in (*makers, certifi)]
    held = [replace(store, found=(ended,)) for store in (*makers, certifi)]
    nodes = [Store("node", "The file", found, "Add it.", "Remove it.") for found in (None, ())]
    return replace(
        machine,
        python=(3, 11, 7),
        mitmproxy=None,
        abilities=None,
        environment={"NODE_EXTRA_CA_CERTS": ".mitmproxy/mitmproxy-ca-cert.pem"},
        authority=broken,
        stores=(*unread, *held, *nodes),
        proxies=(ProxySetting("`http_proxy`", "127.0.0.1", 8080, "Run `unset http_proxy`."),),
        listeners=(Listener("0.0.0.0", 8081, 31, "mitmdump", is_mitmproxy=True),),  # noqa: S104
        port_error="in use",
        place=Place(Path(), 1000, error="Read-only file system"),
        clock=replace(machine.clock, last=(NOW + 99, 101.0), installed=NOW + 9e6, zone="-00"),
        encoding="cp437",
    )


def test_every_topic_is_examined(machine: Machine, bad: Machine) -> None:
    for one in (machine, bad):
        assert {found.topic for found in examine(one)} == set(TOPICS)


def test_clean_machine_has_no_problem(machine: Machine) -> None:
    levels = {one.level for one in examine(machine)}
    assert levels <= {"ok", "note", "warning"}


def test_bad_machine_is_ok_only_where_it_is(bad: Machine) -> None:
    fine = {one.check for one in examine(bad) if one.level == "ok"}
    assert fine == {"authority.found", "trust.system", "trust.bundle"}


def test_leftovers_only(bad: Machine) -> None:
    found = examine_leftovers(bad)
    assert {one.topic for one in found} == {"leftovers"}
    assert {one.level for one in found} == {"problem", "note"}


def everything(machine: Machine, bad: Machine) -> Iterator[Finding]:
    for one in (machine, bad, replace(bad, listeners=None, port_error="not allowed")):
        yield from examine(one)
        yield from examine_leftovers(one)
        for application in load_applications().values():
            for system in ("linux", "macos", "windows"):
                yield from examine(replace(one, system=system), application)  # type: ignore[arg-type]


def test_sentences_are_short(machine: Machine, bad: Machine) -> None:
    for one in everything(machine, bad):
        for text in (one.sentence, one.next_step):
            plain = re.sub(r"`[^`]*`", "CODE", text)
            for sentence in re.split(r"[.!?](?:\s|$)", plain):
                assert len(sentence.split()) <= 20, one


def test_sentences_promise_nothing(machine: Machine, bad: Machine) -> None:
    text = " ".join(f"{one.sentence} {one.next_step}" for one in everything(machine, bad)).lower()
    assert not re.search(r"\bsafe\b|does not send", text)
    assert "{" not in text
