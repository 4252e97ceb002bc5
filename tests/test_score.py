"""How a catalogue is scored; and that the corpus is what it says it is."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from auditor import resources
from auditor.catalogue import load_catalogue
from auditor.catalogue.labelled import Label, Labelled, read_corpus
from auditor.catalogue.model import Example
from auditor.records import Exchange
from auditor.score import ALARMS, NOT_FOUND, Share, Tally, score


def nothing(name: str) -> Iterable[Exchange]:
    raise AssertionError(name)


def labelled(body: bytes, *labels: Label, **more: object) -> Labelled:
    request = Example("a", "POST", "https://stranger.test/e", (), body, ())
    told = {"quiet": False, "receiver": "", "categories": (), "within": "", **more}
    return Labelled(
        id="a",
        origin="written",
        request=request,
        capture="",
        labels=labels,
        place="a.yaml:1",
        **told,
    )  # type: ignore[arg-type]


def label(path: str, *categories: str, value: str | None = None) -> Label:
    return Label("body", path, value, categories)


def test_right_wrong_and_missed() -> None:
    body = b'{"hot_cue": 3, "loop_in_ms": 5, "socks": "red", "hat": "blue"}'
    one = labelled(
        body,
        label("hot_cue", "cue"),
        label("loop_in_ms", "tempo", "seek"),
        label("socks", "device"),
        label("hat", "other"),
        label("gloves", "other"),
    )
    result = score(load_catalogue(), [one], nothing)
    assert result.by_category == {
        "tempo": Tally(missed=1),
        "cue": Tally(right=1),
        "loop": Tally(wrong=1),
        "device": Tally(missed=1),
    }
    assert result.total == Tally(1, 1, 2)
    assert result.by_origin["written"] == Tally(1, 1, 2)
    assert {(one.field, one.wanted, one.got) for one in result.misses} == {
        ("body:loop_in_ms", "tempo|seek", "loop"),
        ("body:socks", "device", "other"),
        ("body:gloves", "other", NOT_FOUND),
    }


def test_the_label_of_a_value_is_about_that_value() -> None:
    body = b'[{"event": "hot_cue_set"}, {"event": "loop_on"}]'
    one = labelled(
        body,
        label("[].event", "cue", value="hot_cue_set"),
        label("[].event", "loop", value="loop_on"),
    )
    assert score(load_catalogue(), [one], nothing).total == Tally(right=2)


def test_shares_of_sites() -> None:
    known = Example("b", "POST", "https://api.segment.io/v1/batch", (), b"{}", ())
    base = labelled(b"{}", receiver="unknown", categories=("playback",))
    from dataclasses import replace

    right = replace(base, request=known, receiver="segment", categories=("analytics", "ads"))
    wrong = replace(base, request=known, receiver="tidal", categories=("search",))
    result = score(load_catalogue(), [base, right, wrong], nothing)
    assert result.receivers == Share(2, 3)
    assert result.endpoints == Share(1, 2)
    assert result.strangers == Share(0, 1)
    assert [one.what for one in result.misses] == ["endpoint", "receiver", "endpoint"]


def test_false_alarms_count_places_once_and_spare_labelled_ones() -> None:
    body = b'[{"hot_cue": 1, "loop_in_ms": 3, "price": 2}, {"hot_cue": 2}]'
    one = labelled(body, label("[].loop_in_ms", "loop"), quiet=True)
    result = score(load_catalogue(), [one], nothing)
    assert (result.quiet_fields, result.alarms, result.firm_alarms) == (3, 1, 1)
    assert result.alarms_per_1000 == pytest.approx(333.3, abs=0.1)
    assert result.quiet_files == {"a.yaml": Share(1, 3)}


def test_numbers_without_anything_to_count() -> None:
    assert (Tally().precision, Tally().recall, Tally().f1, Share().share) == (1, 1, 1, 1)
    empty = score(load_catalogue(), [], nothing)
    assert (empty.alarms_per_1000, empty.firm_alarms_per_1000) == (0, 0)
    assert empty.by_origin["examples"].right > 100


def test_f1_is_the_harmonic_mean() -> None:
    one = Tally(right=3, wrong=1, missed=2)
    both = 2 / (1 / one.precision + 1 / one.recall)
    assert one.f1 == pytest.approx(both)


def corpus() -> tuple[Labelled, ...]:
    return read_corpus(resources.corpus_dir(), load_catalogue().categories)


def test_the_corpus_is_large_enough() -> None:
    labels = [one for each in corpus() for one in each.labels]
    assert len([one for one in corpus() if one.labels]) >= 60
    assert len(labels) >= 300
    kinds = {kind for one in labels for kind in one.categories}
    assert kinds >= ALARMS | {"playback", "seek", "library", "search", "identity", "device"}


def test_the_corpus_holds_invented_values_only() -> None:
    for file in resources.corpus_dir().glob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        assert "eyJ" not in text
        for word in text.replace("(", " ").split():
            if "@" in word and "." in word and not word.startswith(('"@', "@")):
                assert "example.test" in word or "ingest" in word or "invented" in word, word


def test_the_catalogue_reaches_its_goals_on_the_corpus() -> None:
    from auditor.sources import open_capture

    def captured(name: str) -> Iterable[Exchange]:
        return open_capture(resources.samples_dir() / name).exchanges

    result = score(load_catalogue(), corpus(), captured)
    assert result.quiet_fields >= 2000
    assert result.total.f1 >= 0.85
    assert result.receivers.share >= 0.95
    assert result.endpoints.share >= 0.90
    plain = result.quiet_files["quiet-services.yaml"]
    assert plain.hits <= plain.total / 1000
    assert not [one for one in result.misses if one.got == NOT_FOUND], (
        "labels of fields that are not there"
    )
