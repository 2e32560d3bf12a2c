"""What goes into the folder of a release. Everything follows from the tables: no clock, no machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from flows.checks.noun import CheckInfo
from flows.release.changes_text import changes_text, delta
from flows.release.codes import code_frames
from flows.release.describe import croissant, datapackage
from flows.release.dictionary import dictionary
from flows.release.exports import has_dta, more_formats, write_csv, write_dta
from flows.release.package import file_name, sha256_of, write_parquet, write_sums
from flows.release.texts import citation, licence, readme
from flows.release.version import SCHEMA_VERSION
from flows.release.warnings import as_data, warnings_of
from flows.site import render_index, style
from normalize.code_tables import MADE
from normalize.panels.tables import PUBLISHED
from normalize.schema import TABLES, SchemaError


@dataclass(frozen=True)
class Unreached:
    """An address that was looked at and gave nothing: what was not found is published beside what was.

    notice_text: the words that lead to the notice it hangs on.
    """

    source_id: str
    url: str
    role: str
    outcome: str
    link_text: str | None
    notice_text: str | None = None


def whole_table(name: str, pieces: list[pl.DataFrame]) -> pl.DataFrame:
    """Frames of table `name`, joined and in the table's order. Raises SchemaError where a key occurs twice."""
    spec = TABLES[name]
    frame = pl.concat(pieces, how="vertical")
    if spec.sort:
        frame = frame.sort(spec.sort, nulls_last=True, maintain_order=True)
    if spec.key:
        twice = frame.filter(pl.struct(spec.key).is_duplicated())
        if twice.height:
            first = twice.row(0, named=True)
            key = {column: first[column] for column in spec.key}
            documents = sorted({str(sha) for sha in twice["document_sha256"].head(20)})
            raise SchemaError(
                f"table {name}, column {', '.join(spec.key)}: {twice.height} rows share a key, first {key}, "
                f"documents {', '.join(documents[:3])}"
            )
    return frame


def build(
    folder: Path,
    version: str,
    tables: dict[str, pl.DataFrame],
    unreached: list[Unreached],
    *,
    inputs: str,
    previous: str | None,
    checks: Sequence[CheckInfo] = (),
) -> dict[str, Any]:
    """Fill an empty folder; returns its index. tables: one frame per published table, panels included.

    checks: the catalogue of checks, given so that a changed check changes no code of the release. The code lists follow
    from our vocabularies; of the tables a release makes of itself, those not given are empty.
    """
    tables = {**{name: empty(name) for name in MADE}, **tables, **code_frames(tuple(checks))}
    resources: list[dict[str, Any]] = []
    for name in PUBLISHED:
        write_parquet(tables[name], name, folder / file_name(name), version)
        formats = _formats(folder, name, tables[name], version)
        resources += [_resource(folder, name, form, tables[name].height) for form in formats]
    index = {
        "version": version,
        "schema_version": SCHEMA_VERSION,
        "inputs": inputs,
        "previous": previous,
        **summary(tables, unreached),
        "delta": delta(tables["changes"]),
        "warnings": as_data(),
        "resources": resources,
    }
    describe(folder, index, tables)
    return index


def _formats(folder: Path, name: str, frame: pl.DataFrame, version: str) -> list[str]:
    """Write the table in the other formats it is published in; every format of it. Without the extra `stata` there is
    no `.dta`."""
    formats = ["parquet"]
    for form in more_formats(PUBLISHED[name]):
        path = folder / file_name(name, form)
        if form != "dta":
            write_csv(frame, path)
        elif has_dta():
            write_dta(frame, name, path, version)
        else:
            continue
        formats.append(form)
    return formats


def _resource(folder: Path, name: str, form: str, rows: int) -> dict[str, Any]:
    """One file as index.json has it."""
    spec, path = PUBLISHED[name], folder / file_name(name, form)
    return {
        "name": path.name,
        "table": name,
        "format": form,
        "layer": spec.layer,
        "title_zh": spec.title_zh,
        "title_en": spec.title_en,
        "bytes": path.stat().st_size,
        "sha256": sha256_of(path),
        "rows": rows,
        "columns": len(spec.columns),
        "key": list(spec.key),
        "warnings": list(warnings_of(name)),
    }


def describe(folder: Path, index: dict[str, Any], tables: dict[str, pl.DataFrame]) -> None:
    """Everything in the folder that is no table. SHA256SUMS comes last and covers all of it."""
    version = index["version"]
    _json(folder / "index.json", index)
    _json(folder / "datapackage.json", datapackage(version, index["resources"]))
    _json(folder / "croissant.json", croissant(version, index["resources"]))
    for language, suffix in (("zh", ".zh"), ("en", "")):
        _text(folder / f"DICTIONARY.{language}.md", dictionary(language, version))
        _text(folder / f"README{suffix}.md", readme(index, language))
        _text(folder / f"CHANGES{suffix}.md", changes_text(index, tables["changes"], language))
    _text(folder / "LICENSE", licence())
    _text(folder / "CITATION.cff", citation(version))
    _text(folder / "index.html", render_index(index, tables))
    _text(folder / "style.css", style())
    write_sums(folder)


def empty(name: str) -> pl.DataFrame:
    return pl.DataFrame(schema=PUBLISHED[name].polars_schema())


def _json(path: Path, content: dict[str, Any]) -> None:
    path.write_bytes(msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n")


def summary(tables: dict[str, pl.DataFrame], unreached: list[Unreached]) -> dict[str, Any]:
    """Counts, issues by code, findings by outcome and check, coverage by county, year and kind."""
    findings, disclosures = tables["findings"], tables["disclosures"]
    coverage = disclosures.group_by("county_code", "fiscal_year", "doc_type").agg(
        pl.len().alias("disclosures"), pl.col("n_facts").sum()
    )
    not_found = [
        {
            "source_id": one.source_id,
            "url": one.url,
            "role": one.role,
            "outcome": one.outcome,
            "link_text": one.link_text,
        }
        for one in unreached
    ]
    return {
        "counts": {
            "documents": tables["documents"].height,
            "disclosures": disclosures.height,
            "facts": tables["budget_lines"].height,
            "facts_printed": tables["budget_lines"]["printed_text"].count(),
            "projects": tables["projects"].height,
            "indicators": tables["indicators"].height,
            "findings": findings.height,
        },
        "issues": _counts(tables["issues"].group_by("code").agg(pl.col("count").sum()), "code"),
        "findings": _counts(findings.group_by("outcome").agg(pl.len().alias("count")), "outcome"),
        "checks": _by_check(findings),
        "coverage_states": _counts(tables["coverage"].group_by("state").agg(pl.len().alias("count")), "state"),
        "coverage": coverage.sort("county_code", "fiscal_year", "doc_type", nulls_last=True).to_dicts(),
        "not_found": not_found,
    }


def _counts(frame: pl.DataFrame, column: str) -> dict[str, int]:
    return {str(row[column]): int(row["count"]) for row in frame.sort(column).iter_rows(named=True)}


def _by_check(findings: pl.DataFrame) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    counted = findings.group_by("check_id", "outcome").agg(pl.len().alias("count")).sort("check_id", "outcome")
    for row in counted.iter_rows(named=True):
        found.setdefault(row["check_id"], {})[row["outcome"]] = row["count"]
    return found


def _text(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8", newline="\n")
