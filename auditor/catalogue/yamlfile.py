"""Read YAML strictly, and keep the place of every value for error messages.

Differences from plain YAML, all on purpose: a key that stands twice is an error; `yes no on off`
are errors because YAML versions disagree about them; dates, `1:20`, `010` and `0x1f` stay text;
keys are always text as written; tags, anchors and aliases are errors.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from auditor.errors import CatalogueError

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEPTH = 40
_SIZE = 4_000_000
_INT = re.compile(r"[+-]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[+-]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][+-]?[0-9]+)?")
_DOUBTFUL = {"yes", "no", "on", "off"}
_QUOTED = {"'", '"', "|", ">"}
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}

Scalar = str | int | float | bool | None


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
        text = data.decode("utf-8-sig")
        _check_events(text, name)
        node = yaml.compose(text, Loader=_LOADER)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CatalogueError(f"{name}:{line}:1: not UTF-8", "Save it as UTF-8.") from error
    except yaml.YAMLError as error:
        raise _explain(error, name) from error
    if node is None:
        return Entry(None, name, 1, 1)
    return _convert(node, name)


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


def _check_events(text: str, name: str) -> None:
    """Refuse what the composer would follow without asking: depth, aliases, tags."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        mark = event.start_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEPTH:
            raise CatalogueError(f"{name}:{line}:{column}: nested too deep", "Flatten it.")
        if getattr(event, "anchor", None) or isinstance(event, yaml.AliasEvent):
            raise CatalogueError(
                f"{name}:{line}:{column}: anchors and aliases are not read", "Write it out."
            )
        if getattr(event, "tag", None):
            raise CatalogueError(
                f"{name}:{line}:{column}: tags are not read", "Leave out the word with `!`."
            )


def _convert(node: yaml.Node, name: str) -> Entry:
    line, column = node.start_mark.line + 1, node.start_mark.column + 1
    if isinstance(node, yaml.MappingNode):
        return Entry(_mapping(node, name), name, line, column)
    if isinstance(node, yaml.SequenceNode):
        return Entry([_convert(item, name) for item in node.value], name, line, column)
    text: str = node.value
    if getattr(node, "style", None) in _QUOTED:
        return Entry(text, name, line, column)
    entry = Entry(_resolve(text), name, line, column)
    if text.lower() in _DOUBTFUL:
        raise entry.error(f"`{text}` can be read in two ways", "Write true or false, or quote it.")
    return entry


def _mapping(node: yaml.MappingNode, name: str) -> dict[str, Entry]:
    members: dict[str, Entry] = {}
    for key, value in node.value:
        place = Entry(None, name, key.start_mark.line + 1, key.start_mark.column + 1)
        if not isinstance(key, yaml.ScalarNode):
            raise place.error("a name must be a single word", "Do not use lists as names.")
        if key.value in members:
            raise place.error(f"`{key.value}` stands here twice", "Keep one of them.")
        members[key.value] = _convert(value, name)
    return members


def _resolve(text: str) -> Scalar:
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
