"""A release of the sample documents, as users meet it: notebooks, snippets, Stata, CSV, and what describes it."""

from __future__ import annotations

import gzip
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest

from flows.coverage import sought
from flows.crawl_sources import bodies, found_documents, unreached
from flows.night import How, Night
from flows.nightly import work_up
from flows.publish_release import Published, publish_release
from flows.release.codes import stata_missing, words_of
from flows.release.exports import more_formats
from flows.release.package import file_name
from flows.release.snippets import snippets
from normalize.panels.tables import PUBLISHED, WHY, table_name
from tests.conftest import ROOT
from tests.flows.conftest import LIMITS, NOW, fill_root

NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory, documents: list[Path]) -> Published:
    root = fill_root(tmp_path_factory.mktemp("sample"), documents)
    stages = work_up(found_documents(root), root, Night(), How(LIMITS))
    return publish_release(
        stages.facts, stages.checks, unreached(root), root=root, now=NOW, bodies=bodies(root), looked=sought(root)
    )


def table(release: Published, name: str) -> pl.DataFrame:
    return pl.read_parquet(release.folder / file_name(name))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_top_to_bottom(
    release: Published, notebook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    monkeypatch.setenv("YUJUE_RELEASE", str(release.folder))
    book = nbformat.read(notebook, as_version=4)
    assert not any(cell.get("outputs") for cell in book.cells)  # kept without results
    nbclient.NotebookClient(book, timeout=120, kernel_name="python3").execute()
    shown = [cell.outputs for cell in book.cells if cell.cell_type == "code"]
    assert sum(bool(one) for one in shown) >= 3


def test_there_are_three_notebooks() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["coverage_and_selection", "panel_regression", "performance_targets"]


@pytest.mark.parametrize("tool", ["polars", "duckdb", "arrow", "pandas"])
def test_a_snippet_loads_what_it_says(release: Published, tool: str) -> None:
    pytest.importorskip({"arrow": "pyarrow"}.get(tool, tool))
    name = "panel_department_year"
    scope: dict[str, Any] = {}
    exec(snippets(name, str(release.folder))[tool], scope)
    assert len(scope[name]) == table(release, name).height
    if tool == "arrow":
        assert scope["labels"]["exp_project_yuan"]


@pytest.mark.parametrize(("tool", "program"), [("r", "Rscript"), ("stata", "stata")])
def test_a_snippet_of_another_language_runs_where_the_tool_is(release: Published, tool: str, program: str) -> None:
    import shutil

    if shutil.which(program) is None:
        pytest.skip(f"no {program} here")
    code = snippets("panel_department_year", str(release.folder))[tool]
    option = {"Rscript": "-e", "stata": "-q"}[program]
    assert subprocess.run([program, option, code], check=False, timeout=120).returncode == 0


def test_stata_sees_why_there_is_no_number(release: Published) -> None:
    pandas = pytest.importorskip("pandas")
    name = "panel_department_year"
    path, frame = release.folder / file_name(name, "dta"), table(release, name)
    assert path.read_bytes().startswith(b"<stata_dta><header><release>118</release>")
    plain = pandas.read_stata(path, convert_categoricals=False, convert_missing=True)
    letters = stata_missing()
    for row, why, yuan in zip(plain["tp_abroad_yuan"], frame["tp_abroad_why"], frame["tp_abroad_yuan"], strict=True):
        assert (row == yuan) if yuan is not None else str(row) == f".{letters[why]}"
    with pandas.read_stata(path, iterator=True) as reader:
        labels = reader.variable_labels()
        assert labels["exp_project_yuan"].startswith("项目支出")
        assert all(len(label) <= 80 for label in labels.values())
        assert reader.data_label == f"yujue {release.version} {name}"
    assert list(plain["tp_abroad_why"]) == [WHY.index(why) + 1 for why in frame["tp_abroad_why"]]


def test_every_panel_and_code_list_is_the_same_in_every_format(release: Published) -> None:
    for name, spec in PUBLISHED.items():
        for form in more_formats(spec):
            path = release.folder / file_name(name, form)
            if form == "dta":
                assert path.stat().st_size > 0
                continue
            raw = path.read_bytes() if form == "csv" else gzip.decompress(path.read_bytes())
            if form == "csv.gz":
                assert path.read_bytes()[4:8] == b"\0\0\0\0"  # no time of packing
            found = pl.read_csv(raw, infer_schema=False)
            frame = table(release, name)
            assert (found.columns, found.height) == (frame.columns, frame.height), name
            for column in frame.columns:
                if frame.schema[column] == pl.Float64():
                    assert found[column].cast(pl.Float64).equals(frame[column]), (name, column)


def test_every_coded_word_of_the_sample_is_in_the_lists(release: Published) -> None:
    for name, spec in PUBLISHED.items():
        frame = table(release, name)
        for column in spec.columns:
            coded = words_of(spec.name, column.name)
            if coded and column.dtype == pl.String():
                seen = set(frame[column.name].drop_nulls())
                assert seen <= coded.keys(), (name, column.name, seen - coded.keys())


def test_the_data_package_describes_every_file(release: Published) -> None:
    package = json.loads((release.folder / "datapackage.json").read_text(encoding="utf-8"))
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    names = {one["path"] for one in package["resources"]}
    data = {
        path.name for path in release.folder.iterdir() if path.name.endswith((".parquet", ".csv", ".csv.gz", ".dta"))
    }
    assert names == data
    for one in package["resources"]:
        path = release.folder / one["path"]
        assert one["bytes"] == path.stat().st_size
        assert one["hash"].startswith("sha256:")
        fields = {field["name"]: field for field in one["schema"]["fields"]}
        assert set(one["schema"].get("primaryKey", [])) <= fields.keys()
        for field in fields.values():
            assert field["type"] in {"string", "integer", "number", "boolean", "date", "list"}
            assert field["title"] and field["description"]
            assert field["constraints"]["required"] != ("nullMeaning" in field)
        for key in one["schema"].get("foreignKeys", []):
            assert key["reference"]["resource"] in names
    (lines,) = [one for one in package["resources"] if one["path"] == "core_budget_lines.parquet"]
    (state,) = [field for field in lines["schema"]["fields"] if field["name"] == "amount_state"]
    assert {"value": "blank", "label": "空白 / blank"} in state["categories"]
    (stata,) = [one for one in package["resources"] if one["path"] == "panel_county_year.dta"]
    amount = next(field for field in stata["schema"]["fields"] if field["name"] == "exp_basic_yuan")
    assert {one["value"] for one in amount["missingValues"]} == {f".{letter}" for letter in stata_missing().values()}


def test_croissant_says_where_every_column_is(release: Published) -> None:
    told = json.loads((release.folder / "croissant.json").read_text(encoding="utf-8"))
    assert told["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    assert {
        "@context",
        "@type",
        "name",
        "description",
        "license",
        "url",
        "version",
        "distribution",
        "recordSet",
    } <= told.keys()
    files = {one["@id"]: one for one in told["distribution"]}
    for one in files.values():
        path = release.folder / one["contentUrl"]
        assert one["contentSize"] == f"{path.stat().st_size} B"
    for records in told["recordSet"]:
        file = f"{records['@id']}.parquet"
        columns = pq.read_schema(release.folder / file).names
        assert [field["source"]["extract"]["column"] for field in records["field"]] == columns
        assert all(field["source"]["fileObject"]["@id"] == file for field in records["field"])
        known = {field["@id"] for field in records["field"]}
        assert {key["@id"] for key in records.get("key", [])} <= known
        assert {field["dataType"] for field in records["field"]} <= {
            "sc:Text", "sc:Integer", "sc:Float", "sc:Boolean", "sc:Date",
        }  # fmt: skip


def test_parquet_is_made_for_reading_parts_of_it(release: Published) -> None:
    file = pq.ParquetFile(release.folder / file_name("budget_lines"))
    group = file.metadata.row_group(0)
    columns = {group.column(number).path_in_schema: group.column(number) for number in range(group.num_columns)}
    assert all(column.has_offset_index and column.compression == "ZSTD" for column in columns.values())
    assert columns["document_sha256"].has_column_index
    assert columns["document_sha256"].is_stats_set
    for name in ("amount_yuan", "amount_fen", "fact_id"):
        assert not any("DICTIONARY" in encoding for encoding in columns[name].encodings)
    frame = table(release, "budget_lines")
    assert frame["document_sha256"].is_sorted()


def test_citation_licence_and_readmes(release: Published) -> None:
    citation = (release.folder / "CITATION.cff").read_text(encoding="utf-8")
    assert "cff-version: 1.2.0" in citation
    assert f"version: {release.version}" in citation
    licence = (release.folder / "LICENSE").read_text(encoding="utf-8")
    assert "creativecommons.org/licenses/by/4.0" in licence
    assert "Source documents" in licence and "原文件" in licence
    for name, code in (("README.md", "W_BLANK"), ("README.zh.md", "空白不是零")):
        assert code in (release.folder / name).read_text(encoding="utf-8")
    assert {one["code"] for one in table(release, "code_warnings").to_dicts()} == set(release.index["warnings"])


def test_two_time_zones_and_shuffled_rows_give_the_same_bytes(tmp_path: Path) -> None:
    """The releases are made by processes of their own: a time zone is a matter of the process."""
    script = """
import sys
from pathlib import Path
from flows.settings import DataRoot
from tests.flows.test_release import publish
publish(DataRoot(Path(sys.argv[1])), seed=int(sys.argv[2]))
"""
    for zone, seed in (("Asia/Shanghai", "1"), ("America/Los_Angeles", "2")):
        environment = {**os.environ, "TZ": zone, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", script, str(tmp_path / seed), seed]
        subprocess.run(command, check=True, env=environment, timeout=300)
    first, second = (sorted((tmp_path / seed / "releases" / "v2026.11.0").iterdir()) for seed in "12")
    assert [path.name for path in first] == [path.name for path in second]
    assert [one.name for one, other in zip(first, second, strict=True) if one.read_bytes() != other.read_bytes()] == []
    assert importlib.util.find_spec("pyreadstat") is None or any(path.suffix == ".dta" for path in first)


def test_names_of_files_are_the_layer_once() -> None:
    for name, spec in PUBLISHED.items():
        stem = file_name(name).removesuffix(".parquet")
        assert stem == table_name(spec)
        assert stem.startswith(f"{spec.layer}_")
        assert not stem.startswith(f"{spec.layer}_{spec.layer}_")
