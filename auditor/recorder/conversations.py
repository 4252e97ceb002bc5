"""Journal what passes on a WebSocket, TCP or UDP conversation, and keep its flow short.

mitmproxy holds every message of a conversation until it ends. The journal has them, so only the
last ones stay in the flow: mitmproxy's layers never look back further than the message that just
came (checked in 11.0.2 and 12.2.3). `auditor.sources` puts the two together again.
"""

from __future__ import annotations

from typing import Any

from mitmproxy import ctx, flow

from auditor.flows import read_exchange
from auditor.recorder.recording import Recording, Talk
from auditor.session import media

KEPT = 500
"""Messages that stay in the flow: enough to look at in mitmproxy, and a few hundred kilobytes."""
KEPT_BYTES = 4 << 20
"""Bytes of messages that stay in the flow; the newest stays whatever its size."""


class Conversations:
    """Write `open` and `frame` lines, and drop from the flow what the journal has."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording

    def begin(self, one: flow.Flow, passed: int = 0) -> None:
        """Note that a conversation began; of one that is met later, `passed` messages are missed."""
        begun = read_exchange(one, 0)
        if begun is None or not self.recording.writer:
            return
        self.recording.talks[one.id] = Talk(frames=passed)
        self.recording.note(
            "open",
            flow=one.id,
            type=begun.kind,
            time=begun.started,
            method=begun.method,
            scheme=begun.scheme,
            host=begun.host,
            port=begun.port,
            path=f"{begun.path}?{begun.query}" if begun.query else begun.path,
            headers=begun.headers,
            status=begun.status,
            connection=begun.connection,
            process=begun.process,
        )

    def frame(self, one: flow.Flow, messages: list[Any], text: bool = False) -> None:
        """Note the message that just came."""
        if one.id not in self.recording.talks:
            self.begin(one, len(messages) - 1)
        talk = self.recording.talks.get(one.id)
        if talk is None:
            return
        message = messages[-1]
        self.recording.note(
            "frame",
            flow=one.id,
            number=talk.frames,
            direction="out" if message.from_client else "in",
            text=text,
            time=message.timestamp,
            **media.frame_body(message.content, text),
        )
        talk.frames += 1
        talk.held += len(message.content)
        if self.recording.writer and not _wanted_whole():
            _trim(talk, messages)


def _wanted_whole() -> bool:
    """Say whether somebody else needs the flows whole: `-w FILE`, or mitmproxy's own screens."""
    return bool(ctx.options.save_stream_file) or ctx.master.addons.get("view") is not None


def _trim(talk: Talk, messages: list[Any]) -> None:
    drop, last = 0, len(messages) - 1
    while drop < last and (len(messages) - drop > KEPT or talk.held > KEPT_BYTES):
        talk.held -= len(messages[drop].content)
        drop += 1
    del messages[:drop]
    talk.dropped += drop
