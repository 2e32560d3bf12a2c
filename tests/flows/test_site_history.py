"""What earlier releases said of a document: on its page, in its cells, and only where something changed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import polars as pl
import pytest

from flows.errors import DATA, Trouble
from flows.release.diff import compare
from flows.site.document_pages import write_documents
from flows.site.history import CHANGES, MOST_VALUES, History, by_fact, steps
from flows.site.output import building
from flows.site.release import open_release
from flows.site.render import Pages
from tests.flows.site_release import HOSTILE, hostile_tables, write_release

FIRST, SECOND, THIRD = "v2026.11.0", "v2026.11.1", "v2026.12.0"
KEY = "ab" * 8
CELL = f"{KEY}.t1.r2.c1"


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three releases: in the second an amount is read otherwise, in the third nothing differs."""
    folder = tmp_path_factory.mktemp("history")
    tables = hostile_tables()
    write_release(folder / FIRST, tables, FIRST)
    lines = tables["budget_lines"]
    is_cell = pl.col("fact_id") == CELL
    tables["budget_lines"] = lines.with_columns(
        pl.when(is_cell).then(pl.lit("18.00")).otherwise(pl.col("printed_text")).alias("printed_text"),
        pl.when(is_cell).then(180_000.0).otherwise(pl.col("amount_yuan")).alias("amount_yuan"),
    )
    write_release(folder / "made" / SECOND, tables, SECOND)
    changes = compare(folder / FIRST, folder / "made" / SECOND, (FIRST, SECOND))
    write_release(folder / SECOND, tables | {"changes": changes}, SECOND)
    again = compare(folder / SECOND, folder / "made" / SECOND, (SECOND, THIRD))
    write_release(folder / THIRD, tables | {"changes": again}, THIRD)
    return folder


def page(folder: Path, site: Path, language: str = "en") -> str:
    """The document's page of a release."""
    release = open_release(folder)
    with building(site, release.moment) as output:
        output.write("site.json", "{}")
        write_documents(
            Pages(output, {"version": release.version, "index": release.index, "contact": ""}), release, None, "",
            lambda *_: None,
        )  # fmt: skip
    return (site / language / "doc" / KEY / "index.html").read_text("utf-8")


def versions_of(text: str) -> str:
    found = re.search(r'<details class="more" id="versions".*?</details>', text, re.DOTALL)
    assert found is not None
    return found[0]


def test_a_value_that_another_release_read_otherwise_is_told_with_its_reason(releases: Path, tmp_path: Path) -> None:
    text = page(releases / THIRD, tmp_path / "site")
    told = versions_of(text)
    assert " open" in told.partition(">")[0]
    assert f"{FIRST} → {SECOND}" in told
    assert THIRD not in told, "a release in which nothing changed is not a step"
    assert '<a href="index.html#t1.r2.c1">t1.r2.c1</a>' in told
    assert "18.00" in told
    assert "our reading of the document" in told
    data = json.loads(re.findall(r'id="details">(.*?)</script>', text, re.DOTALL)[0])
    assert data["since"] == FIRST
    texts = data["texts"]
    past = [texts[one] for one in data["places"]["t1.r2.c1"][3]]
    assert past[0] == SECOND
    assert any("printed_text" in one and "→ “18.00”" in one for one in past)
    assert len(data["places"]["t1.r1.c1"]) == 3, "a fact that never changed has no past"


def test_a_release_that_changed_nothing_leaves_the_page_as_it_was(releases: Path, tmp_path: Path) -> None:
    assert page(releases / SECOND, tmp_path / "two") == page(releases / THIRD, tmp_path / "three")


def test_without_an_earlier_release_nothing_is_said_to_have_changed(releases: Path, tmp_path: Path) -> None:
    told = versions_of(page(releases / FIRST, tmp_path / "site", "zh"))
    assert " open" not in told.partition(">")[0] or "旧的一份" in told, "only replaced files open it"
    assert f"自 {FIRST} 起收录" in told
    assert "→ v20" not in told


def test_what_earlier_releases_printed_is_inert(releases: Path, tmp_path: Path) -> None:
    told = versions_of(page(releases / THIRD, tmp_path / "site"))
    assert HOSTILE[:20] not in told
    assert "<script" not in told
    assert "⟦U+202E⟧" in told


def test_a_damaged_list_of_changes_names_release_and_remedy(releases: Path, tmp_path: Path) -> None:
    for version in (FIRST, SECOND):
        (tmp_path / version).mkdir()
        for path in (releases / version).iterdir():
            (tmp_path / version / path.name).write_bytes(path.read_bytes())
    (tmp_path / SECOND / CHANGES).write_bytes(b"PAR1 nothing of it")
    history = History(open_release(tmp_path / FIRST))
    assert [version for version, _ in history.folders] == [FIRST], "a later release is no past"
    with pytest.raises(Trouble) as caught:
        History(open_release(releases / FIRST)).folders.append((SECOND, tmp_path / SECOND))
        broken = History(open_release(releases / FIRST))
        broken.folders.append((SECOND, tmp_path / SECOND))
        broken.of(["ab" * 32])
    assert caught.value.code == DATA
    assert SECOND in caught.value.en
    assert "\n" not in caught.value.en


def test_steps_list_a_bounded_number_of_values_and_count_the_rest() -> None:
    row = {"release_from": FIRST, "release_to": SECOND, "of_table": "core_budget_lines", "op": "changed",
           "reason": "extractor", "column": "printed_text", "before": "1", "after": "2", "n_rows": 1}  # fmt: skip
    rows = [row | {"row_id": f"{KEY}.t1.r{number}.c1"} for number in range(1, MOST_VALUES + 6)]
    rows += [row | {"row_id": CELL, "column": "confidence"}]
    (step,) = steps(rows)
    assert (len(step.values), step.values_left_out) == (MOST_VALUES, 5)
    assert dict(step.counts) == {("changed", "extractor"): MOST_VALUES + 5, ("other", "extractor"): 1}
    assert len(by_fact(rows)[CELL]) == 1, "a change of our confidence is not told in the cell"
