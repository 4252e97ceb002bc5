"""The records that travel from a capture to the tables: frozen, plain, standard library only.

Times are seconds since 1970 in UTC as floats. Sizes are bytes. Headers are (name, value) pairs in
wire order with lower-case names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from auditor.places import At, Context, Layout, Place, exact, layout

Direction = Literal["out", "in"]
"""Seen from the DJ's computer: `out` leaves it."""

Kind = Literal["http", "websocket", "tcp", "udp"]

Value = str | int | float | bool | bytes | None

OUTCOMES = (
    "decrypted",
    "refused-by-client",
    "established-silent",
    "refused-by-server",
    "passed-through",
    "not-http",
    "quic",
    "failed",
)
"""How a transport attempt ended; every connection has exactly one."""

NOT_SENT = "not sent"
"""`Message.omitted` of what did not leave: we refused it, or a browser answered from its cache."""


@dataclass(frozen=True, slots=True)
class Message:
    """One body in one direction."""

    direction: Direction
    body: bytes
    """As it was on the wire: no content encoding undone. Empty when `omitted` says why."""
    size: int
    """Bytes on the wire; more than `len(body)` when the body was left out."""
    content_type: str = ""
    encodings: tuple[str, ...] = ()
    """Declared encodings in the order they were applied: `Content-Encoding`, then
    `X-Transfer-Encoding`. A claim, not a fact."""
    time: float | None = None
    text: bool = False
    """A WebSocket text frame."""
    omitted: str = ""
    """Why there is no body, for example `audio`; empty when it is all here."""
    digest: str = ""
    """SHA-256 of a body that was left out, in hex."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One HTTP request with its response, or one WebSocket, TCP or UDP conversation."""

    number: int
    """Position in the audit, from 0; the key that tables point to."""
    id: str
    kind: Kind
    started: float
    method: str
    scheme: str
    host: str
    port: int
    path: str
    """Without the query."""
    query: str
    """Raw, without the question mark."""
    headers: tuple[tuple[str, str], ...]
    """Of the request."""
    messages: tuple[Message, ...]
    """Request body, response body, then frames in the order they passed."""
    status: int | None = None
    connection: str = ""
    process: str = ""
    error: str = ""


class Leaf(NamedTuple):
    """One value at a place inside a message, header, cookie, query or path.

    Compared by what it says, not by the place's identity.
    """

    place: Place
    value: Value
    at: At = ()
    """One index per level of the place's path that can repeat."""

    @classmethod
    def of(
        cls,
        context: Context,
        path: str,
        value: Value,
        at: tuple[int, ...] = (),
        steps: tuple[str, ...] = (),
    ) -> Leaf:
        """Return a leaf at a place that is spelled out."""
        return cls(exact(context, path, steps), value, at)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Leaf) and self._spelled() == other._spelled()

    def __hash__(self) -> int:
        return hash(self._spelled())

    def _spelled(self) -> tuple[object, ...]:
        return (*self.place.spelled, self.value, self.at)

    @property
    def context(self) -> Context:
        """Where in the message."""
        return self.place.context

    @property
    def path(self) -> str:
        """Template in the notation of `auditor.paths`."""
        return self.place.path

    @property
    def steps(self) -> tuple[str, ...]:
        """Decode steps that led here, outermost first."""
        return self.place.steps


class Sheet(NamedTuple):
    """Leaves that stand alike: the plain members of all objects of one kind in one message.

    There are millions of leaves and few layouts, so whoever can works on sheets.
    """

    layout: Layout
    rows: Sequence[Sequence[Value]]
    """The values of each object in the order of the layout; or a list of any length."""
    ats: Sequence[At]
    """Indices of each object; those of a leaf follow from the layout."""

    def leaf(self, row: int, number: int) -> Leaf:
        """Return one leaf, by the numbers of its row and of the value in it, from 0."""
        one = self.layout
        place = one.places[0] if one.is_list else one.places[number]
        return Leaf(place, self.rows[row][number], one.at(number, self.ats[row]))

    def spots(self, number: int) -> Iterator[tuple[Value, At]]:
        """Return the values at one place with their indices, row by row; for lists, all values."""
        where, rows, ats = self
        if where.is_list:
            pairs = zip(rows, ats, strict=True)
            return ((one, (*at, item)) for row, at in pairs for item, one in enumerate(row))
        tail = where.tails[number] if where.tails else ()
        return zip([row[number] for row in rows], [at + tail for at in ats], strict=True)

    def column(self, number: int) -> Iterator[Leaf]:
        """Return the same as leaves."""
        place = self.layout.places[number]
        return (Leaf(place, value, at) for value, at in self.spots(number))

    def leaves(self) -> Iterator[Leaf]:
        """Yield the leaves, row by row."""
        for row, values in enumerate(self.rows):
            for number in range(len(values)):
                yield self.leaf(row, number)


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that could not be decoded: a record, never an exception, never silence."""

    reason: str
    """One of `auditor.decode.REASONS`."""
    size: int
    detail: str = ""
    path: str = ""
    """Where inside the message; empty means the whole of it."""
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decoded:
    """What one message, or the head of one request, says."""

    sheets: tuple[Sheet, ...] = ()
    """In the order in which their layouts were first met. The plain members of an object come
    before what is inside its other members."""
    unread: tuple[Unread, ...] = ()

    @classmethod
    def of(cls, leaves: Iterable[Leaf], unread: tuple[Unread, ...] = ()) -> Decoded:
        """Return single leaves, each on a sheet of its own."""
        sheets = [Sheet(layout((one.place,)), ((one.value,),), (one.at,)) for one in leaves]
        return cls(tuple(sheets), unread)

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """All leaves, made from the sheets each time this is asked."""
        return tuple(leaf for sheet in self.sheets for leaf in sheet.leaves())


@dataclass(frozen=True, slots=True)
class Connection:
    """A transport attempt with its outcome, also when TLS was refused."""

    id: str
    outcome: str
    """One of `OUTCOMES`."""
    started: float
    ended: float | None
    sni: str
    address: str
    """`host:port` of the far end, empty when it was never dialled."""
    bytes_up: int
    bytes_down: int
    process: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something the tester did."""

    action: str
    """`load play pause seek cue-set cue-jump loop-on loop-off tempo crossfade … idle`."""
    start: float
    end: float
    values: dict[str, Value] = field(default_factory=dict)
    """True values of the action. Positions end in `_s` and count seconds inside the track."""


