"""The README's figures are those that the benchmarks told."""

from __future__ import annotations

import string

import pytest

from benchmarks.figures import tell, told
from benchmarks.suite import SUITE, find
from benchmarks.table import placed, stored, table
from tests.conftest import ROOT


def test_the_readme_has_the_table_of_the_stored_figures() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert placed(text, table(SUITE, {one.id: stored(one.id) for one in SUITE})) == text


def test_every_command_is_there_and_tells_its_figures() -> None:
    for one in SUITE:
        script = ROOT / (one.command[0] if one.command[0] != "-m" else one.command[1].replace(".", "/") + ".py")
        if not script.is_file():
            script = script.with_suffix("") / "__main__.py"
        assert "tell(" in script.read_text("utf-8"), one.id


def test_ids_are_told_apart() -> None:
    assert len({one.id for one in SUITE}) == len(SUITE)
    with pytest.raises(KeyError, match="nothing-such"):
        find(["nothing-such"])


def test_a_row_words_only_figures() -> None:
    for one in SUITE:
        assert [name for _, name, _, _ in string.Formatter().parse(one.row) if name], one.id


def test_a_benchmark_that_broke_off_has_no_figures(capsys: pytest.CaptureFixture[str]) -> None:
    tell(share=0.5, documents=3)
    printed = "| a | table |\n" + capsys.readouterr().out
    assert told(printed) == {"share": 0.5, "documents": 3}
    with pytest.raises(ValueError, match="did not come to its end"):
        told("| a | table |\n")


def test_a_missing_figure_is_no_blank_in_the_table() -> None:
    one = find(["coverage"])
    with pytest.raises(KeyError):
        table(one, {"coverage": {"figures": {}, "date": "2026-01-01", "cores": 2, "load": 0.0}})


def test_marks_that_were_removed_from_the_readme_are_told() -> None:
    with pytest.raises(ValueError, match="must hold"):
        placed("# README", "| table |")
