"""Classify exchanges and leaves: who gets them, and what kind of data they are."""

from __future__ import annotations

from auditor import paths
from auditor.classify.classifier import Classifier
from auditor.classify.endpoint import Directory
from auditor.records import Decoded

__all__ = ["Classifier", "Directory", "body_keys"]


def body_keys(decoded: Decoded) -> frozenset[str]:
    """Return the first keys of a decoded body, for `Directory.find`."""
    places = {leaf[0] for leaf in decoded.leaves}
    found = {paths.keys(one.path)[:1] for one in places if one.context == "body"}
    return frozenset(name for names in found for name in names)
