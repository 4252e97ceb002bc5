"""The catalogue: who receives data, what their fields mean, and which words speak of DJing."""

from __future__ import annotations

from auditor.catalogue.load import load_catalogue
from auditor.catalogue.model import Catalogue

__all__ = ["Catalogue", "load_catalogue"]
