"""A fingerprint changes with what a result follows from, and with nothing else."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from flows.fingerprint import ENTRIES, ROOMS, _data_folders, code_digest, digest, source_files, stage_code
from tests.conftest import ROOT


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the four rooms, sources and data."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def digests(root: Path) -> dict[str, str]:
    return {stage: code_digest(entries, root) for stage, entries in ENTRIES.items()}


def test_a_copy_with_other_times_has_the_same_digests(house: Path) -> None:
    before = digests(house)
    for path in house.rglob("*.py"):
        os.utime(path, (0, 0))
    (house / "extract" / "__pycache__").mkdir()
    (house / "extract" / "__pycache__" / "form.cpython-311.pyc").write_bytes(b"x")
    assert digests(house) == before == digests(ROOT)


def test_a_changed_form_changes_the_facts(house: Path) -> None:
    before = code_digest(ENTRIES["facts"], house)
    form = next(iter(sorted((house / "extract" / "forms").rglob("*.yml"))))
    form.write_text(form.read_text(encoding="utf-8") + "\n# another word\n", encoding="utf-8")
    assert code_digest(ENTRIES["facts"], house) != before


def test_a_new_vocabulary_changes_the_facts(house: Path) -> None:
    before = code_digest(ENTRIES["facts"], house)
    (house / "normalize" / "vocabulary" / "another.csv").write_text("a,b\n", encoding="utf-8")
    assert code_digest(ENTRIES["facts"], house) != before


def test_a_new_correction_is_no_code_of_any_stage(house: Path) -> None:
    """It is an input of its own document: else one correction would have every document of the country made again."""
    before = digests(house)
    folder = house / "normalize" / "corrections"
    folder.mkdir(exist_ok=True)
    (folder / "130630.yml").write_text("corrections: []\n", encoding="utf-8")
    _data_folders.cache_clear()
    assert digests(house) == before


def test_a_changed_reader_changes_reading(house: Path) -> None:
    before = digests(house)
    path = house / "extract" / "readers" / "docx.py"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert digests(house)["read"] != before["read"]


def test_a_changed_check_changes_only_the_checks(house: Path) -> None:
    before = digests(house)
    path = next(iter(sorted((house / "flows" / "checks" / "document").glob("[a-z]*.py"))))
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    changed = {stage for stage, value in digests(house).items() if value != before[stage]}
    assert changed == {"checks"}


def test_a_changed_command_changes_nothing(house: Path) -> None:
    before = digests(house)
    path = house / "flows" / "cli.py"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert digests(house) == before


def test_a_changed_page_changes_the_release(house: Path) -> None:
    before = digests(house)
    path = house / "flows" / "site" / "index.html"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    changed = {stage for stage, value in digests(house).items() if value != before[stage]}
    assert changed == {"release"}


def test_the_stages_depend_on_what_they_use() -> None:
    names = {stage: {path.relative_to(ROOT).as_posix() for path in source_files(ENTRIES[stage])} for stage in ENTRIES}
    assert "extract/readers/docx.py" in names["read"]
    assert "extract/document.py" in names["read"]
    assert {"extract/interpret.py", "extract/form.py", "normalize/facts.py", "normalize/columns.py"} <= names["facts"]
    assert any(name.startswith("flows/checks/document/") for name in names["checks"])
    assert not any(name.startswith(("flows/cli", "flows/checks")) for name in names["read"] | names["facts"])


def test_borders_of_parts_count() -> None:
    assert digest("ab", "c") != digest("a", "bc")
    assert digest("a", b"b") == digest(b"a", "b")


def test_an_unknown_stage_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        stage_code("no such stage")
