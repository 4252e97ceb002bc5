"""Classify exchanges and leaves: who gets them, and what kind of data they are."""

from __future__ import annotations

from auditor import paths
from auditor.classify.classifier import Classifier
from auditor.classify.endpoint import Directory
from auditor.records import Decoded

__all__ = ["Classifier", "Directory", "body_keys"]


def body_keys(decoded: Decoded) -> frozenset[str]:
    """Return the first keys of a decoded body, for `Directory.find`."""
    found = {paths.keys(leaf.path)[:1] for leaf in decoded.leaves if leaf.context == "body"}
    return frozenset(name for names in found for name in names)
