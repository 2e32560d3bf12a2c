"""What a word means: columns, codes, classes of the official lists, and headers as departments print them."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import resources
from typing import Any, Final

from ruamel.yaml import YAML

from extract.text import fold
from flows.release.codes import words
from normalize import vocabulary
from normalize.panels.declaration import load_panels
from normalize.panels.tables import PUBLISHED, WHY_EN, WHY_ZH, table_name

MOST: Final = 60


@dataclass(frozen=True)
class Entry:
    """kind: column, code, class, header or line. where: table and column, or the filter that gives it."""

    kind: str
    name: str
    where: str
    zh: str
    en: str
    unit: str | None = None
    null_zh: str | None = None
    null_en: str | None = None
    exact: bool = False

    def as_data(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None and name != "exact"}


def look_up(word: str, table: str | None = None) -> list[Entry]:
    """Everything a word is found in, what it names exactly first. table: only of this one."""
    asked = fold(word).casefold()
    if not asked:
        return []
    found = [*_columns(asked), *_printed(asked), *_classes(asked), *_codes(asked)]
    if table is not None:
        found = [one for one in found if one.where.split(".")[0].split(" ")[0] == table]
    ranked = [one for _, one in sorted(enumerate(found), key=lambda pair: (not pair[1].exact, pair[0]))]
    first = {(one.kind, one.where): one for one in reversed(ranked)}
    return [one for one in ranked if first[one.kind, one.where] is one][:MOST]


def _columns(asked: str) -> Iterator[Entry]:
    for spec in PUBLISHED.values():
        table = table_name(spec)
        if asked in table:
            yield Entry("table", table, table, spec.title_zh, spec.title_en, exact=asked == table)
        for one in spec.columns:
            if asked not in one.name and asked not in fold(one.zh).casefold() and asked not in one.en.casefold():
                continue
            exact = asked in (one.name, fold(one.zh).casefold(), one.name.removesuffix("_yuan"))
            where, null = f"{table}.{one.name}", (one.null_meaning_zh, one.null_meaning_en)
            yield Entry("column", one.name, where, one.zh, one.en, one.unit, *null, exact=exact)


def _codes(asked: str) -> Iterator[Entry]:
    coded = {**words(), "_why": {code: (WHY_ZH[code], WHY_EN[code]) for code in WHY_ZH}}
    for column, codes in coded.items():
        for code, (zh, en) in codes.items():
            if asked in (code, fold(zh).casefold()) or (len(asked) > 1 and asked in fold(zh).casefold()):
                yield Entry("code", code, column, zh, en, exact=asked in (code, fold(zh).casefold()))


def _classes(asked: str) -> Iterator[Entry]:
    for row in vocabulary.table("classification"):
        names = [row["name"], *row["other_names"].split(";")]
        if asked == row["code"] or any(asked in fold(name).casefold() for name in names if name):
            exact = asked == row["code"] or asked in [fold(name).casefold() for name in names]
            where = f"core_budget_lines class_system={row['system']} line_code={row['code']}"
            yield Entry("class", row["code"], where, row["name"], f"{row['system']} {row['code']}", exact=exact)


def _printed(asked: str) -> Iterator[Entry]:
    """Headers and labels of the official forms, which are regular expressions against the folded print; and the panel
    columns that are taken from there."""
    panels = _panel_columns()
    for form in _forms():
        code, title = form["code"], (form["name_zh"], form["name_en"])
        for column in form.get("columns", []):
            if column.get("key") and _matches(column.get("headers", []), asked):
                where = f"core_budget_lines statement_code={code} column_key={column['key']}"
                yield Entry("header", column["key"], where, *title, exact=True)
                yield from _taken(panels, code, column=column["key"])
        for row in _lines(form.get("rows", [])):
            if _matches(row.get("labels", []), asked):
                where = f"core_budget_lines statement_code={code} form_line_key={row['key']}"
                yield Entry("line", row["key"], where, *title, exact=True)
                yield from _taken(panels, code, line=row["key"])


def _taken(
    panels: list[tuple[str, Any, Any]], code: str, *, line: str | None = None, column: str | None = None
) -> Iterator[Entry]:
    for panel, amount, term in panels:
        by_line = line is not None and term.line == line
        by_column = column not in (None, "total") and term.line is None and term.column == column
        if term.statement == code and (by_line or by_column):
            name = f"{amount.name}_yuan"
            yield Entry("column", name, f"{panel}.{name}", amount.zh, amount.en, "yuan", exact=True)


@functools.cache
def _panel_columns() -> list[tuple[str, Any, Any]]:
    return [
        (panel.panel, amount, term)
        for panel in load_panels().values()
        for amount in panel.amounts
        for source in amount.sources
        for term in source.terms()
    ]


def _lines(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield row
        yield from _lines(row.get("children", []))


def _matches(patterns: list[str], asked: str) -> bool:
    """Whether a header path could end with the word as printed."""
    return any(re.fullmatch(rf"(?:.*/)?(?:{pattern})", asked, re.IGNORECASE) for pattern in patterns)


@functools.cache
def _forms() -> list[dict[str, Any]]:
    """The forms as written. `extract.form` would check them, with libraries that a light installation has not."""
    found = []
    for file in sorted(resources.files("extract").joinpath("forms").iterdir(), key=lambda one: one.name):
        if re.fullmatch(r"\d+_\w+\.yml", file.name):
            found.append(YAML(typ="safe").load(file.read_text(encoding="utf-8")))
    return found
