"""How long an audit takes, beside the programs that read the same capture: all in one run.

    python bench/generate.py lean 10000 lean.mitm --har
    python bench/audit.py lean.mitm [--rounds 5] [--json]
    python bench/audit.py lean.mitm --swagger VENV/bin/mitmproxy2swagger --trackhar NPM_FOLDER

Every task runs in a process of its own; the tasks take turns, so that a busy minute meets them all.
Told are the medians of processor seconds (with all child processes), of seconds on the clock and of
the highest anonymous memory (of the process and its children together, looked at every 20 ms;
Linux only). The ratios are what counts: how many times as long `mitmdump -nr FILE -q` takes, which
only reads. The audit decodes, classifies and writes tables.
"""

# ruff: noqa: INP001, S603
from __future__ import annotations

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import IO

import click

ROOT = Path(__file__).resolve().parents[1]
PEER = "mitmdump"
_MITMDUMP = "from mitmproxy.tools.main import mitmdump; mitmdump()"
_PAUSE_S = 0.02
_LONGEST_WORD = 200
_TRACKHAR = """
import {readFileSync} from 'node:fs'; import {process as read} from 'trackhar';
const found = await read(JSON.parse(readFileSync(process.argv[1], 'utf-8')));
console.log(found.length);
"""


@dataclass(frozen=True, slots=True)
class Task:
    """A command, and where it runs."""

    name: str
    command: tuple[str, ...]
    folder: Path | None = None
    writes: Path | None = None
    """What is taken away before the next round."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one process took."""

    wall: float
    cpu: float | None
    """Seconds with all child processes; None where the system does not tell."""
    anonymous: float | None
    """The highest anonymous memory in MiB; None where the system does not tell."""
    code: int
    said: str
    """The last line it printed, of an error the last one on standard error."""


# ---- one process


def anonymous(pid: int) -> int | None:
    """Return the anonymous memory of a process and all below it in KiB; None if it is not told."""
    total, waiting, told = 0, [pid], False
    while waiting:
        one = waiting.pop()
        try:
            status = Path(f"/proc/{one}/status").read_text("utf-8")
            waiting += map(int, Path(f"/proc/{one}/task/{one}/children").read_text("utf-8").split())
        except OSError:
            continue  # it has ended meanwhile, or there is no /proc
        _, found, rest = status.partition("RssAnon:")
        if found:
            told = True
            total += int(rest.split()[0])
    return total if told else None


class Watch(threading.Thread):
    """Look at the memory of a process until told to stop."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid, self._ended = pid, threading.Event()
        self.highest: int | None = None

    def run(self) -> None:
        """Keep the highest."""
        while not self._ended.wait(_PAUSE_S):
            now = anonymous(self._pid)
            if now is not None:
                self.highest = max(now, self.highest or 0)

    def stop(self) -> float | None:
        """Return the highest in MiB."""
        self._ended.set()
        self.join()
        return None if self.highest is None else self.highest / 1024


def run(task: Task) -> Run:
    """Run a task to its end."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    # Whoever installs a program has its bytecode: mitmdump's lies there, so ours may, too.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    if task.writes and task.writes.is_dir():
        shutil.rmtree(task.writes)
    elif task.writes:
        task.writes.unlink(missing_ok=True)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        begun = time.perf_counter()
        try:
            process = subprocess.Popen(
                task.command, stdout=out, stderr=errors, env=environment, cwd=task.folder
            )
        except OSError as error:
            return Run(0, None, None, 127, str(error))
        watch = Watch(process.pid)
        watch.start()
        cpu = None
        if hasattr(os, "wait4"):
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            cpu = used.ru_utime + used.ru_stime
        else:
            process.wait()
        wall = time.perf_counter() - begun
        memory = watch.stop()
        said = _last_line(errors if process.returncode else out)
    return Run(wall, cpu, memory, process.returncode, said)


def _last_line(file: IO[bytes]) -> str:
    file.seek(0)
    lines = file.read().decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:_LONGEST_WORD] if lines else ""


# ---- the tasks


def make_tasks(
    capture: Path, folder: Path, swagger: Path | None = None, trackhar: Path | None = None
) -> list[Task]:
    """Return what is to be compared; `folder` takes what it writes."""
    python, bench = sys.executable, str(ROOT / "bench" / "floor.py")
    output = folder / "audit"
    audit = (python, "-m", "auditor", "audit", str(capture), "-o", str(output))
    helped = run(Task("help", (python, "-m", "auditor", "audit", "--help")))
    if helped.code:
        raise click.ClickException(f"`auditor audit` does not run: {helped.said}")
    workers = has_workers()
    tasks = [Task("audit", (*audit, "--workers", "1") if workers else audit, writes=output)]
    if workers:
        tasks.append(Task("audit, 2 workers", (*audit, "--workers", "2"), writes=output))
    read = (
        python,
        "-c",
        _MITMDUMP,
        "--set",
        f"confdir={folder / 'conf'}",
        "-nr",
        str(capture),
        "-q",
    )
    tasks += [
        Task(PEER, read),
        Task("FlowReader", (python, bench, "reader", str(capture))),
        Task("floor", (python, bench, "all", str(capture))),
        Task("floor, only what left", (python, bench, "out", str(capture))),
    ]
    if swagger:
        api = folder / "api.yml"
        how = ("-o", str(api), "-p", f"https://{_a_host(capture)}", "-f", "flow")
        command = (str(swagger.resolve()), "-i", str(capture), *how)
        tasks.append(Task("mitmproxy2swagger", command, writes=api))
    if trackhar:
        archive = capture.with_suffix(".har")
        if not archive.is_file():
            raise click.ClickException(
                f"There is no {archive.name}.\nTrackHAR reads HAR only: generate with --har."
            )
        script = ("--max-old-space-size=12000", "--input-type=module", "-e", _TRACKHAR)
        tasks.append(Task("TrackHAR", ("node", *script, str(archive.resolve())), trackhar))
    return tasks


