"""Make an invented request of the shape that was seen, as a catalogue example.

Only bodies of JSON and forms are rebuilt; others would have to be encoded by whoever knows them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from auditor.catalogue import pattern
from auditor.draft.learn import Learned
from auditor.draft.shape import invent
from auditor.look import Field
from auditor.records import Value


@dataclass(frozen=True, slots=True)
class Invented:
    """A request that nobody sent."""

    url: str
    form: str
    """`json`, `form`, or empty without a body."""
    content: Any
    """What stands under `form` in the catalogue."""
    body: bytes


@dataclass(slots=True)
class _Node:
    members: dict[str, _Node] = field(default_factory=dict)
    items: _Node | None = None
    inside: _Node | None = None
    value: Value = None


def invent_request(one: Learned, host: str, names: Iterable[str]) -> Invented:
    """Return a request for an endpoint; `names` are the placeholders of its path."""
    path = one.path
    for number, name in enumerate(names, 1):
        path = path.replace(f"{{{name}}}", str(1000 + number))
    query = urlencode(
        {
            each.path.strip('[]"'): _plain(invent(each.path, each.raw))
            for each in one.sample
            if each.context == "query" and not {".", ">"} & set(each.path)
        }
    )
    url = f"https://{host}{quote(path, safe='/:@!$&()*+,;=~.%-_')}" + (f"?{query}" if query else "")
    leaves = [each for each in one.sample if each.context == "body" and each.path]
    form = _form(one)
    if not leaves or not form:
        return Invented(url, "", None, b"")
    tree = _tree(leaves)
    if form == "form":
        content = {name: _opened(node) for name, node in tree.members.items()}
        body = urlencode([(name, _spelled(value)) for name, value in content.items()]).encode()
        return Invented(url, form, content, body)
    content = _rendered(tree)
    return Invented(url, form, content, json.dumps(content, ensure_ascii=False).encode())


def _form(one: Learned) -> str:
    steps = one.formats.most_common(1)[0][0] if one.formats else ()
    last = [step for step in steps if step in {"json", "form"}]
    return last[0] if last and steps[0] in {"json", "form", "gzip", "deflate", "br", "zstd"} else ""


def _tree(leaves: Iterable[Field]) -> _Node:
    root = _Node()
    for leaf in leaves:
        node = root
        for part in pattern.split(leaf.path):
            if part == "[]":
                node.items = node = node.items or _Node()
            elif part == ">":
                node.inside = node = node.inside or _Node()
            else:
                key = json.loads(part[1:-1]) if part.startswith("[") else part.removeprefix(".")
                node = node.members.setdefault("key" if key == "*" else key, _Node())
        if node.value is None:
            node.value = "invented" if isinstance(leaf.raw, bytes) else invent(leaf.path, leaf.raw)
    return root


def _rendered(node: _Node) -> Any:
    if node.inside is not None:
        return json.dumps(_rendered(node.inside), ensure_ascii=False)
    return _opened(node)


def _opened(node: _Node) -> Any:
    """Return the content of a node; what was decoded once more as it is inside."""
    if node.inside is not None:
        return _opened(node.inside)
    if node.items is not None:
        return [_rendered(node.items)]
    if node.members:
        return {name: _rendered(one) for name, one in node.members.items()}
    return node.value


def _spelled(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _plain(value: Value) -> str:
    return "" if value is None else str(value)
