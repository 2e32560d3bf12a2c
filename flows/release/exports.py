"""Tables for those without Parquet: `.csv` (codes), `.csv.gz` and `.dta` (panels). The same rows give the same bytes.

**Formulas.** A text that a spreadsheet would run (it begins with `=`, `+`, `-`, `@`, a tab or a carriage return, in
their full-width forms too) gets one apostrophe before it, and so does a text that begins with an apostrophe. Texts that
are plain numbers (`-3.20`, `+5%`) are left as they are, and columns of numbers are never touched. To undo it: where a
text begins with an apostrophe, take that one off (`undefused`).
"""

from __future__ import annotations

import gzip
import io
import re
from pathlib import Path
from typing import Any, Final

import polars as pl

from flows.machine import writing
from flows.release.codes import stata_missing
from normalize.panels.tables import PUBLISHED, WHY, WHY_EN, WHY_ZH, table_name
from normalize.schema import TableSpec

DANGEROUS: Final = r"^['=+\-@\t\r\n＝＋－＠﹦﹢﹣﹫]"
_NUMBER: Final = r"^[+\-]?\d[\d,]*(?:\.\d+)?%?$"
LIST_SEPARATOR: Final = ";"
MAX_LABEL: Final = 80  # characters of a variable's label in Stata
DTA_FORMAT: Final = 14  # of the library; writes release 118, which Stata 14 and later read
_STAMP: Final = re.compile(rb"<timestamp>\x11[^<]{17}</timestamp>")
_STAMP_OF_ALL: Final = b"<timestamp>\x1101 Jan 2000 00:00</timestamp>"  # no clock in a release: see its file label
_WHY_NUMBER: Final = {code: number for number, code in enumerate(WHY, start=1)}


def defused(text: pl.Expr) -> pl.Expr:
    """A column of texts in which nothing is a formula."""
    harmless = ~text.str.contains(DANGEROUS) | text.str.contains(_NUMBER)
    return pl.when(harmless).then(text).otherwise(pl.lit("'") + text)


def undefused(text: pl.Expr) -> pl.Expr:
    """The texts as they were before `defused`."""
    return text.str.strip_prefix("'")


def csv_columns(schema: pl.Schema) -> list[pl.Expr]:
    """Every column as a CSV has it: lists joined with `;`, texts that are no formulas."""
    columns = []
    for name, dtype in schema.items():
        column = pl.col(name)
        if isinstance(dtype, pl.List):
            column = column.cast(pl.List(pl.String)).list.join(LIST_SEPARATOR)
        is_text = dtype == pl.String() or isinstance(dtype, pl.List)
        columns.append((defused(column) if is_text else column).alias(name))
    return columns


def csv_bytes(frame: pl.DataFrame) -> bytes:
    """UTF-8 without mark, lines end in LF, null is empty and an empty text is `""`."""
    return frame.select(csv_columns(frame.schema)).write_csv(line_terminator="\n", quote_style="necessary").encode()


def write_csv(frame: pl.DataFrame, path: Path) -> None:
    """`.csv`, or `.csv.gz` without name and time of packing."""
    raw = csv_bytes(frame)
    if path.suffix == ".gz":
        buffer = io.BytesIO()
        with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0, compresslevel=6) as packed:
            packed.write(raw)
        raw = buffer.getvalue()
    path.write_bytes(raw)


def label(zh: str, en: str, limit: int = MAX_LABEL) -> str:
    """`金额 / amount` within a limit: the English is shortened first, then the Chinese."""
    whole = f"{zh} / {en}"
    if len(whole) <= limit:
        return whole
    room = limit - len(zh) - 3
    return f"{zh} / {en[: room - 1]}…" if room >= 12 else zh if len(zh) <= limit else f"{zh[: limit - 1]}…"


def write_dta(frame: pl.DataFrame, table: str, path: Path, release: str) -> None:
    """A panel for Stata 14 and later.

    `x_yuan` without a number is an extended missing value (`.a`, `.b` …) that says why, with a label; `x_why` is a
    number with labels; a boolean is 0 or 1. Raises ModuleNotFoundError without the extra `stata`.
    """
    import pyreadstat  # noqa: PLC0415 - the extra `stata`

    spec = PUBLISHED[table]
    known = {field.name: field for field in spec.columns}
    letters = stata_missing()
    silent = {letter: label(WHY_ZH[code], WHY_EN[code]) for code, letter in letters.items()}
    reasons = {number: label(WHY_ZH[code], WHY_EN[code]) for code, number in _WHY_NUMBER.items()}
    columns: dict[str, pl.Series] = {}
    values: dict[str, dict[Any, str]] = {}
    missing: dict[str, list[str]] = {}
    formats: dict[str, str] = {}
    for name, dtype in frame.schema.items():
        series = frame[name]
        why = f"{name.removesuffix('_yuan')}_why"
        if name.endswith("_yuan") and why in frame.columns:
            columns[name] = _with_reasons(series, frame[why], letters)
            values[name], missing[name], formats[name] = silent, sorted(silent), "%16.2f"
        elif name.endswith("_why"):
            columns[name] = series.replace_strict(_WHY_NUMBER, return_dtype=pl.Int8)
            values[name] = reasons
        elif dtype == pl.Boolean():
            columns[name] = series.cast(pl.Int8)
            values[name] = {0: "否 / no", 1: "是 / yes"}
        else:
            columns[name] = _plain(series)
    labels: dict[str, str | None] = {name: label(known[name].zh, known[name].en) for name in columns}
    with writing(path, pyreadstat.ReadstatError):
        pyreadstat.write_dta(
            pl.DataFrame(columns),
            str(path),
            file_label=f"yujue {release} {table_name(spec)}",
            column_labels=labels,
            version=DTA_FORMAT,
            variable_value_labels=values,
            missing_user_values=missing or None,
            variable_format=formats or None,
        )
    written = path.read_bytes()
    path.write_bytes(_STAMP.sub(_STAMP_OF_ALL, written, count=1))


def _with_reasons(amounts: pl.Series, why: pl.Series, letters: dict[str, str]) -> pl.Series:
    given = zip(amounts.to_list(), why.to_list(), strict=True)
    mixed = [letters.get(reason) if amount is None else amount for amount, reason in given]
    return pl.Series(amounts.name, mixed, dtype=pl.Object)


def _plain(series: pl.Series) -> pl.Series:
    if isinstance(series.dtype, pl.List):
        return series.cast(pl.List(pl.String)).list.join(LIST_SEPARATOR)
    return series.cast(pl.Int32) if series.dtype == pl.Int16() else series


def has_dta() -> bool:
    """Whether `.dta` can be written here."""
    try:
        import pyreadstat  # noqa: F401, PLC0415 - the extra `stata`
    except ModuleNotFoundError:
        return False
    return True


def more_formats(spec: TableSpec) -> tuple[str, ...]:
    """Formats in which a table is published beside Parquet. The lineage of panels is for programs: Parquet alone."""
    if spec.layer == "code":
        return ("csv",)
    if spec.layer == "panel" and spec.name != "panel_lineage":
        return ("csv.gz", "dta")
    return ()
