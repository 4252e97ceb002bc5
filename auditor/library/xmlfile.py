"""Walk through an XML file of any size. Entities are refused, and nothing is ever fetched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from xml.parsers import expat

from auditor.library.model import LONGEST_TEXT, Bad

_PIECE = 1 << 16
_DEEPEST = 64
_HEAD = 1 << 16


class Begin(NamedTuple):
    """An element begins."""

    name: str
    attributes: Mapping[str, str]


class End(NamedTuple):
    """An element ends; `text` is what stands directly in it."""

    name: str
    text: str


class _RefusedError(Exception):
    """The document declares an entity, or is nested too deeply."""


class _RootFound(Exception):  # noqa: N818
    """Enough is read."""


def root_name(data: bytes) -> str:
    """Return the name of the first element, empty when the bytes are no XML."""
    found: list[str] = []

    def begin(name: str, _: dict[str, str]) -> None:
        found.append(name)
        raise _RootFound

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = begin
    try:
        parser.Parse(data[:_HEAD], False)
    except _RootFound:
        return found[0]
    except (expat.ExpatError, _RefusedError, ValueError, LookupError):
        pass
    return ""


def events(path: Path) -> Iterator[Begin | End | Bad]:
    """Yield what the file says in order; what is damaged ends it with a `Bad` record."""
    walk = _Walk()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                walk.parser.Parse(piece, False)
                yield from walk.taken()
        walk.parser.Parse(b"", True)
        yield from walk.taken()
    except _RefusedError:
        yield from walk.taken()
        yield Bad("XML with entities or too many levels, from there on")
    except (expat.ExpatError, ValueError, LookupError):
        yield from walk.taken()
        yield Bad("damaged XML, from there on")
    except OSError:
        yield Bad("a file that could not be read to its end")


class _Walk:
    """Collect what the parser reports until somebody takes it."""

    def __init__(self) -> None:
        self._texts: list[list[str]] = []
        self._ready: list[Begin | End] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.EntityDeclHandler = _refuse

    def taken(self) -> list[Begin | End]:
        ready, self._ready = self._ready, []
        return ready

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._texts) >= _DEEPEST:
            raise _RefusedError
        self._texts.append([])
        self._ready.append(Begin(name, attributes))

    def _end(self, name: str) -> None:
        self._ready.append(End(name, "".join(self._texts.pop())[:LONGEST_TEXT]))

    def _text(self, piece: str) -> None:
        if len(self._texts[-1]) < LONGEST_TEXT:
            self._texts[-1].append(piece)


def _refuse(*_: object) -> None:
    raise _RefusedError
