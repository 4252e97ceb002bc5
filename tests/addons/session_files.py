"""What a recorded session folder holds, for the tests of the recorder."""

import json
from pathlib import Path
from typing import Any

import yaml
from mitmproxy import io

from auditor import resources

SCRIPT = str(resources.addon_script("auditor_capture"))
MARKS = str(resources.addon_script("auditor_marks"))
SOUND = b"\0\0\0\x18ftypiso5" + bytes(200)


def saved(folder: Path) -> list[Any]:
    with (folder / "flows.mitm").open("rb") as file:
        return list(io.FlowReader(file).stream())


def journal(folder: Path, kind: str = "") -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in (folder / "journal.jsonl").read_bytes().splitlines()]
    return [line for line in lines if line["kind"] == kind or not kind]


def facts(folder: Path) -> dict[str, Any]:
    return dict(yaml.safe_load((folder / "session.yaml").read_text("utf-8")))
