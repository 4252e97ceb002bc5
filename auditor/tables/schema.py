"""Columns of the audit tables: name, type, unit and meaning, one line each.

Every string is redacted before it reaches a table. Times are UTC.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `dtype` is a pandas dtype name."""

    name: str
    dtype: str
    meaning: str


def _columns(*rows: tuple[str, str, str]) -> tuple[Column, ...]:
    return tuple(Column(*row) for row in rows)


EXCHANGES = _columns(
    ("exchange", "int64", "number of the exchange in this audit, from 0"),
    ("capture", "int64", "index into facts.captures"),
    ("id", "string", "id in the capture"),
    ("kind", "category", "http, websocket, tcp or udp"),
    ("process", "category", "process name where known"),
    ("time", "datetime64[ms, UTC]", "start of the request"),
    ("receiver", "category", "catalogue id or host"),
    ("receiver_name", "category", "who gets it"),
    ("role", "category", "role of the receiver"),
    ("endpoint", "category", "catalogue id, or method and folded path"),
    ("known", "bool", "whether the endpoint is in the catalogue"),
    ("method", "category", "request method"),
    ("host", "category", "host name"),
    ("status", "Int64", "response status"),
    ("content", "category", "main category of what left, or unread"),
    ("messages_out", "int64", "messages that left: the request, and frames sent"),
    ("bytes_out", "int64", "bytes of body, path and query that left; headers not counted"),
    ("bytes_read", "int64", "of these, bytes that were decoded"),
    ("bytes_in", "int64", "bytes of bodies that came back"),
)

OBSERVATIONS = _columns(
    ("exchange", "int64", "exchange it was part of"),
    ("message", "int64", "0 for the request with its head, else the number of the frame"),
    ("time", "datetime64[ms, UTC]", "when it left"),
    ("event_time", "datetime64[ms, UTC]", "when it happened according to the message, if it says"),
    ("receiver", "category", "catalogue id or host"),
    ("endpoint", "category", "catalogue id, or method and folded path"),
    ("event", "category", "name of the event, where the endpoint has events"),
    ("context", "category", "body, query, path, header or cookie"),
    ("path", "category", "path of the value in the notation of auditor.paths"),
    ("value", "string", "redacted, cut preview"),
    ("number", "float64", "the value where it is a number and no secret"),
    ("unit", "category", "unit of the number"),
    ("category", "category", "kind of data"),
    ("strength", "category", "strong, medium or weak"),
    ("rule", "category", "rule id, or lexicon"),
    ("basis", "category", "how we know the rule"),
    ("steps", "category", "decode steps, joined by ›"),
    ("field", "int64", "row of the fields table"),
)

FIELDS = _columns(
    ("receiver", "category", "catalogue id or host"),
    ("endpoint", "category", "catalogue id, or method and folded path"),
    ("event", "category", "name of the event, where the endpoint has events"),
    ("context", "category", "body, query, path, header or cookie"),
    ("path", "category", "path of the value"),
    ("count", "int64", "values seen"),
    ("messages", "int64", "messages that carried it"),
    ("types", "category", "JSON types seen, joined by |"),
    ("distinct", "int64", "different values, counted up to 32"),
    ("example", "string", "one redacted value"),
    ("category", "category", "kind of data; other when nothing fits"),
    ("strength", "category", "strongest of its observations"),
    ("unit", "category", "unit of the number"),
    ("rule", "category", "rule id, lexicon, or empty"),
    ("basis", "category", "how we know the rule"),
    ("means", "category", "what the field is, or how the lexicon scored it"),
    ("indicates", "category", "categories that may be worked out from it, joined by a space"),
    ("first", "datetime64[ms, UTC]", "first time it left"),
    ("last", "datetime64[ms, UTC]", "last time it left"),
)

KINDS = _columns(
    ("receiver", "string", "catalogue id or host"),
    ("category", "string", "kind of data"),
    ("messages", "int64", "messages that carried it, candidates not counted"),
    ("values", "int64", "values with it, candidates not counted; all, listed or not"),
    ("strength", "string", "strongest of them"),
)

UNREAD = _columns(
    ("exchange", "int64", "exchange it was part of"),
    ("message", "int64", "0 for the request with its head, else the number of the frame"),
    ("direction", "string", "out or in"),
    ("time", "datetime64[ms, UTC]", "when it passed"),
    ("receiver", "string", "catalogue id or host"),
    ("endpoint", "string", "catalogue id, or method and folded path"),
    ("reason", "string", "one of the decoder's reasons"),
    ("detail", "string", "more about the reason"),
    ("path", "string", "where inside the message; empty means all of it"),
    ("size", "int64", "bytes"),
)

CONNECTIONS = _columns(
    ("id", "string", "id in the journal"),
    ("outcome", "string", "one of auditor.records.OUTCOMES"),
    ("started", "datetime64[ms, UTC]", "when it was opened"),
    ("ended", "datetime64[ms, UTC]", "when it was closed"),
    ("sni", "string", "server name the client asked for"),
    ("address", "string", "host:port of the far end"),
    ("receiver", "string", "catalogue id or host"),
    ("bytes_up", "int64", "bytes sent"),
    ("bytes_down", "int64", "bytes received"),
    ("process", "string", "process name where known"),
    ("detail", "string", "what the proxy said"),
)

MARKS = _columns(
    ("mark", "int64", "number of the mark, from 0"),
    ("action", "string", "what the tester did"),
    ("category", "string", "kind of data this action exercises"),
    ("start", "datetime64[ms, UTC]", "when it began"),
    ("end", "datetime64[ms, UTC]", "when it ended"),
    ("values", "string", "true values as JSON"),
    ("followed", "bool", "an observation of the category falls into the mark's window"),
    ("matched", "bool", "the mark's own values were found in what left"),
    ("error_s", "float64", "distance of the nearest matching value in seconds"),
)

ATTRIBUTION = _columns(
    ("field", "int64", "row of the fields table; -1 when it is no single field"),
    ("receiver", "string", "catalogue id or host"),
    ("endpoint", "string", "catalogue id, or method and folded path; empty for kinds of data"),
    ("event", "string", "name of the event, where the endpoint has events"),
    (
        "context",
        "string",
        "of a field; else kind (of data), message (whole ones), connection (sealed) or unread",
    ),
    ("path", "string", "path of the value, or the kind of data"),
    ("category", "string", "kind of data"),
    ("action", "string", "what the tester did"),
    ("statistic", "string", "presence, count, change (another value), known (value) or bytes"),
    ("lag", "string", "with, soon (5 to 60 seconds later) or flush (next message of the kind)"),
    ("clock", "string", "whose time counted: message (its own account) or arrival"),
    ("n", "int64", "windows of the action"),
    ("hit", "int64", "of these, windows in which it left"),
    ("controls", "int64", "idle windows; for soon and flush all other windows"),
    ("control_hit", "int64", "of these, windows in which it left"),
    ("baseline", "float64", "share of the controls in which it left"),
    ("effect", "float64", "difference of shares, or of means for count and bytes"),
    ("low", "float64", "lower end of its 95 % interval"),
    ("high", "float64", "upper end of its 95 % interval"),
    ("p", "float64", "of the permutation test, one-sided"),
    ("q", "float64", "after Benjamini and Hochberg; missing where no test was made"),
)

TABLES = {
    "exchanges": EXCHANGES,
    "observations": OBSERVATIONS,
    "fields": FIELDS,
    "kinds": KINDS,
    "unread": UNREAD,
    "connections": CONNECTIONS,
    "marks": MARKS,
    "attribution": ATTRIBUTION,
}
