"""Locate files that live beside the package in a checkout and inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_BUNDLE = _PACKAGE / "_bundle"
_ROOT = _BUNDLE if _BUNDLE.is_dir() else _PACKAGE.parent


def addon_script(name: str) -> Path:
    """Return the path of an addon that mitmproxy loads by path."""
    return _ROOT / "addons" / f"{name}.py"


def report_dir() -> Path:
    """Return the folder of templates and assets."""
    return _ROOT / "reports"


def catalogue_dir() -> Path:
    """Return the folder of the catalogue that ships with the program."""
    return _PACKAGE / "catalogue"


def corpus_dir() -> Path:
    """Return the folder of labelled requests; only a checkout has it."""
    return _PACKAGE.parent / "tests" / "corpus"


def samples_dir() -> Path:
    """Return the folder of saved captures; only a checkout has it."""
    return _PACKAGE.parent / "samples"
