"""Write and read an audit: a folder with `audit.json` and one Parquet file per table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from auditor.errors import StoreError
from auditor.records import Claim, Excerpt
from auditor.tables.schema import TABLES

FORMAT = 2


@dataclass(frozen=True, slots=True)
class Audit:
    """The whole result. Every output is made from it and from nothing else."""

    facts: dict[str, Any]
    claims: tuple[Claim, ...]
    tables: Mapping[str, pd.DataFrame]


def write_audit(audit: Audit, folder: Path) -> None:
    """Write an audit into a folder; it is made if it is missing, its files are replaced.

    Raises StoreError when the folder cannot be written.
    """
    document = {"facts": audit.facts, "claims": [asdict(claim) for claim in audit.claims]}
    try:
        (folder / "tables").mkdir(parents=True, exist_ok=True)
        for name, table in audit.tables.items():
            # The least and the greatest of every page take a third of the time and help nobody here.
            table.to_parquet(
                folder / "tables" / f"{name}.parquet",
                index=False,
                compression="zstd",
                write_statistics=False,
            )
        text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
        (folder / "audit.json").write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise StoreError(
            f"The audit could not be written: {error}.", "Name another folder with `-o`."
        ) from error


def read_audit(folder: Path) -> Audit:
    """Read an audit folder back.

    Raises StoreError when it is no audit, or one of another format.
    """
    try:
        document = json.loads((folder / "audit.json").read_text(encoding="utf-8"))
        tables = {name: pd.read_parquet(folder / "tables" / f"{name}.parquet") for name in TABLES}
    except (OSError, ValueError) as error:
        raise StoreError(
            f"{folder} is not a complete audit folder.",
            "Make one with `auditor audit CAPTURE -o FOLDER`.",
        ) from error
    facts = document.get("facts") if isinstance(document, dict) else None
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise StoreError(
            f"{folder} is an audit of another version than this program reads.",
            "Audit the capture again.",
        )
    claims = tuple(_claim(one) for one in document["claims"])
    return Audit(facts, claims, tables)


def _claim(data: dict[str, Any]) -> Claim:
    excerpt = data.pop("excerpt")
    if excerpt:
        excerpt["steps"] = tuple(excerpt["steps"])
        excerpt["lines"] = tuple(
            (path, value, bool(mark)) for path, value, mark in excerpt["lines"]
        )
    numbers = tuple((name, value) for name, value in data.pop("numbers"))
    pointers: dict[str, Any] = {name: tuple(data.pop(name)) for name in ("fields", "observations")}
    return Claim(
        **data, **pointers, numbers=numbers, excerpt=Excerpt(**excerpt) if excerpt else None
    )
