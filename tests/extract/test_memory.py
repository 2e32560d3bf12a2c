"""Memory stays flat over many documents in a row, broken ones among them; benchmarks/memory.py is the long form."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.figures import Figure, told
from benchmarks.memory import documents
from tests.conftest import ROOT, SHARED

BOUND = 6.0  # MiB over 150 documents; their Readings, if kept, are twice that with the fixtures among them
FIXTURES = [SHARED / "fixtures" / name for name in ("sample.docx", "sample.xlsx", "odd.docx", "sample.xls")]


def measured(*options: str) -> tuple[int, dict[str, Figure]]:
    """Exit code and growth of a run in a process of its own, without OCR (its models are larger than all else)."""
    files = [str(path) for path in FIXTURES if path.is_file()]
    command = [sys.executable, str(ROOT / "benchmarks" / "memory.py"), *files, "--documents", "250", "--early", "100"]
    command += ["--bound", str(BOUND), "--no-ocr", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.stdout, done.stderr
    return done.returncode, told(done.stdout)


@pytest.mark.slow
def test_memory_stays_flat() -> None:
    code, figures = measured()
    assert float(figures["growth"] or 0) <= BOUND
    assert code == 0


@pytest.mark.slow
def test_the_bound_sees_readings_that_are_kept(shared: Path) -> None:
    assert shared.is_dir()
    code, figures = measured("--keep")
    assert float(figures["growth"] or 0) > BOUND
    assert code == 1


def test_the_same_documents_for_the_same_seed() -> None:
    assert list(documents(30, [], 10)) == list(documents(30, [], 10))
    assert list(documents(30, [], 10)) != list(documents(30, [], 10, seed=1))
