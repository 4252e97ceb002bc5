"""Our spelling of a flow is mitmproxy's, byte by byte."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from mitmproxy.io import tnetstring
from mitmproxy.test import tflow

from auditor.recorder import netstring

SINGLE = (
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats(allow_nan=False)
    | some.text()
    | some.binary()
)
VALUES = some.recursive(
    SINGLE, lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner), max_leaves=30
)


@given(VALUES)
def test_any_value(value: Any) -> None:
    assert netstring.dumps(value) == tnetstring.dumps(value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: tflow.tflow(resp=True, err=True),
        tflow.twebsocketflow,
        lambda: tflow.ttcpflow(err=True),
        tflow.tudpflow,
        lambda: tflow.tdnsflow(resp=True),
    ],
    ids=["http", "websocket", "tcp", "udp", "dns"],
)
def test_any_flow(make: Callable[[], Any]) -> None:
    state = make().get_state()
    assert netstring.dumps(state) == tnetstring.dumps(state)


def test_what_is_no_value_is_refused() -> None:
    with pytest.raises(ValueError, match="unserializable"):
        netstring.dumps({"a": object()})
