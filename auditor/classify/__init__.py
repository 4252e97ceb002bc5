"""Classify exchanges and leaves: who gets them, and what kind of data they are."""

from __future__ import annotations

from functools import lru_cache

from auditor import paths
from auditor.classify.classifier import Classifier
from auditor.classify.endpoint import Directory
from auditor.places import Layout
from auditor.records import Decoded

__all__ = ["Classifier", "Directory", "body_keys"]


def body_keys(decoded: Decoded) -> frozenset[str]:
    """Return the first keys of a decoded body, for `Directory.find`."""
    layouts = [one.layout for one in decoded.sheets if one.layout.context == "body"]
    return frozenset(name for one in layouts for name in _first_keys(one))


@lru_cache(maxsize=65536)
def _first_keys(where: Layout) -> frozenset[str]:
    return frozenset(name for one in where.places for name in paths.keys(one.path)[:1])
