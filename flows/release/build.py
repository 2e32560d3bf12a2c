"""What goes into the folder of a release. Everything follows from the tables: no clock, no machine."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from flows.release.dictionary import dictionary
from flows.release.package import file_name, sha256_of, write_parquet, write_sums
from flows.release.version import SCHEMA_VERSION
from flows.site import render_index, style
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
) -> dict[str, Any]:
    """Fill an empty folder; returns its index. tables: one frame per published table, panels included."""
    resources = []
    for name, spec in PUBLISHED.items():
        path = folder / file_name(name)
        write_parquet(tables[name], name, path, version)
        resources.append(
            {
                "name": path.name,
                "table": name,
                "title_zh": spec.title_zh,
                "title_en": spec.title_en,
                "bytes": path.stat().st_size,
                "sha256": sha256_of(path),
                "rows": tables[name].height,
                "columns": len(spec.columns),
            }
        )
    index = {
        "version": version,
        "schema_version": SCHEMA_VERSION,
        "inputs": inputs,
        "previous": previous,
        **summary(tables, unreached),
        "resources": resources,
    }
    _text(folder / "index.json", json.dumps(index, ensure_ascii=False, indent=1) + "\n")
    for language in ("zh", "en"):
        _text(folder / f"DICTIONARY.{language}.md", dictionary(language, version))
    _text(folder / "README.md", readme(index))
    _text(folder / "index.html", render_index(index, tables))
    _text(folder / "style.css", style())
    write_sums(folder)
    return index


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


def readme(index: dict[str, Any]) -> str:
    """A page for who finds the folder without knowing the project."""
    counts, version = index["counts"], index["version"]
    return f"""# yujue {version}

中国县级部门公开的预算、决算、绩效目标，整理为数据；每个数字都带有出处（文件、页、表、行、列）。
{counts["documents"]} 个文件，{counts["facts"]} 个金额位置，{counts["findings"]} 条检查结果。
列的含义见 DICTIONARY.zh.md。

What Chinese county departments publish about their money, as data; every number says where it stands (document, page,
table, row, column). {counts["documents"]} documents, {counts["facts"]} positions for amounts, {counts["findings"]}
findings. What the columns mean: DICTIONARY.en.md.

- 金额一律为元；`amount_state` 区分数字、零、空白、横线；空白不是零。
  Amounts are in yuan; `amount_state` tells number, zero, blank and dash apart. A blank is not a zero.
- 先看 `panel_department_year.parquet`：每个金额 `x_yuan` 旁有 `x_why`（为何有数或无数）；
  由哪些事实得出见 `panel_lineage`。
  Start with `panel_department_year.parquet`: beside every amount `x_yuan` stands `x_why`, why a number or none;
  `panel_lineage` names the facts it was made of.
- 求和只用 `sum_safe` 为真的行，避免合计与明细重复计算。
  Add up only rows whose `sum_safe` is true: totals stand beside their parts.

```python
import polars as pl
lines = pl.read_parquet("core_budget_lines.parquet")
```

```r
lines <- arrow::read_parquet("core_budget_lines.parquet")
```

`sha256sum -c SHA256SUMS` 核对文件 / verifies the files. `index.html` 可直接打开 / opens in a browser.
"""


def _text(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8", newline="\n")
