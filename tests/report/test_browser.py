"""The report in a real browser: quiet, readable, reachable by keyboard, inert when attacked."""

import importlib.util
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor.report import write_report
from auditor.tables.store import Audit

pytestmark = pytest.mark.browser
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

WIDTHS = (320, 390, 768, 1280)
# One wall more than the page's own policy: no name resolves.
ARGUMENTS = ("--host-resolver-rules=MAP * ~NOTFOUND", "--no-sandbox", "--disable-dev-shm-usage")
WATCH = """
window.broken = [];
addEventListener("securitypolicyviolation", (event) => broken.push(event.violatedDirective));
"""
Open = Callable[..., "Visit"]


def program() -> Path | None:
    """Return the browser that `tests/get_browser.py` would look for."""
    place = Path(__file__).parents[1] / "browser.py"
    spec = importlib.util.spec_from_file_location("report_browser", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Path | None = module.find_browser()
    return found


class Visit:
    """An open page, with everything it asked for and said."""

    def __init__(self, page: Any, url: str) -> None:
        self.page = page
        self.requests: list[str] = []
        self.said: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("dialog", lambda dialog: (self.said.append("dialog"), dialog.dismiss()))
        page.add_init_script(WATCH)
        page.goto(url)

    def ask(self, script: str) -> Any:
        """Return what an expression gives in the page."""
        return self.page.evaluate(script)

    def outside(self) -> list[str]:
        """Return requests for anything but the file itself."""
        own = self.page.url.partition("#")[0]
        return [one for one in self.requests if one.partition("#")[0] != own and ":" in one[:8]
                and not one.startswith(("blob:", "data:"))]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    found = program()
    if found is None:
        pytest.skip("no Chromium or Chrome found; run tests/get_browser.py")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(found), args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Any, demo: Audit, tmp_path: Path) -> Iterator[Open]:
    """Write a report and open it; `ready` waits until everything is drawn."""
    contexts: list[Any] = []

    def start(
        fragment: str = "",
        audit: Audit = demo,
        *,
        ready: bool = True,
        charts: bool = True,
        **options: Any,
    ) -> Visit:
        path = tmp_path / "my reports äöü" / "report.html"
        if not path.exists():
            write_report(audit, path, charts)
        given = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
        context = browser.new_context(**{**given, **options})
        contexts.append(context)
        seen = Visit(context.new_page(), path.as_uri() + fragment)
        if ready:
            seen.page.wait_for_selector("html[data-ready]", state="attached")
        return seen

    yield start
    for context in contexts:
        context.close()


def test_quiet_and_drawn(visit: Open) -> None:
    seen = visit()
    assert seen.outside() == []
    assert seen.said == []
    assert seen.ask("broken") == []
    assert seen.ask("document.documentElement.dataset.plain") is None
    seen.page.wait_for_selector("#plot-who .sankey-node")
    assert seen.ask("document.querySelectorAll('#plot-who .sankey-node').length") == 11
    assert seen.ask("document.querySelectorAll('#plot-when .point').length") > 100
    assert not seen.ask("[...document.querySelectorAll('details.tbl')].some((one) => one.open)")
    paint = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    assert seen.ask(paint) < 5000


