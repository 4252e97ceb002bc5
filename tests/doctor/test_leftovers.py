"""What a session leaves behind."""

from dataclasses import replace

import pytest

from auditor.doctor.facts import (
    Authority,
    Certificate,
    Listener,
    Machine,
    ProxySetting,
    Store,
    System,
)
from auditor.doctor.finding import Finding
from auditor.doctor.leftovers import check_leftovers

PROXY = ProxySetting("`http_proxy`", "127.0.0.1", 8080, "Run `unset http_proxy`.")
RUNNING = Listener("127.0.0.1", 8080, 31, "mitmdump", is_mitmproxy=True)
OTHER = Certificate("AA" * 32, "BB" * 20, "CN=mitmproxy", 0.0, 1.0)


def store(*found: Certificate) -> Store:
    return Store("system", "The store", found, "Add it.", "Run `delete {sha1}`.")


def bad(machine: Machine, after: bool) -> list[Finding]:
    return [one for one in check_leftovers(machine, after) if one.level != "ok"]


@pytest.mark.parametrize("after", [False, True])
def test_clean_machine(machine: Machine, after: bool) -> None:
    assert bad(machine, after) == []
    assert len(check_leftovers(machine, after)) == 4


def test_trusted_authority_is_wanted_before_and_a_problem_after(
    machine: Machine, authority: Authority
) -> None:
    assert authority.certificate
    left = replace(machine, authority=authority, stores=(store(authority.certificate),))
    assert [one.level for one in bad(left, after=False)] == ["note"]
    (finding,) = bad(left, after=True)
    assert (finding.check, finding.level) == ("leftovers.trust", "problem")
    assert f"`delete {authority.certificate.sha1}`" in finding.next_step


def test_authority_of_another_folder_is_noticed_at_any_time(
    machine: Machine, authority: Authority
) -> None:
    left = replace(machine, authority=authority, stores=(store(OTHER),))
    assert [one.level for one in bad(left, after=False)] == ["warning"]
    assert "another authority" in bad(left, after=True)[0].sentence


def test_store_that_cannot_be_read_is_not_called_clean(machine: Machine) -> None:
    unread = Store("system", "The store", None, "Add it.", "Look.")
    assert [one.level for one in bad(replace(machine, stores=(unread,)), after=True)] == ["note"]


@pytest.mark.parametrize(
    ("listeners", "before"),
    [((RUNNING,), "note"), ((), "warning"), (None, "note")],
)
def test_local_proxy(machine: Machine, listeners: tuple[Listener, ...] | None, before: str) -> None:
    left = replace(machine, proxies=(PROXY,), listeners=listeners)
    found = {one.check: one for one in bad(left, after=False)}
    assert found["leftovers.proxy"].level == before
    assert ("nothing listens" in found["leftovers.proxy"].sentence) is (before == "warning")
    found = {one.check: one for one in bad(left, after=True)}
    assert found["leftovers.proxy"].level == "problem"
    assert "unset http_proxy" in found["leftovers.proxy"].next_step


def test_proxy_of_the_office_is_none_of_our_business(machine: Machine) -> None:
    office = replace(PROXY, host="proxy.office.example")
    assert bad(replace(machine, proxies=(office,)), after=True) == []


def test_node_variable(machine: Machine) -> None:
    def with_value(value: str) -> Machine:
        return replace(machine, environment={"NODE_EXTRA_CA_CERTS": value})

    assert bad(with_value("/etc/ssl/certs/ca-certificates.crt"), after=True) == []
    (finding,) = bad(with_value("/home/dj/.mitmproxy/mitmproxy-ca-cert.pem"), after=True)
    assert (finding.check, finding.level) == ("leftovers.node", "problem")


def test_node_variable_with_another_name_but_our_authority(machine: Machine) -> None:
    held = Store("node", "The file", (OTHER,), "Add it.", "Remove it.")
    left = replace(machine, environment={"NODE_EXTRA_CA_CERTS": "own.pem"}, stores=(held,))
    assert [one.check for one in bad(left, after=True)] == ["leftovers.node"]


@pytest.mark.parametrize(
    ("system", "command"), [("linux", "unset"), ("macos", "launchctl"), ("windows", "reg delete")]
)
def test_how_to_unset_the_variable(machine: Machine, system: System, command: str) -> None:
    left = replace(machine, system=system, environment={"NODE_EXTRA_CA_CERTS": "mitmproxy.pem"})
    (finding,) = bad(left, after=True)
    assert command in finding.next_step


def test_running_mitmproxy(machine: Machine) -> None:
    (finding,) = bad(replace(machine, listeners=(RUNNING,)), after=True)
    assert finding.sentence == "mitmdump (process 31) listens on 127.0.0.1:8080."
    open_to_all = replace(RUNNING, host="::")
    (finding,) = bad(replace(machine, listeners=(open_to_all,)), after=True)
    assert "Other machines can use it." in finding.sentence


def test_unknown_listeners_are_not_called_none(machine: Machine) -> None:
    (finding,) = bad(replace(machine, listeners=None), after=True)
    assert (finding.check, finding.level) == ("leftovers.listening", "note")
