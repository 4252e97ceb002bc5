"""Damaged mitmproxy files: what is whole is read, before and behind the damage; the rest counted."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from mitmproxy.io import tnetstring
from mitmproxy.test import tflow

from auditor.errors import SourceError
from auditor.records import Loss
from auditor.sources import mitm
from auditor.sources.spans import File, Gap, find

MAKERS: tuple[Callable[[], Any], ...] = (
    lambda: tflow.tflow(resp=True),
    tflow.ttcpflow,
    tflow.twebsocketflow,
    lambda: tflow.tflow(err=True),
)


def records(count: int) -> tuple[list[str], list[bytes]]:
    made = [MAKERS[number % len(MAKERS)]() for number in range(count)]
    return [one.id for one in made], [tnetstring.dumps(one.get_state()) for one in made]


def read(path: Path, data: bytes) -> tuple[list[str], list[Loss]]:
    path.write_bytes(data)
    exchanges, losses = mitm.read(path, 0)
    return [one.id for one in exchanges], losses


def lost(losses: list[Loss]) -> int:
    return sum(one.size for one in losses)


@pytest.mark.parametrize("seed", range(3))
def test_a_byte_that_flips_costs_one_flow_at_most(tmp_path: Path, seed: int) -> None:
    ids, parts = records(6)
    whole = b"".join(parts)
    dice = random.Random(seed)  # noqa: S311
    heads = [sum(map(len, parts[:number])) for number in range(len(parts))]
    # Where a flow begins and ends is where it hurts.
    near = [at + by for at in heads for by in range(-3, 24) if 0 <= at + by < len(whole)]
    for at in [*dice.sample(near, 100), *dice.sample(range(len(whole)), 200)]:
        bent = bytearray(whole)
        bent[at] ^= 1 << dice.randrange(8)
        hit = max(number for number, head in enumerate(heads) if head <= at)
        found, losses = read(tmp_path / "flows.mitm", bytes(bent))
        others = [one for number, one in enumerate(ids) if number != hit]
        assert [one for one in found if one in others] == others, at
        assert len(found) <= len(ids)
        assert sum(one.count for one in losses) == len(ids) - len(found)
        if len(found) < len(ids) and "kind" not in losses[0].reason:
            assert lost(losses) == len(parts[hit])


def test_a_file_that_is_cut_anywhere(tmp_path: Path) -> None:
    ids, parts = records(4)
    whole = b"".join(parts)
    ends = [sum(map(len, parts[: number + 1])) for number in range(len(parts))]
    for size in random.Random(1).sample(range(len(parts[0]), len(whole)), 200):  # noqa: S311
        found, losses = read(tmp_path / "flows.mitm", whole[:size])
        kept = sum(end <= size for end in ends)
        assert found == ids[:kept]
        rest = size - ends[kept - 1]
        assert [(one.reason, one.size, one.count) for one in losses] == (
            [("damaged", rest, 1)] if rest else []
        )


@pytest.mark.parametrize("change", ["zeroed", "taken out", "put in", "digits put in"])
def test_a_stretch_that_is_damaged(tmp_path: Path, change: str) -> None:
    ids, parts = records(12)
    whole = b"".join(parts)
    heads = [sum(map(len, parts[:number])) for number in range(len(parts) + 1)]
    dice = random.Random(change)  # noqa: S311
    for _ in range(60):
        start = dice.randrange(len(whole))
        stop = min(len(whole), start + dice.randint(1, 5000))
        if change.endswith("put in"):
            junk = dice.randbytes(stop - start) if change == "put in" else b"12:34:" * 99
            bent, stop = whole[:start] + junk + whole[start:], start
        else:
            kept = bytes(stop - start) if change == "zeroed" else b""
            bent = whole[:start] + kept + whole[stop:]
        untouched = [
            one
            for number, one in enumerate(ids)
            if heads[number + 1] <= start or heads[number] >= stop
        ]
        found, losses = read(tmp_path / "flows.mitm", bent)
        assert [one for one in found if one in untouched] == untouched
        if len(found) < len(ids):
            assert lost(losses) > 0


def test_recorder_that_was_killed_and_went_on_in_the_same_file(tmp_path: Path) -> None:
    """The next flow's length stands right behind a digit of the flow that was cut."""
    ids, parts = records(2)
    for end in [one.end() for one in re.finditer(rb"\d", parts[0])][5:]:
        found, losses = read(tmp_path / "flows.mitm", parts[0][:end] + parts[1])
        assert found == ids[1:]
        assert [(one.reason, one.size, one.count) for one in losses] == [("damaged", end, 1)]


