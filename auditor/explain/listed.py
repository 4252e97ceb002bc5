"""Match rows of the observations table with the values of a message that was read again.

A row has no indices and its value is redacted, but the rows of a message stand in one order. So the
values are chosen and ordered as `auditor.tables.collect` and `observed` do it; a test holds both
against each other.
"""

from __future__ import annotations

from auditor.catalogue.receiver import ANYBODY
from auditor.pipeline import Sent
from auditor.records import Observation
from auditor.tables.collect import Kinds

_COMMON = f"{ANYBODY}/"


def listed(sent: Sent, kinds: Kinds) -> list[Observation]:
    """Return the observations of a message that have a row, in the order of the rows."""
    said: list[tuple[Observation, bool]] = []
    whole = False
    for passage in sent.passages:
        for row, number, meaning, when in passage.said:
            if meaning.category == "other":
                continue
            whole = whole or meaning.category in kinds.interactions
            is_listed = meaning.category in kinds.listed
            if meaning.rule.startswith(_COMMON) and not is_listed:
                continue
            leaf = passage.sheet.leaf(row, number)
            said.append((Observation(leaf, meaning, passage.event(row), when), is_listed))
    kept = [one for one, is_listed in said if is_listed or whole]
    kept.sort(key=lambda one: one.leaf.at[:1])
    return kept
