"""Releases for the tests of the site: two documents of the sample county, and one whose every text is hostile."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from crawl.archive import Archive
from flows.local import check_documents, read_paths
from flows.release.package import file_name, sha256_of, write_parquet, write_sums
from flows.release.standing import with_standings
from normalize.columns import Field
from normalize.panels.tables import PUBLISHED
from normalize.schema import TABLES, to_frame
from tests.flows.conftest import LIMITS

Row = dict[str, Any]
VERSION = "v2026.11.0"
HOSTILE = (
    "</td><script>document.title='owned'</script><img src=x onerror=alert(1)><b onmouseover=alert(1)>"
    "\u202eeuros\u2066 =cmd|'/c calc'!A1 \"'`--></style></script>{{ 7*7 }}${7*7}\x07\u2028"
)


def write_release(folder: Path, tables: Mapping[str, pl.DataFrame], version: str = VERSION) -> Path:
    """A release folder as the site reads one: Parquet files and index.json. Tables that are not given are empty."""
    folder.mkdir(parents=True)
    resources = []
    for name, spec in PUBLISHED.items():
        frame = tables.get(name)
        if frame is None:
            frame = pl.DataFrame(schema=spec.polars_schema())
        path = folder / file_name(name)
        write_parquet(frame, name, path, version)
        resources.append(
            {
                "name": path.name,
                "table": name,
                "title_zh": spec.title_zh,
                "title_en": spec.title_en,
                "bytes": path.stat().st_size,
                "sha256": sha256_of(path),
                "rows": frame.height,
                "columns": len(spec.columns),
            }
        )
    outcomes = dict(tables["findings"]["outcome"].value_counts().iter_rows()) if "findings" in tables else {}
    index = {
        "version": version,
        "schema_version": "0.1.0",
        "inputs": "0123456789abcdef",
        "previous": None,
        "counts": {"documents": tables["documents"].height, "facts": tables["budget_lines"].height},
        "issues": {},
        "findings": outcomes,
        "resources": resources,
    }
    (folder / "index.json").write_text(json.dumps(index, ensure_ascii=False, sort_keys=True), encoding="utf-8")
    write_sums(folder)
    return folder


def sample_tables(files: Sequence[Path], archive: Path) -> dict[str, pl.DataFrame]:
    """The tables of some files, read and checked as `yujue read` does; their bytes go to the archive."""
    documents = read_paths(list(files), LIMITS)
    check_documents(documents, LIMITS)
    store = Archive(archive)
    for file in files:
        store.put(file.read_bytes())
    rows: dict[str, list[Row]] = {name: [] for name in TABLES}
    for document in documents:
        for name, found in document.tables.items():
            rows[name] += found
    rows["coverage"] = [_gap(number, state) for number, state in enumerate(("not_published", "link_dead", "blocked"))]
    return with_standings({name: to_frame(name, found) for name, found in rows.items()})


def _gap(number: int, state: str) -> Row:
    row: Row = dict.fromkeys(TABLES["coverage"].names())
    return row | {
        "coverage_id": f"gap{number}",
        "county_code": "130630",
        "org_name": "=cmd|' /C calc'!A0",
        "fiscal_year": 2023 + number,
        "doc_type": "department_final",
        "state": state,
        "reason": "none_published",
        "reason_zh": "栏目已查",
        "reason_en": "the columns were read",
        "n_documents": 0,
        "n_facts": 0,
        "url": "javascript:alert(1)",
        "link_text": "@SUM(1)",
    }


def hostile_tables(count: int = 3) -> dict[str, pl.DataFrame]:
    """Every table with rows of one document in which every text that a page, a site or a person could write is hostile.

    What our own code makes (digests, identifiers, codes that name files and anchors) stays what it is.
    """
    sha256 = "ab" * 32
    rows: dict[str, list[Row]] = {}
    for name, spec in TABLES.items():
        single = name in ("documents", "disclosures")
        rows[name] = [
            {field.name: _value(name, field, number, sha256) for field in spec.columns}
            for number in range(1, 2 if single else count + 1)
        ]
    return with_standings({name: to_frame(name, found) for name, found in rows.items()})


def _value(table: str, field: Field, number: int, sha256: str) -> object:
    name = field.name
    if name in ("document_sha256", "replaces_sha256"):
        return sha256
    if name == "replaced_by":
        return "cd" * 32
    own: dict[str, object] = {
        "county_code": "130630",
        "kind": "pdf" if table == "documents" else "cell",
        "org_id": "130630-abcdef01",
        "outcome": ("fails", "holds", "rounding")[number % 3],
        "home": "amount",
        "table_no": 1,
        "row_no": number,
        "col_no": 1,
        "paragraph_no": None if field.nullable else 1,
        "page": 1,
        "rowspan": 1,
        "colspan": 1,
        "fiscal_year": 2024,
        "places": [f"t1.r{number}.c1"],
        "fact_ids": [f"{sha256[:16]}.t1.r{number}.c1"],
    }
    if name in own:
        return own[name]
    if name == "fact_id":
        return f"{sha256[:16]}.t1.r{number}.c1"
    if name in TABLES[table].key and name.endswith("_id"):
        return f"{sha256[:16]}.t1.r{number}.c1"
    if isinstance(field.dtype, pl.List):
        return [HOSTILE] if field.dtype.inner == pl.String() else [number]
    if field.dtype == pl.String():
        return f"{HOSTILE}{number}" if name in TABLES[table].key else HOSTILE
    if field.dtype == pl.Boolean():
        return bool(number % 2)
    if field.dtype == pl.Date():
        return dt.date(2024, 2, number)
    return number / 4 if field.dtype == pl.Float64() else number
