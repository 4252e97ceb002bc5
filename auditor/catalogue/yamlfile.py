"""Read YAML strictly, and keep the place of every value for error messages.

Differences from plain YAML, all on purpose: a key that stands twice is an error; `yes no on off`
are errors because YAML versions disagree about them; dates, `1:20`, `010` and `0x1f` stay text;
keys are always text as written; tags, anchors and aliases are errors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from auditor.errors import CatalogueError

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEPTH = 40
_SIZE = 4_000_000
_INT = re.compile(r"[+-]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[+-]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][+-]?[0-9]+)?")
_NUMBERS = frozenset("+-.0123456789")
"""How numbers begin."""
_DOUBTFUL = {"yes", "no", "on", "off"}
_QUOTED = {"'", '"', "|", ">"}
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}

Scalar = str | int | float | bool | None
Event = Any
"""One of the parser's events; not all that they have is known to their types."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A value of a YAML file with its place; members and items are entries again."""

    value: Scalar | list[Entry] | dict[str, Entry]
    file: str
    line: int
    """From 1."""
    column: int
    """From 1."""

    def error(self, message: str, hint: str) -> CatalogueError:
        """Return (do not raise) an error that names this place."""
        return CatalogueError(f"{self.file}:{self.line}:{self.column}: {message}", hint)

    def members(self) -> dict[str, Entry]:
        """Return the members of a mapping."""
        if not isinstance(self.value, dict):
            raise self.error(
                f"{self._kind()} where names with values belong", "Write `name: value`."
            )
        return self.value

    def items(self) -> list[Entry]:
        """Return the items of a list."""
        if not isinstance(self.value, list):
            raise self.error(f"{self._kind()} where a list belongs", "Write `[one, two]`.")
        return self.value

    def text(self) -> str:
        """Return a text that is not empty."""
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.error(f"{self._kind()} where a text belongs", "Put it in quotation marks.")
        return self.value.strip()

    def texts(self) -> tuple[str, ...]:
        """Return a list of texts; a single text counts as a list of one."""
        if isinstance(self.value, str):
            return (self.text(),)
        return tuple(item.text() for item in self.items())

    def flag(self) -> bool:
        """Return true or false."""
        if not isinstance(self.value, bool):
            raise self.error(f"{self._kind()} where true or false belongs", "Write true or false.")
        return self.value

    def scalar(self) -> Scalar:
        """Return a single value of any kind."""
        if isinstance(self.value, list | dict):
            raise self.error(f"{self._kind()} where a single value belongs", "Write one value.")
        return self.value

    def plain(self) -> object:
        """Return the value as ordinary lists, dicts and scalars."""
        if isinstance(self.value, dict):
            return {key: entry.plain() for key, entry in self.value.items()}
        if isinstance(self.value, list):
            return [entry.plain() for entry in self.value]
        return self.value

    def _kind(self) -> str:
        names = {dict: "names with values", list: "a list", str: "a text", bool: "true or false"}
        return "nothing" if self.value is None else names.get(type(self.value), "a number")


def read_entry(path: Path, name: str = "") -> Entry:
    """Return the content of a YAML file with places; raise CatalogueError when it is wrong.

    Places call the file by its own name unless they are given another.
    """
    name = name or path.name
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CatalogueError(f"{name}:1:1: cannot be read: {error.strerror}", "") from error
    if len(data) > _SIZE:
        raise CatalogueError(f"{name}:1:1: {len(data)} bytes are too many", "Split the file.")
    try:
        return _read_document(yaml.parse(data.decode("utf-8-sig"), Loader=_LOADER), name)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CatalogueError(f"{name}:{line}:1: not UTF-8", "Save it as UTF-8.") from error
    except yaml.YAMLError as error:
        raise _explain(error, name) from error


def read_yaml(path: Path) -> object:
    """Return the content of a YAML file; raise CatalogueError when it is wrong."""
    return read_entry(path).plain()


def _explain(error: yaml.YAMLError, name: str) -> CatalogueError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    place = f"{mark.line + 1}:{mark.column + 1}" if mark else "1:1"
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
    return CatalogueError(
        f"{name}:{place}: {problem}", "Look at indentation, quotation marks and colons there."
    )


def _read_document(events: Iterator[Event], name: str) -> Entry:
    """Return the only document of a file, straight from the parser's events.

    The composer of the library would follow depth, aliases and tags without asking.
    """
    found = Entry(None, name, 1, 1)
    count = 0
    for event in events:
        if type(event) is yaml.DocumentStartEvent:
            count += 1
            if count > 1:
                message = "one document is expected, but here begins another"
                raise _at(event, name, message, "Split the file.")
        elif isinstance(event, yaml.NodeEvent):
            found = _read(event, events, name, 0)
    return found


def _read(event: Event, events: Iterator[Event], name: str, depth: int) -> Entry:
    """Return the value that begins with an event; takes what belongs to it from the others."""
    _check(event, name)
    mark = event.start_mark
    line, column = mark.line + 1, mark.column + 1
    if type(event) is yaml.ScalarEvent:
        text = event.value
        if event.style in _QUOTED:
            return Entry(text, name, line, column)
        if text.lower() in _DOUBTFUL:
            message = f"`{text}` can be read in two ways"
            raise _at(event, name, message, "Write true or false, or quote it.")
        return Entry(_resolve(text), name, line, column)
    if depth == _DEPTH:
        raise _at(event, name, "nested too deep", "Flatten it.")
    if type(event) is yaml.MappingStartEvent:
        return Entry(_read_members(events, name, depth + 1), name, line, column)
    items = []
    for one in events:
        if type(one) is yaml.SequenceEndEvent:
            break
        items.append(_read(one, events, name, depth + 1))
    return Entry(items, name, line, column)


def _read_members(events: Iterator[Event], name: str, depth: int) -> dict[str, Entry]:
    members: dict[str, Entry] = {}
    for key in events:
        if type(key) is yaml.MappingEndEvent:
            break
        _check(key, name)
        if type(key) is not yaml.ScalarEvent:
            raise _at(key, name, "a name must be a single word", "Do not use lists as names.")
        if key.value in members:
            raise _at(key, name, f"`{key.value}` stands here twice", "Keep one of them.")
        members[key.value] = _read(next(events), events, name, depth)
    return members


def _check(event: Event, name: str) -> None:
    """Refuse aliases, anchors and tags."""
    if event.anchor:  # of an alias it is the name
        raise _at(event, name, "anchors and aliases are not read", "Write it out.")
    if event.tag:
        raise _at(event, name, "tags are not read", "Leave out the word with `!`.")


def _at(event: Event, name: str, message: str, hint: str) -> CatalogueError:
    """Return (do not raise) an error that names the place of an event."""
    mark = event.start_mark
    return CatalogueError(f"{name}:{mark.line + 1}:{mark.column + 1}: {message}", hint)


def _resolve(text: str) -> Scalar:
    if text[:1] in _NUMBERS:
        if _INT.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
    return _WORDS.get(text.lower(), text)
