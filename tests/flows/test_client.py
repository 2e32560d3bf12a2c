"""`yujue get` and `yujue codebook`: verified, resumed, honest about what is missing, and light."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from flows.client import get as getting
from flows.client.get import Asked, Got, get
from flows.client.source import Releases
from flows.entry import main
from flows.errors import USAGE, Trouble
from flows.publish_release import Published
from flows.release.exports import csv_bytes
from flows.release.package import file_name
from flows.serve import FileServer, Handler, in_background
from flows.settings import DataRoot
from normalize.schema import Row
from tests.conftest import ROOT
from tests.flows.test_release import publish

PIPELINE = (  # not pydantic, which typer itself needs
    "scrapy twisted prefect fastapi sqlalchemy pyarrow numpy pdfplumber pypdfium2 PIL docx lxml xlrd libarchive "
    "zstandard filelock jinja2"
)


def placed(tables: dict[str, list[Row]]) -> None:
    """Two counties and two years; formulas among the names."""
    number = int(str(tables["documents"][0]["document_sha256"])[0] in "0a")
    county, year = ("130630", "130631")[number], 2023 + number
    for name, rows in tables.items():
        for row in rows:
            for column, value in (("county_code", county), ("fiscal_year", year)):
                if column in row:
                    row[column] = value
            if name == "disclosures":
                row.update(org_id=f"{county}-1a2b3c4d", stage="budget", entity_level="department", org_name="=1+1")
                row["disclosure_id"] = f"{county}-{year}-department_budget-1a2b3c4d"
                row["doc_type"] = "department_budget"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Published:
    return publish(DataRoot(tmp_path_factory.mktemp("root")), change=placed)


@pytest.fixture(scope="module")
def url(release: Published) -> Iterator[str]:
    with in_background(FileServer(release.folder.parent)) as server:
        yield server.url


def fetched(base: str, folder: Path, table: str, **more: object) -> Got:
    asked = Asked(table, **{name: value for name, value in more.items() if name != "version"})  # type: ignore[arg-type]
    return get(base, asked, version=None, out=folder / "out", cache=folder / "cache")


def test_a_whole_table_comes_as_published(url: str, release: Published, tmp_path: Path) -> None:
    for form, name in (("parquet", file_name("budget_lines")), ("csv", "code_regions.csv")):
        got = fetched(url, tmp_path, name.partition(".")[0], form=form)
        assert got.path.read_bytes() == (release.folder / name).read_bytes()
        assert got.version == release.version
    assert {one["code"] for one in fetched(url, tmp_path, "core_budget_lines").warnings} >= {"W_BLANK", "W_TOTAL"}
    assert not [path for path in (tmp_path / "out").iterdir() if path.name.startswith(".part")]


def test_some_counties_and_years_of_it(url: str, release: Published, tmp_path: Path) -> None:
    got = fetched(url, tmp_path, "core_budget_lines", counties=("130631",), years=(2024,))
    found = pl.read_parquet(got.path)
    assert found.height == got.rows > 0
    assert (set(found["county_code"]), set(found["fiscal_year"])) == ({"130631"}, {2024})
    whole = pl.read_parquet(release.folder / file_name("budget_lines"))
    assert fetched(url, tmp_path, "budget_lines", counties=("1306",)).rows == whole.height
    through_documents = fetched(url, tmp_path, "raw_cells", counties=("130631",))
    assert 0 < through_documents.rows < pl.read_parquet(release.folder / file_name("raw_cells")).height
    with pytest.raises(Trouble, match="not by county and year"):
        fetched(url, tmp_path, "code_regions", years=(2024,))


def test_a_csv_of_a_part_holds_no_formula(url: str, tmp_path: Path) -> None:
    got = fetched(url, tmp_path, "meta_disclosures", years=(2024,), form="csv")
    names = pl.read_csv(got.path)["org_name"].to_list()
    assert set(names) == {"'=1+1"}


def test_a_part_is_written_piece_by_piece_as_it_would_be_whole(url: str, release: Published, tmp_path: Path) -> None:
    for table in ("budget_lines", "raw_cells", "panel_department_year"):
        whole = pl.read_parquet(release.folder / file_name(table))
        if "county_code" in whole.columns:
            whole = whole.filter(pl.col("county_code") == "130631")
        else:
            said = pl.read_parquet(release.folder / file_name("disclosures")).filter(pl.col("county_code") == "130631")
            whole = whole.filter(pl.col("document_sha256").is_in(said["document_sha256"].implode()))
        assert whole.height > 0, table
        parquet = fetched(url, tmp_path, table, counties=("130631",)).path
        assert pl.read_parquet(parquet).equals(whole), table
        assert pl.read_parquet_metadata(parquet)["release"] == release.version
        csv = fetched(url, tmp_path, table, counties=("130631",), form="csv").path
        assert csv.read_bytes() == csv_bytes(whole), table
    dta = fetched(url, tmp_path, "panel_department_year", counties=("130631",), form="dta")
    assert dta.path.read_bytes().startswith(b"<stata_dta>")
    assert dta.rows == whole.height


def test_a_part_that_cannot_be_written_leaves_nothing(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(getting, "MOST_DTA_ROWS", 0)
    with pytest.raises(Trouble, match=r"too many for \.dta") as trouble:
        fetched(url, tmp_path, "panel_department_year", years=(2024,), form="dta")
    assert trouble.value.code == USAGE
    assert not [path for path in tmp_path.rglob("*") if path.name.startswith(".part") or path.suffix == ".dta"]


def test_what_was_asked_for_and_is_absent_is_told(release: Published, tmp_path: Path) -> None:
    got = fetched(
        str(release.folder), tmp_path, "panel_department_year", counties=("130630", "440000"), years=(2023, 2010)
    )
    assert got.expected >= 1
    assert set(got.unknown) == {"130630 2010", "440000 2023", "440000 2010"}


def test_an_interrupted_fetch_is_gone_on_with(url: str, release: Published, tmp_path: Path) -> None:
    found = Releases(url).release()
    resource = found.resource("core_budget_lines")
    assert resource is not None
    whole = (release.folder / resource["name"]).read_bytes()
    part = tmp_path / f".part-{resource['sha256'][:16]}-{resource['name']}"
    part.write_bytes(whole[:1000])
    asked: list[str | None] = []
    answer = Handler.do_GET

    def seen(self: Handler) -> None:
        asked.append(self.headers.get("Range"))
        answer(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Handler, "do_GET", seen)
        assert found.fetch(resource, tmp_path).read_bytes() == whole
        assert asked == ["bytes=1000-"]
        found.fetch(resource, tmp_path)
    assert len(asked) == 1  # whole and right: not fetched again
    assert not part.exists()


def test_what_is_not_what_the_index_says_is_refused(release: Published, tmp_path: Path) -> None:
    copy = tmp_path / release.version
    copy.mkdir()
    for path in release.folder.iterdir():
        content = path.read_bytes()
        (copy / path.name).write_bytes(content[:-4] + b"evil" if path.name == "code_units.csv" else content)
    with pytest.raises(Trouble, match="checksum differs") as caught:
        fetched(str(copy), tmp_path, "code_units", form="csv")
    assert caught.value.code == 4
    assert not (tmp_path / "out" / "code_units.csv").exists()


def test_an_index_cannot_lead_outside(tmp_path: Path) -> None:
    (tmp_path / "v2026.11.0").mkdir()
    entry = {"name": "../../evil", "table": "units", "format": "csv", "bytes": 1, "sha256": "0" * 64, "rows": 1}
    index = {"version": "v2026.11.0", "resources": [entry]}
    (tmp_path / "v2026.11.0" / "index.json").write_text(json.dumps(index))
    assert Releases(str(tmp_path / "v2026.11.0")).release().resources == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["get", "no_such_table"], 2),
        (["get", "code_units", "--version", "latest"], 2),
        (["get", "code_units", "--version", "v2031.01.0"], 2),
        (["get", "code_units", "--format", "xlsx"], 2),
        (["get", "core_budget_lines", "--county", "涞源"], 2),
        (["get", "core_budget_lines", "--year", "24"], 2),
        (["get", "code_units", "--from", "ftp://example.org/"], 2),
        (["get", "code_units", "--from", "http://127.0.0.1:9/"], 3),
    ],
)
def test_bad_input_is_one_line_and_an_exit_code(
    release: Published, arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    given = arguments if "--from" in arguments else [*arguments, "--from", str(release.folder.parent)]
    assert main(given) == code
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("word", "where"),
    [
        ("会议费", "panel_department_year.tp_meeting_yuan"),
        ("“三公”经费", "panel_department_year.tp_total_yuan"),
        ("amount_state", "core_budget_lines.amount_state"),
        ("30215", "core_budget_lines class_system=economic_department line_code=30215"),
        ("基本支出", "core_budget_lines statement_code=expenditure column_key=basic"),
    ],
)
def test_a_header_as_printed_leads_to_its_column(word: str, where: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["codebook", word, "--json"]) == 0
    assert where in [one["where"] for one in json.loads(capsys.readouterr().out)]


def test_a_word_that_is_nowhere(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["codebook", "没有这样的词"]) == 1
    assert capsys.readouterr().out == ""


def test_get_diff_and_codebook_need_no_more_than_the_light_installation(release: Published, tmp_path: Path) -> None:
    """Every library of the pipeline is hidden; what then still works is what `pip install yujue` gives."""
    script = f"""
import importlib.abc, sys
class Hidden(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {set(PIPELINE.split())!r}:
            raise ModuleNotFoundError(f"hidden: {{name}}", name=name)
sys.meta_path.insert(0, Hidden())
from flows.entry import main
folder, out = {str(release.folder)!r}, {str(tmp_path / "a.csv")!r}
codes = [
    main(["get", "core_budget_lines", "--from", folder, "--county", "1306", "--format", "csv", "--out", out]),
    main(["get", "panel_department_year", "--from", folder, "--out", {str(tmp_path)!r}]),
    main(["diff", folder, folder]),
    main(["codebook", "会议费"]),
    main(["nightly"]),
]
print(codes)
"""
    environment = {"PYTHONPATH": str(ROOT), "PATH": "", "YUJUE_CACHE": str(tmp_path / "cache"), "YUJUE_LANG": "en"}
    answer = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=False
    )
    assert answer.stdout.splitlines()[-1:] == ["[0, 0, 0, 0, 2]"], answer.stderr
    assert "pip install 'yujue[pipeline]'" in answer.stderr
    assert (tmp_path / "a.csv").is_file()
