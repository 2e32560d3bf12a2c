"""`yujue get`: a table of a release, whole or some counties and years of it, with what is known to be missing."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import polars as pl

from flows import errors
from flows.client.source import Json, Release, Releases, Tell, quiet, written_whole
from normalize.panels.tables import PUBLISHED, table_name

FORMATS: Final = ("parquet", "csv", "dta")
ROW_GROUP: Final = 122_880
MOST_DTA_ROWS: Final = 300_000  # they are written from memory, by values of Python
_COUNTY, _YEAR, _DOCUMENT = "county_code", "fiscal_year", "document_sha256"


@dataclass(frozen=True)
class Asked:
    """What is wanted. counties: division codes, or the first digits of one for all below it; years: fiscal years."""

    table: str
    counties: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    form: str = "parquet"

    @property
    def is_part(self) -> bool:
        return bool(self.counties or self.years)


@dataclass
class Got:
    """What came. absent: state of coverage → how many of what was asked for; unknown: counties and years of which the
    release says nothing at all."""

    path: Path
    version: str
    rows: int
    warnings: list[Json] = field(default_factory=list)
    expected: int = 0
    absent: dict[str, int] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)

    def as_data(self) -> dict[str, Any]:
        return {
            "file": str(self.path),
            "version": self.version,
            "rows": self.rows,
            "warnings": self.warnings,
            "coverage": {"expected": self.expected, "absent": self.absent, "not_in_release": self.unknown},
        }


def get(base: str, asked: Asked, *, version: str | None, out: Path, cache: Path, tell: Tell = quiet) -> Got:
    """Fetch, verify, filter, write. out: the file, or a folder for it. cache: where whole tables are kept to filter.

    Raises Trouble: exit code 2 (no such table, format or release; a county or year that cannot be one), 3 (network),
    4 (damaged).
    """
    name = known_table(asked.table)
    _check(asked)
    release = Releases(base).release(version)
    parquet = release.resource(name)
    if parquet is None:
        raise errors.usage(f"{release.version} 中没有表 {name}", f"{release.version} has no table {name}")
    if asked.is_part or _file(release, name, asked.form) is None:
        path, rows = _filtered(release, name, asked, out, cache / release.version, tell)
    else:
        path, rows = _as_published(release, name, asked, out, tell)
    got = Got(path, release.version, rows, _warnings(release, parquet))
    _cover(got, release, asked, cache / release.version, tell)
    return got


def known_table(word: str) -> str:
    """Name of a table, by its name or that of its file. Raises Trouble (exit code 2) naming the nearest."""
    import difflib  # noqa: PLC0415 - beside its only use

    stem = word.removesuffix(".parquet")
    names = {table_name(spec): name for name, spec in PUBLISHED.items()}
    if stem in names:
        return names[stem]
    if stem in PUBLISHED:
        return stem
    near = ", ".join(difflib.get_close_matches(stem, names, 3, 0.4))
    raise errors.usage(
        f"没有表 {word}" + (f"；相近的有 {near}" if near else ""),
        f"there is no table {word}" + (f"; near it: {near}" if near else ""),
    )


def _check(asked: Asked) -> None:
    if asked.form not in FORMATS:
        raise errors.usage(
            f"--format {asked.form}：应为 parquet、csv 或 dta", f"--format {asked.form}: parquet, csv or dta"
        )
    for code in asked.counties:
        if not (code.isdecimal() and 2 <= len(code) <= 6):
            raise errors.usage(f"不是区划代码：{code}", f"not a division code: {code}")
    for year in asked.years:
        if not 1949 <= year <= 2100:
            raise errors.usage(f"不是年度：{year}", f"not a year: {year}")


def _file(release: Release, name: str, form: str) -> Json | None:
    """The file of a table in a format; csv may be packed."""
    return release.resource(name, form) or (release.resource(name, "csv.gz") if form == "csv" else None)


def _as_published(release: Release, name: str, asked: Asked, out: Path, tell: Tell) -> tuple[Path, int]:
    resource = _file(release, name, asked.form)
    assert resource is not None
    if out.is_dir() or not out.suffix:
        return release.fetch(resource, out, tell), int(resource["rows"])
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".part-", dir=out.parent) as beside:
        fetched = release.fetch(resource, Path(beside), tell)
        fetched.replace(out)
    return out, int(resource["rows"])


def _filtered(  # noqa: PLR0917 - what, of which, where to
    release: Release, name: str, asked: Asked, out: Path, cache: Path, tell: Tell
) -> tuple[Path, int]:
    rows = wanted(release, name, asked, cache, tell)
    ending = {"parquet": "parquet", "csv": "csv", "dta": "dta"}[asked.form]
    if out.is_dir() or not out.suffix:
        parts = ["-".join(asked.counties), "-".join(str(year) for year in asked.years)]
        out = out / ".".join([table_name(PUBLISHED[name]), *(part for part in parts if part), ending])
    with written_whole(out) as part:
        write_part(rows, part, name, asked.form, release.version)
    return out, int(rows.select(pl.len()).collect(engine="streaming").item())


def wanted(release: Release, name: str, asked: Asked, cache: Path, tell: Tell = quiet) -> pl.LazyFrame:
    """The rows of a table that were asked for, from the verified file.

    A table without county and year is filtered through the documents its rows stand in. Raises Trouble (exit code 2)
    for a table that has neither.
    """
    found = pl.scan_parquet(_fetched(release, name, cache, tell))
    columns = found.collect_schema().names()
    needed = [name for name, given in ((_COUNTY, asked.counties), (_YEAR, asked.years)) if given]
    if all(column in columns for column in needed):
        return found.filter(*_conditions(asked)) if needed else found
    if _DOCUMENT not in columns:
        raise errors.usage(
            f"表 {name} 不分区划和年度，请去掉 --county 与 --year",
            f"table {name} is not by county and year; leave --county and --year out",
        )
    disclosures = pl.scan_parquet(_fetched(release, "disclosures", cache, tell))
    documents = disclosures.filter(*_conditions(asked)).select(_DOCUMENT).unique().collect()[_DOCUMENT]
    return found.filter(pl.col(_DOCUMENT).is_in(documents.implode()))


def _fetched(release: Release, name: str, cache: Path, tell: Tell) -> Path:
    resource = release.resource(name)
    if resource is None:
        raise errors.data(f"{release.version} 中没有表 {name}", f"{release.version} has no table {name}")
    return release.fetch(resource, cache, tell)


def _conditions(asked: Asked) -> list[pl.Expr]:
    conditions = []
    if asked.counties:
        below = [pl.col(_COUNTY).str.starts_with(_stem(code)) for code in asked.counties]
        conditions.append(pl.any_horizontal(below))
    if asked.years:
        conditions.append(pl.col(_YEAR).is_in(list(asked.years)))
    return conditions


def _stem(code: str) -> str:
    """The digits that say something: 13 of 130000, 1306 of 130600."""
    while len(code) > 2 and len(code) % 2 == 0 and code.endswith("00"):
        code = code[:-2]
    return code


def write_part(rows: pl.LazyFrame, path: Path, name: str, form: str, version: str) -> None:
    """Write the rows in a format, a piece at a time where the format allows it: `.dta` needs them all in memory.

    Raises Trouble (exit code 2) for .dta without the extra `stata`, and for one of more than MOST_DTA_ROWS rows.
    """
    from flows.release import exports  # noqa: PLC0415 - beside its only use

    if form == "csv":
        csv = rows.select(exports.csv_columns(rows.collect_schema()))
        csv.sink_csv(path, line_terminator="\n", quote_style="necessary", check_extension=False)
    elif form == "parquet":
        said = {"release": version, "table": name}
        rows.sink_parquet(path, compression="zstd", row_group_size=ROW_GROUP, metadata=said)
    elif not exports.has_dta():
        raise errors.usage("写 .dta 需要 pip install 'yujue[stata]'", "writing .dta takes pip install 'yujue[stata]'")
    else:
        count = int(rows.select(pl.len()).collect(engine="streaming").item())
        if count > MOST_DTA_ROWS:
            raise errors.usage(
                f"{count} 行太多，不能写成 .dta（至多 {MOST_DTA_ROWS} 行）；请加 --county 或 --year，或用 parquet、csv",
                f"{count} rows are too many for .dta ({MOST_DTA_ROWS} at most); add --county or --year, or take parquet"
                " or csv",
            )
        exports.write_dta(rows.collect(), name, path, version)


def _warnings(release: Release, resource: Json) -> list[Json]:
    texts = release.index.get("warnings", {})
    return [{"code": code, **texts[code]} for code in resource.get("warnings", []) if code in texts]


def _cover(got: Got, release: Release, asked: Asked, cache: Path, tell: Tell) -> None:
    """What was asked for and is not there, by the release's own table `coverage`."""
    if release.resource("coverage") is None:
        return
    coverage = pl.read_parquet(_fetched(release, "coverage", cache, tell), columns=[_COUNTY, _YEAR, "state"])
    mine = coverage.filter(*_conditions(asked)) if asked.is_part else coverage
    got.expected = mine.height
    lacking = mine.filter(pl.col("state") != "found").group_by("state").len().sort("state")
    got.absent = {str(state): int(count) for state, count in lacking.iter_rows()}
    got.unknown = unknown(asked, mine)


def unknown(asked: Asked, coverage: pl.DataFrame) -> list[str]:
    """Counties and years, and pairs of them, that were asked for and of which the release says nothing."""
    pairs: Sequence[tuple[str | None, int | None]] = [
        (code, year) for code in (asked.counties or (None,)) for year in (asked.years or (None,))
    ]
    found = []
    for code, year in pairs:
        rows = coverage
        if code is not None:
            rows = rows.filter(pl.col(_COUNTY).str.starts_with(_stem(code)))
        if year is not None:
            rows = rows.filter(pl.col(_YEAR) == year)
        if rows.is_empty() and (code or year):
            found.append(" ".join(str(part) for part in (code, year) if part is not None))
    return found
