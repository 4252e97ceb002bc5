"""Labels on flows: whose names they use, and that nobody else's words are lost."""

from __future__ import annotations

import pytest
from mitmproxy.test import tflow

from auditor.catalogue.model import Catalogue
from auditor.recorder import labels
from auditor.records import Leaf, Meaning, Observation, Site
from auditor.session.notes import INTERVENTION

LOOP = Observation(Leaf.of("body", "loopIn", 5), Meaning("loop", "medium"))


def site(receiver: str, endpoint: str, known: bool) -> Site:
    return Site(receiver, "captured.host.test", "unknown", endpoint, "other", known)


@pytest.mark.parametrize(
    ("at", "place"),
    [
        (site("tidal", "event-batch", True), "TIDAL: Play log and streaming metrics"),
        (site("tidal", "POST /users/me@x.test", False), "TIDAL"),
        (site("evil.test", "POST /users/me@x.test", False), "unknown receiver"),
        (
            site("evil.test", "tidal/event-batch", True),
            "unknown receiver, in the form of TIDAL: Play log and streaming metrics",
        ),
        (
            site("spotify", "tidal/event-batch", True),
            "Spotify, in the form of TIDAL: Play log and streaming metrics",
        ),
    ],
)
def test_place_is_in_words_of_the_catalogue(catalogue: Catalogue, at: Site, place: str) -> None:
    one = tflow.tflow()
    labels.Labels(catalogue).put(one, at, [LOOP])
    assert one.comment == f"loop — {place}"


def test_categories_stand_in_the_order_of_the_report(catalogue: Catalogue) -> None:
    one, made = tflow.tflow(), labels.Labels(catalogue)
    made.put(one, site("tidal", "x", False), [LOOP])
    made.put(
        one, site("tidal", "x", False), [Observation(LOOP.leaf, Meaning("playback", "strong"))]
    )
    assert one.comment == "playback loop — TIDAL"


def test_a_hint_that_was_confirmed_is_no_hint(catalogue: Catalogue) -> None:
    one, made = tflow.tflow(), labels.Labels(catalogue)
    hint = Observation(LOOP.leaf, Meaning("loop", "weak"))
    made.put(one, site("tidal", "x", False), [hint])
    assert one.metadata == {labels.WEAK: ["loop"]}
    made.put(one, site("tidal", "x", False), [hint, LOOP])
    assert labels.WEAK not in one.metadata


def test_refusals_and_labels_share_a_comment(catalogue: Catalogue) -> None:
    one, made = tflow.tflow(), labels.Labels(catalogue)
    one.comment = "mine"
    for target in ("cue", "cue", "loop"):
        labels.note_refusal(one, "block-category", target)
    made.put(one, site("tidal", "x", False), [LOOP])
    assert one.comment == "mine · refused: cue, loop · loop — TIDAL"
    assert one.metadata[INTERVENTION] == ["block-category cue", "block-category loop"]
    made.clear(one)
    assert one.comment == "mine · refused: cue, loop"


def test_latest_leaves_the_flow_whole() -> None:
    one = tflow.tflow(ws=True)
    assert one.websocket
    number = len(one.websocket.messages)
    assert number > 1
    part = labels.latest(one)
    assert [m.content for m in part.websocket.messages] == [one.websocket.messages[-1].content]  # type: ignore[attr-defined]
    assert labels.latest(one, messages=0).websocket.messages == []  # type: ignore[attr-defined]
    assert len(one.websocket.messages) == number
