"""The kinds of data that only an action of the DJ makes; ordinary traffic must yield none."""

INTERACTION = (
    "playback",
    "seek",
    "transition",
    "tempo",
    "cue",
    "loop",
    "effects",
    "library",
    "search",
)
