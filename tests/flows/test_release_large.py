"""What keeps a release of millions of facts within bounds changes nothing in it."""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import columnar
from flows.release import diff
from flows.release import panels as dealing
from flows.release.checks import refusals
from flows.release.diff import compare
from flows.release.draft import Draft
from flows.release.package import BY_DOCUMENT, PAGE, ROW_GROUP, TableWriter, file_name
from flows.release.panels import add_panels
from flows.release.row_groups import BLOCK, ByDocument
from flows.release.standing import standings_beside, with_standings
from flows.release.verify import verify
from flows.settings import DataRoot
from flows.store import DATES
from normalize.panels.build import build_panels
from normalize.panels.tables import KEYS, LINEAGE, PUBLISHED
from normalize.schema import EXCERPTS, TABLES, Row, SchemaError, to_frame
from tests.flows.conftest import rows_of, tables_of
from tests.flows.releases import two_releases
from tests.flows.test_release import SHAS, publish
from tests.normalize.panel_build import World

LARGE = ("budget_lines", "indicators", "findings", "projects")
COUNTIES = ("130630", "130631", "130632")


def cells(rows: int) -> pl.DataFrame:
    """Rows of raw_cells with texts of several lengths."""
    frame = to_frame("raw_cells", rows_of("raw_cells", "ab" * 32, 50))
    return pl.concat([frame] * (rows // 50)).with_columns(
        pl.int_range(pl.len(), dtype=pl.Int32).alias("block_no"), pl.int_range(pl.len()).cast(pl.String).alias("text")
    )


def test_the_bytes_do_not_depend_on_how_the_rows_came() -> None:
    frame = cells(2 * BLOCK + 1_000)
    written = []
    for size in (frame.height, 777, BLOCK):
        buffer = io.BytesIO()
        with TableWriter("raw_cells", buffer, "v2026.11.0") as writer:
            for start in range(0, frame.height, size):
                writer.write(frame.slice(start, size))
        assert writer.rows == frame.height
        written.append(buffer.getvalue())
    assert written[0] == written[1] == written[2]
    assert pl.read_parquet(written[0]).equals(frame)


def test_row_groups_are_whole_and_pages_are_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers with a page index fetch a few pages around a document; those without, a row group."""
    assert (ROW_GROUP % BLOCK, 100_000 < ROW_GROUP < 130_000) == (0, True)
    monkeypatch.setattr("flows.release.package.ROW_GROUP", 2 * BLOCK)
    frame, buffer = cells(5 * BLOCK + 50), io.BytesIO()
    with TableWriter("raw_cells", buffer, "v2026.11.0") as writer:
        writer.write(frame)
    file = pq.ParquetFile(io.BytesIO(buffer.getvalue()))
    assert [file.metadata.row_group(number).num_rows for number in range(3)] == [
        2 * BLOCK,
        2 * BLOCK,
        BLOCK + frame.height % BLOCK,
    ]
    names = file.schema_arrow.names
    column = file.metadata.row_group(0).column(names.index("document_sha256"))
    assert column.has_column_index and column.has_offset_index and column.is_stats_set
    assert not file.metadata.row_group(0).column(names.index("home")).is_stats_set
    assert PAGE <= BLOCK


def of_documents(*rows: int) -> pa.Table:
    shas = [f"{number:064x}" for number, count in enumerate(rows) for _ in range(count)]
    return pa.table({"document_sha256": pa.array(shas, pa.string()), "row": pa.array(range(len(shas)), pa.int32())})


@given(st.lists(st.integers(1, 40), max_size=12), st.integers(1, 60), st.integers(1, 50))
def test_no_document_is_in_two_row_groups(rows: list[int], most: int, piece: int) -> None:
    table, made = of_documents(*rows), []
    for size in (piece, max(1, table.num_rows)):
        groups = ByDocument(table.schema, most)
        found = [one for start in range(0, table.num_rows, size) for one in groups.add(table.slice(start, size))]
        made.append([*found, *groups.rest()])
    assert [one.num_rows for one in made[0]] == [one.num_rows for one in made[1]]
    assert pa.concat_tables([table.slice(0, 0), *made[0]]).equals(table)
    inside = [set(one["document_sha256"].to_pylist()) for one in made[0]]
    assert sum(map(len, inside)) == len(rows)
    assert all(one.num_rows <= most or len(documents) == 1 for one, documents in zip(made[0], inside, strict=True))
    together = [first.num_rows + rows[min(int(sha, 16) for sha in second)]
                for first, second in zip(made[0], inside[1:], strict=False)]  # fmt: skip
    assert all(count > most for count in together)  # and no group is shorter than it must be


def test_an_excerpt_is_its_table_row_for_row(tmp_path: Path) -> None:
    folder = publish(DataRoot(tmp_path)).folder
    for name, of in EXCERPTS.items():
        columns = list(PUBLISHED[name].names())
        whole = pl.read_parquet(folder / file_name(of), columns=columns).select(columns)
        assert pl.read_parquet(folder / file_name(name)).equals(whole)
        assert whole.height > 0
        assert name in BY_DOCUMENT
        described = {field.name: field for field in PUBLISHED[of].columns}
        assert all(field == described[field.name] for field in PUBLISHED[name].columns)


def test_what_waits_to_be_written_holds_none_of_what_it_was_cut_from() -> None:
    frame = cells(BLOCK * 3)
    writer = TableWriter("raw_cells", io.BytesIO(), "v2026.11.0")
    before = pa.total_allocated_bytes()
    writer.write(frame.head(60))
    for _ in range(20):
        writer.write(columnar.as_table(cells(10_000)).slice(0, 60))
    held = pa.total_allocated_bytes() - before
    writer.close()
    assert held < 21 * 60 * 2_000, held


def test_results_as_tables_are_the_results_as_frames() -> None:
    raws = []
    for sha256 in sorted(SHAS):
        tables = tables_of(sha256, 7)
        tables["budget_lines"].reverse()
        raws.append(columnar.encode(tables))
    found = columnar.decode_tables(raws, DATES)
    for name in TABLES:
        rows = [row for sha256 in SHAS for row in (tables_of(sha256, 7).get(name) or [])]
        assert columnar.as_frame(found[name]).equals(to_frame(name, rows)), name


def test_a_stored_table_with_other_columns_is_damaged() -> None:
    frame = to_frame("goals", rows_of("goals", "ab" * 32, 2)).rename({"note": "notes"})
    stream = io.BytesIO()
    frame.write_ipc_stream(stream, compat_level=pl.CompatLevel.oldest())
    import msgspec

    raw = msgspec.msgpack.encode({"goals": msgspec.msgpack.Ext(1, stream.getvalue())})
    with pytest.raises(ValueError, match="table goals has other columns"):
        columnar.decode_tables([raw], DATES)


def test_standings_stand_beside_tables_as_beside_frames() -> None:
    frames = {name: to_frame(name, rows) for name, rows in tables_of(SHAS[0], 5).items()}
    judged = rows_of("standings", SHAS[0], 5)
    for row, fact in zip(judged, frames["budget_lines"]["fact_id"], strict=True):
        row["of_table"], row["fact_id"] = "budget_lines", fact
    frames["standings"] = to_frame("standings", judged[:4])
    frames["findings"] = to_frame("findings", [])
    beside = standings_beside({name: columnar.as_table(frame) for name, frame in frames.items()})
    for name, frame in with_standings(frames).items():
        assert columnar.as_frame(beside[name]).equals(frame), name
    assert columnar.as_frame(beside["budget_lines"])["standing"].null_count() == 1


def world() -> dict[str, pl.DataFrame]:
    """Departments of three counties, and a document that does not say whose it is."""
    made = World()
    for number, county in enumerate(COUNTIES):
        for org in ("甲局", "乙局"):
            document = made.document(f"{county}{org}", org, county_code=county, org_id=f"{county}-{org}", n_facts=2)
            document.statement("expenditure", "total project", f"grand_total 3.00 {number}.00", "201 3.00 _")
            document.project("路", "1.00")
    made.document("谁的", "丙局", org_id=None, n_facts=0)
    return made.tables()


def drafted(folder: Path, tables: dict[str, pl.DataFrame]) -> Draft:
    folder.mkdir()
    draft = Draft(folder, "v2026.11.0")
    for name, frame in tables.items():
        if name in LARGE:
            frame.sort("document_sha256", maintain_order=True).write_parquet(folder / file_name(name))
        else:
            draft.put(name, frame)
    return draft


def test_panels_of_counties_apart_are_the_panels_of_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = world()
    whole = build_panels(tables)
    made = {}
    for group in (1, 1_000_000):
        monkeypatch.setattr(dealing, "GROUP", group)
        draft = drafted(tmp_path / str(group), tables)
        add_panels(draft)
        assert not [path for path in draft.folder.iterdir() if path.name.startswith(".")]
        made[group] = draft
        for panel in KEYS:
            assert draft.frames[panel].equals(whole[panel]), (group, panel)
        assert pl.read_parquet(draft.folder / file_name(LINEAGE)).equals(whole[LINEAGE])
        assert draft.rows[LINEAGE] == whole[LINEAGE].height > 0
    files = [made[group].folder / file_name(LINEAGE) for group in made]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_counties_that_share_a_row_of_a_panel_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = world()
    monkeypatch.setattr(dealing, "GROUP", 1)
    monkeypatch.setattr(dealing, "build_panels", lambda _: build_panels(tables))
    with pytest.raises(SchemaError, match="panel_department_year: rows share a key"):
        add_panels(drafted(tmp_path / "draft", tables))


def test_a_reference_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    found = [tables_of(sha256, 2) | {"findings": [], "standings": []} for sha256 in SHAS]
    tables = {name: pl.concat([to_frame(name, one[name]) for one in found]) for name in TABLES}
    lines = tables["budget_lines"]["fact_id"]
    tables["raw_cells"] = tables["raw_cells"].with_columns(pl.Series("fact_id", [*lines[:5], "nowhere"]))
    (one,) = [
        refusal
        for refusal in refusals(drafted(tmp_path / "draft", tables), None)
        if refusal.subject == "raw_cells.fact_id"
    ]
    assert "1 rows lead to no row of core_budget_lines, such as nowhere" in one.en


def test_differences_do_not_depend_on_how_many_documents_are_looked_at_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(tables: dict[str, list[Row]]) -> None:
        tables["budget_lines"][0]["amount_yuan"] = 77.0
        tables["claims"][1]["phrase"] = "another"

    first, second = two_releases(tmp_path, change)
    found = compare(first.folder, second.folder, ("a", "b"))
    monkeypatch.setattr(diff, "ROWS", 1)
    assert compare(first.folder, second.folder, ("a", "b")).equals(found)
    changed = found.filter(pl.col("op") == "changed", pl.col("column").is_in(["amount_yuan", "phrase"]))
    assert changed.height == 2 * len(SHAS)


def test_a_damaged_file_is_found_once_by_its_sum_and_once_by_the_index(tmp_path: Path) -> None:
    folder = publish(DataRoot(tmp_path)).folder
    assert verify(folder) == []
    path = folder / file_name("goals")
    path.chmod(0o644)
    raw = bytearray(path.read_bytes())
    raw[5] ^= 0xFF
    path.write_bytes(bytes(raw))
    faults = [one.en for one in verify(folder) if one.file == path.name]
    assert faults[:2] == ["the checksum differs", "it is not what the index says"]
    path.unlink()
    assert "the file is missing" in [one.en for one in verify(folder) if one.file == path.name]


@given(st.lists(st.tuples(*[st.one_of(st.none(), st.integers(0, 2))] * 4), max_size=6), st.booleans())
def test_rows_that_lie_in_order_are_told_from_those_that_do_not(
    places: list[tuple[int | None, ...]], is_sorted: bool
) -> None:
    """What is looked at by neighbours is ordered exactly as a sort, nulls last, would order it."""
    names = ("table_no", "row_no", "col_no", "paragraph_no")
    base = to_frame("raw_cells", rows_of("raw_cells", "ab" * 32, 1)).head(1)
    frame = pl.concat([base] * len(places)) if places else base.clear()
    table = columnar.as_table(
        frame.with_columns(
            pl.Series("document_sha256", ["ab" * 32] * frame.height, pl.String),
            pl.Series("block_no", range(frame.height), pl.Int32),
            *(pl.Series(name, [one[n] for one in places], pl.Int32) for n, name in enumerate(names)),
        )
    )
    order = [name for name in TABLES["raw_cells"].sort if name in names or name == "document_sha256"]
    rows = columnar.as_frame(table).sort(order, nulls_last=True, maintain_order=True)
    given_rows = columnar.as_table(rows) if is_sorted else table
    same = columnar.as_frame(given_rows).equals(rows)
    assert columnar._is_ordered(given_rows, order) == same
    assert not is_sorted or same
