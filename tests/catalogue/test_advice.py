"""The steps that ship, and copies of the file with one mistake each."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from auditor import resources
from auditor.catalogue import load_catalogue
from auditor.catalogue.advice import Step, load_advice
from auditor.errors import CatalogueError

KNOWN = tuple(load_catalogue().categories)
SHIPPED = load_advice(KNOWN)
BANNED = ("safe", "clean", "secure", "private", "does not send", "never sends", "likely", "ok")
GOOD = """\
evidence:
  manual: {basis: documented, source: example.com manual, date: 2026-11-20}
advice:
  - id: switch
    step: Switch it off.
    changes: It changes this.
    limits: It does not change that.
    effort: a minute
    for: {verdicts: [seen], categories: [cue], roles: [DJ vendor], applications: [rekordbox]}
    evidence: [manual]
"""


def load(folder: Path, text: str) -> tuple[Step, ...]:
    shutil.copy(resources.catalogue_dir() / "applications.yaml", folder)
    (folder / "advice.yaml").write_text(text, encoding="utf-8")
    return load_advice(KNOWN, folder)


def test_the_steps_that_a_dj_asks_for() -> None:
    ids = [one.id for one in SHIPPED]
    assert len(set(ids)) == len(ids)
    assert set(ids) >= {
        "account", "spotify-session", "settings", "licensed", "cloud-library-sync",
        "rekordbox-analysis", "kuvo", "serato-playlists", "djay-icloud", "ask", "backup", "retest",
    }  # fmt: skip


def test_every_step_says_when_what_and_what_not() -> None:
    for one in SHIPPED:
        assert one.step.endswith(".")
        assert one.changes
        assert one.limits
        assert one.effort
        assert one.fit.verdicts or one.fit.receivers or one.fit.applications


def test_steps_about_a_product_name_their_evidence() -> None:
    for one in SHIPPED:
        assert one.evidence or not (one.fit.receivers or one.fit.applications)


def test_words() -> None:
    for one in SHIPPED:
        text = " ".join([one.step, one.changes, one.limits, one.effort])
        for sentence in re.split(r"(?<=[.!?]) ", text):
            assert len(sentence.split()) <= 20, sentence
        plain = re.sub("“[^”]*”", "", text).lower()
        for word in BANNED:
            assert not re.search(rf"\b{word}\b", plain), (one.id, word)


def test_a_good_file(tmp_path: Path) -> None:
    (one,) = load(tmp_path, GOOD)
    assert (one.fit.categories, one.fit.receivers) == (("cue",), ())
    assert one.evidence[0].basis == "documented"
    assert one.place == "advice.yaml:4"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("verdicts: [seen]", "verdicts: [found]", "advice.yaml:9:21: unknown verdict `found`"),
        ("categories: [cue]", "categories: [cues]", "unknown kind of data `cues`"),
        ("[DJ vendor]", "[vendor]", "unknown role `vendor`"),
        ("[rekordbox]", "[recordbox]", "Did you mean `rekordbox`?"),
        ("    limits: It does not change that.\n", "", "advice.yaml:4:5: `limits` is missing"),
        ("    evidence: [manual]\n", "", "`evidence` is missing here"),
        ("evidence: [manual]", "evidence: [book]", "unknown evidence `book`"),
        ("for: {", "for: {when: now, ", "unknown name `when`"),
        ("effort: a minute", "effort: a minute\n    cost: 1", "unknown name `cost`"),
    ],
)
def test_mistakes_name_their_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(CatalogueError) as error:
        load(tmp_path, GOOD.replace(old, new, 1))
    assert said in f"{error.value.message} {error.value.hint}"
    assert error.value.message.startswith("advice.yaml:")


def test_no_step_stands_twice(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="step `switch` stands here twice"):
        load(tmp_path, GOOD + GOOD.split("advice:\n")[1])
