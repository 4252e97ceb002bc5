"""What a rebuilt set means, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor.reconstruct.readers import audio
from auditor.reconstruct.score import Score
from auditor.reconstruct.transitions import MOST_AT_ONCE

CATEGORIES = {
    "track": "playback",
    "pause": "playback",
    "jump": "seek",
    "cue": "cue",
    "loop": "loop",
    "transition": "transition",
    "tempo": "tempo",
}
"""Kind of data that each kind of thing belongs to."""

FORMULAS = {
    "playback": "The first and the last report of a playback are its start and end; a stop and a "
    "start at the same place are a pause.",
    "seek": "Two reports of one playback are Δt apart in time and Δp in the track. When Δp is not "
    "what playing for Δt gives, the playhead jumped.",
    "cue": "A jump to a place that was jumped to before or after, or that had been heard, goes to "
    "a place the DJ knew: a cue point. The first jump to a new place cannot be told from a search.",
    "loop": "Two or more jumps in a row from one place (out) back to one place (in), each a round "
    "after the one before. Its length lies between out − in and the time that a round took; in "
    "beats, length × bpm ÷ 60.",
    "transition": "Two playbacks that are heard at the same time: from the start of the later one "
    "to the stop of one of them.",
    "tempo": "Seconds of track per second of time, by least squares over everything that was heard "
    "without a break, with a 95 % interval.",
}
"""How each kind of data is worked out."""

_NOUNS = {
    "transition": ("transition", "transitions"),
    "jump": ("jump", "jumps"),
    "loop": ("loop", "loops"),
    "pause": ("pause", "pauses"),
    "track": ("track", "tracks"),
}
_STEPS = (
    (0.1, "a tenth of a second"),
    (0.25, "a quarter of a second"),
    (0.5, "half a second"),
    (1.0, "1 second"),
    (2.0, "2 seconds"),
)
_LED = ("transition", "jump", "loop")
"""What the sentence tells of: what a DJ does beyond playing a track from its beginning."""


def told(
    name: str,
    counts: Mapping[str, int],
    scores: Sequence[Score],
    reader: str,
    *,
    named: bool = True,
) -> str:
    """Return the one sentence about a receiver: measured where marks say what was played.

    `named` says whether any track can be told from another.
    """
    done = [one for kind in (*_LED, "track") for one in scores if one.kind == kind and one.real]
    done = [one for one in done if one.kind in _LED] or done
    if done and reader != audio.NAME:
        parts = [f"{one.matched} of your {_many(one.kind, one.real)}" for one in done]
        worst = max((one.quantile(1.0) or 0.0 for one in done), default=0.0)
        step = next((word for limit, word in _STEPS if worst <= limit), _STEPS[-1][1])
        close = f" to within {step}" if any(one.matched for one in done) else ""
        return f"From this traffic alone {name} can rebuild {_list(parts)}{close}."
    if reader == audio.NAME and not named:
        return (
            f"The requests for audio alone show {name} when music was fetched; this audit cannot "
            "tell the files apart, and not when they were heard."
        )
    if reader == audio.NAME:
        return (
            f"The requests for audio alone show {name} {_many('track', counts['track'])} and when "
            "they were fetched; not when they were heard."
        )
    parts = [_many(kind, counts[kind]) for kind in ("track", *_LED) if counts[kind]]
    parts = parts or [_many("track", 0)]  # stops alone tell of nothing that was heard
    return (
        f"From this traffic alone {name} can work out {_list(parts)}. No marks tell what was "
        "really played, so how well is not known."
    )


def left_out(overlaps: int) -> str:
    """Return a sentence about overlaps that were left out, to stand behind another; empty if none."""
    if not overlaps:
        return ""
    noun = "overlap was" if overlaps == 1 else "overlaps were"
    return (
        f" More than {MOST_AT_ONCE + 1} tracks were heard at once: {overlaps} {noun} left out of the"
        " transitions."
    )


def _many(kind: str, count: int) -> str:
    return f"{count} {_NOUNS[kind][count != 1]}"


def _list(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
