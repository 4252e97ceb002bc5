"""Read members of a YAML mapping: which are allowed, which are needed, of which type."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from auditor.catalogue.yamlfile import Entry


def check_keys(entry: Entry, required: set[str], optional: set[str] | None = None) -> None:
    """Raise when a needed name is missing or an unknown one is there."""
    members = entry.members()
    allowed = required | (optional or set())
    for key, value in members.items():
        if key not in allowed:
            raise value.error(f"unknown name `{key}`", _guess(key, allowed))
    for key in sorted(required - members.keys()):
        raise entry.error(f"`{key}` is missing here", f"Add `{key}: …`.")


def check_known(entry: Entry, value: str, known: Iterable[str], kind: str) -> str:
    """Return the value when it is one of the known ones."""
    choices = list(known)
    if value not in choices:
        raise entry.error(f"unknown {kind} `{value}`", _guess(value, choices))
    return value


def text(entry: Entry, key: str, default: str = "") -> str:
    """Return the text of a member, or the default when there is none."""
    member = entry.members().get(key)
    return member.text() if member is not None else default


def texts(entry: Entry, key: str) -> tuple[str, ...]:
    """Return the list of a member; empty when there is none."""
    member = entry.members().get(key)
    return member.texts() if member is not None else ()


def flag(entry: Entry, key: str) -> bool:
    """Return the true or false of a member; false when there is none."""
    member = entry.members().get(key)
    return member.flag() if member is not None else False


def chosen(entry: Entry, key: str, known: Iterable[str], kind: str, default: str = "") -> str:
    """Return the text of a member that must be one of the known ones."""
    member = entry.members().get(key)
    return check_known(member, member.text(), known, kind) if member is not None else default


def chosen_all(entry: Entry, key: str, known: Iterable[str], kind: str) -> tuple[str, ...]:
    """Return the list of a member, each of which must be one of the known ones."""
    member = entry.members().get(key)
    if member is None:
        return ()
    choices = list(known)
    return tuple(check_known(member, value, choices, kind) for value in member.texts())


def _guess(word: str, choices: Iterable[str]) -> str:
    choices = sorted(choices)
    near = get_close_matches(word, choices, n=1)
    return f"Did you mean `{near[0]}`?" if near else f"Known: {', '.join(choices)}."
