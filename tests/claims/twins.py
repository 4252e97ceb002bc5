"""Two synthetic sessions that differ in one thing: what is sent when a cue point is set.

An invented program follows the order of the protocol `standard`, with fewer actions, and uploads
events every 60 seconds. It says nothing about any real product.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from random import Random

from mitmproxy.http import Headers
from mitmproxy.io import tnetstring
from mitmproxy.test import tflow

from auditor.capture.schedule import Schedule, make_schedule
from auditor.catalogue.protocol import load_protocol
from auditor.session.folder import SessionWriter

BEGAN = 1_763_700_000.0
ACTIONS = ("load", "seek", "cue-set", "tempo")
FACTS = {
    "format": 1,
    "title": "twins",
    "synthetic": True,
    "started": BEGAN,
    "control": {"passed": True, "found": ["json", "form"], "missed": []},
}


def write_session(folder: Path, leaks: bool, seed: int = 1) -> Path:
    """Write a session; when it leaks, the position of every new cue point is in the next upload."""
    schedule = _schedule(seed)
    chance = Random(seed)  # noqa: S311
    writer = SessionWriter(folder)
    writer.write_facts(FACTS)
    events: list[dict[str, object]] = []
    for step in schedule.steps:
        if not step.marks:
            continue
        start = BEGAN + step.start
        end = start + step.seconds
        writer.note("mark", action=step.marks[0], start=start, end=end, values={})
        if leaks and step.action == "cue-set":
            events.append(
                _event("hot_cue_set", end, {"cue_position_ms": chance.randrange(200_000)})
            )
    for _ in range(60):
        at = BEGAN + chance.random() * schedule.seconds
        events.append(_event("page_viewed", at, {"page": chance.choice(["browse", "mixer"])}))
    for due in range(60, int(schedule.seconds), 60):
        batch = [one for one in events if due - 60 <= one["time"] / 1000 - BEGAN < due]  # type: ignore[operator]
        writer.add_flow(_upload(due, batch))
    writer.finish({**FACTS, "ended": BEGAN + schedule.seconds})
    return folder


def _schedule(seed: int) -> Schedule:
    protocol = load_protocol("standard")
    chosen = tuple(replace(one, values=()) for one in protocol.actions if one.id in ACTIONS)
    return make_schedule(
        replace(
            protocol, actions=chosen, conditions=(replace(protocol.conditions[0], actions=ACTIONS),)
        ),
        seed,
    )


def _event(name: str, at: float, more: dict[str, object]) -> dict[str, object]:
    return {"event_type": name, "time": round(at * 1000), "event_properties": more}


def _upload(due: float, events: list[dict[str, object]]) -> bytes:
    flow = tflow.tflow(resp=True)
    flow.id = f"upload {due}"
    request, at = flow.request, BEGAN + due
    request.scheme, request.host, request.port = "https", "api2.amplitude.com", 443
    request.method, request.path = "POST", "/2/httpapi"
    request.headers = Headers(host="api2.amplitude.com", content_type="application/json")
    request.content = json.dumps({"api_key": "INVENTED", "events": events}).encode()
    request.timestamp_start = at
    request.timestamp_end = at + 0.1
    return tnetstring.dumps(flow.get_state())
