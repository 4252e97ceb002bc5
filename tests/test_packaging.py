"""A wheel installed into an empty environment, outside the checkout, does the main job."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.packaging


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        check=True,
    )
    (path,) = folder.glob("*.whl")
    return path


def test_wheel_holds_one_name_and_the_bundle(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"auditor"}
    bundled = {name.removeprefix("auditor/_bundle/") for name in names if "/_bundle/" in name}
    expected = {
        path.relative_to(ROOT).as_posix()
        for top in ("addons", "reports/templates", "reports/assets")
        for path in (ROOT / top).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert bundled == expected


def test_installed_wheel_makes_the_report(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "environment"
    venv.create(home, with_pip=True)
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    install = [
        scripts / "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--constraint",
        ROOT / "constraints.txt",
    ]
    subprocess.run([*install, wheel], check=True, cwd=tmp_path)
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [scripts / "auditor", "report", ROOT / "samples" / "tidal-web-player", "-o", "report.html"],
        cwd=tmp_path,
        env=clean,
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert "Does TIDAL get my cue points, loops and transitions?" in done.stdout
    assert "What left this computer" in (tmp_path / "report.html").read_text(encoding="utf-8")
    where = subprocess.run(
        [scripts / "python", "-c", "import auditor.resources as r; print(r.report_dir())"],
        cwd=tmp_path,
        env=clean,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert Path(where.strip()).is_relative_to(home)