def test_ids_and_links_in_the_living_page(visit: Open) -> None:
    seen = visit(charts=False)
    ids = seen.ask("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))
    hrefs = seen.ask("[...document.querySelectorAll('a[href]')].map((a) => a.getAttribute('href'))")
    assert {href[1:].partition("&")[0] for href in hrefs} <= set(ids)
    assert all(href.startswith("#") for href in hrefs)


def test_a_claim_link_opens_and_focuses(visit: Open) -> None:
    seen = visit("#claim-seek.demostream")
    claim = "document.getElementById('claim-seek.demostream')"
    seen.page.wait_for_function(f"{claim}.open && document.activeElement.parentElement === {claim}")
    top = seen.ask(f"{claim}.getBoundingClientRect().top")
    ribbon = seen.ask("document.querySelector('.ribbon').getBoundingClientRect().bottom")
    assert ribbon <= top < 900


def test_a_claim_opens_by_keyboard_and_while_a_filter_is_on(visit: Open) -> None:
    seen = visit("#fields&q=nothing+like+this", charts=False)
    assert seen.page.inner_text("#count") == "0 of 9 fields shown"
    seen.page.focus("[id='claim-cue.demostream'] > summary")
    seen.page.keyboard.press("Enter")
    assert seen.ask("document.getElementById('claim-cue.demostream').open")
    seen.ask("location.hash = '#claim-loop.demostream'")
    seen.page.wait_for_function("document.getElementById('claim-loop.demostream').open")


def test_the_filter_reads_and_writes_the_link(visit: Open) -> None:
    seen = visit("#fields&q=events&kind=Playback&company=DemoStream", charts=False)
    assert seen.page.inner_text("#count") == "2 of 9 fields shown"
    assert seen.page.locator("#field-table tbody tr:visible").count() == 2
    seen.page.select_option("#f-kind", "")
    seen.page.fill("#f-text", "ACCOUNT")
    assert seen.ask("location.hash") == "#fields&q=ACCOUNT&company=DemoStream"
    assert seen.page.inner_text("#count") == "1 of 9 fields shown"
    seen.page.fill("#f-text", "")
    seen.page.select_option("#f-company", "")
    assert seen.ask("location.hash") == "#fields"
    assert seen.page.inner_text("#count") == "9 of 9 fields shown"


@pytest.mark.parametrize("fragment", ["#%E0%A4%A", "#fields&q=%E0%A4%A", "#nowhere", "#", "#&&="])
def test_a_broken_link_does_no_harm(visit: Open, fragment: str) -> None:
    seen = visit(fragment, charts=False)
    assert seen.said == []
    assert seen.page.is_visible("#short")


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_scrolls_sideways(visit: Open, hostile_demo: Audit, width: int) -> None:
    size = {"width": width, "height": 800}
    fits = "document.documentElement.scrollWidth <= innerWidth"
    seen = visit(audit=hostile_demo, viewport=size)
    assert seen.ask(fits)
    seen.ask("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert seen.ask(fits)


def test_text_spacing_does_not_scroll_sideways(visit: Open) -> None:
    seen = visit(viewport={"width": 320, "height": 800}, charts=False)
    seen.ask("""{ const style = document.createElement("style");
        style.textContent = "*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}";
        document.head.append(style); }""")
    assert seen.ask("document.documentElement.scrollWidth <= innerWidth")


def test_answers_need_no_script(visit: Open) -> None:
    seen = visit(ready=False, java_script_enabled=False)
    text = seen.page.inner_text("main")
    for part in (
        "Cue points: not seen.",
        "Nothing matching left in the traffic we could read (92% at those moments)",
        "“Not seen” does not mean “not sent”",
        "Nobody set a loop in this session",
        "CrashWatch",
        "Tempo & pitch",
    ):
        assert part in text
    assert seen.page.is_visible("#who details.tbl td >> nth=0")
    assert not seen.page.is_visible("#theme")
    assert not seen.page.is_visible("#plot-who")
    assert seen.page.is_visible("#field-table td >> nth=0")


def test_without_the_library_the_tables_open(visit: Open, tmp_path: Path) -> None:
    visit(ready=False)
    path = tmp_path / "my reports äöü" / "report.html"
    path.write_text(path.read_text(encoding="utf-8").replace("H4sI", "AAAA", 1), encoding="utf-8")
    seen = visit()
    assert seen.ask("document.documentElement.dataset.plain") == "1"
    assert seen.page.is_visible("#when details.tbl td >> nth=0")
    assert not seen.page.is_visible("#plot-when")


def test_hostile_strings_do_nothing(visit: Open, hostile_demo: Audit) -> None:
    seen = visit(audit=hostile_demo)
    assert seen.ask("document.documentElement.dataset.plain") is None
    seen.page.wait_for_selector("#plot-who .sankey-node")
    seen.page.hover("#plot-who .sankey-node >> nth=1")
    assert seen.ask("window.pwned") is None
    assert seen.outside() == []
    assert seen.said == []
    assert seen.ask("broken") == []
    assert seen.ask("document.querySelectorAll('svg a, img, iframe').length") == 0
    styled = "[...document.querySelectorAll('[style*=\"url(\"]')].map((one) => one.outerHTML)"
    assert [one for one in seen.ask(styled) if "evil" in one] == []
    seen.page.fill("#f-text", "__proto__")
    assert "fields shown" in seen.page.inner_text("#count")


def test_these_checks_bite(
    visit: Open, hostile_demo: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = '<a href="https://evil.example">x</a><span style="background:url(https://evil.example)">s'
    monkeypatch.setattr("auditor.report.figures.plotly_text", lambda text, limit: bad)
    seen = visit(audit=hostile_demo)
    seen.page.wait_for_selector("#plot-who .sankey-node")
    assert seen.ask("document.querySelectorAll('svg a').length") > 0


def test_the_theme_button(visit: Open) -> None:
    seen = visit(color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    mark = "document.querySelector('#plot-when .point').style.fill"
    dark = seen.ask(ground), seen.ask(mark)
    assert seen.page.inner_text("#theme") == "Light view"
    seen.page.click("#theme")
    assert seen.page.inner_text("#theme") == "Dark view"
    light = seen.ask(ground), seen.ask(mark)
    assert dark[0] == "rgb(15, 17, 21)"
    assert light[0] == "rgb(250, 250, 247)"
    seen.page.click("#theme")
    assert (seen.ask(ground), seen.ask(mark)) == dark


def test_keyboard_reaches_everything_and_shows_where_it_is(visit: Open) -> None:
    seen = visit(charts=False)
    look = """(() => { const one = document.activeElement; if (one === document.body) return null;
        const box = one.getBoundingClientRect();
        return [one.textContent.trim(), getComputedStyle(one).outlineStyle !== "none",
                box.width > 0 && box.bottom > 0 && box.top < innerHeight]; })()"""
    stops = []
    for _ in range(250):
        seen.page.keyboard.press("Tab")
        stop = seen.ask(look)
        if stop is None:
            break
        stops.append(stop)
    else:
        pytest.fail("the tab order does not end")
    assert stops[0][0] == "Skip to the short answer"
    assert [text for text, ring, _ in stops if not ring] == []
    assert [text for text, _, in_view in stops if not in_view] == []
    assert sum("demostream" in text for text, *_ in stops) >= 12


def test_tables_keep_their_meaning_on_phones(visit: Open) -> None:
    seen = visit(viewport={"width": 390, "height": 800})
    roles = seen.ask(
        "[...document.querySelector('#all tbody tr').children].map((one) => one.getAttribute('role'))"
    )
    assert roles == ["rowheader", "cell", "cell"]
    assert seen.page.is_visible(".flow")
    assert not seen.page.is_visible("#plot-who")
    assert seen.page.is_visible("#plot-when .main-svg >> nth=0")


def test_forced_colours_keep_words_and_glyphs(visit: Open) -> None:
    seen = visit(forced_colors="active", charts=False)
    assert seen.page.is_visible(".b-blind .g")
    adjust = "getComputedStyle(document.querySelector('.b-seen .g')).forcedColorAdjust"
    assert seen.ask(adjust) == "none"


def paper(seen: Visit, path: Path) -> str:
    """Print to PDF and return its text."""
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext (poppler-utils) is not installed")
    seen.page.pdf(path=str(path), prefer_css_page_size=True, print_background=True)
    command = ["pdftotext", "-layout", str(path), "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_paper_shows_closed_claims_and_whole_charts(visit: Open, tmp_path: Path) -> None:
    seen = visit(color_scheme="dark")
    text = paper(seen, tmp_path / "all.pdf")
    assert text.count("Would change our mind") == 12
    assert "0 of 14" in text
    assert "Diagnostics 130" in " ".join(text.split())
    assert "Recording 4b7e4b7e4b7e" in text
    assert 5 <= text.count("\f") <= 16
    width = "document.querySelector('#plot-who .main-svg').getBoundingClientRect().width"
    assert seen.ask(width) > 700
    assert seen.ask("document.documentElement.dataset.theme") is None


def test_the_summary_leaves_the_annex_out(visit: Open, tmp_path: Path) -> None:
    seen = visit()
    seen.ask("document.documentElement.classList.add('print-summary')")
    text = paper(seen, tmp_path / "summary.pdf")
    assert "The short answer" in text
    assert "Would change our mind" not in text
