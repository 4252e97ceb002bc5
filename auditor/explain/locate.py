"""Say where in the bytes of an exchange a value stands, level by level.

The bytes at the top are the body with its content encodings undone, or the text of a query, header
or path. A value that was itself decoded once more (JSON in a form, claims in a token) has a range
at every level: that of the string in the bytes around it, then its own in what the string says.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from urllib.parse import unquote

from auditor import paths
from auditor.decode import LIMITS, encoding, formats, socketio
from auditor.decode.limits import Meter
from auditor.decode.tree import Body, Entries, Gap, Node, Raw, Tags
from auditor.explain import scan
from auditor.explain.records import Range
from auditor.explain.scan import Mark
from auditor.explain.search import is_spelled, search
from auditor.explain.tags import tag_span
from auditor.places import At, without_surrogates
from auditor.records import Exchange, Leaf, Message, Value

_HOP = re.compile(r'\["(?:[^"\\]|\\.)*"\]|(>)')
_ENCODINGS = frozenset({"gzip", "deflate", "br", "zstd"})
_WRAPS = _ENCODINGS | {"url", "base64", "hex", "bearer", "basic"}
"""Steps that give bytes or text; all others say in which format these are."""
_ROUNDS = 3


def locate(exchange: Exchange, message: int, leaf: Leaf) -> tuple[Range, ...]:
    """Return the ranges of a value of one message, outermost first; empty when it has no bytes.

    A level whose place cannot be found is the last one, with all of its bytes as the range and
    0 places.
    """
    segments, groups = _segments(leaf.path), _groups(leaf)
    top = _top(exchange, message, leaf, groups[0])
    if top is None:
        return ()
    inside, steps, data, label = top
    found: list[Range] = []
    used = 0
    for level, segment in enumerate(segments):
        size = paths.levels(segment)
        at, used = leaf.at[used : used + size], used + size
        last = level == len(segments) - 1
        form = groups[level][-1:] if level < len(groups) else ()
        form = () if form and form[0] in _WRAPS else form
        wanted = (leaf.value,) if last else ()
        here, value = _place(data, leaf, (form[0] if form else "", label), (segment, at), wanted)
        found.append(Range(inside, steps, data, *here))
        if last or not here[2]:
            break
        if level + 1 >= len(groups):
            break
        inside, steps, label = f"value of {segment or leaf.path}", groups[level + 1], ""
        data = _undone(value, steps)
    return tuple(found)


def _segments(path: str) -> list[str]:
    """Take a path apart where a value was decoded once more."""
    cuts = [one.start() for one in _HOP.finditer(path) if one[1]]
    return [
        path[start:end]
        for start, end in zip([0, *(cut + 1 for cut in cuts)], [*cuts, None], strict=True)
    ]


def _groups(leaf: Leaf) -> list[tuple[str, ...]]:
    """Share the steps out among the levels; each but the last ends with a format."""
    steps = list(leaf.steps)
    groups: list[tuple[str, ...]] = []
    if leaf.context != "body":
        size = 1 if steps[:1] in (["bearer"], ["basic"]) else 0
        groups.append(tuple(steps[:size]))
        steps = steps[size:]
    mine: list[str] = []
    for number, step in enumerate(steps):
        if step == "otlp" and not mine and groups:
            groups[-1] = (*groups[-1], step)
            continue
        mine.append(step)
        follows = steps[number + 1 : number + 2] == ["otlp"]
        if step not in _WRAPS and not follows:
            groups.append(tuple(mine))
            mine = []
    if mine or not groups:
        groups.append(tuple(mine))
    return groups


def _top(
    exchange: Exchange, number: int, leaf: Leaf, group: tuple[str, ...]
) -> tuple[str, tuple[str, ...], bytes, str] | None:
    """Return what the outermost bytes are, the steps that led to them, they, and their label."""
    if leaf.context == "query":
        return "query as sent", (), exchange.query.encode("utf-8", "replace"), "query"
    if leaf.context == "path":
        return "path as sent", (), exchange.path.encode("utf-8", "replace"), "path"
    if leaf.context in {"header", "cookie"}:
        return _header(exchange, leaf, group)
    if number >= len(exchange.messages):
        return None
    message = exchange.messages[number]
    plain = encoding.undo(message.body, message.encodings, Meter(LIMITS))
    if message.omitted or plain.reason:
        return None
    inside = "body after " + ", ".join(plain.steps) if plain.steps else "body as sent"
    return inside, plain.steps, plain.data, _label(message)


def _label(message: Message) -> str:
    return "frame" if message.text else message.content_type.lower()


def _header(
    exchange: Exchange, leaf: Leaf, group: tuple[str, ...]
) -> tuple[str, tuple[str, ...], bytes, str] | None:
    """Return the header that a value stands in; of several with one name, the first that holds it."""
    wanted = "cookie" if leaf.context == "cookie" else _segments(leaf.path)[0]
    texts = [value for name, value in exchange.headers if _is(name, wanted)]
    for text in texts:
        data = text.encode("utf-8", "surrogateescape")
        if leaf.context == "cookie":
            name = _segments(leaf.path)[0]
            if all(one.path != name for one in _safely(scan.cookie_marks(data))):
                continue
        elif len(texts) > 1 and "jwt" not in leaf.steps and str(leaf.value) not in text:
            continue
        if group == ("basic",):
            data = _unbase64(text.strip().partition(" ")[2])
            return f"header {wanted} after basic", group, data, "text"
        return f"header {wanted} as sent", (), data, group[0] if group else leaf.context
    return None


def _is(name: str, wanted: str) -> bool:
    return scan.child("", name.lower()) == wanted


_Found = tuple[int, int, int, str]
"""Start, end, number of places, and how it was found."""


def _place(
    data: bytes,
    leaf: Leaf,
    kind: tuple[str, str],
    spot: tuple[str, At],
    wanted: tuple[Value, ...],
) -> tuple[_Found, Value | bytes]:
    """Return the range of the value at a path, and the value; `wanted` is it, where it is known."""
    form, label = kind
    marks = _parts(data, label, spot) or _marks(data, form, label)
    exact = [one for one in marks if (one.path, one.at) == spot]
    exact = [one for one in exact if not wanted or _same(one.value, wanted[0])]
    if exact:
        one = exact[0]
        return (one.start, one.end, len(exact), "path"), one.value
    span = tag_span(data, spot[0], spot[1]) if form == "protobuf" and wanted else None
    if span and is_spelled(data[span[0] : span[1]], wanted[0]):
        return (*span, 1, "path"), wanted[0]
    tree = list(_of_tree(data, form, label))
    turns = [one for one in tree if (one.path, one.at) == spot]
    turns = [one for one in turns if not wanted or _same(one.value, wanted[0])]
    value = wanted[0] if wanted else turns[0].value if turns else None
    if not wanted and not turns:
        return (0, len(data), 0, "search"), None
    places = search(data, value)
    if not places:
        return (0, len(data), 0, "search"), value
    alike = [one for one in tree if _same(one.value, value)]
    if len(alike) == len(places) and len(turns) == 1:
        start, end = places[alike.index(turns[0])]
        return (start, end, 1, "order" if len(places) > 1 else "search"), value
    return (*places[0], len(places), "search"), value


def _same(one: Value, other: Value) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return without_surrogates(one) == other
    return one == other and type(one) is type(other)


def _parts(data: bytes, label: str, spot: tuple[str, At]) -> list[Mark]:
    """Return a header as a whole, or the parts of a path: nothing in them has a name."""
    pattern = {"path": rb"[^/]+", "header": rb"(?s)\S.*", "bearer": rb"(?s)(?<=[Rr]\s)\S.*"}.get(
        label
    )
    parts = re.finditer(pattern, data) if pattern else ()
    texts = ((one.span(), one[0].decode("utf-8", "surrogateescape")) for one in parts)
    return [Mark(*spot, *span, unquote(text) if label == "path" else text) for span, text in texts]


@lru_cache(maxsize=4)
def _marks(data: bytes, form: str, label: str) -> list[Mark]:
    """Return the values that a grammar finds; nothing for formats without one here."""
    if form in {"json", "jwt"}:
        return _safely(scan.json_marks(data))
    if form == "ndjson":
        return _safely(scan.json_marks(data, several=True))
    if form == "form" or label == "query":
        return _safely(scan.form_marks(data))
    if form == "envelope":
        return _safely(scan.envelope_marks(data, _payloads(data)))
    if label == "cookie":
        return _safely(scan.cookie_marks(data))
    return []


def _safely(marks: Iterator[Mark]) -> list[Mark]:
    """Return the marks up to where the bytes no longer follow the grammar."""
    found: list[Mark] = []
    try:
        for one in marks:
            found.append(one)  # noqa: PERF402 - what was found before an error counts
    except (ValueError, IndexError, RecursionError):
        pass
    return found


def _payloads(data: bytes) -> list[bytes]:
    reading = formats.read(Raw(data))
    node = reading.node if reading else None
    members = node.members if isinstance(node, Entries) else []
    return [one.data for key, one in members if isinstance(one, Body) and key[-1:] == ("payload",)]


def _of_tree(data: bytes, form: str, label: str) -> Iterator[Mark]:
    """Yield what the decoder reads from bytes in any format; these marks have no places."""
    if label in {"header", "bearer", "cookie", "path", "query", "text"}:
        return
    if label == "frame":
        reading = socketio.structure(data.decode("utf-8", "replace"))
    else:
        reading = formats.read(Raw(data, label)) if form else None
    yield from _below(reading.node if reading else None, "", ())


def _below(node: Node, path: str, at: At) -> Iterator[Mark]:
    for key, one in _members(node):
        below, more = path, at
        for part in key:
            if isinstance(part, int):
                below, more = paths.item(below), (*more, part)
            else:
                below = scan.child(below, part)
        yield from _below(one, below, more)
    if isinstance(node, Tags):
        seen: dict[int, int] = {}
        for number, one in zip(*node.spread(), strict=True):
            turn = seen[number] = seen.get(number, -1) + 1
            yield from _below(one, paths.tag(path, number), (*at, turn))
    elif isinstance(node, Body):
        yield Mark(path, at, 0, 0, node.data)
    elif not isinstance(node, dict | list | Entries | Gap):
        yield Mark(path, at, 0, 0, node)


def _members(node: Node) -> Sequence[tuple[tuple[str | int, ...], Node]]:
    if isinstance(node, dict):
        return [((name,), one) for name, one in node.items()]
    if isinstance(node, list):
        return [((number,), one) for number, one in enumerate(node)]
    return node.members if isinstance(node, Entries) else []


def _undone(value: Value, steps: tuple[str, ...]) -> bytes:
    """Return the bytes that a value holds after steps; the last, a format, leaves them as they are."""
    data = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
    for step in steps:
        if step == "url":
            data = _unquoted(data)
        elif step == "jwt":
            data = _unbase64([*data.split(b"."), b""][1].decode("ascii", "replace"))
        elif step == "base64":
            data = _unbase64(data.decode("ascii", "replace"))
        elif step == "hex":
            data = bytes.fromhex(data.decode("ascii", "replace"))
        elif step in _ENCODINGS:
            data = encoding.undo(data, (step,), Meter(LIMITS)).data
    return data


def _unquoted(data: bytes) -> bytes:
    text = data.decode("utf-8", "replace")
    for _ in range(_ROUNDS):
        text = unquote(text, errors="replace")
        if text.lstrip()[:1] in {"{", "["}:
            break
    return text.encode("utf-8", "surrogatepass")


def _unbase64(text: str) -> bytes:
    plain = text.strip().rstrip("=").replace(" ", "+").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4))
    except ValueError:
        return b""
