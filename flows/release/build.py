"""What goes into the folder of a release. Everything follows from the tables: no clock, no machine."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from flows.check_info import CheckInfo
from flows.failing import counted_outcome, is_failing
from flows.release.changes_text import changes_text, delta
from flows.release.codes import code_frames
from flows.release.describe import croissant, datapackage
from flows.release.dictionary import dictionary
from flows.release.draft import WRITERS, Draft
from flows.release.exports import has_dta, more_formats, write_csv, write_dta
from flows.release.package import file_name, sha256_of, write_parquet, write_sums
from flows.release.texts import citation, licence, readme
from flows.release.version import SCHEMA_VERSION
from flows.release.warnings import as_data, warnings_of
from flows.site.front import render_index, style
from normalize.code_tables import MADE
from normalize.panels.tables import PUBLISHED


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


def finish(
    draft: Draft,
    unreached: list[Unreached],
    *,
    inputs: str,
    previous: str | None,
    checks: Sequence[CheckInfo] = (),
    accepted: Sequence[dict[str, str]] = (),
) -> dict[str, Any]:
    """Write what the draft has in memory and everything that describes it; returns the index of the release.

    checks: the catalogue of checks, given so that a changed check changes no code of the release. accepted: refusals of
    the release checks that a person has accepted.
    """
    version, folder = draft.version, draft.folder
    write_tables(draft, checks)
    resources: list[dict[str, Any]] = []
    for name in PUBLISHED:
        formats = [
            form for form in ("parquet", *more_formats(PUBLISHED[name])) if (folder / file_name(name, form)).is_file()
        ]
        resources += [_resource(folder, name, form, draft.rows[name]) for form in formats]
    index = {
        "version": version,
        "schema_version": SCHEMA_VERSION,
        "inputs": inputs,
        "previous": previous,
        **summary(draft, unreached),
        "delta": delta(draft.frames["changes"]),
        "accepted": list(accepted),
        "warnings": as_data(),
        "resources": resources,
    }
    describe(draft, index)
    return index


def write_tables(draft: Draft, checks: Sequence[CheckInfo]) -> None:
    """Every table that is not written yet, with the code lists, in every format it is published in."""
    for name, frame in code_frames(tuple(checks)).items():
        draft.put(name, frame)
    for name in MADE:
        if name not in draft.frames:
            draft.put(name, pl.DataFrame(schema=PUBLISHED[name].polars_schema()))
    with ThreadPoolExecutor(WRITERS) as pool:
        written: list[Future[None]] = []
        for name, frame in draft.frames.items():
            path = draft.folder / file_name(name)
            if name == "changes" or not path.is_file():
                written.append(pool.submit(write_parquet, frame, name, path, draft.version))
                for form in more_formats(PUBLISHED[name]):
                    written.append(pool.submit(_write, draft.folder, name, form, frame, draft.version))
        for one in written:
            one.result()


def _write(folder: Path, name: str, form: str, frame: pl.DataFrame, version: str) -> None:
    """Write the table in a format it has beside Parquet. Without the extra `stata` there is no `.dta`."""
    path = folder / file_name(name, form)
    if form != "dta":
        write_csv(frame, path)
    elif has_dta():
        write_dta(frame, name, path, version)


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


def describe(draft: Draft, index: dict[str, Any]) -> None:
    """Everything in the folder that is no table. SHA256SUMS comes last and covers all of it."""
    folder, version = draft.folder, draft.version
    _json(folder / "index.json", index)
    _json(folder / "datapackage.json", datapackage(version, index["resources"]))
    _json(folder / "croissant.json", croissant(version, index["resources"]))
    for language, suffix in (("zh", ".zh"), ("en", "")):
        _text(folder / f"DICTIONARY.{language}.md", dictionary(language, version))
        _text(folder / f"README{suffix}.md", readme(index, language))
        _text(folder / f"CHANGES{suffix}.md", changes_text(index, draft.frames["changes"], language))
    _text(folder / "LICENSE", licence())
    _text(folder / "CITATION.cff", citation(version))
    _text(folder / "index.html", render_index(index, _for_the_page(draft)))
    _text(folder / "style.css", style())
    write_sums(folder)


def _for_the_page(draft: Draft) -> dict[str, pl.DataFrame]:
    fails = draft.some("findings", is_failing())
    return {"findings": fails, "documents": draft.frames["documents"], "disclosures": draft.frames["disclosures"]}


def _json(path: Path, content: dict[str, Any]) -> None:
    path.write_bytes(msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n")


def summary(draft: Draft, unreached: list[Unreached]) -> dict[str, Any]:
    """Counts, issues by code, findings by outcome and check, coverage by county, year and kind."""
    frames, disclosures = draft.frames, draft.frames["disclosures"]
    counted = draft.lazy("findings").group_by("check_id", counted_outcome()).agg(pl.len().alias("count"))
    by_check = counted.collect(engine="streaming")
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
            "documents": draft.rows["documents"],
            "disclosures": draft.rows["disclosures"],
            "facts": draft.rows["budget_lines"],
            "facts_printed": draft.lazy("budget_lines").select(pl.col("printed_text").count()).collect().item(),
            "projects": draft.rows["projects"],
            "indicators": draft.rows["indicators"],
            "findings": draft.rows["findings"],
        },
        "issues": _counts(frames["issues"].group_by("code").agg(pl.col("count").sum()), "code"),
        "findings": _counts(by_check.group_by("outcome").agg(pl.col("count").sum()), "outcome"),
        "checks": _by_check(by_check),
        "coverage_states": _counts(frames["coverage"].group_by("state").agg(pl.len().alias("count")), "state"),
        "coverage": coverage.sort("county_code", "fiscal_year", "doc_type", nulls_last=True).to_dicts(),
        "not_found": not_found,
    }


def _counts(frame: pl.DataFrame, column: str) -> dict[str, int]:
    return {str(row[column]): int(row["count"]) for row in frame.sort(column).iter_rows(named=True)}


def _by_check(counted: pl.DataFrame) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for row in counted.sort("check_id", "outcome").iter_rows(named=True):
        found.setdefault(row["check_id"], {})[row["outcome"]] = row["count"]
    return found


def _text(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8", newline="\n")
