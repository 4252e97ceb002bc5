"""Read Sentry's session replays: a line with the segment's number, then its recording.

The recording is a list of events as rrweb makes them, mostly compressed. Paths: `segment_id`,
`recording>[]`.
"""

from __future__ import annotations

from auditor.decode import encoding, json
from auditor.decode.tree import Body, Entries, Raw, Reading

STARTS = b"{"
_LINE = 200
_KEY = b'"segment_id"'


def read(raw: Raw) -> Reading | None:
    """Read a recording behind its line."""
    end = raw.data.find(b"\n", 0, _LINE)
    if end < 0 or _KEY not in raw.data[:end]:
        return None
    rest = raw.data[end + 1 :]
    if not encoding.sniff(rest) and not rest.startswith(b"["):
        return None
    head = json.structure(raw.data[:end].decode("utf-8", "replace"))
    if not isinstance(head, dict) or len(head) > 1:
        return None
    return Reading(0.97, ("replay",), Entries([((), head), (("recording",), Body(rest))]))
