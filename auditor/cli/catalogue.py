"""`auditor catalogue`: look after the catalogue."""

from __future__ import annotations

import click


@click.group()
def catalogue() -> None:
    """Look after the catalogue of receivers, endpoints and fields."""
