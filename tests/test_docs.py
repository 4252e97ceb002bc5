"""README and `--help` say the same, and every command explains itself."""

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from auditor.cli import cli
from tests.help_text import block, commands

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_readme_shows_the_help() -> None:
    assert block() in README, "run: python tests/update_readme.py"


@pytest.mark.parametrize("path", commands(cli), ids=" ".join)
def test_every_command_has_help_for_every_option(path: tuple[str, ...]) -> None:
    command: click.Command = cli
    for name in path:
        assert isinstance(command, click.Group)
        command = command.commands[name]
    assert command.help
    assert all(option.help for option in command.params if isinstance(option, click.Option))


def test_links_of_the_docs_exist() -> None:
    for document in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (document.parent / target).exists(), f"{document.name} links {target}"


def test_make_targets_of_the_readme_exist() -> None:
    targets = set(
        re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    named = set(re.findall(r"^make ([a-z]+)", README, re.MULTILINE))
    assert named >= {"report", "test"}
    assert named <= targets


def test_help_loads_nothing_heavy() -> None:
    heavy = ("pandas", "numpy", "pyarrow", "plotly", "mitmproxy", "jinja2", "rich", "yaml")
    code = (
        "import sys\nfrom click.testing import CliRunner\nfrom auditor.cli import cli\n"
        "assert CliRunner().invoke(cli, ['--help']).exit_code == 0\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
