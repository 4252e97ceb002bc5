"""The file as it is: policy, links, words, sizes, hostile strings, the same bytes twice."""

import base64
import gzip
import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from auditor.errors import StoreError
from auditor.report import render, write_report
from auditor.report.html import json_block
from auditor.resources import report_dir
from auditor.tables.store import Audit

LOADING = {"src", "srcset", "data", "poster", "background", "action", "formaction", "ping"}
BANNED = (
    "no evidence of", "does not send", "safe", "clean", "private", "ok", "likely", "unlikely",
    "steals", "spies", "harvests", "collects",
)  # fmt: skip
SIZE_CAP, WITHOUT_CHARTS = 4_000_000, 400_000


class Reader(HTMLParser):
    """Collect elements with their attributes, text by place, and inline scripts."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.scripts: list[tuple[dict[str, str], str]] = []
        self.dj_part: list[str] = []
        self._inside: list[str] = []
        self._annex = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.elements.append((tag, given))
        self._inside.append(tag)
        self._annex = self._annex or given.get("id") == "annex"
        if tag == "script":
            self.scripts.append((given, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            while self._inside.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._inside[-1:] == ["script"]:
            given, text = self.scripts[-1]
            self.scripts[-1] = (given, text + data)
        elif not self._annex and "style" not in self._inside:
            self.dj_part.append(data)

    def values(self, name: str) -> list[str]:
        return [given[name] for _, given in self.elements if name in given]


@pytest.fixture
def page(demo: Audit) -> Reader:
    return Reader(render(demo))


@pytest.fixture
def hostile_page(hostile_demo: Audit) -> Reader:
    return Reader(render(hostile_demo))


def policy(reader: Reader) -> str:
    return next(
        given["content"]
        for _, given in reader.elements
        if given.get("http-equiv") == "Content-Security-Policy"
    )


def code(reader: Reader) -> list[str]:
    return [text for given, text in reader.scripts if "type" not in given]


def source(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def test_policy_stands_before_any_script(demo: Audit) -> None:
    html = render(demo)
    assert html.count("Content-Security-Policy") == 1
    assert html.index("Content-Security-Policy") < html.index("<script")
    assert html.index("Content-Security-Policy") < html.index("<style")


def test_policy_allows_these_scripts_and_nothing_else(page: Reader) -> None:
    packed = next(text for given, text in page.scripts if given.get("id") == "plotly-packed")
    library = gzip.decompress(base64.b64decode(packed)).decode()
    allowed = [source(script) for script in (*code(page), library)]
    assert policy(page) == (
        f"default-src 'none'; script-src {' '.join(allowed)}; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert "plotly.js" in library[:200]


@pytest.mark.parametrize("name", ["page", "hostile_page"])
def test_nothing_loads_and_nothing_leads_out(name: str, request: pytest.FixtureRequest) -> None:
    reader: Reader = request.getfixturevalue(name)
    for tag, given in reader.elements:
        assert tag not in {"link", "iframe", "object", "embed", "base", "img", "image"}
        assert not LOADING & set(given), (tag, given)
        assert not [attribute for attribute in given if attribute.startswith("on")]
        assert given.get("href", "#").startswith("#")
        assert "url(" not in given.get("style", "")
    styles = (report_dir() / "assets" / "report.css").read_text(encoding="utf-8")
    assert "url(" not in styles
    assert "@import" not in styles


@pytest.mark.parametrize("name", ["page", "hostile_page"])
def test_ids_are_unique_and_links_arrive(name: str, request: pytest.FixtureRequest) -> None:
    reader: Reader = request.getfixturevalue(name)
    ids = Counter(reader.values("id"))
    assert [one for one, count in ids.items() if count > 1] == []
    targets = {href[1:].partition("&")[0] for href in reader.values("href")}
    assert targets - set(ids) == set()
    labels = {one for value in reader.values("aria-labelledby") for one in value.split()}
    assert labels - set(ids) == set()


def test_dj_part_keeps_to_its_words(page: Reader) -> None:
    text = " ".join(page.dj_part).lower()
    assert "tested, not seen" in text
    for word in BANNED:
        assert not re.search(rf"\b{word}\b", text), word
    assert not set(text) & set("✓✔☑✅")


def test_not_seen_never_stands_without_its_numbers(page: Reader) -> None:
    text = " ".join(page.dj_part)
    for sentence in re.findall(r"[^.]*\. Nothing matching left[^.]*\.", text):
        assert re.search(r"\d+ times", sentence)
        assert re.search(r"\d+%", sentence)
    assert "“Not seen” does not mean “not sent”." in text


@pytest.mark.parametrize(
    "title",
    [
        "The short answer", "All 12 kinds of data", "Who received what", "When you did what",
        "What we could not see", "AI training: three statements, kept apart", "What you can do",
        "How sure are we?", "This version does not compare services",
    ],
)  # fmt: skip
def test_every_section_is_there(page: Reader, title: str) -> None:
    assert title in " ".join(page.dj_part)


def test_same_audit_same_bytes(demo: Audit) -> None:
    assert render(demo) == render(demo)


def test_sizes(demo: Audit) -> None:
    fields = pd.concat([demo.tables["fields"]] * 500, ignore_index=True)
    fields["path"] = [f"some.rather[].long>path.of.a.field{place}" for place in fields.index]
    big = Audit(demo.facts, demo.claims, {**demo.tables, "fields": fields})
    assert len(render(big).encode()) < SIZE_CAP
    assert len(render(demo, charts=False).encode()) < WITHOUT_CHARTS


def test_without_charts_the_tables_stand_alone(demo: Audit) -> None:
    reader = Reader(render(demo, charts=False))
    assert "plot-who" not in reader.values("id")
    assert len(re.findall("sha256-", policy(reader))) == 1
    assert [
        given for _, given in reader.elements if given.get("class") == "tbl" and "open" in given
    ]


def test_hostile_strings_stay_text(hostile_demo: Audit) -> None:
    html = render(hostile_demo)
    reader = Reader(html)
    assert len(code(reader)) == 1
    assert len(reader.scripts) == 3
    assert not re.search("[\u0000-\u0008\u202e\u2028\u200b\ud800-\udfff]", html)
    assert "window.pwned" in html
    assert "A" * 1001 not in html
    html.encode("utf-8")


def test_figures_survive_as_data(hostile_page: Reader) -> None:
    text = next(text for given, text in hostile_page.scripts if given.get("id") == "figures")
    assert not set(text) & set("<>&")
    figures = json.loads(text)
    assert set(figures) == {"plot-who", "plot-when"}
    for label in figures["plot-who"]["data"][0]["node"]["label"]:
        assert not set(label.rpartition("  <b>")[0]) & set("<>$")


@pytest.mark.parametrize("text", ["</script>", "<!--", "\u2028", "\u2029", "&amp;", "\ud800"])
def test_json_cannot_leave_its_element(text: str) -> None:
    block = str(json_block({"key": text}))
    assert block.isascii()
    assert not set(block) & set("<>&")
    assert json.loads(block) == {"key": text}


def test_labels_of_hidden_values_are_marked(demo: Audit) -> None:
    html = render(demo)
    assert '<span class="red">‹account-id q7yz›</span>' in html
    assert "<mark>events[].position_ms</mark> = 92400" in html


def test_writing_replaces_and_leaves_nothing_behind(demo: Audit, tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "bericht für Zoë.html"
    write_report(demo, path, charts=False)
    write_report(demo, path, charts=False)
    assert path.read_text(encoding="utf-8") == render(demo, charts=False)
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_place_that_cannot_be_written_is_an_error_with_a_hint(
    demo: Audit, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="could not be written") as caught:
        write_report(demo, tmp_path / "file" / "report.html", charts=False)
    assert caught.value.hint


def test_scripts_keep_their_size() -> None:
    assets = report_dir() / "assets"
    lengths = {path.name: len(path.read_text().splitlines()) for path in assets.iterdir()}
    assert lengths["report.css"] <= 400
    assert max(lengths["report.js"], lengths["charts.js"]) <= 150


def test_notices_come_first(change: Callable[..., Any]) -> None:
    notices = ["Synthetic capture. It says nothing about any real product.", "Second notice."]
    text = " ".join(Reader(render(change(notices=notices), charts=False)).dj_part)
    assert text.index(notices[0]) < text.index(notices[1]) < text.index("DJ listening-data report")
