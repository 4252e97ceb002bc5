"""Keys under which the recorder's addons leave notes in `flow.metadata`; files keep them."""

from __future__ import annotations

OMITTED = "auditor_omitted"
"""Bodies that were left out:
`{"request" | "response": {"why": "audio", "size": bytes, "sha256": hex}}`."""

PROCESS = "auditor_process"
"""Name of the process that opened the connection."""

INTERVENTION = "auditor_intervention"
"""What the block addon refused."""

TRIMMED = "auditor_trimmed"
"""How many of a conversation's first messages are in the session's journal only."""
