"""What a release says of itself in its index is what the site shows; what it does not say is not missed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.site.build import take_releases
from flows.site.output import building
from flows.site.release import Release, open_release
from flows.site.table_pages import warnings_of
from flows.site.text_pages import _change_groups
from tests.flows.site_release import VERSION, hostile_tables, write_release


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_release(tmp_path / VERSION, hostile_tables(1))


def told(folder: Path, **more: object) -> Release:
    index = json.loads((folder / "index.json").read_text("utf-8"))
    for one in index["resources"]:
        one.update(more.pop(one["table"], {}))  # type: ignore[call-overload]
    (folder / "index.json").write_text(json.dumps(index | more), encoding="utf-8")
    return open_release(folder)


def test_warnings_are_those_the_release_names_in_its_own_words(folder: Path) -> None:
    release = told(
        folder,
        budget_lines={"warnings": ["W_TOTAL", "W_NEW"]},
        goals={"warnings": []},
        warnings={"W_NEW": {"title_zh": "新", "title_en": "new", "text_zh": "说明", "text_en": "said"}},
    )
    said = warnings_of(release.tables["budget_lines"], release)
    assert [one.code for one in said] == ["W_TOTAL", "W_NEW"]
    assert (said[1].zh, said[1].en) == ("新：说明", "new: said")
    assert "sum_safe" in said[0].en
    assert warnings_of(release.tables["goals"], release) == []


def test_warnings_follow_from_the_columns_where_the_release_names_none(folder: Path) -> None:
    release = open_release(folder)
    codes = {one.code for one in warnings_of(release.tables["budget_lines"], release)}
    assert {"W_BLANK", "W_TOTAL", "W_STAGE", "W_ROUNDING"} <= codes


def test_changes_are_those_of_the_index(folder: Path) -> None:
    assert _change_groups(open_release(folder)) == []
    delta = [{"table": "budget_lines", "op": "changed", "reason": "extractor", "rows": 824}, {"op": "broken"}, "no"]
    assert _change_groups(told(folder, delta=delta)) == [
        {"table": "budget_lines", "op": "changed", "reason": "extractor", "n": 824}
    ]


def test_files_of_one_table_stand_together_the_parquet_first(folder: Path) -> None:
    index = json.loads((folder / "index.json").read_text("utf-8"))
    (folder / "core_goals.csv.gz").write_bytes(b"x")
    index["resources"].insert(0, {"name": "core_goals.csv.gz", "table": "goals", "bytes": 1, "sha256": "0", "rows": 1})
    index["resources"].append({"name": "../../etc/passwd", "table": "evil", "bytes": 1})
    (folder / "index.json").write_text(json.dumps(index), encoding="utf-8")
    release = open_release(folder)
    assert [one["name"] for one in release.tables["goals"].files] == ["core_goals.parquet", "core_goals.csv.gz"]
    assert "evil" not in release.tables


def test_files_of_earlier_releases_stay_at_their_addresses(folder: Path, tmp_path: Path) -> None:
    later = write_release(tmp_path / "v2026.11.1", hostile_tables(1), "v2026.11.1")
    release = open_release(later)
    with building(tmp_path / "site", release.moment) as output:
        take_releases(output, release)
    held = tmp_path / "site" / "releases"
    assert sorted(one.name for one in held.iterdir()) == ["latest.json", VERSION, "v2026.11.1"]
    assert json.loads((held / "latest.json").read_text("utf-8")) == {"version": "v2026.11.1"}
    name = "core_goals.parquet"
    assert (held / VERSION / name).read_bytes() == (folder / name).read_bytes()
