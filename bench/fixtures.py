"""Read mitmproxy files of every age through this program and through mitmproxy, and compare.

    python bench/fixtures.py mitmproxy-0.15.tar.gz       # what ships in a source distribution
    python bench/fixtures.py FOLDER                      # every such file below a folder
    python bench/fixtures.py --make FOLDER               # first write one file for each kind of flow

Taken are files that end in `.mitm`, `.flow` or `.flows`, and those that begin with `dumpfile`.
Each goes through the source, through `auditor audit` and through mitmproxy's FlowReader. The
source must give or count as many flows as mitmproxy does; kinds that are not audited count too.
"""

# ruff: noqa: INP001, S603
from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import click
from mitmproxy.exceptions import FlowReadException
from mitmproxy.io import FlowReader, FlowWriter
from mitmproxy.test import tflow

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from auditor.errors import SourceError  # noqa: E402
from auditor.sources import open_capture  # noqa: E402

_ENDINGS = (".mitm", ".flow", ".flows")
_ERROR = 1
"""How the command ends after it has told what is wrong with a capture."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What became of one file."""

    name: str
    ours: int | str
    """Flows that were read or counted, or what was said instead."""
    lost: int
    theirs: int | str
    audit: str
    """How the audit failed; empty when it did not, or said what is wrong with the file."""

    @property
    def agrees(self) -> bool:
        """Say whether both read as much; where mitmproxy cannot go on we may read more."""
        if self.audit:
            return False
        if isinstance(self.theirs, str):
            return True
        return self.ours == self.theirs


def is_wanted(name: str) -> bool:
    """Say whether a file is one of mitmproxy's, by its name."""
    return name.endswith(_ENDINGS) or name.startswith("dumpfile")


@contextmanager
def files(place: Path) -> Iterator[list[Path]]:
    """Yield the files of a folder, or those inside a tarball."""
    if place.is_dir():
        yield sorted(one for one in place.rglob("*") if one.is_file() and is_wanted(one.name))
        return
    with tempfile.TemporaryDirectory(prefix="fixtures-") as folder:
        try:
            with tarfile.open(place) as archive:
                names = [one for one in archive if one.isfile()]
                wanted = [one for one in names if is_wanted(PurePosixPath(one.name).name)]
                archive.extractall(folder, wanted, filter="data")
        except tarfile.TarError as error:
            raise click.ClickException(
                f"{place.name} is neither a folder nor a tarball.\n"
                "Get one with `pip download --no-binary mitmproxy --no-deps mitmproxy==0.15`."
            ) from error
        yield sorted(one for one in Path(folder).rglob("*") if one.is_file())


def theirs(path: Path) -> int | str:
    """Return how many flows mitmproxy reads, or what it says after how many."""
    count = 0
    try:
        with path.open("rb") as file:
            for _ in FlowReader(file).stream():
                count += 1
    except FlowReadException as error:
        return f"{error} after {count}"
    return count


def ours(path: Path) -> tuple[int | str, int]:
    """Return how many flows this program gives or counts, and how many of them are lost."""
    try:
        capture = open_capture(path)
        read = sum(1 for _ in capture.exchanges)
    except SourceError as error:
        return str(error), 0
    counted = sum(one.count for one in capture.losses if one.reason.startswith("flow"))
    damaged = sum(one.count for one in capture.losses if one.reason == "damaged")
    return read + counted + damaged, counted + damaged


def audit(path: Path) -> str:
    """Audit a file in a process of its own; return how that failed, or nothing."""
    with tempfile.TemporaryDirectory(prefix="fixtures-") as folder:
        command = (sys.executable, "-m", "auditor", "audit", str(path), "-o", folder)
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    if "Traceback" in done.stderr or done.returncode not in {0, _ERROR}:
        return done.stderr.strip().splitlines()[-1] if done.stderr.strip() else str(done.returncode)
    return ""


def compare(path: Path, name: str) -> Compared:
    """Read one file in every way."""
    found, lost = ours(path)
    return Compared(name, found, lost, theirs(path), audit(path))


def make(folder: Path) -> None:
    """Write one file for each kind of flow, with the mitmproxy that is installed, and one of all."""
    made = {
        "http": tflow.tflow(resp=True),
        "no-response": tflow.tflow(),
        "error": tflow.tflow(err=True),
        "websocket": tflow.twebsocketflow(),
        "tcp": tflow.ttcpflow(),
        "udp": tflow.tudpflow(),
        "dns": tflow.tdnsflow(resp=True),
    }
    changed = tflow.tflow(resp=True)
    changed.backup()
    changed.request.path = "/changed"
    made["changed"] = changed
    folder.mkdir(parents=True, exist_ok=True)
    for name, flows in [*((name, [one]) for name, one in made.items()), ("all", made.values())]:
        with (folder / f"{name}.mitm").open("wb") as file:
            writer = FlowWriter(file)
            for one in flows:
                writer.add(one)


@click.command()
@click.argument("place", type=click.Path(path_type=Path))
@click.option("--make", "is_made", is_flag=True, help="Write files into the folder first.")
def main(place: Path, is_made: bool) -> None:
    """Compare what is read of the mitmproxy files in PLACE, a folder or a tarball."""
    if is_made:
        make(place)
    if not place.exists():
        raise click.ClickException(f"There is no {place.name}.\nName a folder or a tarball.")
    with files(place) as found:
        if not found:
            raise click.ClickException(f"{place.name} holds no file of mitmproxy.")
        compared = [compare(path, path.name) for path in found]
    for one in compared:
        word = "same" if one.agrees else "DIFFERENT"
        click.echo(
            f"{one.name}: {word}: ours {one.ours} ({one.lost} of them lost or not audited), "
            f"mitmproxy {one.theirs}{f', audit: {one.audit}' if one.audit else ''}"
        )
    if not all(one.agrees for one in compared):
        raise click.ClickException("Not everything was read alike.")


if __name__ == "__main__":
    main()