@dataclass(frozen=True, slots=True)
class Intervention:
    """Something we did to the traffic."""

    what: str
    """`block-quic`, `block-receiver`, `block-category` or `pass-through`."""
    target: str
    """Receiver, kind of data or host."""
    time: float
    flow: str = ""


@dataclass(frozen=True, slots=True)
class Loss:
    """Something a source had to skip."""

    reason: str
    count: int = 1
    size: int = 0
    detail: str = ""


Strength = Literal["strong", "medium", "weak"]


class Meaning(NamedTuple):
    """What a value is, and how we know."""

    category: str
    """`other` when no rule fits."""
    strength: Strength
    rule: str = ""
    """Id of the field rule, `lexicon`, or empty when nothing fits."""
    basis: str = ""
    """Basis of the rule's evidence, or `lexicon`."""
    means: str = ""
    """What the field is, in plain words; for the lexicon, how it scored."""
    unit: str = ""
    secret: str = ""
    """Kind of secret (`token`, `account-id`, `email` …): redacted wherever its value appears."""
    indicates: tuple[str, ...] = ()
    """Categories that may be worked out from this field though it does not name them."""


NO_MEANING = Meaning("other", "weak")


class Observation(NamedTuple):
    """A leaf with its meaning."""

    leaf: Leaf
    meaning: Meaning = NO_MEANING
    event: str = ""
    """Name of the event the leaf belongs to, where the endpoint has events."""
    event_time: float | None = None
    """When it happened according to the message itself, in seconds since 1970."""

    @property
    def category(self) -> str:
        """Kind of data."""
        return self.meaning.category

    @property
    def strength(self) -> Strength:
        """How sure that is."""
        return self.meaning.strength

    @property
    def rule(self) -> str:
        """Id of the rule that says so."""
        return self.meaning.rule

    @property
    def basis(self) -> str:
        """How the rule is known."""
        return self.meaning.basis

    @property
    def means(self) -> str:
        """What the field is, in plain words."""
        return self.meaning.means

    @property
    def unit(self) -> str:
        """Unit of the value."""
        return self.meaning.unit

    @property
    def secret(self) -> str:
        """Kind of secret, if it is one."""
        return self.meaning.secret

    @property
    def indicates(self) -> tuple[str, ...]:
        """Categories that may be worked out from it."""
        return self.meaning.indicates


@dataclass(frozen=True, slots=True)
class Site:
    """Where an exchange went: a receiver and one of its endpoints."""

    receiver: str
    """Catalogue id, or the host when nobody knows its owner."""
    name: str
    role: str
    """`streaming service`, `DJ vendor`, `analytics vendor`, `cloud/CDN` or `unknown`."""
    endpoint: str
    """Catalogue id, or `METHOD /path/{id}` when there is no rule."""
    category: str
    """Main category of the endpoint; `other` when there is no rule."""
    known: bool = False
    """Whether the endpoint is in the catalogue."""
    parameters: tuple[tuple[str, str], ...] = ()
    """Values of the path template's placeholders."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The redacted lines of one message that a claim rests on."""

    exchange: int
    time: float
    host: str
    endpoint: str
    event: str
    steps: tuple[str, ...]
    lines: tuple[tuple[str, str, bool], ...]
    """Path, redacted value, and whether the claim points at this line."""
    more: int = 0
    """Lines of the same message that are not shown."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of the report with its verdict, strength and pointers."""

    id: str
    """`<category>.<receiver>`, the same in every audit of the same capture."""
    category: str
    receiver: str
    receiver_name: str
    role: str
    verdict: str
    """`seen`, `seen, indirectly`, `not seen`, `not tested` or `not visible`."""
    strength: str
    """`strong`, `medium`, or empty when nothing was seen."""
    reason: str
    """Code of the rule that decided, see `auditor.claims.verdict`."""
    sentence: str
    numbers: tuple[tuple[str, float], ...]
    """Name and value of every number in the sentence, and those it rests on."""
    fields: tuple[int, ...] = ()
    """Rows of the `fields` table."""
    observations: tuple[int, ...] = ()
    """Rows of the `observations` table, the first ones when there are many."""
    excerpt: Excerpt | None = None
    falsifier: str = ""
    """What would change our mind."""
    cause: str = ""
    """`caused` (by the action), `unclear`, or empty where no action was tested."""
