"""Places inside messages: one object per place, so that what is known of it hangs on it.

A capture has millions of values but few places. A place is made once and then found by one look-up
from the place above; whoever works something out for a place keeps it under the object itself.
"""

from __future__ import annotations

from typing import Any, Literal

from auditor import paths

Context = Literal["body", "query", "path", "header", "cookie"]

At = tuple[int, ...]
"""One index per level of a path that can repeat."""

_LONGEST_KEY = 200
"""Longer keys are cut: a path is repeated on every leaf below it."""

_LONGEST_PATH = 2000

_MOST = 200_000
"""Places; messages with ever new keys would make them without end."""


def without_surrogates(text: str) -> str:
    """Replace lone surrogates, which JSON can spell and no file can hold."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class Place:
    """Where a value stands, and how we got there; compared by identity."""

    __slots__ = (
        "_after",
        "_hops",
        "_listed",
        "_single",
        "children",
        "context",
        "depth",
        "hops",
        "is_long",
        "items",
        "known",
        "path",
        "steps",
    )

    def __init__(
        self, context: Context, path: str, steps: tuple[str, ...], depth: int, hops: int
    ) -> None:
        self.context: Context = context
        self.path = path
        """Template in the notation of `auditor.paths`."""
        self.steps = steps
        """Decode steps that led here, outermost first."""
        self.depth = depth
        """Levels of objects and arrays above, over all hops."""
        self.is_long = len(path) > _LONGEST_PATH
        """Nothing more is looked for below: the path would be repeated on every leaf."""
        self.hops = hops
        """Times that something inside something was decoded once more."""
        self.children: dict[str | int, Place] = {}
        """Members by key, protobuf fields by number."""
        self.items: Place | None = None
        self.known: dict[Any, Any] = {}
        """What the decoder has worked out about objects that stand here."""
        self._listed: Layout | None = None
        self._single: Layout | None = None
        self._after: dict[tuple[str, ...], Place] = {}
        self._hops: dict[tuple[str, ...], Place] = {}

    def __repr__(self) -> str:
        return f"Place({self.context}:{self.path} {'/'.join(self.steps)})"

    @property
    def spelled(self) -> tuple[Context, str, tuple[str, ...]]:
        """Return context, path and steps."""
        return self.context, self.path, self.steps

    @property
    def single(self) -> Layout:
        """Return the layout of a row that holds the value here and no other."""
        if self._single is None:
            self._single = layout((self,))
        return self._single

    @property
    def listed(self) -> Layout:
        """Return the layout of rows that are lists of values, all of which stand here."""
        if self._listed is None:
            self._listed = layout((self,), is_list=True)
        return self._listed

    def child(self, key: str) -> Place:
        """Return the place of a member."""
        found = self.children.get(key)
        if found is None:
            name = key if len(key) <= _LONGEST_KEY else key[:_LONGEST_KEY] + "…"
            path = paths.child(self.path, without_surrogates(name))
            found = self.children[key] = self._below(path)
        return found

    def tag(self, number: int) -> Place:
        """Return the place of a protobuf field; every field can repeat."""
        found = self.children.get(number)
        if found is None:
            found = self.children[number] = self._below(paths.tag(self.path, number))
        return found

    def item(self) -> Place:
        """Return the place of an array's items."""
        if self.items is None:
            self.items = self._below(paths.item(self.path))
        return self.items

    def after(self, steps: tuple[str, ...]) -> Place:
        """Return the same place with more steps taken."""
        if not steps:
            return self
        found = self._after.get(steps)
        if found is None:
            found = Place(self.context, self.path, self.steps + steps, self.depth, self.hops)
            self._after[steps] = _counted(found)
        return found

    def hop(self, steps: tuple[str, ...]) -> Place:
        """Return the place of what was decoded from the value here."""
        found = self._hops.get(steps)
        if found is None:
            path = paths.hop(self.path)
            found = Place(self.context, path, self.steps + steps, self.depth, self.hops + 1)
            self._hops[steps] = _counted(found)
        return found

    def _below(self, path: str) -> Place:
        return _counted(Place(self.context, path, self.steps, self.depth + 1, self.hops))


class Layout:
    """Where the values of a row stand: compared by identity, one object for all equal ones."""

    __slots__ = ("context", "home", "is_list", "places", "tails")

    def __init__(self, places: tuple[Place, ...], tails: tuple[At, ...], is_list: bool) -> None:
        self.places = places
        """One for each value, in their order; one only when `is_list`."""
        self.tails = tails
        """For each value, the indices behind those of its row; empty when there are none."""
        self.is_list = is_list
        """The row may have any number of values, all at one place; they are numbered from 0."""
        self.context = places[0].context
        self.home = paths.container(places[0].path)
        """Path of the object that all the values are members of."""

    def at(self, number: int, at: At) -> At:
        """Return the indices of a value, given those of its row."""
        if self.is_list:
            return (*at, number)
        return at + self.tails[number] if self.tails else at


_roots: dict[Context, Place] = {}
_exact: dict[tuple[Context, str, tuple[str, ...]], Place] = {}
_layouts: dict[tuple[tuple[Place, ...], tuple[At, ...], bool], Layout] = {}
_made = 0


def root(context: Context) -> Place:
    """Return the place of a whole body, query, head or set of cookies.

    Forgets all places when there are too many: call it at the beginning of a message only.
    """
    global _made  # noqa: PLW0603 - the count belongs to the table beside it
    if _made > _MOST:
        _roots.clear()
        _exact.clear()
        _layouts.clear()
        _made = 0
    found = _roots.get(context)
    if found is None:
        found = _roots[context] = Place(context, "", (), 0, 0)
    return found


def exact(context: Context, path: str, steps: tuple[str, ...] = ()) -> Place:
    """Return the place of a spelled path; it has nothing to do with the trees below the roots."""
    key = (context, path, steps)
    found = _exact.get(key)
    if found is None:
        found = _exact[key] = _counted(Place(context, path, steps, 0, 0))
    return found


def layout(
    places: tuple[Place, ...], tails: tuple[At, ...] = (), *, is_list: bool = False
) -> Layout:
    """Return the layout of rows whose values stand at these places."""
    global _made  # noqa: PLW0603
    if not any(tails):
        tails = ()
    key = (places, tails, is_list)
    found = _layouts.get(key)
    if found is None:
        found = _layouts[key] = Layout(*key)
        _made += len(places)
    return found


def _counted(place: Place) -> Place:
    global _made  # noqa: PLW0603
    _made += 1
    return place
