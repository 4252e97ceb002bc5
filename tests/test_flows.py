from mitmproxy.test import tflow

from auditor import flows
from auditor.catalogue import load_catalogue
from auditor.pipeline import Pipeline
from auditor.records import NOT_SENT
from auditor.session import notes


def test_request_and_response() -> None:
    flow = tflow.tflow(resp=True)
    flow.request.path = "/v1/play?x=1"
    flow.request.headers["Content-Encoding"] = "gzip, br"
    flow.request.headers["X-Transfer-Encoding"] = "gzip"
    exchange = flows.read_exchange(flow, 7)
    assert exchange is not None
    assert (exchange.number, exchange.kind, exchange.path, exchange.query) == (
        7,
        "http",
        "/v1/play",
        "x=1",
    )
    request, response = exchange.messages
    assert (request.direction, request.body, request.encodings) == (
        "out",
        b"content",
        ("gzip", "br", "gzip"),
    )
    assert (response.direction, response.body) == ("in", b"message")
    assert ("content-encoding", "gzip, br") in exchange.headers


def test_left_out_body_keeps_size_and_digest() -> None:
    flow = tflow.tflow(resp=True)
    assert flow.response
    flow.response.content = b""
    flow.metadata[notes.OMITTED] = {"response": {"why": "audio", "size": 99, "sha256": "ab"}}
    exchange = flows.read_exchange(flow, 0)
    assert exchange is not None
    assert (exchange.messages[1].omitted, exchange.messages[1].size) == ("audio", 99)
    assert exchange.messages[1].digest == "ab"


def test_body_that_was_not_stored_has_the_size_its_head_declares() -> None:
    flow = tflow.tflow(resp=True)
    flow.request.raw_content = None
    flow.request.headers["content-length"] = "4711"
    exchange = flows.read_exchange(flow, 0)
    assert exchange is not None
    assert (exchange.messages[0].omitted, exchange.messages[0].size) == ("not stored", 4711)


def test_websocket_frames_follow_the_handshake() -> None:
    exchange = flows.read_exchange(tflow.twebsocketflow(), 0)
    assert exchange is not None
    assert exchange.kind == "websocket"
    assert [(one.direction, one.text) for one in exchange.messages[2:]] == [
        ("out", False),
        ("out", True),
        ("in", True),
    ]


def test_tcp_and_udp_conversations() -> None:
    for flow, kind in ((tflow.ttcpflow(), "tcp"), (tflow.tudpflow(), "udp")):
        exchange = flows.read_exchange(flow, 0)
        assert exchange is not None
        assert exchange.kind == kind
        assert [one.direction for one in exchange.messages] == ["out", "in"]


def test_dns_carries_nothing_to_audit() -> None:
    assert flows.read_exchange(tflow.tdnsflow(), 0) is None


def test_what_we_refused_did_not_leave() -> None:
    refused, passed = tflow.tflow(), tflow.tflow()
    refused.metadata[notes.INTERVENTION] = [{"what": "block-receiver", "name": "a"}]
    pipeline = Pipeline(load_catalogue())
    for flow, leaves in ((refused, False), (passed, True)):
        exchange = flows.read_exchange(flow, 0)
        assert exchange
        assert bool(pipeline.run(exchange)[1]) is leaves
        assert (exchange.messages[0].omitted == NOT_SENT) is not leaves


def test_dropped_frames_did_not_leave() -> None:
    flow = tflow.twebsocketflow()
    assert flow.websocket
    flow.websocket.messages[1].drop()
    exchange = flows.read_exchange(flow, 0)
    assert exchange
    _, sent = Pipeline(load_catalogue()).run(exchange)
    assert [one.omitted for one in exchange.messages[2:]] == ["", NOT_SENT, ""]
    assert [one.index for one in sent] == [0, 2]


def test_process_is_kept() -> None:
    flow = tflow.tflow()
    flow.metadata[notes.PROCESS] = "rekordboxAgent"
    exchange = flows.read_exchange(flow, 0)
    assert exchange
    assert exchange.process == "rekordboxAgent"
