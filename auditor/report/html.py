"""Put the page into one file: templates, styles, scripts, data, and the policy that binds them.

Nothing here reads a clock or a random number: the same page gives the same bytes.
"""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from auditor.report.text import visible
from auditor.report.view import Page
from auditor.report.words import SECTIONS
from auditor.resources import report_dir

_POLICY = (
    "default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)


def render_page(page: Page, *, charts: bool) -> str:
    """Return the report as HTML. Without charts the tables stand in their place."""
    script = _asset("charts.js") + _asset("report.js")
    library, packed = _plotly() if charts else ("", "")
    hashes = [source_hash(script), *([source_hash(library)] if charts else [])]
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            page=page,
            sections=SECTIONS,
            charts=charts,
            policy=_POLICY.format(hashes=" ".join(hashes)),
            css=Markup(_asset("report.css") + _asset("sets.css")),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            figures=json_block(page.figures if charts else {}),
            plotly=Markup(packed),  # noqa: S704 - Base64
        )
    )


def source_hash(script: str) -> str:
    """Return what a policy calls an inline script."""
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"


def json_block(data: Any) -> Markup:
    """Return data as JSON that cannot end the script element it stands in."""
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - escaped above, ASCII only


def _finish(value: Any) -> Any:
    """Make every printed string visible: the one place all captured text goes through."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return visible(value)
    return value


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(report_dir() / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finish,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _asset(name: str) -> str:
    return (report_dir() / "assets" / name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _plotly() -> tuple[str, str]:
    """Return plotly.js as the browser will run it, and packed."""
    library = get_plotlyjs()
    return library, b64encode(gzip.compress(library.encode(), 9, mtime=0)).decode()
