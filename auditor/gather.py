"""Take captures exchange by exchange into the rows of the tables, in one process or in several.

Every process reads all exchanges, which is cheap, and works on its own blocks of them, which is
not. So any format can be shared out, damage and all, and nobody needs to know where a flow begins.
The result is the same for any number of processes.
"""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
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


@dataclass(frozen=True, slots=True)
class Share:
    """The part of the exchanges that one process works on."""

    number: int = 0
    of: int = 1

    def has(self, exchange: int) -> bool:
        """Say whether an exchange belongs to it."""
        return exchange // BLOCK % self.of == self.number


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
        return _take(files, catalogue, collector, Share(), progress)
    with ProcessPoolExecutor(workers - 1, mp_context=get_context("spawn")) as pool:
        others: list[Future[Gathered]] = [
            pool.submit(_gathered, files, catalogue, collector.setting, Share(number, workers))
            for number in range(1, workers)
        ]
        try:
            found = _take(files, catalogue, collector, Share(0, workers), progress)
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


def _gathered(
    files: Sequence[Path],
    catalogue: Catalogue,
    setting: tuple[bytes, Kinds],
    share: Share,
) -> Gathered:
    """Work on a share in a process of its own."""
    key, kinds = setting
    collector = Collector(Redactor(key), kinds)
    with rare_collections():
        _take(files, catalogue, collector, share)
        return collector.gathered()


def _take(
    files: Sequence[Path],
    catalogue: Catalogue,
    collector: Collector,
    share: Share,
    progress: Progress | None = None,
) -> tuple[list[Capture], list[int]]:
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
            if share.has(exchange.number):
                taken = pipeline.run(exchange)
                collector.add(len(captures) - 1, exchange, *taken, spare=marked)
            counts[-1] += 1
            if progress:
                progress(capture.name, counts[-1])
        if not share.number:
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
