"""Infer address templates and owners from what was called.

Ids in a path are folded by their looks. Where many words stand at one place of otherwise equal
paths, that place is a placeholder too.
"""

from __future__ import annotations

import ipaddress
import re
from collections import defaultdict
from collections.abc import Iterable

from auditor.classify.endpoint import fold
from auditor.redact import Redactor

VARIED = 6
"""So many different words at one place of a path make it a placeholder."""

_LONGEST = 40
_PEOPLE = frozenset(
    [
        "account",
        "accounts",
        "member",
        "members",
        "people",
        "profile",
        "profiles",
        "u",
        "user",
        "users",
    ]
)
"""Segments behind which somebody's name may stand."""

_NOBODY = frozenset(["activate", "create", "login", "logout", "me", "search", "self", "settings"])

_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "net", "or", "org"})
_HOSTED = frozenset(
    [
        "amazonaws.com",
        "appspot.com",
        "azurefd.net",
        "azurewebsites.net",
        "b-cdn.net",
        "cloudfront.net",
        "cloudfunctions.net",
        "fastly.net",
        "firebaseio.com",
        "github.io",
        "herokuapp.com",
        "netlify.app",
        "onrender.com",
        "pages.dev",
        "run.app",
        "supabase.co",
        "vercel.app",
        "web.app",
        "workers.dev",
    ]
)
"""Names below which everybody can have one: the part before it tells the owner."""


def domain(host: str) -> str:
    """Return the part of a host name that somebody registered, as far as names tell.

    Without a list of all public suffixes: `a.b.co.uk` gives `b.co.uk`, a host at a cloud keeps the
    label before the cloud's name, an IP address stays what it is.
    """
    host = host.lower().rstrip(".")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        labels = host.split(".")
    else:
        return host
    for size in (2, 3):
        if ".".join(labels[-size:]) in _HOSTED:
            return ".".join(labels[-size - 1 :])
    two = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL  # noqa: PLR2004
    return ".".join(labels[-3:] if two else labels[-2:])


def template(path: str, redactor: Redactor) -> tuple[str, tuple[str, ...]]:
    """Return the template of a path and the names of its placeholders, in order."""
    folded, values = fold(path or "/")
    names = iter([name for name, _ in values])
    used: list[str] = []
    parts: list[str] = []
    for part in folded.split("/"):
        named = bool(parts) and parts[-1].lower() in _PEOPLE and part.lower() not in _NOBODY
        if "{id}" in part:
            used.append(next(names))
            parts.append(part.replace("{id}", f"{{{used[-1]}}}"))
        elif (
            (named and part)
            or len(part) > _LONGEST
            or redactor.clean(part) != part
            or not _plain(part)
        ):
            used.append(f"part{len(used) + 1}")
            parts.append(f"{{{used[-1]}}}")
        else:
            parts.append(part)
    return "/".join(parts), tuple(used)


def merge(templates: Iterable[str]) -> dict[str, str]:
    """Return for every template the one that stands for it when places that vary are folded.

    One pass per place, from the left; a place that holds a placeholder already stays as it is.
    """
    merged = {one: one for one in templates}
    longest = max((one.count("/") for one in merged), default=0)
    for place in range(1, longest + 1):
        groups: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for one in set(merged.values()):
            parts = one.split("/")
            if place < len(parts) and "{" not in parts[place] and parts[place]:
                groups[(*parts[:place], "", *parts[place + 1 :])].add(one)
        for frame, ones in groups.items():
            if len(ones) < VARIED or len(frame) < 3:  # noqa: PLR2004 - `/word` alone says too little
                continue
            parts = [*frame]
            parts[place] = f"{{word{place}}}"
            for old, now in merged.items():
                if now in ones:
                    merged[old] = "/".join(parts)
    return merged


def placeholders(path: str) -> tuple[str, ...]:
    """Return the names of the placeholders of a template."""
    return tuple(re.findall(r"\{(\w+)\}", path))


def slug(text: str) -> str:
    """Return lower-case words with hyphens, for ids and file names."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _plain(part: str) -> bool:
    """Say whether a part can stand in a template as it is."""
    return "{" not in part and "}" not in part and "**" not in part and part.isprintable()
