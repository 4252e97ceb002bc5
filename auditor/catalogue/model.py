"""What the catalogue says, as plain frozen records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.catalogue.wording import Lexicon
from auditor.places import Context
from auditor.records import Value

if TYPE_CHECKING:
    from auditor.catalogue.behaviour import Claim, Folder, Service, Setting

BASES = ("documented", "schema", "observed", "reverse-engineered", "name", "inferred")
"""How we know something, from the surest to the least sure."""

ROLES = ("streaming service", "DJ vendor", "analytics vendor", "cloud/CDN")

STATUSES = ("experimental", "tested", "stable", "retired")

SECRETS = ("token", "account-id", "device-id", "email", "cookie", "key", "ip")

SYSTEMS = ("macos", "windows", "linux")

TRUSTS = ("os-store", "electron", "own-bundle", "unknown")
"""Whose word counts: the store of the system, Electron's own list, what the program brings along."""

UNITS = (
    "s",
    "ms",
    "us",
    "unix-ms",
    "unix-s",
    "unix-us",
    "ms-ago",
    "bpm",
    "ratio",
    "percent",
    "beats",
    "dB",
    "bytes",
    "",
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why an entry says what it says."""

    id: str
    basis: str
    """One of `BASES`."""
    source: str
    """Public repository path, address, or research note."""
    date: str
    """Day of the source's snapshot, `YYYY-MM-DD`."""


@dataclass(frozen=True, slots=True)
class FieldRule:
    """What one field is."""

    id: str
    """`<receiver>/<endpoint>/<event or ->/<context>:<path>`."""
    context: Context
    path: str
    """In the notation of `auditor.catalogue.pattern`."""
    category: str
    """Category id; empty when the words of the field decide (free-form data)."""
    means: str
    evidence: Evidence
    event: str = ""
    """The rule holds in this event only."""
    where: tuple[tuple[str, Value], ...] = ()
    """Neighbours that must have these values: a name (same object, or the nearest enclosing one
    that has it) or, when it has a dot, bracket or `>`, a whole path."""
    unit: str = ""
    time: str = ""
    """Name or path of the neighbour that says when; empty: the nearest one with a time unit."""
    secret: str = ""
    indicates: tuple[str, ...] = ()
    names_event: bool = False
    """The value is a name chosen by the application, so its words may say more than the rule."""
    off: tuple[Value, ...] = ()
    """Values that mean "not measured"; such a value says nothing."""


@dataclass(frozen=True, slots=True)
class EventData:
    """Where the content of a named event stands in a body."""

    at: str
    """Path; what stands there and below belongs to the event."""
    where: tuple[tuple[str, Value], ...] = ()
    """As in `FieldRule`."""


@dataclass(frozen=True, slots=True)
class Match:
    """Which exchanges an endpoint is about."""

    methods: tuple[str, ...]
    """Upper case; empty means any."""
    hosts: tuple[str, ...]
    """Names, or `*.name` for everything below; `*` alone where the address itself gives the
    format away, whoever the host belongs to."""
    paths: tuple[str, ...]
    """Templates: `{name}` is one segment, a last `**` is the rest."""
    kind: str = ""
    """`websocket` or `tcp` when the address is that of such a connection only; empty means any."""
    body: str = ""
    """First key of the decoded body; enough by itself on hosts that nobody knows."""
    query: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Parameters that must all stand in the query, each with one of its values, as decoded."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """One observation that an example must yield."""

    path: str
    category: str
    context: str = "body"
    event: str = ""
    value: Value = None
    """Checked when it is not None."""
    secret: str = ""
    strength: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A request and what must be found in it; nothing expected makes it a negative example."""

    id: str
    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    expect: tuple[Expectation, ...]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address template of a receiver."""

    id: str
    receiver: str
    name: str
    match: Match
    wire: str
    purpose: str
    category: str
    evidence: Evidence
    status: str
    event_name: tuple[str, ...]
    """Where the name of an event may stand: paths in the body, or `query:path`."""
    fields: tuple[FieldRule, ...]
    examples: tuple[Example, ...]
    place: str
    """`file:line` of the entry."""
    event_data: tuple[EventData, ...] = ()
    events: tuple[tuple[str, str], ...] = ()
    """Names of events with their kind of data; `fields` holds the rules made of them."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody who gets data."""

    id: str
    name: str
    owner: str
    role: str
    home: str
    hosts: tuple[str, ...]
    """Everything that belongs to the receiver, also where no endpoint is known."""
    notes: tuple[str, ...]
    endpoints: tuple[Endpoint, ...]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of data, in words for DJs."""

    id: str
    name: str
    hint: str
    row: bool
    """One of the twelve rows of the report."""
    marks: tuple[str, ...]
    """Actions that exercise it."""
    moves: tuple[str, ...]
    """Of these, the actions that move the playhead: their positions can be found again."""
    move: str
    """Such a move, for sentences: `jump to a cue point`."""
    always_on: bool
    """Sent without any action, so no action can test it."""
    did: str
    """What the tester did: `jumped inside a track`."""
    thing: str
    """What leaves, for sentences: `jump position`."""
    test: str
    """One sentence how to test it; empty when it needs no action."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that ships as data about receivers, fields and words."""

    receivers: Mapping[str, Receiver]
    """By id, in the order of the ids."""
    categories: Mapping[str, Category]
    """By id, in the order of the report."""
    headers: tuple[FieldRule, ...]
    """Rules for headers and cookies that any service may carry."""
    lexicon: Lexicon
    digest: str
    """SHA-256 over all files, in hex."""


@dataclass(frozen=True, slots=True)
class Process:
    """One program of an application that talks to the network."""

    name: str
    """mitmproxy takes every process whose name or path holds this text, capitals as written."""
    why: str
    """What it does, in a few words."""
    trust: str = ""
    """One of `TRUSTS`, when it differs from that of the application."""
    shared: bool = False
    """Other programs use it too: their traffic is recorded with it."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom an application believes when it meets our certificate."""

    how: str
    """One of `TRUSTS`."""
    note: str


@dataclass(frozen=True, slots=True)
class Application:
    """A DJ application: its processes and what is known about them."""

    id: str
    """Empty when the table does not hold it."""
    name: str
    vendor: str
    bundles: tuple[str, ...]
    """Bundle ids on macOS."""
    processes: Mapping[str, tuple[Process, ...]]
    """By system, the main one first; a system it does not run on is left out."""
    trust: Mapping[str, Trust]
    """By system."""
    login: str
    """Where logging in to a streaming service happens."""
    control: bool
    """It says that it sends nothing: a capture of it shows what the method itself makes up."""
    notes: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    place: str
    """`file:line` of the entry."""
    folders: Mapping[str, tuple[Folder, ...]] = field(default_factory=dict)
    """By system."""
    services: tuple[Service, ...] = ()
    settings: tuple[Setting, ...] = ()
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """Something the tester does several times."""

    id: str
    marks: tuple[str, ...]
    """One word, or two: one where the action begins and one where it ends."""
    say: str
    """What to do; `{name}` stands for a value of that name."""
    seconds: float
    """How long it takes."""
    repeat: int
    """How often, in each condition and round."""
    hold: bool = False
    """It takes a while: the tester tells its beginning and its end."""
    first: bool = False
    """It stands at the head of every block, for example to load a fresh track."""
    needs: str = ""
    values: tuple[tuple[str, tuple[str | int | float, ...]], ...] = ()
    """By name, the values to choose from; each repetition gets another one."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A state of the computer or of a switch in which actions are done."""

    id: str
    """Empty when the protocol has only one."""
    say: str = ""
    """What to do when it begins."""
    seconds: float = 0.0
    """How long that takes."""
    wait: float = 0.0
    """Hands-off seconds after it, so that what was kept from before can leave."""
    actions: tuple[str, ...] = ()
    """Ids of the actions done in it."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """What a session consists of; `auditor.capture.schedule` makes an order of it."""

    id: str
    title: str
    purpose: str
    minutes: float
    prepare: tuple[str, ...]
    """What must be so before the first step."""
    lead_in: float
    """Hands-off seconds at the beginning."""
    tail: float
    """Hands-off seconds at the end: telemetry comes in batches."""
    idle_count: int
    """Idle windows, in each condition and round."""
    idle_seconds: float
    gap: tuple[float, float]
    """Least and most seconds of quiet before a step."""
    actions: tuple[Action, ...]
    conditions: tuple[Condition, ...]
    rounds: int
    mirrored: bool
    """Conditions change places from round to round, and the seed decides which comes first."""
    place: str
    """`file:line` of the file's first entry."""
