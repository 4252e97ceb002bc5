"""What a mixing program would need: the list that ships, and mistakes in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.catalogue import load_catalogue
from auditor.catalogue.mixing import load_needs
from auditor.errors import CatalogueError

KNOWN = tuple(load_catalogue().categories)


def test_every_need_is_a_row_with_a_short_reason() -> None:
    needs = load_needs(KNOWN)
    rows = {one.id for one in load_catalogue().categories.values() if one.row}
    assert (
        {"transition", "cue", "loop", "tempo", "effects", "playback"}
        <= {one.category for one in needs}
        <= rows
    )
    assert all(len(one.why.split()) <= 20 for one in needs)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("needs:\n  - {category: dance, why: It moves.}", "mixing.yaml:2:16: unknown kind"),
        ("needs:\n  - {category: cue}", "mixing.yaml:2:5: `why` is missing"),
        ("needs: [{category: cue, why: A.}, {category: cue, why: B.}]", "stands here twice"),
        ("need: []", "unknown name `need`"),
    ],
)
def test_mistakes_name_their_place(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "mixing.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError) as error:
        load_needs(KNOWN, tmp_path)
    assert said in error.value.message
