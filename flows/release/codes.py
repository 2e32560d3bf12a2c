"""The code lists of a release (`code_*`), from the vocabularies, the forms and the checks themselves."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from ruamel.yaml import YAML

from normalize import vocabulary
from normalize.code_tables import CODES
from normalize.panels.tables import PUBLISHED, VALUED, WHY, WHY_EN, WHY_ZH, table_name
from normalize.region import current_code, divisions, stem

if TYPE_CHECKING:
    from flows.check_info import CheckInfo

Words = dict[str, dict[str, tuple[str, str]]]
Row = dict[str, Any]
_DEPT_TYPES: Final = Path(vocabulary.__file__).parent / "vocabulary" / "dept_types.yml"


@functools.cache
def words() -> Words:
    """Column (or table.column) → code → (zh, en), of `words.yml`, with the reasons of `coverage`."""
    from normalize.coverage import REASONS  # noqa: PLC0415 - the client needs the words, not the calendar

    text = Path(__file__).with_name("words.yml").read_text(encoding="utf-8")
    listed: Words = {
        column: {str(code): (str(zh), str(en)) for code, (zh, en) in codes.items()}
        for column, codes in YAML(typ="safe").load(text).items()
    }
    return listed | {"coverage.reason": dict(REASONS)}


@functools.cache
def words_of(table: str, column: str) -> dict[str, tuple[str, str]] | None:
    """The coded words of a column; None where its words are no closed list. The table's own entry wins."""
    if table.startswith("panel_") and column.endswith("_why"):
        return {code: (WHY_ZH[code], WHY_EN[code]) for code in WHY}
    return words().get(f"{table}.{column}") or (words().get(column) if column not in _OWN else None)


_SYSTEMS: Final = ("functional", "economic_department", "economic_government")
# Names that mean another thing in some table are listed with their tables only.
_OWN: Final = frozenset({"state", "reason", "kind", "status", "form", "basis", "op", "role"})


def stata_missing() -> dict[str, str]:
    """Reason without an amount → letter of the extended missing value in Stata files (`.a`, `.b` …)."""
    silent = [code for code in WHY if code not in VALUED]
    return {code: chr(ord("a") + number) for number, code in enumerate(silent)}


@functools.cache
def code_frames(checks: tuple[CheckInfo, ...] = ()) -> dict[str, pl.DataFrame]:
    """One typed, sorted frame per table of CODES. checks: the catalogue."""
    rows: dict[str, Iterable[Row]] = {
        "code_regions": _regions(),
        **{f"code_{system}": _classes(system) for system in _SYSTEMS},
        "code_statements": _statements(),
        "code_states": _states(),
        "code_reasons": _reasons(),
        "code_warnings": _warnings(),
        "code_checks": _checks(checks),
        "code_dept_types": _dept_types(),
        "code_indicator_levels": _levels(),
        "code_units": _units(),
    }  # fmt: skip
    frames = {}
    for name, spec in CODES.items():
        frame = pl.DataFrame(list(rows[name]), schema=spec.polars_schema(), orient="row")
        frames[name] = frame.sort(spec.sort, nulls_last=True)
    return frames


def _regions() -> Iterator[Row]:
    for one in divisions():
        short = stem(one.code)
        today = [one.code] if one.until is None else [code for code in (current_code(one.code),) if code] or [*one.now]
        yield {
            "county_code": one.code,
            "name_zh": one.name,
            "valid_from": one.since,
            "valid_to": one.until,
            "level": {2: "province", 4: "prefecture"}.get(len(short), "county"),
            "prefecture_code": f"{one.code[:4]}00" if len(short) > 2 else None,
            "province_code": f"{one.code[:2]}0000",
            "current_codes": today,
        }


def _classes(system: str) -> Iterator[Row]:
    for row in vocabulary.table("classification"):
        if row["system"] == system:
            code = row["code"]
            yield {
                "class_code": code,
                "name_zh": row["name"],
                "other_names": [name for name in row["other_names"].split(";") if name],
                "class_level": (len(code) - 1) // 2,
                "parent_code": code[:-2] if len(code) > 3 else None,
                "trust": row["trust"],
            }


def _statements() -> Iterator[Row]:
    from extract.form import load_forms  # noqa: PLC0415 - the client has no forms

    for code, form in load_forms().items():
        kind, source = str(form.kind), " ".join(form.source.split())
        yield {"statement_code": code, "name_zh": form.name_zh, "name_en": form.name_en, "kind": kind, "source": source}


def _states() -> Iterator[Row]:
    for column, codes in words().items():
        table, _, name = column.rpartition(".")
        where = f"{table_name(PUBLISHED[table])}.{name}" if table else name
        for code, (zh, en) in codes.items():
            yield {"column": where, "code": code, "name_zh": zh, "name_en": en}


def _reasons() -> Iterator[Row]:
    letters = stata_missing()
    for number, code in enumerate(WHY, start=1):
        yield {
            "code": code,
            "number": number,
            "stata_missing": f".{letters[code]}" if code in letters else None,
            "has_amount": code in VALUED,
            "name_zh": WHY_ZH[code],
            "name_en": WHY_EN[code],
        }


def _warnings() -> Iterator[Row]:
    from flows.release.warnings import as_data, load_warnings  # noqa: PLC0415 - beside its only use

    texts = as_data()
    for one in load_warnings():
        found = {spec: one.columns_in(spec) for spec in PUBLISHED.values()}
        yield {
            "code": one.code,
            **texts[one.code],
            "of_tables": sorted(table_name(spec) for spec, columns in found.items() if columns),
            "of_columns": sorted({name for columns in found.values() for name in columns}),
        }


def _checks(checks: Iterable[CheckInfo]) -> Iterator[Row]:
    for info in checks:
        yield {
            "check_id": info.id,
            "family": info.family,
            "level": info.level,
            "severity": info.severity,
            "title_zh": info.title_zh,
            "title_en": info.title_en,
            "rule_zh": info.rule_zh,
            "rule_en": info.rule_en,
        }


def _dept_types() -> Iterator[Row]:
    listed = YAML(typ="safe").load(_DEPT_TYPES.read_text(encoding="utf-8"))["dept_types"]
    kinds = {one["code"]: (one["zh"], one["en"]) for one in listed}
    kinds.setdefault("unclassified", ("未归类", "no rule knows it"))
    for code, (zh, en) in kinds.items():
        yield {"dept_type": code, "name_zh": zh, "name_en": en}


def _levels() -> Iterator[Row]:
    for row in vocabulary.table("indicator_levels"):
        yield {"level": int(row["level"]), "name_zh": row["std"], "aliases": _split(row["aliases"])}


def _units() -> Iterator[Row]:
    for row in vocabulary.table("money_units"):
        yield {"kind": "money", "unit": row["unit"], "yuan": float(row["yuan"]), "aliases": _split(row["aliases"])}
    for row in vocabulary.table("measure_units"):
        yield {"kind": "measure", "unit": row["unit"], "yuan": None, "aliases": _split(row["aliases"])}


def _split(text: str) -> list[str]:
    return [part for part in re.split(";", text) if part]
