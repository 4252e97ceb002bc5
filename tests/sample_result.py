"""What must stay the same when a saved sample is audited again."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from auditor.audit import run_audit
from auditor.catalogue import load_catalogue
from auditor.tables.store import Audit

SAMPLES = Path(__file__).parents[1] / "samples"
NAMES = sorted(path.parent.name for path in SAMPLES.glob("*/session.yaml"))
KEY = b"the key of the sample tests, no secret"


@cache
def audit_sample(name: str) -> Audit:
    """Audit a sample once for all tests; nobody may change the result."""
    return run_audit([SAMPLES / name], load_catalogue(), KEY)


def result(audit: Audit) -> str:
    """Spell the result as YAML, in an order that differences can be read in."""
    exchanges, observations = audit.tables["exchanges"], audit.tables["observations"]
    document = {
        "receivers": {
            one["name"]: {"role": one["role"], "messages": one["messages"]}
            for one in audit.facts["receivers"]
        },
        "endpoints": _nested(exchanges.groupby(["receiver", "endpoint"]).size()),
        "content": _nested(exchanges.groupby(["receiver", "content"])["messages_out"].sum()),
        "observations": _nested(observations.groupby(["receiver", "category", "strength"]).size()),
        "kinds": _nested(audit.tables["kinds"].set_index(["receiver", "category"])["messages"]),
        "verdicts": {row["category"]: row["verdict"] for row in audit.facts["rows"]},
        "claims": {claim.id: claim.reason for claim in audit.claims},
        "unread": {
            str(k): int(v) for k, v in audit.tables["unread"].groupby("reason").size().items()
        },
        "blind_spots": [one["id"] for one in audit.facts["blind_spots"]],
        "notices": audit.facts["notices"],
    }
    return yaml.safe_dump(document, sort_keys=True, allow_unicode=True, width=100)


def _nested(counts: Any) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for keys, count in counts.items():
        place = tree
        for key in keys[:-1]:
            place = place.setdefault(str(key), {})
        place[str(keys[-1])] = int(count)
    return tree
