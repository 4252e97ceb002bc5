"""No output holds a secret of the capture, however it is spelled.

Shown by design, and so not in here: track ids, host names, what a session tells of itself unless
it looks like a secret, values of fields that nothing marks as secret (`key` is a musical key,
`sessionId` a playback session).
"""

import base64
import json
from urllib.parse import quote

import pytest
from mitmproxy import http, io, websocket
from mitmproxy.test import tflow
from wsproto.frame_protocol import Opcode

from auditor.audit import run_audit
from auditor.catalogue import load_catalogue
from auditor.report import render
from auditor.tables.store import write_audit

START = 1_795_231_198.0


def b64(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def jwt(name: str) -> str:
    return ".".join((b64('{"alg":"HS256","typ":"JWT"}'), b64(json.dumps({"sub": name})), b64(name)))


SECRETS = {
    name: f"{name}-person@mail.example"
    for name in ("query", "body", "key", "graphql", "frame", "event", "path", "title", "mark")
} | {
    "token": "tok-9x8w7v6u5t",
    "api key": "AIzaSyD1234567890abcdefghijklmnopqrstuv",
    "password": "hunter2-Pass!",
    "account": "acct-55667788",
    "number": "998877665",
    "serial": "SER-C02XL0GT",
    "bearer": jwt("bearer-subject"),
    "path token": jwt("path-subject"),
    "path key": "sk_live_Ab12Cd34Ef",
    "path account": "u5f7c8ec7c33c6c004bbafe83",
    "key account": "auth05f7c8ec7c33c6c004bbafe82",
    "header name": "x-5f7c8ec7c33c6c004bbafe84",
    "cookie": "cookie-ABC123",
    "basic": "basic-pw-44!",
    "home": "karlotta",
    "graphql password": "gqlPass9!z",
    "referer": "ref-tok-7788",
    "form": "form-pw-5566",
}


def post(host: str, path: str, body: object, **headers: str) -> http.HTTPFlow:
    flow = tflow.tflow(resp=True)
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    flow.request = http.Request.make("POST", f"https://{host}{path}", data, headers)
    flow.request.timestamp_start = flow.request.timestamp_end = START
    return flow


def flows(host: str) -> list[http.HTTPFlow]:
    s = SECRETS
    body = {
        "email": s["body"],
        "password": s["password"],
        "accountId": s["account"],
        "userId": int(s["number"]),
        "deviceSerial": s["serial"],
        "file": f"/Users/{s['home']}/Music/x.mp3",
        "users": {s["key"]: 1, s["key account"]: {"plays": 3}},
        "query": f'mutation {{ login(email: "{s["graphql"]}", password: "{s["graphql password"]}") }}',
        "cut": "y " * 38 + s["account"],
        "url": quote(s["password"], safe=""),
        "base64": base64.b64encode(s["account"].encode()).decode(),
        "login": base64.b64encode(f"ab:{s['account']}:cd".encode()).decode(),
        "hex": s["account"].encode().hex(),
        f"of {s['serial']}": 1,
        "event": f"login {s['event']}",
    }
    login = base64.b64encode(f"someone:{s['basic']}".encode()).decode()
    socket = tflow.twebsocketflow()
    socket.request = http.Request.make("GET", f"https://{host}/ws")
    socket.request.timestamp_start = START
    assert socket.websocket
    text = json.dumps({"mail": s["frame"], "access_token": s["token"]}).encode()
    socket.websocket.messages = [websocket.WebSocketMessage(Opcode.TEXT, True, text, START)]
    return [
        post(
            host,
            f"/v1/tracks/77640617?access_token={s['token']}&key={s['api key']}&email={quote(s['query'])}",
            body,
            authorization=f"Bearer {s['bearer']}",
            cookie=f"sid={s['cookie']}",
            referer=f"https://r.example/{s['account']}?access_token={s['referer']}",
            **{s["header name"]: "1"},
        ),
        post(
            host,
            f"/users/{s['path account']}/{quote(s['path'])}/{s['path token']}/{s['path key']}",
            b"",
            authorization=f"Basic {login}",
        ),
        post(host, "/form", f"a=1&password={s['form']}".encode()),
        socket,
    ]


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("session")
    with (folder / "flows.mitm").open("wb") as file:
        writer = io.FlowWriter(file)
        for host in ("api.tidal.com", "strange.example"):
            for flow in flows(host):
                writer.add(flow)
    told = {"title": f"Test of {SECRETS['title']}", "system": f"of /home/{SECRETS['home']}/x"}
    (folder / "session.yaml").write_text(json.dumps({"format": 1, **told}))
    values = {"query": f"for {SECRETS['mark']}", "plain": SECRETS["account"], "track": "77640617"}
    mark = {"kind": "mark", "action": "search", "start": START, "values": values}
    (folder / "journal.jsonl").write_text(json.dumps(mark) + "\n")
    audit = run_audit([folder], load_catalogue(), b"k" * 32)
    write_audit(audit, folder / "audit")
    tables = {
        f"{name}.{column}": "\n".join(str(value) for value in table[column].tolist())
        for name, table in audit.tables.items()
        for column in table.columns
    }
    facts = (folder / "audit" / "audit.json").read_text(encoding="utf-8")
    return {"audit.json": facts, "page": render(audit, charts=False), **tables}


def spellings(secret: str) -> set[str]:
    data = secret.encode()
    found = {
        secret,
        quote(secret, safe=""),
        data.hex(),
        json.dumps(secret)[1:-1],
        secret[:10] + "…",
    }
    for before in range(3):
        packed = base64.b64encode(bytes(before) + data).decode()
        found.add(packed[4 if before else 0 :].rstrip("=")[:-1])
    return {one.lower() for one in found}


@pytest.mark.parametrize("name", SECRETS)
def test_no_output_holds_a_secret(outputs: dict[str, str], name: str) -> None:
    for place, text in outputs.items():
        for spelling in spellings(SECRETS[name]):
            assert spelling not in text.lower(), f"{name} in {place}: {spelling}"


def test_what_is_no_secret_is_shown(outputs: dict[str, str]) -> None:
    assert "strange.example" in outputs["exchanges.host"]
    assert "77640617" in outputs["marks.values"]
    assert "‹user-name" not in outputs["exchanges.endpoint"]
