"""The reference says what the data says, and every link in it leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from auditor.catalogue import load_catalogue
from auditor.catalogue.applications import load_applications
from auditor.catalogue.reference import MADE, pages, write_reference


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return pages(load_catalogue(), load_applications(), {})


def anchors(text: str) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_receiver_and_endpoint_has_its_place(made: dict[str, str]) -> None:
    for receiver in load_catalogue().receivers.values():
        page = made[f"receivers/{receiver.id}.md"]
        assert f"(receivers/{receiver.id}.md)" in made["README.md"]
        for endpoint in receiver.endpoints:
            assert f"### {endpoint.name} (`{endpoint.id}`)" in page
            assert all(path in page for path in endpoint.match.paths)


def test_what_an_endpoint_asks_of_the_query(made: dict[str, str]) -> None:
    assert "- where the query says `method`: `log.listen`\n" in made["receivers/deezer.md"]


def test_links_lead_somewhere(tmp_path: Path) -> None:
    write_reference(load_catalogue(), tmp_path)
    for page in tmp_path.rglob("*.md"):
        for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
            if "://" in target:
                continue
            name, _, anchor = target.partition("#")
            other = page.parent / name if name else page
            assert other.is_file(), f"{page.name} links {target}"
            assert not anchor or anchor in anchors(other.read_text(encoding="utf-8")), target


def test_fields_tell_unit_secret_and_evidence(made: dict[str, str]) -> None:
    page = made["receivers/tidal.md"]
    assert "in unix-ms" in page
    assert "never shown (token)" in page
    assert re.search(r"\| documented \[\d+\] \|", page)
    assert re.search(r"^\d+\. documented: .*github\.com/.*, 20\d\d-", page, re.MULTILINE)


def test_tables_hold_together(made: dict[str, str]) -> None:
    for name, text in made.items():
        for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
            rows = block.splitlines()
            counts = {len(re.findall(r"(?<!\\)\|", row)) for row in rows}
            assert len(counts) == 1, f"{name}: {rows[0]}"


def test_the_same_catalogue_gives_the_same_bytes(tmp_path: Path) -> None:
    first = write_reference(load_catalogue(), tmp_path / "a")
    write_reference(load_catalogue(), tmp_path / "b")
    for path in first:
        other = tmp_path / "b" / path.relative_to(tmp_path / "a")
        assert path.read_bytes() == other.read_bytes()


def test_foreign_pages_stay(tmp_path: Path) -> None:
    folder = tmp_path / "receivers"
    folder.mkdir()
    (folder / "mine.md").write_text("# Mine\n", encoding="utf-8")
    (folder / "gone.md").write_text(f"{MADE}\n# Gone\n", encoding="utf-8")
    write_reference(load_catalogue(), tmp_path)
    assert (folder / "mine.md").exists()
    assert not (folder / "gone.md").exists()


def test_packs_come_with_their_terms_and_applications(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "applications.yaml").write_text(
        'evidence:\n  own: {basis: observed, source: "own run of 2026", date: 2026-01-01}\n'
        "applications:\n  - id: demo-deck\n    name: DemoDeck\n    vendor: Nobody\n"
        "    processes: {macos: [{name: DemoDeck, why: the program}]}\n"
        "    trust: {macos: {how: unknown, note: Nobody looked.}}\n"
        "    login: In the browser.\n    evidence: [own]\n",
        encoding="utf-8",
    )
    catalogue = load_catalogue(packs=[pack])
    write_reference(catalogue, tmp_path / "out", [pack])
    assert "## DemoDeck" in (tmp_path / "out" / "applications.md").read_text(encoding="utf-8")
