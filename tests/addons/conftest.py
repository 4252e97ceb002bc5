"""A mitmproxy without a network, for addons."""

import asyncio
from collections.abc import Iterator

import pytest
from mitmproxy.test import taddons

from tests.addons.clients import Stage
from tests.addons.stage import staged


@pytest.fixture
def context() -> Iterator[taddons.context]:
    with taddons.context() as tctx:
        yield tctx
        tctx.master.event_loop.close()
    asyncio.set_event_loop(None)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Run one mitmdump with everything a client could want behind it."""
    with staged(tmp_path_factory.mktemp("outcomes")) as found:
        yield found
