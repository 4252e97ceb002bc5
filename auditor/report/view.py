"""Say what the templates may see: finished words and numbers, made from an audit only.

Shares of bars are percentages as CSS lengths without a unit. `href` is always an in-page link.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.report.verdicts import Verdict

if TYPE_CHECKING:
    from auditor.report.followed import Followed
    from auditor.report.sets import SetPicture


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a text; `hidden` marks the label that stands for a redacted value."""

    text: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a place in this page."""

    href: str
    text: str


@dataclass(frozen=True, slots=True)
class Strength:
    """How sure: the word, and the same as three dots."""

    word: str
    pips: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the waveform in a box of 1000 × 100; the core is the part nobody could read."""

    x: str
    width: str
    y: str
    height: str
    core_y: str
    core_height: str


@dataclass(frozen=True, slots=True)
class Masthead:
    """Title, facts (bold lead, rest) and the waveform."""

    title: str
    page_title: str
    facts: tuple[tuple[str, str], ...]
    bars: tuple[Bar, ...]
    wave_label: str
    wave_caption: str


@dataclass(frozen=True, slots=True)
class Point:
    """A line of an answer card."""

    glyph: Verdict | None
    label: str
    text: str
    evidence: Link | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the four cards."""

    id: str
    question: str
    headline: str
    points: tuple[Point, ...]
    more: Link | None


@dataclass(frozen=True, slots=True)
class Group:
    """One of the four verdict groups, shown also when it is empty."""

    verdict: Verdict
    definition: str
    chips: tuple[tuple[Link, bool], ...]
    """Links to rows; true marks what was seen only indirectly."""


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of data of the big table."""

    id: str
    name: str
    hint: str
    verdict: Verdict
    sentence: str
    did: tuple[str, str]
    """How often it was done: words, then the number or fact in bold."""
    readable: str
    strength: Strength | None
    cause: str
    evidence: tuple[Link, ...]
    more_evidence: int
    test: str


@dataclass(frozen=True, slots=True)
class Flow:
    """Messages of one kind to one receiver."""

    category: str
    unread: bool
    messages: str
    width: int


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who gets data, how much of it could be read, and the kinds."""

    name: str
    role: str
    messages: str
    sent: str
    read: str
    read_width: float
    flows: tuple[Flow, ...]


@dataclass(frozen=True, slots=True)
class Lane:
    """The timeline's numbers of one kind, for the table below the chart."""

    name: str
    did: str
    followed: str
    hands_off: str
    matched: str
    observed: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A finding as a title, and how to take it."""

    title: str
    take: str


@dataclass(frozen=True, slots=True)
class Box:
    """Something that was checked, with its result."""

    state: str
    """`passed`, `failed` or `none`."""
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the coverage bar."""

    code: str
    text: str
    width: float
    word: str
    meaning: str


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """Something this capture cannot show."""

    id: str
    title: str
    sentence: str
    size: str


@dataclass(frozen=True, slots=True)
class Advice:
    """A step a DJ can take."""

    id: str
    step: str
    changes: str
    limits: str
    effort: str
    fits: str
    """Why this step is shown: what was found, or what ran."""


@dataclass(frozen=True, slots=True)
class Tag:
    """What a clause says about training; `code` picks the look."""

    code: str
    word: str


@dataclass(frozen=True, slots=True)
class Need:
    """A kind of data that a mixing program would need."""

    name: str
    why: str
    verdict: Verdict
    evidence: Link | None


@dataclass(frozen=True, slots=True)
class Statement:
    """Kinds of data with one verdict and one clause."""

    kinds: tuple[tuple[str, Link | None], ...]
    """Name and link to the claim."""
    verdict: Verdict
    tag: Tag
    plain: str
    dated: str
    clause: Link | None


@dataclass(frozen=True, slots=True)
class Party:
    """A receiver with the statements about what it got."""

    name: str
    role: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class ClauseView:
    """A clause in the annex."""

    id: str
    tag: Tag
    covers: str
    quote: str
    plain: str
    url: str


@dataclass(frozen=True, slots=True)
class TextView:
    """A text that was read, or a part of it."""

    party: str
    title: str
    read: str
    checked: str
    source: str
    clauses: tuple[ClauseView, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """The AI section, and the texts behind it."""

    headline: str
    needs: tuple[Need, ...]
    counts: tuple[tuple[Tag, int], ...]
    """How many pairs of receiver and kind each class has, all four of them."""
    parties: tuple[Party, ...]
    left_out: int
    texts: tuple[TextView, ...]
    notes: tuple[tuple[str, str], ...]
    """Receiver, and what must be known about the reading of its terms."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an excerpt."""

    path: str
    value: tuple[Segment, ...]
    marked: bool


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A claim with everything needed to check it."""

    id: str
    name: str
    sentence: str
    verdict: Verdict
    strength: Strength | None
    cause: str
    receiver: str
    reason: str
    numbers: tuple[tuple[str, str], ...]
    found_by: tuple[tuple[str, str], ...]
    """Field with its meaning, and the rule with its basis."""
    message: str
    steps: str
    lines: tuple[Line, ...]
    more_lines: int
    falsifier: str
    chain: str
    """The rows it points to, in short; empty when it rests on no value."""
    fields: Link | None
    row: Link | None


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A row of the field table."""

    category: str
    event: str
    path: str
    context: str
    means: str
    example: tuple[Segment, ...]
    receiver: str
    times: str
    strength: Strength | None
    basis: str
    claim: Link | None


@dataclass(frozen=True, slots=True)
class Fields:
    """The field table and what its two lists offer."""

    rows: tuple[FieldRow, ...]
    left_out: int
    categories: tuple[str, ...]
    receivers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Annex:
    """The part for people who check."""

    method: tuple[tuple[str, str], ...]
    claims: tuple[ClaimView, ...]
    claims_left_out: int
    fields: Fields
    redactions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Everything a report shows, in page order."""

    notices: tuple[str, ...]
    tag: str
    """Short mark beside every figure when the capture is no recording of a real service."""
    origin: str
    """What such a capture shows, in one line; empty for all others."""
    masthead: Masthead
    answers: tuple[Answer, ...]
    groups: tuple[Group, ...]
    rows: tuple[Row, ...]
    who: Heading
    receivers: tuple[Receiver, ...]
    when: Heading
    lanes: tuple[Lane, ...]
    idle: bool
    followed: Followed
    set: SetPicture
    coverage: Heading
    shares: tuple[Share, ...]
    blind_spots: tuple[BlindSpot, ...]
    terms: Terms
    advice: tuple[Advice, ...]
    control: Box
    strengths: tuple[Strength, ...]
    annex: Annex
    figures: dict[str, dict[str, Any]]
    """Plotly figures by element id; colours are written `var(--token)` or `var(--token)/alpha`."""
    tool: str
    imprint: str
    """Checksum of the capture, for the foot of every printed page."""
