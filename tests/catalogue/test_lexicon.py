from __future__ import annotations

from pathlib import Path

import pytest

from auditor.catalogue import load_catalogue
from auditor.catalogue.lexicon import read_lexicon
from auditor.catalogue.wording import Lexicon
from auditor.catalogue.yamlfile import read_entry
from auditor.errors import CatalogueError

TEXT = """
partners: [track id]
decks: [deck]
fillers: [value]
carriers: [stringvalue]
event_names: [event name]
secrets: {token: [access token]}
addresses:
  endings: {cue: [cue], none: [png]}
  clear: {cue: [hot-cues]}
  vague: {}
categories:
  cue:
    strong: [hot cue, Memory-Cue]
    short: [cue]
    negative: [ad cue]
    shapes: [position]
"""


def read(folder: Path, text: str) -> Lexicon:
    path = folder / "lexicon.yaml"
    path.write_text(text)
    return read_lexicon(read_entry(path), frozenset({"cue"}))


def test_gaps_do_not_matter(tmp_path: Path) -> None:
    lexicon = read(tmp_path, TEXT)
    (words,) = lexicon.words
    assert words.strong == {"hotcue", "memorycue"}
    assert words.negative == {"adcue"}
    assert lexicon.partners == {"trackid"}
    assert lexicon.secrets == {"accesstoken": "token"}
    assert lexicon.addresses.endings == {"cue": "cue", "png": ""}
    assert lexicon.addresses.clear == {"hotcues": "cue"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("short: [cue]", "short: [hot_cue]", "`hotcue` is in two lists of cue"),
        ("shapes: [position]", "shapes: [postion]", "unknown value shape `postion`"),
        ("  cue:\n", "  clue:\n", "unknown category `clue`"),
        ("secrets: {token:", "secrets: {tokens:", "unknown kind of secret `tokens`"),
        ("carriers: [stringvalue]\n", "", "`carriers` is missing here"),
        ("clear: {cue:", "clear: {clue:", "unknown category `clue`"),
        ("none: [png]", "none: [cue]", "`cue` stands for cue too"),
    ],
)
def test_mistakes(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        read(tmp_path, TEXT.replace(old, new))
    assert message in caught.value.message


def test_every_row_has_words() -> None:
    catalogue = load_catalogue()
    spoken = {words.category for words in catalogue.lexicon.words}
    assert {one.id for one in catalogue.categories.values() if one.row} <= spoken
