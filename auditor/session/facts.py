"""Put together what session.yaml says: what was told, and what only the recorder can know."""

from __future__ import annotations

import platform
import re
from collections.abc import Mapping
from typing import Any

RESERVED = frozenset(
    ("format", "started", "ended", "tools", "mitmproxy_options", "addon_errors", "files")
)
"""What a session file must not set."""

_SHAPING = re.compile(
    "mode|connection_strategy|http[23]|rawtcp|websocket|anticomp|strip_ech|ssl_insecure"
    "|.*_hosts|stream_.*|store_streamed_bodies|body_size_limit"
)
"""mitmproxy's options that shape what a capture can show; others may hold paths or passwords."""

_INTERVENING = re.compile("modify_.*|map_.*|block_list")
"""Options that change traffic. Only the number of rules is kept: rules may hold passwords."""


def check(told: object) -> dict[str, Any]:
    """Return what a session file told; raise ValueError when it must not tell that."""
    if not isinstance(told, dict):
        raise ValueError("a mapping of names and values is needed")  # noqa: TRY004
    wrong = sorted(RESERVED & set(told))
    if wrong:
        raise ValueError(f"it must not set {', '.join(wrong)}: the addon knows that itself")
    return told


def options(changed: Mapping[str, Any]) -> dict[str, Any]:
    """Return which of the changed options a reader of the capture must know."""
    kept = {name: value for name, value in changed.items() if _SHAPING.fullmatch(name)}
    rules = {name: len(value) for name, value in changed.items() if _INTERVENING.fullmatch(name)}
    return kept | {name: f"{count} rules" for name, count in rules.items() if count}


def compose(
    told: Mapping[str, Any],
    times: tuple[float, float | None],
    tools: Mapping[str, str],
    changed: Mapping[str, Any],
    errors: int,
) -> dict[str, Any]:
    """Return session.yaml's content; without an end while the session is still recorded."""
    started, ended = times
    return {
        "format": 1,
        "app": {},
        "services": [],
        "system": f"{platform.system()} {platform.release()}",
        "synthetic": False,
        **told,
        "started": round(started, 3),
        **({} if ended is None else {"ended": round(ended, 3)}),
        "tools": {**tools, "python": platform.python_version()},
        "mitmproxy_options": options(changed),
        "addon_errors": errors,
    }
