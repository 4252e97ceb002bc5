"""Read flows of mitmproxy's older formats, by mitmproxy's own migration; loads mitmproxy."""

from __future__ import annotations

from typing import Any, cast

from mitmproxy import flow
from mitmproxy.io import compat, tnetstring

from auditor import flows
from auditor.records import Exchange


def read_flow(record: bytes, number: int) -> tuple[Exchange | None, dict[str, Any]]:
    """Return the record of a saved flow, and its metadata; ValueError when it makes no sense."""
    try:
        state = compat.migrate_flow(cast(dict[bytes | str, Any], tnetstring.loads(record)))
        one = flow.Flow.from_state(state)
    except AssertionError as error:
        raise ValueError("parts that mitmproxy does not know") from error
    return flows.read_exchange(one, number), one.metadata
