"""Turn an audit into one HTML file that opens anywhere and loads nothing."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from auditor.errors import StoreError
from auditor.tables.store import Audit


def render(audit: Audit, charts: bool = True) -> str:
    """Return the report as HTML; the same audit gives the same text."""
    # Whoever only wants the words of a verdict need not wait for templates and figures.
    from auditor.report.build import make_page  # noqa: PLC0415
    from auditor.report.html import render_page  # noqa: PLC0415

    return render_page(make_page(audit), charts=charts)


def write_report(audit: Audit, path: Path, charts: bool = True) -> None:
    """Write the report; an older file stays whole until the new one is complete.

    Raises StoreError when the file cannot be written.
    """
    text = render(audit, charts=charts)
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise StoreError(
            f"The report could not be written: {error}.", "Name another file with `-o`."
        ) from error
