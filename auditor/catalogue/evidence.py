"""Read the named evidence of a catalogue file."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.catalogue.entries import check_keys, chosen, text
from auditor.catalogue.model import BASES, Evidence
from auditor.catalogue.yamlfile import Entry


def read_evidence(
    entry: Entry, inherited: Mapping[str, Evidence] | None = None
) -> dict[str, Evidence]:
    """Return the evidence under `evidence` by its name, with what a receiver's head named before."""
    found = dict(inherited or {})
    member = entry.members().get("evidence")
    for key, item in member.members().items() if member else ():
        check_keys(item, required={"basis", "source", "date"})
        if key in found:
            raise item.error(f"evidence `{key}` is already named", "Give it another name.")
        basis = chosen(item, "basis", BASES, "basis")
        found[key] = Evidence(key, basis, text(item, "source"), text(item, "date"))
    return found
