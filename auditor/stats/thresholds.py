"""Every threshold that decides something, with its reason; nowhere else."""

from __future__ import annotations

LEAD_S, LAG_S = 1.5, 5.0
"""An observation follows a mark when it happened in this window around it. The lead allows for a
mark that was sent just after its action, and for clients that set their clock by a `Date` header,
which counts whole seconds: TIDAL's player runs up to a second behind."""

FLUSH_S = 60.0
"""How long after an action the traffic still counts as readable or not: telemetry is batched."""

NEAR_S, NEAR_POSITION_S = 2.0, 0.25
"""A mark's position is found when a value this close happened this close to the mark."""

BLOCK_S = 600.0
"""Labels are exchanged within about ten minutes: a program drifts little in that time, and a
protocol has at least two idle windows in it."""

LONGEST_FLUSH_S = 600.0
"""A message that comes later than this is not taken for the next batch after an action."""

MIN_TRIES = 5
"""Five clean tries bound the sending rate at 45 %; with fewer the bound says next to nothing."""

MIN_READABLE = 0.8
"""Above this share an unread field would have to hide in a minority of the bytes."""

MIN_TAIL_S = 30.0
"""The longest default interval at which the TIDAL event producer sends its batches."""

MIN_TRACED = 0.5
"""At least half of the moves must be found again before they count as sent indirectly."""

CONFIDENCE = 0.95
"""Of bounds and intervals: the usual one, so that numbers compare with those of others."""

SETTLED = 3
"""Repetitions without a new field or endpoint after which coverage counts as complete; the number
with which Agrigento (NDSS 2017) stops its runs."""

MAX_Q = 0.05
"""Of all data said to be caused by an action, at most this share may be accidents."""

FIRM_Q = 0.01
"""Below this, with the counts of `FIRM_HIT` and `FIRM_IDLE`, the cause counts as firm."""

FIRM_HIT, FIRM_IDLE = 0.8, 0.2
"""Four of five actions, and at most one of five idle windows: what a look at the counts shows too,
without trust in a test."""

REACHABLE_P = 1e-3
"""A test that could not get below this, whatever the labels, is not made: it would only weaken the
correction for the others. Seven windows against seven idle ones can reach 0.0003, six cannot
reach 0.001."""

MIN_BEATS = 8
"""Messages of an endpoint before a rhythm is looked for."""

BEAT_SHARE = 0.6
"""Share of messages that another one must follow after one period."""
