"""Known values: what the tester knows to be in the DJ library, and what was planted there.

They are private. They live in `known_values.json` of the session folder with mode 0600, and
leave it only as ids, kinds and counts.
"""

from auditor.known.chance import fits, strength, weigh
from auditor.known.model import AS_SET, KINDS, PLANTED, KnownValue, Weight
from auditor.known.planting import plant
from auditor.known.search import KnownValues
from auditor.known.store import forget_known, read_known, write_known
from auditor.known.tracks import collect

__all__ = [
    "AS_SET",
    "KINDS",
    "PLANTED",
    "KnownValue",
    "KnownValues",
    "Weight",
    "collect",
    "fits",
    "forget_known",
    "plant",
    "read_known",
    "strength",
    "weigh",
    "write_known",
]
