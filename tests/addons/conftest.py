"""A mitmproxy without a network, for addons."""

import asyncio
from collections.abc import Iterator

import pytest
from mitmproxy.test import taddons


@pytest.fixture
def context() -> Iterator[taddons.context]:
    with taddons.context() as tctx:
        yield tctx
        tctx.master.event_loop.close()
    asyncio.set_event_loop(None)
