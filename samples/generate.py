"""Re-make the synthetic samples: sessions of scripts, recorded by a real mitmdump on loopback.

    python samples/generate.py [NAME…] [--seed N] [--into FOLDER]

Without a name all are made. The same seed gives the same counts and verdicts; ids of connections,
hashes and some bytes differ from run to run. Needs nothing but the environment of `make test`.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

SAMPLES = Path(__file__).resolve().parent
sys.path.insert(0, str(SAMPLES))

from synthetic.recording import record  # noqa: E402
from synthetic.sessions import SESSIONS, make_take  # noqa: E402


def main() -> None:
    """Record the sessions that were asked for, each into a new folder that takes the old one's place."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(SESSIONS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--into", type=Path, default=SAMPLES, help="default: samples/")
    told = parser.parse_args()
    if unknown := set(told.names) - set(SESSIONS):
        parser.error(
            f"There is no {', '.join(sorted(unknown))}. Choose from {', '.join(SESSIONS)}."
        )
    for name in told.names or SESSIONS:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="synthetic-") as place:
            made = Path(place) / f"synthetic-{name}"
            record(make_take(name, told.seed), made, told.seed)
            SESSIONS[name].spoil(made)
            _replace(made, told.into / made.name)
        print(f"{name}: {time.monotonic() - began:.1f} s")


def _replace(made: Path, target: Path) -> None:
    """Put a new session in the place of an old one; results that stand beside it stay."""
    target.mkdir(parents=True, exist_ok=True)
    for old in target.iterdir():
        if old.name != "expected.yaml":
            old.unlink()
    for file in made.iterdir():
        shutil.copyfile(file, target / file.name)


if __name__ == "__main__":
    main()
