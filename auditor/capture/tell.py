"""Hand a mark to a recording that runs in another process."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auditor.errors import AuditorError
from auditor.session import live


def find_session(folder: Path) -> Path:
    """Return the one session that is being recorded in a folder or right below it."""
    running = sorted(
        {path.parent for path in (*folder.glob(live.NAME), *folder.glob(f"*/{live.NAME}"))}
    )
    if len(running) != 1:
        found = "No recording runs" if not running else f"{len(running)} recordings run"
        raise AuditorError(
            f"{found} in {folder.name or folder} or right below it.",
            "Name the session folder with --session FOLDER.",
        )
    return running[0]


def tell_mark(where: live.Live, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Send a mark, and return how far the recording is; raise AuditorError when it was refused."""
    peer = http.client.HTTPConnection(where.address, timeout=10)
    try:
        peer.request("POST", "/mark", json.dumps(entry), {"Authorization": f"Bearer {where.token}"})
        answer = peer.getresponse()
        told = dict(json.loads(answer.read()))
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise AuditorError(
            "The recording does not answer.",
            "It may have been killed: its folder can be audited, but takes no more marks.",
        ) from error
    finally:
        peer.close()
    if answer.status != http.HTTPStatus.OK:
        raise AuditorError(f"The mark was refused. {told.get('error', '')}".strip(), "Mend it.")
    return told
