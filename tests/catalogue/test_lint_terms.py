"""Terms and steps that their loaders let pass, but that nobody would ever see or could check."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from auditor import resources
from auditor.catalogue import load_catalogue
from auditor.catalogue.lint import check
from auditor.catalogue.lint_terms import evidence, read_terms, strange_receivers, texts
from auditor.catalogue.policy import load_policies

CATALOGUE = load_catalogue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the files that terms and steps stand in."""
    shipped = resources.catalogue_dir()
    shutil.copytree(shipped / "policies", tmp_path / "policies")
    for name in ("mixing.yaml", "advice.yaml", "applications.yaml"):
        shutil.copy(shipped / name, tmp_path)
    return tmp_path


def test_what_ships_names_receivers_that_exist(folder: Path) -> None:
    assert list(strange_receivers(read_terms(CATALOGUE, folder), CATALOGUE)) == []


@pytest.mark.parametrize(
    ("file", "old", "said"),
    [
        (
            "policies/tidal.yaml",
            "receivers: [tidal]",
            "`tidal` names `tydal`, which is no receiver",
        ),
        ("advice.yaml", "receivers: [serato]", "`serato-playlists` names `tydal`"),
    ],
)
def test_a_receiver_nobody_knows(folder: Path, file: str, old: str, said: str) -> None:
    path = folder / file
    path.write_text(path.read_text("utf-8").replace(old, "receivers: [tydal]", 1), "utf-8")
    ((place, message),) = strange_receivers(read_terms(CATALOGUE, folder), CATALOGUE)
    assert place.startswith(path.name)
    assert said in message


def test_every_shown_sentence_is_short_and_every_source_has_a_day(folder: Path) -> None:
    terms = read_terms(CATALOGUE, folder)
    for place, text in texts(terms):
        for sentence in re.split(r"(?<=[.!?]) ", text):
            assert len(sentence.split()) <= 20, (place, sentence)
    found = dict(evidence(terms))
    assert found
    assert all(re.fullmatch(r"20\d\d-\d\d-\d\d", one.date) for one in found.values())


def test_the_readme_shows_terms_that_can_be_read(tmp_path: Path) -> None:
    readme = (resources.catalogue_dir() / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL)
    (shown,) = (block for block in blocks if "documents:" in block)
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "example.yaml").write_text(shown, encoding="utf-8")
    (clause,) = load_policies(CATALOGUE.categories, tmp_path)["example"].documents[0].clauses
    assert clause.kind == "named"


def test_the_check_of_the_catalogue_looks_at_them(tmp_path: Path) -> None:
    whole = tmp_path / "catalogue"
    shutil.copytree(
        resources.catalogue_dir(), whole, ignore=shutil.ignore_patterns("*.py", "__pycache__")
    )
    path = whole / "advice.yaml"
    text = path.read_text("utf-8").replace("receivers: [serato]", "receivers: [tydal]", 1)
    text = text.replace("date: 2026-11-20", "date: lately", 1)
    path.write_text(
        text.replace("changes: Shows", "changes: " + "word " * 21 + "shows", 1), "utf-8"
    )
    found = {one.check for one in check(whole) if one.place.startswith("advice.yaml")}
    assert found == {
        "terms-and-steps-name-receivers",
        "evidence-can-be-followed",
        "sentences-are-short",
    }
