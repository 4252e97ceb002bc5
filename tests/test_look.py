from __future__ import annotations

from auditor.catalogue import load_catalogue
from auditor.catalogue.example import to_exchange
from auditor.catalogue.model import Example
from auditor.look import look
from auditor.pipeline import Pipeline

PIPELINE = Pipeline(load_catalogue())


def test_site_fields_and_what_was_not_read() -> None:
    url = "https://api.stranger.test/v1/sets/12345?bpm=124"
    looked = look(PIPELINE, to_exchange(Example("x", "POST", url, (), b'{"hot_cue": 3}', ())))
    assert looked.site.receiver == "api.stranger.test"
    found = {(one.context, one.path): one for one in looked.fields}
    assert set(found) == {("query", "bpm"), ("path", "id"), ("body", "hot_cue")}
    cue = found["body", "hot_cue"]
    assert (cue.raw, cue.value, cue.category, cue.strength) == (3, "3", "cue", "medium")
    assert cue.why.startswith("lexicon: ")
    assert cue.steps == ("json",)
    assert looked.unread == ()


def test_what_cannot_be_read_has_a_reason() -> None:
    headers = (("content-encoding", "gzip"),)
    body = bytes.fromhex("1f8b0800") + b"no gzip at all"
    looked = look(PIPELINE, to_exchange(Example("x", "POST", "https://a.test/", headers, body, ())))
    assert [reason for reason, _ in looked.unread]
