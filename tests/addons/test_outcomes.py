"""Every outcome of a connection, made by a real client and reported as itself."""

import re
from contextlib import suppress
from typing import Any

import pytest

from auditor.records import OUTCOMES
from tests.addons.clients import Stage, connections
from tests.addons.outcome_clients import CLIENTS, accept, new_lines
from tests.addons.session_files import journal
from tests.addons.test_recording import until

pytestmark = pytest.mark.proxy


@pytest.mark.parametrize("name", CLIENTS)
def test_outcome(stage: Stage, name: str) -> None:
    client, expected = CLIENTS[name]
    if name == "spare_connection_to_a_name_that_was_accepted":
        accept(stage, "known.example")
    before = set(connections(stage.folder))
    client(stage)
    still_open = expected.get("open", False)

    def said() -> bool:
        lines = new_lines(stage, before, still_open)
        return bool(lines) and (not still_open or not differences(lines[0], expected, stage))

    with suppress(AssertionError):  # which would not say what is different
        until(said, 10)
    (line,) = new_lines(stage, before, still_open)
    assert differences(line, expected, stage) == [], line
    assert len(line["detail"]) <= 650
    assert "\n" not in line["detail"]


def differences(line: dict[str, Any], expected: dict[str, Any], stage: Stage) -> list[str]:
    ends = {name: f"127.0.0.1:{port}" for name, port in stage.ports.items()}

    def holds(key: str, value: Any) -> bool:
        if callable(value):
            return bool(value(line[key]))
        if isinstance(value, str):
            for name, end in ends.items():
                value = value.replace("{" + name + "}", end)
        if key == "detail" and value:
            return re.search(value, line[key]) is not None
        return bool(line[key] == value)

    wanted = {key: value for key, value in expected.items() if key != "open"}
    return [key for key, value in wanted.items() if not holds(key, value)]


def test_every_outcome_has_a_client() -> None:
    assert {expected["outcome"] for _, expected in CLIENTS.values()} == set(OUTCOMES)


def test_no_hook_failed(stage: Stage) -> None:
    assert journal(stage.folder, "error") == []
