"""Watch a session in a process of its own, so that nothing is decoded where traffic passes.

`python -m auditor.capture.watch FOLDER`: for each line on standard input, one line of JSON on
standard output; the end of the input ends it.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, cast

from auditor.capture.follow import Follower
from auditor.capture.snapshot import Snapshot
from auditor.catalogue import load_catalogue
from auditor.records import Exchange

_LONGEST = 1 << 20
"""Bytes of an answer."""


class Watch:
    """The other end: asks the watching process; use it with `async with`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def __aenter__(self) -> Watch:
        pipe = asyncio.subprocess.PIPE
        command = (sys.executable, "-m", "auditor.capture.watch", str(self._folder))
        self._process = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=pipe, limit=_LONGEST
        )
        self._ask = cast("asyncio.StreamWriter", self._process.stdin)
        self._answers = cast("asyncio.StreamReader", self._process.stdout)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._ask.close()
        await self._process.wait()

    async def view(self) -> dict[str, Any]:
        """Return the view of now; an empty one when the watching process has ended."""
        try:
            self._ask.write(b"\n")
            await self._ask.drain()
            return dict(json.loads(await self._answers.readline()))
        except (OSError, ValueError):
            return {}


def main(folder: Path) -> None:
    """Answer until standard input ends."""
    # Ctrl-C in a terminal reaches every process there; the recording decides when it is over.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    follower, snapshot = Follower(folder), Snapshot(load_catalogue(), os.urandom(32))
    for _ in sys.stdin:
        for line in follower.lines():
            if isinstance(line, Exchange):
                snapshot.add_exchange(line)
            else:
                snapshot.add_line(line)
        for exchange in follower.exchanges():
            snapshot.add_exchange(exchange)
        sys.stdout.write(json.dumps(snapshot.view()) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