def has_workers() -> bool:
    """Say whether `auditor audit` can share its work among processes."""
    command = (sys.executable, "-m", "auditor", "audit", "--help")
    told = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    return "--workers" in told.stdout


def _a_host(capture: Path) -> str:
    sys.path[:0] = [str(ROOT)]
    from auditor.sources import open_capture  # noqa: PLC0415

    return next((one.host for one in open_capture(capture).exchanges if one.method == "POST"), "")


# ---- the comparison


def compare(tasks: list[Task], rounds: int) -> dict[str, list[Run]]:
    """Run every task in turns; one that fails is not run again."""
    found: dict[str, list[Run]] = {task.name: [] for task in tasks}
    for number in range(rounds):
        for task in tasks:
            runs = found[task.name]
            if not runs or not runs[-1].code:
                runs.append(run(task))
                click.echo(f"round {number + 1}: {task.name}: {runs[-1].wall:.2f} s", err=True)
    return found


def median(values: Iterable[float | None]) -> float | None:
    """Return the middle of several values; None if one of them is missing."""
    known = list(values)
    told = [one for one in known if one is not None]
    return statistics.median(told) if told and len(told) == len(known) else None


@dataclass(frozen=True, slots=True)
class Row:
    """The medians of a task, and how many times as long the peer takes."""

    name: str
    wall: float | None
    cpu: float | None
    anonymous: float | None
    by_wall: float | None
    by_cpu: float | None
    failed: str = ""


def rows(found: dict[str, list[Run]]) -> list[Row]:
    """Return a row for each task; ratios are missing where the peer or the figure is."""
    made = []
    peer = found.get(PEER, [])
    walls, cpus = median(one.wall for one in peer), median(one.cpu for one in peer)
    for name, runs in found.items():
        if runs[-1].code:
            made.append(Row(name, None, None, None, None, None, runs[-1].said or "no word"))
            continue
        wall, cpu = median(one.wall for one in runs), median(one.cpu for one in runs)
        memory = median(one.anonymous for one in runs)
        made.append(Row(name, wall, cpu, memory, _ratio(walls, wall), _ratio(cpus, cpu)))
    return made


def _ratio(peer: float | None, own: float | None) -> float | None:
    return peer / own if peer and own else None


def table(made: list[Row]) -> str:
    """Return the rows as a table in Markdown."""
    lines = [
        f"| task | CPU s | wall s | memory MiB | {PEER} / task, CPU | {PEER} / task, wall |",
        "|---|---|---|---|---|---|",
    ]
    for one in made:
        if one.failed:
            lines.append(f"| {one.name} | failed: {one.failed} | | | | |")
            continue
        figures = (_told(one.cpu, 2), _told(one.wall, 2), _told(one.anonymous, 0))
        ratios = (_told(one.by_cpu, 2), _told(one.by_wall, 2))
        lines.append(f"| {one.name} | {' | '.join((*figures, *ratios))} |")
    return "\n".join(lines)


def _told(value: float | None, digits: int) -> str:
    return "not told" if value is None else f"{value:.{digits}f}"


def surroundings(capture: Path, rounds: int) -> dict[str, object]:
    """Return what the figures depend on."""
    load = round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None
    return {
        "capture": capture.name,
        "bytes": capture.stat().st_size,
        "rounds": rounds,
        "python": platform.python_version(),
        "mitmproxy": version("mitmproxy"),
        "system": platform.system(),
        "cores": os.cpu_count(),
        "load_before": load,
    }


@click.command()
@click.argument("capture", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True)
@click.option("--only", multiple=True, metavar="TASK", help="Run this task; can be repeated.")
@click.option("--swagger", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--trackhar", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print all figures as JSON.")
def main(
    capture: Path,
    rounds: int,
    only: tuple[str, ...],
    swagger: Path | None,
    trackhar: Path | None,
    as_json: bool,
) -> None:
    """Compare an audit of CAPTURE, a mitmproxy file, with other programs that read it."""
    around = surroundings(capture, rounds)
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as name:
        tasks = make_tasks(capture.resolve(), Path(name), swagger, trackhar)
        names = [task.name for task in tasks]
        if unknown := [one for one in only if one not in names]:
            raise click.ClickException(f"There is no task {unknown[0]!r}.\nThere are: {names}")
        chosen = [task for task in tasks if not only or task.name in only]
        if any(task.name == PEER for task in chosen):
            _warm(Path(name))
        found = compare(chosen, rounds)
    made = rows(found)
    if as_json:
        runs = {name: [asdict(one) for one in several] for name, several in found.items()}
        told = {**around, "rows": [asdict(one) for one in made], "runs": runs}
        click.echo(json.dumps(told, indent=1))
    else:
        click.echo(", ".join(f"{name} {value}" for name, value in around.items()))
        click.echo(f"\n{table(made)}")
    if any(one.failed for one in made):
        raise click.ClickException("A task has failed; the table says how.")


def _warm(folder: Path) -> None:
    """Let mitmdump make its certificates once: they are no part of reading."""
    empty = folder / "empty.mitm"
    empty.touch()
    conf = ("--set", f"confdir={folder / 'conf'}")
    run(Task("first", (sys.executable, "-c", _MITMDUMP, *conf, "-nr", str(empty), "-q")))


if __name__ == "__main__":
    main()
