"""The terms that ship, and copies of one file with one mistake each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from auditor.catalogue import load_catalogue
from auditor.catalogue.policy import CLASSES, QUOTE_WORDS, Policy, load_policies
from auditor.errors import CatalogueError

KNOWN = tuple(load_catalogue().categories)
SHIPPED = load_policies(KNOWN)
SERVICES = {
    "spotify", "tidal", "soundcloud", "beatport", "beatsource", "apple-music", "deezer",
    "amazon-music", "alphatheta", "serato", "algoriddim",
}  # fmt: skip
GOOD = """\
id: demo
name: DemoStream
receivers: [demo]
documents:
  - id: new
    title: Privacy Policy
    version: 2025-05-12
    checked: 2026-11-20
    read: whole
    source: example.com
    url: https://example.com/new
    clauses:
      - {id: train, class: none, covers: [playback, uploads], quote: one two, plain: Says nothing.}
  - id: old
    title: Privacy Policy
    version: undated
    recorded: 2024-01-02
    checked: 2026-11-20
    read: part
    source: example.com
    url: https://example.com/old
    clauses: []
"""


def load(folder: Path, text: str, name: str = "demo.yaml") -> Policy:
    (folder / "policies").mkdir(exist_ok=True)
    (folder / "policies" / name).write_text(text, encoding="utf-8")
    return load_policies(KNOWN, folder)["demo"]


def test_every_service_that_djs_stream_from_has_a_file() -> None:
    assert set(SHIPPED) >= SERVICES


def test_read_once() -> None:
    assert load_policies(KNOWN) is load_policies(KNOWN)


def test_what_was_not_read_is_never_none() -> None:
    for policy in SHIPPED.values():
        for document in policy.documents:
            for clause in document.clauses:
                assert clause.kind in CLASSES
                assert clause.kind != "none" or document.read == "whole"
                assert len(clause.quote.split()) <= QUOTE_WORDS


def test_sentences_are_short() -> None:
    for policy in SHIPPED.values():
        plain = [clause.plain for one in policy.documents for clause in one.clauses]
        for sentence in re.split(r"(?<=[.!?]) ", " ".join([policy.note, *plain])):
            assert len(sentence.split()) <= 20, sentence


def test_spotify_is_dated_as_the_record_has_it() -> None:
    """The sentence came on 12 May 2025; 27 August added message data and kept it."""
    documents = {one.version: one for one in SHIPPED["spotify"].documents}
    ids = {day: [clause.id for clause in one.clauses] for day, one in documents.items()}
    assert list(ids) == ["2025-05-12", "2025-08-27", "2026-04-14"]
    assert "train-usage" in ids["2025-05-12"]
    assert "train-usage" in ids["2025-08-27"]
    assert "train-messages" in ids["2025-08-27"]
    assert "train-messages" not in ids["2025-05-12"]
    assert documents["2025-05-12"].clauses[0].kind == "named"


def test_soundcloud_speaks_of_uploads_only() -> None:
    documents = SHIPPED["soundcloud"].documents
    assert [one.version for one in documents] == ["2024-02", "2025-05-21"]
    assert {name for one in documents for clause in one.clauses for name in clause.covers} == {
        "uploads"
    }


def test_a_good_file(tmp_path: Path) -> None:
    policy = load(tmp_path, GOOD)
    assert [one.id for one in policy.documents] == ["old", "new"], "oldest first"
    (clause,) = policy.documents[1].clauses
    assert clause.url == "https://example.com/new"
    assert clause.covers == ("playback", "uploads")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("class: none", "class: maybe", "demo.yaml:13:28: unknown class `maybe`"),
        ("class: none", "class: None", "unknown class `None`"),
        ("read: whole", "read: part", "13:28: `none` needs a text that was read as a whole"),
        ("read: whole", "read: report", "`none` needs a text"),
        ("one two", " ".join(["word"] * 26), "a quote of 26 words"),
        ("[playback, uploads]", "[playback, dreams]", "unknown kind of data `dreams`"),
        ("2025-05-12", "May 2025", "demo.yaml:7:14: `May 2025` is no date"),
        ("checked: 2026-11-20", "checked: 2026-13-20", "is no date"),
        ("    url: https://example.com/new\n", "", "`url` is missing"),
        ("id: train,", "id: train, kind: x,", "unknown name `kind`"),
        ("id: old", "id: new", "document `new` stands here twice"),
        ("id: demo", "id: other", "Name the file"),
    ],
)
def test_mistakes_name_their_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(CatalogueError) as error:
        load(tmp_path, GOOD.replace(old, new, 1))
    assert said in f"{error.value.message} {error.value.hint}"
    assert error.value.message.startswith("demo.yaml:")


def test_a_quote_of_25_words_is_short_enough(tmp_path: Path) -> None:
    load(tmp_path, GOOD.replace("one two", " ".join(["word"] * 25)))


def test_nothing_read_must_be_said(tmp_path: Path) -> None:
    head = GOOD.split("documents:", maxsplit=1)[0]
    with pytest.raises(CatalogueError, match="no document and no `note`"):
        load(tmp_path, f"{head}documents: []\n")
    other = tmp_path / "other"
    other.mkdir()
    assert load(other, f"{head}note: Nobody read it.\ndocuments: []\n").documents == ()


def test_one_receiver_has_one_policy(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "demo.yaml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(CatalogueError, match="receiver `demo` already has the terms of `demo`"):
        load(tmp_path, GOOD.replace("id: demo", "id: twin"), "twin.yaml")
