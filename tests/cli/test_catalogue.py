"""`auditor catalogue`: look up, try, check, score, document, draft; and packs of one's own files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from auditor import resources
from auditor.catalogue import load_catalogue
from auditor.cli import cli

SAMPLES = resources.samples_dir()
PACK = """\
id: demo-stream
name: DemoStream
owner: Nobody
role: streaming service
home: https://demo-stream.test
hosts: [demo-stream.test, "*.demo-stream.test"]
evidence:
  doc: {basis: documented, source: "demo-stream.test/docs", date: 2026-01-01}
endpoints:
  - id: events
    name: Events
    match: {methods: [POST], hosts: [api.demo-stream.test], paths: [/events]}
    wire: JSON
    purpose: Takes events.
    category: playback
    evidence: doc
    status: tested
    fields:
      - context: body
        rules:
          wobble: {category: loop, means: length of the wobble}
    examples:
      - id: wobbling
        request: {url: "https://api.demo-stream.test/events", json: {wobble: 8}}
        expect: [{path: wobble, category: loop, strength: strong}]
      - {id: empty, request: {url: "https://api.demo-stream.test/events", json: {nothing: 1}}, expect: none}
"""


def run(*arguments: object, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(cli, ["catalogue", *map(str, arguments)], input=stdin)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "pack"
    (folder / "services").mkdir(parents=True)
    (folder / "services" / "demo-stream.yaml").write_text(PACK, encoding="utf-8")
    return folder


def har(folder: Path, requests: list[dict[str, object]]) -> Path:
    """Write a HAR file of requests: method, url, text."""
    entries = [
        {
            "startedDateTime": f"2026-03-01T10:00:{number:02d}.000Z",
            "time": 1,
            "request": {
                "method": one["method"], "url": one["url"], "httpVersion": "HTTP/1.1",
                "cookies": [], "headers": [], "queryString": [], "headersSize": -1, "bodySize": 1,
                **({"postData": {"mimeType": "application/json", "text": one["text"]}} if one.get("text") else {}),
            },
            "response": {
                "status": 204, "statusText": "", "httpVersion": "HTTP/1.1", "cookies": [],
                "headers": [], "content": {"size": 0, "mimeType": ""}, "redirectURL": "",
                "headersSize": -1, "bodySize": 0,
            },
            "cache": {}, "timings": {"send": 1, "wait": 1, "receive": 1},
        }
        for number, one in enumerate(requests)
    ]  # fmt: skip
    path = folder / "unknown.har"
    log = {"version": "1.2", "creator": {"name": "t", "version": "1"}, "entries": entries}
    path.write_text(json.dumps({"log": log}), encoding="utf-8")
    return path


def test_list_shows_every_receiver_with_its_role() -> None:
    result = run("list")
    assert result.exit_code == 0, result.output
    for one in load_catalogue().receivers.values():
        assert f"{one.id} " in result.stdout
    assert f"{len(load_catalogue().receivers)} receivers" in result.stdout


def test_list_of_one_role_as_json() -> None:
    told = json.loads(run("list", "--role", "DJ vendor", "--json").stdout)
    assert {one["role"] for one in told} == {"DJ vendor"}
    wrong = run("list", "--role", "dj")
    assert wrong.exit_code == 2
    assert "streaming service" in wrong.output


def test_show_receiver_and_endpoint() -> None:
    receiver = run("show", "tidal")
    assert "tidal/event-batch" in receiver.stdout
    assert "documented, github.com/tidal-music/tidal-sdk-web" in receiver.stdout
    endpoint = run("show", "tidal/event-batch")
    assert "POST ec.tidal.com" in endpoint.stdout
    assert "unit unix-ms" in endpoint.stdout
    assert "expects" in endpoint.stdout
    report = run("show", "deezer/play-report")
    assert "  only where the query says method: log.listen\n" in report.stdout
    assert json.loads(run("show", "tidal/event-batch", "--json").stdout)["receiver"] == "tidal"
    assert json.loads(run("show", "tidal", "--json").stdout)["id"] == "tidal"


@pytest.mark.parametrize(
    ("name", "hint"),
    [("tidl", "Did you mean `tidal`?"), ("tidal/event-bach", "Did you mean `event-batch`?")],
)
def test_show_of_what_is_not_there(name: str, hint: str) -> None:
    result = run("show", name)
    assert result.exit_code == 1
    assert hint in result.stderr


def test_match_explains_every_field(tmp_path: Path) -> None:
    body = tmp_path / "body.json"
    body.write_text('{"hot_cue_position_ms": 61234, "email": "dj@example.test"}', encoding="utf-8")
    result = run("match", "https://nobody-knows.test/v1/things/12345", "--body", body)
    assert result.exit_code == 0, result.output
    assert "nobody has catalogued this host" in result.stdout
    assert "POST /v1/things/{id}" in result.stdout
    assert "cue, medium: lexicon" in result.stdout
    assert "dj@example.test" not in result.stdout


def test_match_as_json_with_a_rule() -> None:
    url = "https://api.tidal.com/v1/tracks/77/playbackinfo?audioquality=HIGH"
    told = json.loads(run("match", url, "--json").stdout)
    assert told["receiver"]["id"] == "tidal"
    assert told["endpoint"]["basis"] == "documented"
    assert {one["path"] for one in told["fields"]} == {"audioquality"}
    assert told["parameters"][0]["context"] == "path"


def test_match_reads_standard_input_and_says_what_it_could_not_read() -> None:
    told = json.loads(
        run("match", "https://a.test/", "--body", "-", "--header", "content-encoding: gzip",
            "--json", stdin=b"\x1f\x8b\x08rubbish that is no gzip at all").stdout
    )  # fmt: skip
    assert told["unread"]


@pytest.mark.parametrize(
    "arguments", [["ftp://a.test/"], ["nothing"], ["https://a.test", "--header", "x"]]
)
def test_match_of_nonsense(arguments: list[str]) -> None:
    assert run("match", *arguments).exit_code == 2


def test_match_of_a_file_that_is_not_there(tmp_path: Path) -> None:
    result = run("match", "https://a.test/", "--body", tmp_path / "none")
    assert result.exit_code == 1
    assert "cannot be read" in result.stderr


def test_examples_of_one_receiver() -> None:
    result = run("test", "segment")
    assert result.exit_code == 0, result.output
    assert "0 failed" in result.stdout
    assert json.loads(run("test", "segment/batch", "--json").stdout)["failed"] == []
    assert run("test", "nobody").exit_code == 1


def test_options_of_the_score_need_it() -> None:
    assert run("test", "--misses").exit_code == 2
    assert run("test", "tidal", "--score").exit_code == 2


def test_score_of_a_small_corpus(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(
        "origin: written\nrequests:\n"
        "  - id: a\n    request: {url: 'https://x.test/e', json: {hot_cue: 3, socks: red}}\n"
        "    receiver: unknown\n    fields: {cue: [hot_cue], device: [socks]}\n",
        encoding="utf-8",
    )
    (tmp_path / "quiet.yaml").write_text(
        "origin: written\nquiet: true\nrequests:\n"
        "  - {id: q, request: {url: 'https://x.test/q', json: {hot_cue: 4, price: 1.5}}}\n",
        encoding="utf-8",
    )
    result = run("test", "--score", "--corpus", tmp_path, "--misses", "-o", tmp_path / "score.md")
    assert result.exit_code == 0, result.output
    assert "field: a (one.yaml:3) body:socks: device -> other" in result.stdout
    assert "false alarm: q (quiet.yaml:4) body:hot_cue = 4: nothing -> cue" in result.stdout
    assert "1 in 2 quiet fields, 500.0 per 1,000" in result.stdout
    text = (tmp_path / "score.md").read_text(encoding="utf-8")
    assert "| cue | 1 | 0 | 0 | 1.00 | 1.00 | 1.00 |" in text
    assert load_catalogue().digest[:12] in text
    told = json.loads(run("test", "--score", "--corpus", tmp_path, "--json").stdout)
    assert told["alarms"] == 1


def test_score_without_a_corpus_says_where_it_comes_from(tmp_path: Path) -> None:
    result = run("test", "--score", "--corpus", tmp_path)
    assert result.exit_code == 1
    assert "checkout" in result.stderr


def test_pack_is_listed_checked_and_used(pack: Path, tmp_path: Path) -> None:
    assert "demo-stream" in run("list", "--catalogue", pack).stdout
    checked = run("check", "--catalogue", pack)
    assert checked.exit_code == 0, checked.output
    capture = har(tmp_path, [{"method": "POST", "url": "https://api.demo-stream.test/events", "text": '{"wobble": 8}'}])  # fmt: skip
    for packs, seen in (((), "not tested"), (("--catalogue", str(pack)), "seen")):
        out = tmp_path / f"audit{len(packs)}"
        arguments = ["audit", str(capture), "-o", str(out), "--json", *packs]
        result = CliRunner().invoke(cli, arguments)
        assert result.exit_code == 0, result.output
        told = json.loads(result.stdout)
        verdicts = {one["verdict"] for one in told["claims"] if one["category"] == "loop"}
        assert verdicts == {seen}
        wanted = load_catalogue(packs=[Path(one) for one in packs[1:]]).digest[:12]
        assert told["facts"]["tool"]["catalogue"] == wanted


def test_mistake_in_a_pack_has_a_place(pack: Path) -> None:
    file = pack / "services" / "demo-stream.yaml"
    file.write_text(PACK.replace("category: loop, means", "category: lop, means"), encoding="utf-8")
    result = run("list", "--catalogue", pack)
    assert result.exit_code == 1
    assert "pack/demo-stream.yaml:21:30: unknown category `lop`" in result.stderr


def test_check_as_json_names_a_broken_example(pack: Path) -> None:
    file = pack / "services" / "demo-stream.yaml"
    file.write_text(
        PACK.replace("category: loop, strength", "category: cue, strength"), encoding="utf-8"
    )
    result = run("check", "--catalogue", pack, "--json")
    assert result.exit_code == 1
    (found,) = json.loads(result.stdout)
    assert found["check"] == "examples-hold"
    assert "expected cue at wobble" in found["message"]


def test_pack_does_not_change_a_finished_audit(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "audit.json").write_text("{}", encoding="utf-8")
    arguments = ["report", str(tmp_path), "--catalogue", str(pack), "-o", str(tmp_path / "r.html")]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 1
    assert "made before" in result.stderr


def test_docs_are_written_and_old_pages_go(pack: Path, tmp_path: Path) -> None:
    out = tmp_path / "reference"
    assert run("docs", "-o", out, "--catalogue", pack).exit_code == 0
    own = out / "receivers" / "demo-stream.md"
    assert "length of the wobble" in own.read_text(encoding="utf-8")
    assert run("docs", "-o", out).exit_code == 0
    assert not own.exists()
    assert (out / "receivers" / "tidal.md").exists()


def test_draft_can_be_checked_and_holds_nothing_of_the_capture(tmp_path: Path) -> None:
    body = {
        "user": {"email": "somebody@real.test", "id": "4711-0815-secret"},
        "events": [
            {"name": "hot_cue_set", "event_id": "0b0c0d0e-1111-4222-8333-444455556666", "ts": 1772403300123, "cue_position_ms": 71717},
            {"name": "loop_on", "event_id": "0b0c0d0e-1111-4222-8333-444455556667", "ts": 1772403301123, "loop_beats": 8},
        ],
    }  # fmt: skip
    url = "https://in.deckdata.test/v1/users/jane-doe/events"
    capture = har(tmp_path, [{"method": "POST", "url": url, "text": json.dumps(body)}] * 3)
    printed = run("draft", capture)
    assert printed.exit_code == 0, printed.output
    assert "status: experimental" in printed.stdout
    assert "looks like telemetry" in printed.stdout
    assert "in 3 of 3" in printed.stdout
    for real in ("somebody", "4711", "71717", "1772403300123", "0b0c0d0e", "jane"):
        assert real not in printed.stdout
    out = tmp_path / "drafted"
    assert run("draft", capture, "-o", out).exit_code == 0
    checked = run("check", "--catalogue", out)
    assert checked.exit_code == 0, checked.output
    again = run("draft", capture, "-o", out)
    assert again.exit_code == 1
    assert "--force" in again.stderr
    assert "Nothing to draft" in run("draft", capture, "--catalogue", out).stderr


def test_draft_of_what_is_known() -> None:
    result = run("draft", SAMPLES / "segment-node")
    assert result.exit_code == 0
    assert "Nothing to draft" in result.stderr
