from __future__ import annotations

from pathlib import Path

import pytest

from auditor.catalogue.labelled import Label, read_corpus
from auditor.errors import AuditorError, CatalogueError

KINDS = ("playback", "cue", "search")
TEXT = """\
origin: written
requests:
  - id: one
    request: {method: GET, url: "https://a.test/x?q=deep"}
    receiver: unknown
    category: search|playback
    fields:
      search: ["query:q"]
      cue|playback: ["a.b = deep: blue", 'x["y:z"]']
  - {id: two, capture: some-sample, within: a.test/v1}
"""


def read(folder: Path, text: str) -> None:
    (folder / "a.yaml").write_text(text, encoding="utf-8")
    read_corpus(folder, KINDS)


def test_labels(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(TEXT, encoding="utf-8")
    one, two = read_corpus(tmp_path, KINDS)
    assert one.request
    assert (one.request.method, one.quiet, one.place) == ("GET", False, "a.yaml:3")
    assert one.categories == ("search", "playback")
    assert one.labels == (
        Label("query", "q", None, ("search",)),
        Label("body", "a.b", "deep: blue", ("cue", "playback")),
        Label("body", 'x["y:z"]', None, ("cue", "playback")),
    )
    assert (two.request, two.capture, two.within, two.labels) == (
        None,
        "some-sample",
        "a.test/v1",
        (),
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("origin: written", "origin: dreamt", "unknown origin `dreamt`"),
        ("search|playback", "search|playbak", "unknown category `playbak`"),
        ("cue|playback", "cue|playbak", "unknown category `playbak`"),
        ("id: two", "id: one", "two requests have the same id"),
        ('["query:q"]', '["query:q", "query:q"]', "a field is labelled twice"),
        ("receiver:", "reciever:", "unknown name `reciever`"),
    ],
)
def test_mistakes(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(CatalogueError, match=r"a\.yaml:\d+:\d+: ") as caught:
        read(tmp_path, TEXT.replace(old, new, 1))
    assert message in caught.value.message


def test_no_corpus(tmp_path: Path) -> None:
    with pytest.raises(AuditorError, match="no labelled corpus"):
        read_corpus(tmp_path, KINDS)
