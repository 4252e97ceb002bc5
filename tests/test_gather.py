"""An audit is the same for any number of processes, and ends when one of them does."""

from __future__ import annotations

import os
import signal
import sys
from concurrent.futures.process import BrokenProcessPool
from heapq import heappop, heappush
from itertools import chain, pairwise
from multiprocessing import get_context
from pathlib import Path

import pandas as pd
import pytest

from auditor import gather as gathering
from auditor.audit import run_audit
from auditor.catalogue import load_catalogue
from auditor.catalogue.model import Catalogue
from auditor.errors import AuditorError, SourceError
from auditor.gather import BLOCK, Turns, gather, processes
from auditor.redact import Redactor
from auditor.tables.build import build_tables
from auditor.tables.collect import Collector, Kinds
from auditor.tables.store import Audit
from tests.sample_result import KEY, SAMPLES

sys.path.append(str(Path(__file__).parents[1] / "bench"))
import generate

CATALOGUE = load_catalogue()
SAMPLE = SAMPLES / "segment-node"


@pytest.fixture(scope="module")
def captures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return captures with all that can differ between processes: blocks, damage, a session."""
    folder = tmp_path_factory.mktemp("captures")
    whole, damaged = folder / "whole.mitm", folder / "damaged.mitm"
    generate.write("lean", 6 * BLOCK + 5, whole, seed=3)
    damaged.write_bytes(whole.read_bytes()[: whole.stat().st_size // 8])
    return [whole, SAMPLE, damaged]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("small") / "small.mitm"
    generate.write("lean", 2 * BLOCK + 5, path, seed=4)
    return path


def collector() -> Collector:
    return Collector(Redactor(KEY), Kinds.of(CATALOGUE.categories.values()))


class Taken:
    """What comes of captures before anything is concluded from it."""

    def __init__(self, captures: list[Path], workers: int = 1) -> None:
        mine = collector()
        found, self.counts = gather(captures, CATALOGUE, mine, workers=workers)
        self.losses = [one.losses for one in found]
        self.tables = build_tables(mine)
        self.excerpts, self.secrets = mine.excerpts, mine.redactor.secrets


def same(one: Taken | Audit, other: Taken | Audit) -> None:
    for name, value in vars(one).items() if isinstance(one, Taken) else ():
        assert name == "tables" or vars(other)[name] == value, name
    assert list(one.tables) == list(other.tables)
    for name, table in one.tables.items():
        pd.testing.assert_frame_equal(other.tables[name], table)


def test_any_number_of_processes_gives_the_same_tables(captures: list[Path]) -> None:
    alone = Taken(captures)
    assert alone.counts[0] == 6 * BLOCK + 5
    assert alone.losses[2]
    assert alone.excerpts
    assert len(alone.secrets) > 100
    assert len(alone.tables["observations"]) > 1000
    exchanges = alone.tables["exchanges"]["exchange"]
    assert exchanges.tolist() == list(range(sum(alone.counts)))
    same(alone, Taken(captures, workers=3))


def test_any_number_of_processes_gives_the_same_audit(small: Path) -> None:
    alone, shared = (run_audit([small], CATALOGUE, KEY, workers=n) for n in (1, 2))
    same(alone, shared)
    assert alone.facts == shared.facts
    assert alone.claims == shared.claims
    assert alone.claims


def test_batches_change_nothing(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = Taken([small])
    monkeypatch.setattr("auditor.tables.collect._BATCH", 700)
    monkeypatch.setattr("auditor.tables.show._MEMORY", 50)
    same(alone, Taken([small]))


def test_a_list_within_bounds_changes_no_count(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run_audit([small], CATALOGUE, KEY)
    monkeypatch.setattr("auditor.tables.observed.MOST", 2000)
    some = run_audit([small], CATALOGUE, KEY)
    every, listed = (one.tables["observations"] for one in (whole, some))
    assert 0 < len(listed) <= 2000 < len(every)
    totals = some.facts["totals"]
    assert (totals["observations"], totals["observations_listed"]) == (len(every), len(listed))
    kept = every[every["exchange"].isin(listed["exchange"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(listed, kept, check_categorical=False)
    for name in ("exchanges", "fields", "kinds", "unread"):
        pd.testing.assert_frame_equal(some.tables[name], whole.tables[name])
    for one, other in zip(some.claims, whole.claims, strict=True):
        assert (one.id, one.verdict, one.strength) == (other.id, other.verdict, other.strength)
        assert (one.sentence, one.numbers, one.fields) == (
            other.sentence,
            other.numbers,
            other.fields,
        )
        assert one.excerpt == other.excerpt
    assert some.facts["lanes"] == whole.facts["lanes"]
    assert some.facts["timeline"]["take"].endswith("messages chosen by chance.")
    (line,) = set(some.facts["notices"]) - set(whole.facts["notices"])
    assert f"{len(listed):,} of {len(every):,} observations are listed" in line
    assert "too many observations" in some.facts["reconstruction"]["reason"]


@pytest.mark.parametrize("of", [1, 2, 3, 5])
def test_every_exchange_has_one_taker(of: int) -> None:
    """Each works at a pace of its own, and starts later than the one before."""
    free = get_context("spawn").Value("q", 0)
    everyone = [Turns(free) for _ in range(of)]
    left = [iter(range(100 * BLOCK)) for _ in everyone]
    taken: list[list[int]] = [[] for _ in everyone]
    clocks = [(200 * one, one) for one in range(of)]
    while clocks:
        now, one = heappop(clocks)
        exchange = next(left[one], None)
        if exchange is not None:
            mine = everyone[one].take(exchange)
            taken[one] += [exchange] * mine
            heappush(clocks, (now + 1 + 20 * mine * (one + 1), one))
    assert sorted(chain.from_iterable(taken)) == [*range(100 * BLOCK)]
    assert all(len(mine) > len(slower) > 0 for mine, slower in pairwise(taken))


def test_who_comes_last_takes_what_is_left() -> None:
    free = get_context("spawn").Value("q", 0)
    early, late = Turns(free), Turns(free)
    assert [early.take(number) for number in range(2 * BLOCK)] == [True] * 2 * BLOCK
    assert [late.take(number) for number in range(3 * BLOCK)] == [False] * 2 * BLOCK + [
        True
    ] * BLOCK
    assert not early.take(2 * BLOCK)


def killed(*_: object) -> None:
    """Stand in for a process that the system ends because there is no memory."""
    os.kill(os.getpid(), signal.SIGTERM)


def refused(*_: object) -> None:
    raise SourceError("There is no such capture.", "Look for it.")


def test_a_process_that_is_killed_ends_the_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "_gathered", killed)
    with pytest.raises(AuditorError, match="ended before its work") as caught:
        gather([SAMPLE], CATALOGUE, collector(), workers=2)
    assert "--workers 1" in caught.value.hint
    assert isinstance(caught.value.__cause__, BrokenProcessPool)


def test_an_error_of_a_process_comes_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "_gathered", refused)
    with pytest.raises(SourceError) as caught:
        gather([SAMPLE], CATALOGUE, collector(), workers=2)
    assert (caught.value.message, caught.value.hint) == (
        "There is no such capture.",
        "Look for it.",
    )


def test_an_error_here_ends_the_others(catalogue: Catalogue, tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        gather([tmp_path / "none.mitm"], catalogue, collector(), workers=2)


def test_how_many_processes_are_worth_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    monkeypatch.setattr(gathering, "_WORTH", 1000)
    (tmp_path / "deep").mkdir()
    large, small = tmp_path / "deep" / "large.mitm", tmp_path / "small.mitm"
    large.write_bytes(b"x" * 1500)
    small.write_bytes(b"x" * 600)
    assert processes([small]) == 1
    assert processes([large]) == 2
    assert processes([tmp_path]) == 3
    assert processes([large] * 20) == 4
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert processes([large]) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_a_pipe_is_read_by_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    monkeypatch.setattr(gathering, "_WORTH", 1)
    pipe = tmp_path / "pipe.mitm"
    os.mkfifo(pipe)
    assert processes([pipe]) == 1
    assert processes([SAMPLE, pipe]) == processes([pipe], 3) == 1
    assert processes([SAMPLE], 3) == 3
    assert processes([SAMPLE]) == 4
