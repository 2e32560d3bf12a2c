"""The house keeps its shape: who may import whom, who may import Prefect, who may read the environment."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

ROOMS = ("crawl", "extract", "normalize", "flows")
NOUNS = {"schema", "document"}
FETCHERS = {"scrapy", "twisted", "requests", "httpx", "aiohttp", "urllib3"}
FETCHES_OUTSIDE_CRAWL = {
    # serving, downloading a release, notifying and object storage live in flows/
    "flows",
}


def modules(room: str) -> Iterator[Path]:
    yield from sorted((ROOT / room).rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of every import; `from a import b` gives `a.b`; relative imports are made absolute."""
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module or "") if part)
            for alias in node.names:
                yield node.lineno, f"{module}.{alias.name}"


def wrong_imports(path: Path, room: str) -> list[str]:
    allowed_machinery = set(ROOMS) if room == "flows" else {room}
    wrong = []
    for line, name in imports(path):
        parts = name.split(".")
        if parts[0] not in ROOMS or parts[0] in allowed_machinery:
            continue
        earlier = ROOMS.index(parts[0]) < ROOMS.index(room)
        if not (earlier and len(parts) > 1 and parts[1] in NOUNS):
            wrong.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    return wrong


@pytest.mark.parametrize("room", ROOMS)
def test_imports_run_one_way(room: str) -> None:
    assert [line for path in modules(room) for line in wrong_imports(path, room)] == []


def test_nouns_import_no_machinery() -> None:
    wrong = []
    for room in ROOMS:
        for noun in NOUNS & {path.stem for path in (ROOT / room).glob("*.py")}:
            path = ROOT / room / f"{noun}.py"
            for line, name in imports(path):
                parts = name.split(".")
                if parts[0] in ROOMS and not (len(parts) > 1 and parts[1] in NOUNS | {"columns"}):
                    wrong.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    assert wrong == []


def test_only_modules_directly_in_flows_import_prefect() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for room in ROOMS
        for path in modules(room)
        if path.parent != ROOT / "flows"
        for line, name in imports(path)
        if name.split(".")[0].startswith("prefect")
    ]
    assert wrong == []


def environment_reads(path: Path) -> Iterator[int]:
    """Lines that read the environment: os.environ, os.getenv, os.environb, however os was imported."""
    names = {"environ", "getenv", "environb", "getenvb"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (isinstance(node, ast.Attribute) and node.attr in names) or (
            isinstance(node, ast.ImportFrom) and node.module == "os" and any(a.name in names for a in node.names)
        ):
            yield node.lineno


def test_only_settings_read_the_environment() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for room in ROOMS
        for path in modules(room)
        if path.name != "settings.py"
        for line in environment_reads(path)
    ]
    assert wrong == []


def test_only_crawl_fetches_from_the_web() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for room in ROOMS
        if room != "crawl" and room not in FETCHES_OUTSIDE_CRAWL
        for path in modules(room)
        for line, name in imports(path)
        if name.split(".")[0] in FETCHERS or name.startswith(("urllib.request", "http.client"))
    ]
    wrong += [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in modules("flows")
        for line, name in imports(path)
        if name.split(".")[0] in {"scrapy", "twisted"}
    ]
    assert wrong == []


def test_the_layer_rules_see_a_wrong_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules themselves can fail: a reader that imports the crawler's archive is found."""
    (tmp_path / "extract").mkdir()
    bad = tmp_path / "extract" / "bad.py"
    bad.write_text(
        "from crawl.archive import Archive\nfrom crawl.schema import Visit\nimport os\nos.environ.get('X')\n"
    )
    monkeypatch.setattr("tests.test_layers.ROOT", tmp_path)
    assert wrong_imports(bad, "extract") == ["extract/bad.py:1 imports crawl.archive.Archive"]
    assert list(environment_reads(bad)) == [4]
