"""Who trusts the authority."""

import pytest

from auditor.doctor.facts import Authority, Certificate, Store, StoreKind
from auditor.doctor.trust import check_trust


def store(kind: StoreKind, found: tuple[Certificate, ...] | None) -> Store:
    return Store(kind, "A store", found, "Add it.", "Remove {sha1}.")


@pytest.mark.parametrize(
    ("kind", "level"),
    [("system", "warning"), ("node", "warning"), ("browser", "note"), ("bundle", "note")],
)
def test_a_store_holds_it_or_not_or_cannot_be_read(
    authority: Authority, kind: StoreKind, level: str
) -> None:
    assert authority.certificate
    for found, expected in ((authority.certificate,), "ok"), ((), level), (None, "note"):
        (first, *_) = check_trust(authority, (store(kind, found),))  # type: ignore[arg-type]
        assert (first.check, first.level) == (f"trust.{kind}", expected)


def test_another_authority_of_the_same_name_does_not_count(authority: Authority) -> None:
    other = Certificate("AA", "BB", "CN=mitmproxy", 0.0, 1.0)
    assert check_trust(authority, (store("system", (other,)),))[0].level == "warning"


def test_own_lists_are_always_named_as_unknown(authority: Authority) -> None:
    assert check_trust(authority, ())[-1].check == "trust.own"


def test_unset_node_variable_is_named(authority: Authority) -> None:
    (node, _) = check_trust(authority, ())
    assert (node.check, node.level) == ("trust.node", "note")
    assert str(authority.folder) in node.next_step


def test_without_an_authority_there_is_nothing_to_trust(tmp_path: object) -> None:
    found = check_trust(Authority(tmp_path, None), (store("system", ()),))  # type: ignore[arg-type]
    assert [one.check for one in found] == ["trust.authority"]
