"""Which program opened a connection; a stand-in answers for mitmproxy's local mode."""

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mitmproxy.test import taddons, tflow

from auditor.recorder.processes import process_of, program


@pytest.fixture
def context() -> Iterator[taddons.context]:
    with taddons.context() as tctx:
        yield tctx
        tctx.master.event_loop.close()
    asyncio.set_event_loop(None)


def redirected(context: taddons.context, writer: object) -> Any:
    """Return a client whose transport is `writer`, as mitmproxy's proxy server keeps it."""
    client = tflow.tclient_conn()
    handler = SimpleNamespace(client=client, transports={client: SimpleNamespace(writer=writer)})
    server = SimpleNamespace(name="proxyserver", connections={client.id: handler})
    context.master.addons.add(server)
    return client


class Stream:
    """Answer like `mitmproxy_rs.Stream` in local mode."""

    def __init__(self, **told: object) -> None:
        self._told = told

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._told.get(name, default)


def test_name_without_the_folders_that_name_the_user(context: taddons.context) -> None:
    path = "/Users/maria/Applications/rekordbox 7/rekordbox.app/Contents/MacOS/rekordbox"
    client = redirected(context, Stream(process_name=path, pid=4711))
    assert process_of(client) == "rekordbox"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (r"C:\Program Files\Serato\Serato DJ Pro.exe", "Serato DJ Pro.exe"),
        (r"\\?\C:\Users\maria\djay.exe", "djay.exe"),
        ("djay", "djay"),
        ("/opt/mixxx/", "mixxx"),
        ("a\nb\x00", "ab"),
        ("", ""),
        ("x" * 500, "x" * 100),
    ],
    ids=range(7),
)
def test_program(path: str, name: str) -> None:
    assert program(path) == name


@given(st.text())
def test_no_name_has_a_folder_or_a_line_end(path: str) -> None:
    assert not set("/\\\r\n") & set(program(path))


@pytest.mark.parametrize(
    "writer", [Stream(), Stream(process_name=None), Stream(process_name=7), None, object()]
)
def test_nobody_knows(context: taddons.context, writer: object) -> None:
    assert process_of(redirected(context, writer)) == ""


def test_nobody_knows_without_a_proxy_server(context: taddons.context) -> None:
    assert process_of(tflow.tclient_conn()) == ""
    redirected(context, Stream(process_name="djay"))
    assert process_of(tflow.tclient_conn()) == ""
