"""Take captures exchange by exchange into the rows of the tables, in one process or in several.

Every process reads all exchanges, which is cheap, and works on those blocks of them that it comes to
first, which is not. So any format can be shared out, damage and all; nobody needs to know where a
flow begins, and nobody waits for a process that starts late or has a slow core. The result is the
same for any number of processes, and whoever takes what.
"""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

from auditor.catalogue.model import Catalogue
from auditor.errors import AuditorError
from auditor.known import read_known
from auditor.pipeline import Pipeline
from auditor.records import Mark
from auditor.redact import Redactor
from auditor.sources import open_capture
from auditor.sources.capture import Capture
from auditor.tables.collect import Collector, Gathered, Kinds

Progress = Callable[[str, int], None]
"""Called with the capture's name and the exchanges read so far."""

BLOCK = 32
"""Exchanges that one process takes in a row."""

_WORTH = 20_000_000
"""Bytes of captures from which a second process earns more than its start costs."""

_RARELY = (1_000_000, 20, 100)
"""New objects before Python looks for cycles. We make millions of records and no cycles."""


class Turns:
    """Deals out blocks of exchanges among processes that all read them in order."""

    def __init__(self, free: Synchronized[int]) -> None:
        """Begin at the first block; `free`, of all processes, is the first one that nobody has."""
        self._free = free
        self._block, self._is_mine = -1, False

    def take(self, exchange: int) -> bool:
        """Say whether an exchange falls to this process; ask for one after the other."""
        block = exchange // BLOCK
        if block != self._block:
            with self._free.get_lock():
                self._is_mine = block >= self._free.value
                if self._is_mine:
                    self._free.value = block + 1
            self._block = block
        return self._is_mine


def processes(files: Sequence[Path], wanted: int | None = None) -> int:
    """Return the number of processes that somebody wants, else as many as are worth starting."""
    if not all(path.is_file() or path.is_dir() for path in files):
        return 1  # a pipe can be read by one process only
    if wanted is not None:
        return wanted
    size = sum(one.stat().st_size for path in files for one in _inside(path))
    return min(os.cpu_count() or 1, 1 + size // _WORTH)


def gather(
    files: Sequence[Path],
    catalogue: Catalogue,
    collector: Collector,
    progress: Progress | None = None,
    workers: int = 1,
) -> tuple[list[Capture], list[int]]:
    """Read captures to their ends; return them, with the number of exchanges of each.

    `collector` takes the rows. With several `workers` it gets all it would get from one.
    Raises SourceError when a capture cannot be opened, AuditorError when a process is ended from
    outside.
    """
    if workers == 1:
        return _take(files, catalogue, collector, _always, progress)
    context = get_context("spawn")
    free: Synchronized[int] = context.Value("q", 0)
    with ProcessPoolExecutor(workers - 1, context, _be_dealt, (free,)) as pool:
        others: list[Future[Gathered]] = [
            pool.submit(_gathered, files, catalogue, collector.setting) for _ in range(1, workers)
        ]
        try:
            found = _take(files, catalogue, collector, Turns(free).take, progress)
            collector.count()  # while others are still at work
            for other in others:
                collector.merge(other.result())
        except BrokenProcessPool as error:
            raise AuditorError(
                "A process of the audit ended before its work was done.",
                "Perhaps there was too little memory: audit with `--workers 1`.",
            ) from error
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return found


def _always(_: int) -> bool:
    return True


def _be_dealt(free: Synchronized[int]) -> None:
    """Keep what is shared with the other processes: it can be handed over only as one starts."""
    global _turns  # noqa: PLW0603
    _turns = Turns(free)


_turns: Turns | None = None


def _gathered(
    files: Sequence[Path], catalogue: Catalogue, setting: tuple[bytes, Kinds]
) -> Gathered:
    """Work beside others in a process of its own."""
    key, kinds = setting
    collector = Collector(Redactor(key), kinds)
    with rare_collections():
        _take(files, catalogue, collector, _turns.take if _turns else _always, sessions=False)
        return collector.gathered()


def _take(
    files: Sequence[Path],
    catalogue: Catalogue,
    collector: Collector,
    falls: Callable[[int], bool],
    progress: Progress | None = None,
    *,
    sessions: bool = True,
) -> tuple[list[Capture], list[int]]:
    """Work on the exchanges that fall to this process, by their numbers; read all."""
    known = {file: read_known(file) for file in files if file.is_dir()}
    bare = Pipeline(catalogue)
    captures: list[Capture] = []
    counts: list[int] = []
    for file in files:
        capture = open_capture(file, sum(counts), replies=False)
        captures.append(capture)
        counts.append(0)
        pipeline = Pipeline(catalogue, known[file]) if known.get(file) else bare
        marked = bool(capture.session.marks)
        for exchange in capture.exchanges:
            if falls(exchange.number):
                taken = pipeline.run(exchange)
                collector.add(len(captures) - 1, exchange, *taken, spare=marked)
            counts[-1] += 1
            if progress:
                progress(capture.name, counts[-1])
        if sessions:
            _take_session(capture, catalogue, pipeline, collector)
    return captures, counts


def _take_session(
    capture: Capture, catalogue: Catalogue, pipeline: Pipeline, collector: Collector
) -> None:
    """Take what a session tells beside its exchanges."""
    actions = {action: one.id for one in catalogue.categories.values() for action in one.marks}
    for mark in capture.session.marks:
        values = _mark_values(mark, collector.redactor)
        collector.add_mark(mark, actions.get(mark.action, ""), values)
    for connection in capture.session.connections:
        host = connection.sni or connection.address.rpartition(":")[0]
        collector.add_connection(connection, pipeline.owner(host))


def _mark_values(mark: Mark, redactor: Redactor) -> str:
    shown = {
        redactor.clean(name): redactor.preview(value) if isinstance(value, str | bytes) else value
        for name, value in mark.values.items()
    }
    return json.dumps(shown, ensure_ascii=False)


@contextmanager
def rare_collections() -> Iterator[None]:
    """Let Python look for cycles less often while records and tables are made."""
    before = gc.get_threshold()
    gc.set_threshold(*_RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _inside(path: Path) -> Iterator[Path]:
    return (one for one in path.rglob("*") if one.is_file()) if path.is_dir() else iter([path])
