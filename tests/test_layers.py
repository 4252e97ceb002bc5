"""Imports point down the layers, and each library stays in its own folder."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "auditor"

LAYERS = (
    {"__init__", "records", "errors", "resources", "paths", "places"},
    {"decode", "catalogue", "suspects", "spelled", "redact", "session", "library", "known"},
    {"flows", "sources", "classify"},
    {"recorder"},
    {"pipeline", "gather", "examples", "look", "score", "tables"},
    {"stats", "draft", "reconstruct"},
    {"explain"},
    {"claims"},
    {"audit"},
    {"report"},
    {"capture", "doctor", "selftest"},
    {"cli"},
    {"__main__"},
)
HOMES = {
    "ahocorasick_rs": {"known", "spelled", "suspects"},
    "brotli": {"decode", "selftest"},
    "click": {"cli"},
    "cryptography": {"doctor", "selftest", "sources"},
    "jinja2": {"report"},
    "mitmproxy": {"flows", "sources", "recorder", "capture", "selftest"},
    "orjson": {"decode"},
    "pandas": {"tables", "stats", "reconstruct", "claims", "report"},
    "plotly": {"report"},
    "pyarrow": {"tables"},
    "rich": {"cli"},
    "tornado": {"recorder"},
    "yaml": {"catalogue"},
    "zstandard": {"decode", "selftest", "sources"},
}
ADDONS_MAY_IMPORT = {
    "records",
    "flows",
    "redact",
    "errors",
    "resources",
    "session",
    "recorder",
    "catalogue",
    "classify",
    "decode",
    "pipeline",
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Yield dotted names, also those imported inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def own(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def row(part: str) -> int:
    return next(number for number, parts in enumerate(LAYERS) if part in parts)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    for name in imported(path):
        top, _, rest = name.partition(".")
        part = rest.split(".")[0]
        if top == "auditor" and (PACKAGE / part).is_dir() | (PACKAGE / f"{part}.py").is_file():
            assert row(part) <= row(own(path)), f"{own(path)} imports {name}"
        if top in HOMES:
            assert own(path) in HOMES[top], f"{top} is imported in {own(path)}"


@pytest.mark.parametrize("path", sorted((ROOT / "addons").glob("*.py")), ids=lambda path: path.name)
def test_addons_stay_thin(path: Path) -> None:
    for name in imported(path):
        top, _, rest = name.partition(".")
        if top == "auditor" and rest != "__version__":
            assert rest.split(".")[0] in ADDONS_MAY_IMPORT, name


def test_every_part_has_a_row() -> None:
    for part in {own(path) for path in MODULES}:
        row(part)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_stay_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
