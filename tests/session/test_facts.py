"""session.yaml says what was told, what shaped the capture, and no password."""

import pytest

from auditor.session import facts


def test_told_facts_come_first_and_cannot_fake_the_recorder() -> None:
    told = facts.check({"title": "a night", "system": "Windows 11", "synthetic": True})
    whole = facts.compose(told, (1.23456, None), {"mitmproxy": "12"}, {}, 0)
    assert (whole["title"], whole["system"], whole["synthetic"]) == ("a night", "Windows 11", True)
    assert whole["started"] == 1.235
    assert "ended" not in whole
    assert set(whole["tools"]) == {"mitmproxy", "python"}
    assert facts.compose({}, (1.0, 2.0), {}, {}, 3)["ended"] == 2.0
    assert facts.compose({}, (1.0, 2.0), {}, {}, 3)["addon_errors"] == 3


@pytest.mark.parametrize("name", sorted(facts.RESERVED))
def test_reserved_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"must not set {name}"):
        facts.check({name: 1})


@pytest.mark.parametrize("told", [[], "text", None, 3], ids=range(4))
def test_only_a_mapping_will_do(told: object) -> None:
    with pytest.raises(ValueError, match="mapping"):
        facts.check(told)


def test_options_that_shape_are_kept_and_rules_only_counted() -> None:
    changed = {
        "connection_strategy": "lazy",
        "ignore_hosts": ["a"],
        "stream_large_bodies": "1m",
        "http2": False,
        "modify_headers": ["/~q/authorization/Bearer x", "/a/b"],
        "block_list": [],
        "scripts": ["a path"],
        "confdir": "a path",
        "proxyauth": "name:password",
        "upstream_auth": "name:password",
        "stickycookie": "x",
    }
    assert facts.options(changed) == {
        "connection_strategy": "lazy",
        "ignore_hosts": ["a"],
        "stream_large_bodies": "1m",
        "http2": False,
        "modify_headers": "2 rules",
    }
