"""A client that is killed in the middle of a WebSocket conversation; it runs as its own process."""

from __future__ import annotations

import sys

from auditor.selftest.client import Conversation, Way
from auditor.selftest.plants import make_conversation

NAME = "dies"
SAID = "said everything"
"""The line that tells the one who waits that it is time to kill."""


def command(way: Way, seed: int, count: int) -> list[str]:
    """Return how to start it."""
    module = "auditor.selftest.dying"
    return [sys.executable, "-u", "-m", module, way.to_json(), str(seed), str(count)]


def _main(way: str, seed: str, count: str) -> None:
    talk = Conversation(Way.from_json(way), NAME)
    for message in make_conversation(int(seed), int(count)):
        talk.say(message, text=True)
    sys.stdout.write(f"{SAID}\n")
    sys.stdin.read()  # the end of it means that nobody is left to kill us


if __name__ == "__main__":
    _main(*sys.argv[1:])