def test_flows_that_began_in_a_gap_are_counted(tmp_path: Path) -> None:
    ids, parts = records(5)
    bent = [parts[0], *(one[:-40] for one in parts[1:4]), parts[4]]
    found, (loss,) = read(tmp_path / "flows.mitm", b"".join(bent))
    assert found == [ids[0], ids[4]]
    assert (loss.count, loss.size) == (3, sum(map(len, bent[1:4])))


def test_a_backup_inside_a_damaged_flow_is_no_flow(tmp_path: Path) -> None:
    one, other = tflow.tflow(resp=True), tflow.tflow(resp=True)
    one.backup()
    one.request.path = "/changed"
    state = one.get_state()
    assert state["backup"]
    data = tnetstring.dumps(state)
    found, losses = read(
        tmp_path / "flows.mitm", b"x" + data[1:] + tnetstring.dumps(other.get_state())
    )
    assert found == [other.id]
    assert [(one.count, one.size) for one in losses] == [(1, len(data))]


def test_nothing_that_can_be_read_is_an_error(tmp_path: Path) -> None:
    _, parts = records(1)
    for data in (parts[0][:-1], b"5:" + parts[0][5:], parts[0].replace(b"4:type", b"4:tipe")):
        with pytest.raises(SourceError, match="no flow in it can be read"):
            read(tmp_path / "flows.mitm", data)


def test_mutations_raise_nothing_and_parts_give_what_the_whole_gives(tmp_path: Path) -> None:
    _, parts = records(4)
    whole = b"".join(parts)
    dice = random.Random(8)  # noqa: S311
    pieces = [
        b"9:websocket;",
        b"7:request;",
        b":",
        b"}",
        b"0:~",
        b"1:0#",
        b"99999:",
        b"]",
        b"3:nan^",
    ]
    for _ in range(300):
        bent = bytearray(whole)
        for _ in range(dice.randint(1, 6)):
            at = dice.randrange(len(bent))
            bent[at : at + dice.randint(0, 9)] = dice.choice([*pieces, dice.randbytes(3)])
        path = tmp_path / "flows.mitm"
        path.write_bytes(bent)
        starts = [0, *[offset for offset, _ in mitm.index(path)][1:], len(bent)]
        parts_of = [mitm.read(path, 0, start=one, end=other) for one, other in pairwise(starts)]
        apart = [one.id for exchanges, _ in parts_of for one in exchanges]
        try:
            found, losses = read(path, bytes(bent))
        except SourceError:
            assert not apart
        else:
            assert found == apart
            assert lost(losses) == sum(lost(told) for _, told in parts_of)


class Counted(io.BytesIO):
    """A file that counts what is asked of it."""

    calls = 0
    octets = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.calls += 1
        self.octets += len(data)
        return data


def nested(size: int) -> bytes:
    """Every place begins a flow that ends at the end of the file, where none does."""
    tail = b"1:a;0:~" * (size // 20) + b"}"
    parts = [tail]
    length = len(tail)
    while length < size:
        parts.append(b"%d:9:websocket;0:~1:k;" % (length - 1))
        length += len(parts[-1])
    return b"".join(reversed(parts))


HOSTILE = {
    "digits and colons": lambda size: b"1234567:" * (size // 8),
    "digits": lambda size: b"9" * size,
    "colons": lambda size: b":" * size,
    "heads": lambda size: b"12345:9:websocket;0:~" * (size // 21),
    "heads behind digits": lambda size: b"1" * 12 + b"123456789012:9:websocket;0:~" * (size // 28),
    "heads that end": lambda size: b"16:9:websocket;0:~}" * (size // 19),
    "heads that end further on": lambda size: b"188:9:websocket;0:~}" * (size // 20),
    "nested": nested,
    "noise": lambda size: random.Random(0).randbytes(size),  # noqa: S311
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_cost_as_much_as_they_are_long(name: str) -> None:
    work = []
    for size in (200_000, 400_000, 800_000):
        data = HOSTILE[name](size)
        counted = Counted(data)
        (gap,) = find(File(counted, len(data)), 0, len(data))
        assert isinstance(gap, Gap)
        assert (gap.start, gap.end) == (0, len(data))
        work.append(counted.calls + counted.octets / 100)
    assert work[2] <= 2.5 * work[1] <= 6.25 * work[0]
    assert work[2] < 800_000
