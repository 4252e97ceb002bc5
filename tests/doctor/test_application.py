"""One application of the table."""

from dataclasses import replace

import pytest

from auditor.catalogue.model import Application, Process, Trust
from auditor.doctor.application import check_application
from auditor.doctor.facts import Authority, Machine, Store, StoreKind
from auditor.doctor.finding import Finding


@pytest.fixture
def trusting(machine: Machine, authority: Authority) -> Machine:
    """Describe a machine whose stores of all kinds hold the authority."""
    assert authority.certificate
    kinds: tuple[StoreKind, ...] = ("system", "node")
    held = tuple(Store(one, one, (authority.certificate,), "Add.", "Remove.") for one in kinds)
    return replace(machine, authority=authority, stores=held)


def application(how: str, *processes: Process) -> Application:
    return Application(
        id="x", name="X", vendor="", bundles=(), login="", control=False, notes=(), evidence=(),
        place="", processes={"linux": (Process("x", "itself"), *processes)},
        trust={"linux": Trust(how, "Somebody said so.")},
    )  # fmt: skip


def levels(found: list[Finding]) -> list[str]:
    return [one.level for one in found]


@pytest.mark.parametrize(
    ("how", "with_trust", "without"),
    [
        ("os-store", "ok", "warning"),
        ("electron", "ok", "warning"),
        ("own-bundle", "warning", "warning"),
        ("unknown", "note", "note"),
    ],
)
def test_whom_it_believes(
    trusting: Machine, machine: Machine, how: str, with_trust: str, without: str
) -> None:
    assert levels(check_application(application(how), trusting)) == [with_trust]
    (found,) = check_application(application(how), machine)
    assert found.level == without
    assert "Somebody said so." in found.sentence


def test_process_that_differs_has_its_own_finding(trusting: Machine) -> None:
    agent = Process("agent", "sync", trust="electron")
    found = check_application(application("own-bundle", agent), trusting)
    assert levels(found) == ["warning", "ok"]
    assert found[1].sentence.startswith("agent ")


@pytest.mark.parametrize(("system", "command"), [("macos", "launchctl"), ("windows", "setx")])
def test_how_to_tell_electron(machine: Machine, system: str, command: str) -> None:
    electron = application("electron")
    both = replace(
        electron,
        processes={system: electron.processes["linux"]},
        trust={system: electron.trust["linux"]},
    )
    (found,) = check_application(both, replace(machine, system=system))  # type: ignore[arg-type]
    assert command in found.next_step


def test_system_without_a_version(machine: Machine) -> None:
    (found,) = check_application(application("os-store"), replace(machine, system="windows"))
    assert found.level == "warning"
    assert "Linux" in found.next_step
