"""Packs add to the catalogue that ships, and replace by id; every mistake has a place."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.catalogue import load_catalogue
from auditor.errors import CatalogueError

HEAD = """\
id: {id}
name: {name}
owner: Nobody
role: analytics vendor
home: https://{id}.test
hosts: ["{id}.test"]
"""
PART = """\
part_of: tidal
evidence:
  mine: {{basis: observed, source: "own run of 2026", date: 2026-01-01}}
endpoints:
  - id: {id}
    name: Own
    match: {{hosts: [own.tidal.com]}}
    purpose: Own.
    category: other
    evidence: mine
    status: experimental
"""


def pack(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_yaml", ".yaml").replace("_", "-")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_a_new_receiver_is_added(tmp_path: Path) -> None:
    folder = pack(tmp_path, services__own_yaml=HEAD.format(id="own", name="Own"))
    loaded, shipped = load_catalogue(packs=[folder]), load_catalogue()
    assert set(loaded.receivers) == {*shipped.receivers, "own"}
    assert loaded.receivers["own"].files == (f"{tmp_path.name}/own.yaml",)


def test_a_receiver_of_the_same_id_takes_the_place_with_all_its_parts(tmp_path: Path) -> None:
    folder = pack(tmp_path, services__tidal_yaml=HEAD.format(id="tidal", name="Mine"))
    tidal = load_catalogue(packs=[folder]).receivers["tidal"]
    assert (tidal.name, tidal.endpoints) == ("Mine", ())


def test_a_part_adds_an_endpoint(tmp_path: Path) -> None:
    folder = pack(tmp_path, services__tidal_own_yaml=PART.format(id="own"))
    before = {one.id for one in load_catalogue().receivers["tidal"].endpoints}
    after = {one.id for one in load_catalogue(packs=[folder]).receivers["tidal"].endpoints}
    assert after == {*before, "own"}


def test_an_endpoint_of_the_same_id_takes_the_place(tmp_path: Path) -> None:
    folder = pack(tmp_path, services__tidal_own_yaml=PART.format(id="event-batch"))
    ends = load_catalogue(packs=[folder]).receivers["tidal"].endpoints
    (own,) = (one for one in ends if one.id == "event-batch")
    assert (own.name, own.fields) == ("Own", ())
    assert len(ends) == len(load_catalogue().receivers["tidal"].endpoints)


def test_the_last_pack_wins(tmp_path: Path) -> None:
    first = pack(tmp_path / "a", services__own_yaml=HEAD.format(id="own", name="First"))
    second = pack(tmp_path / "b", services__own_yaml=HEAD.format(id="own", name="Second"))
    assert load_catalogue(packs=[first, second]).receivers["own"].name == "Second"
    assert load_catalogue(packs=[second, first]).receivers["own"].name == "First"


def test_words_are_added_and_change_lists(tmp_path: Path) -> None:
    words = {one.category: one for one in load_catalogue().lexicon.words}
    moved = sorted(words["cue"].strong)[0]
    text = f"categories:\n  cue: {{strong: [wobble point], weak: [{moved}]}}\npartners: [wobbler]\n"
    lexicon = load_catalogue(packs=[pack(tmp_path, lexicon_yaml=text)]).lexicon
    cue = next(one for one in lexicon.words if one.category == "cue")
    assert "wobblepoint" in cue.strong
    assert moved in cue.weak
    assert moved not in cue.strong
    assert "wobbler" in lexicon.partners
    assert words["cue"].strong - {moved} <= cue.strong


def test_headers_are_added(tmp_path: Path) -> None:
    text = (
        'evidence:\n  mine: {basis: observed, source: "own run of 2026", date: 2026-01-01}\n'
        "fields:\n  - context: header\n    evidence: mine\n    rules:\n"
        "      x-wobble: {category: device, means: wobble}\n"
    )
    loaded = load_catalogue(packs=[pack(tmp_path, headers_yaml=text)])
    assert [one.path for one in loaded.headers][-1] == "x-wobble"
    assert len(loaded.headers) == len(load_catalogue().headers) + 1


def test_the_digest_counts_packs_by_content_and_order(tmp_path: Path) -> None:
    one = pack(tmp_path / "a", services__own_yaml=HEAD.format(id="own", name="First"))
    same = pack(tmp_path / "b", services__own_yaml=HEAD.format(id="own", name="First"))
    other = pack(tmp_path / "c", services__own_yaml=HEAD.format(id="own", name="Other"))
    digest = load_catalogue(packs=[one]).digest
    assert digest == load_catalogue(packs=[same]).digest
    assert digest not in {load_catalogue().digest, load_catalogue(packs=[other]).digest}
    both = load_catalogue(packs=[one, other]).digest
    assert both != load_catalogue(packs=[other, one]).digest


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "no catalogue files"),
        ({"service__own_yaml": "id: own"}, "service/own.yaml:1:1: this file is not read in a pack"),
        ({"categories_yaml": "[]"}, "categories.yaml:1:1: this file is not read in a pack"),
        ({"services__own_yaml": "id: own"}, "own.yaml:1:1: `home` is missing here"),
        ({"lexicon_yaml": "categories: {cue: {strung: [a]}}"}, "unknown name `strung`"),
        ({"services__own_yaml": "part_of: nobody"}, "own.yaml:1:10: unknown receiver `nobody`"),
    ],
)
def test_mistakes(tmp_path: Path, files: dict[str, str], message: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(packs=[pack(tmp_path, **files)])
    assert message in caught.value.message
    assert caught.value.message.startswith(tmp_path.name)
    assert caught.value.hint
