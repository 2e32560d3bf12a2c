"""What the page says of a cell when it is chosen: short lists over a common table of texts, as JSON in the page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from flows.site import words
from flows.site.history import by_fact
from flows.site.history import shown as shown_change
from flows.site.release import Row
from flows.site.render import visible
from normalize.panels.tables import PUBLISHED
from normalize.schema import TABLES

MOST_CHECKS: Final = 40  # listed of one cell
MOST_ROWS: Final = 12  # of the tables, at one place
MOST_PLACES: Final = 24  # of one finding
MOST_TEXT: Final = 600
MOST_PAST: Final = 12  # changes told of one fact
SKIPPED: Final = {
    "document_sha256", "disclosure_id", "county_code", "org_id", "org_name", "x0", "y0", "x1", "y1", "extract_method",
    "table_no", "row_no", "col_no", "paragraph_no", "is_labelled", "lane", "statement_seq", "amount_fen", "text",
}  # fmt: skip
# of an amount, beside what `_main` says in words; the rest of its row stands in the release
REST: Final = (
    "line_key", "form_line_key", "line_level", "class_system", "map_status", "agg_role", "sum_safe", "column_key",
    "flow", "fund", "nature", "measure", "resolution_yuan", "confidence", "printed_text_as_read", "as_read", "n_checks",
    "check_worst",
)  # fmt: skip
OWN_WORDS: Final = {
    "amount_state": "amount_state",
    "stage": "stage",
    "entity_level": "entity_level",
    "statement_code": "statement",
    "unit_source": "unit_source",
    "unit_basis": "unit_basis",
}
# tables whose rows say something a place prints, with the column that names a row
NAMED: Final = {
    spec.name: spec.key[0]
    for spec in TABLES.values()
    if spec.layer == "core" and len(spec.key) == 1 and spec.key[0].endswith("_id")
}


class Details:
    """The rows and findings at each place of one document."""

    def __init__(self, tables: dict[str, list[Row]], findings: Sequence[Row], by_place: dict[str, list[int]]) -> None:
        self.findings = findings
        self.by_place = by_place
        self.at: dict[str, list[tuple[str, Row]]] = defaultdict(list)
        for table in NAMED:
            for row in tables.get(table, []):
                place = _place(row)
                if place is not None:
                    self.at[place].append((table, row))
        self.past = by_fact(tables.get("history", []))
        self.revised: dict[str, list[Row]] = defaultdict(list)
        for row in tables.get("revision_cells", []):
            for side in ("id_before", "id_after"):
                if row[side] is not None:
                    self.revised[str(row[side])].append(row)

    def tell(self, ref: str, cell: Row) -> tuple[str | None, bool]:
        """(worst outcome, whether there is anything to say) of a place. A fact no check touches is `none`."""
        touching = self.by_place.get(ref)
        is_fact = cell.get("fact_id") is not None or any(table == "budget_lines" for table, _ in self.at.get(ref, ()))
        if touching:
            return str(self.findings[touching[0]]["outcome"]), True
        return ("none" if is_fact else None), is_fact or ref in self.at

    def block(self, refs: Sequence[str], language: str) -> dict[str, Any]:
        """JSON of the places on one page: texts once, places as lists of numbers, the findings that touch them."""
        texts = _Texts()
        places: dict[str, Any] = {}
        used: dict[int, int] = {}
        for ref in refs:
            rows = []
            past: list[int] = []
            for table, row in self.at.get(ref, ())[:MOST_ROWS]:
                pairs = _pairs(table, row, texts, language)
                main = _main(row, texts, language) if table == "budget_lines" else pairs
                rest = pairs if table == "budget_lines" else []
                rows.append([texts(_title(table, language)), texts(str(row[NAMED[table]])), main, rest])
                past += self._past(str(row[NAMED[table]]), texts, language)
            touching = self.by_place.get(ref, [])
            numbers = [used.setdefault(one, len(used)) for one in touching[:MOST_CHECKS]]
            if rows or numbers:
                places[ref] = [rows, numbers, max(0, len(touching) - MOST_CHECKS), *([past] if past else [])]
        findings = [_finding(self.findings[one], texts, language) for one in used]
        return {"texts": texts.listed, "places": places, "findings": findings}

    def _past(self, identifier: str, texts: _Texts, language: str) -> list[int]:
        """Label, text, label, text …: what earlier releases and other versions of the file say of a fact."""
        zh = language == "zh"
        found: list[int] = []
        for row in self.past.get(identifier, ())[-MOST_PAST:]:
            what = words.say("op", row["op"], language)
            if row["op"] == "changed":
                before, after = (_quoted(shown_change(row["column"], row[side])) for side in ("before", "after"))
                what = f"{row['column']}: {before} → {after}"
            elif row["op"] == "rekeyed":
                what += f": {row['before']} → {row['after']}"
            reason = words.say("change_reason", row["reason"], language)
            found += [texts(str(row["release_to"])), texts(_cut(f"{what}{'：' if zh else '; '}{reason}"))]
        for row in self.revised.get(identifier, ())[:MOST_PAST]:
            is_older = identifier == row["id_before"]
            other = row["document_sha256" if is_older else "replaces_sha256"][:16]
            label = ("新的一份 " if zh else "newer file ") if is_older else ("旧的一份 " if zh else "older file ")
            said = row["text_after" if is_older else "text_before"]
            gone = ("没有这一处" if zh else "it has no such place") if row["op"] in ("added", "gone") else _quoted(said)
            found += [texts(label + other), texts(_cut(gone))]
        return found


class _Texts:
    """Each text once."""

    def __init__(self) -> None:
        self.listed: list[str] = []
        self._known: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        if text not in self._known:
            self._known[text] = len(self.listed)
            self.listed.append(visible(text))
        return self._known[text]


def _place(row: Row) -> str | None:
    if row.get("table_no") is not None and row.get("row_no") is not None:
        return f"t{row['table_no']}.r{row['row_no']}.c{row['col_no'] or 1}"
    return f"p{row['paragraph_no']}" if row.get("paragraph_no") is not None else None


def _title(table: str, language: str) -> str:
    spec = PUBLISHED[table]
    return spec.title_zh if language == "zh" else spec.title_en


def _main(row: Row, texts: _Texts, language: str) -> list[int]:
    """Of an amount: value, state, unit, line, column, statement, stage; what release and standing say of it, if any."""
    zh = language == "zh"

    def both(vocabulary: str, name: str) -> str:
        return words.say(vocabulary, row.get(name), language)

    amount = row.get("amount_yuan")
    unit = " · ".join(
        one
        for one in (row.get("unit_printed"), both("unit_source", "unit_source"), both("unit_basis", "unit_basis"))
        if one
    )
    line = " ".join(str(one).strip() for one in (row.get("line_code"), row.get("line_label")) if one)
    said: list[tuple[str, str, str | None]] = [
        ("数值", "value", "NULL" if amount is None else f"{amount:,.2f} {'元' if zh else 'yuan'}"),
        ("状态", "state", both("amount_state", "amount_state")),
        ("可信程度", "standing", both("standing", "standing")),
        ("空白的证据", "evidence of the blank", both("blank_evidence", "blank_evidence")),
        ("由别处推得", "implied", None if row.get("implied_yuan") is None else f"{row['implied_yuan']:,.2f}"),
        ("单位", "unit", unit),
        ("行", "line", line),
        ("列", "column", _text(row.get("column_path"))),
        ("报表", "statement", both("statement", "statement_code")),
        ("年度与阶段", "year and stage", f"{row.get('fiscal_year') or '?'} {both('stage', 'stage')}".strip()),
        ("订正", "corrections", ", ".join(row.get("correction_ids") or []) or None),
    ]
    found: list[int] = []
    for label_zh, label_en, text in said:
        if text:
            found += [texts(label_zh if zh else label_en), texts(_cut(text))]
    return found


def _quoted(value: object) -> str:
    return "NULL" if value is None else f"“{value}”"


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _cut(text: str) -> str:
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}…"


def _pairs(table: str, row: Row, texts: _Texts, language: str) -> list[int]:
    """Label, value, label, value …: the columns of the row that are not null and not said elsewhere."""
    spec = PUBLISHED[table]
    labels = _labels(table, language)
    found: list[int] = []
    wanted = ((name, row.get(name)) for name in REST) if table == "budget_lines" else row.items()
    for name, value in wanted:
        if value is None or name in SKIPPED or name == spec.key[0] or (isinstance(value, list) and not value):
            continue
        found += [texts(labels.get(name, name)), texts(_shown(name, value, language))]
    return found


@cache
def _labels(table: str, language: str) -> dict[str, str]:
    """Column → its short label; of the many columns of an amount the names themselves."""
    if table == "budget_lines":
        return {}
    stops = ("：", "（") if language == "zh" else (":", " (")
    found = {}
    for column in PUBLISHED[table].columns:
        label = column.zh if language == "zh" else column.en
        found[column.name] = label.partition(stops[0])[0].partition(stops[1])[0]
    return found


def _shown(name: str, value: Any, language: str) -> str:
    if name in OWN_WORDS:
        return f"{words.say(OWN_WORDS[name], value, language)} ({value})"
    if isinstance(value, bool):
        return ("是" if value else "否") if language == "zh" else ("yes" if value else "no")
    if isinstance(value, float):
        return f"{value:,.2f}" if name.endswith("_yuan") else f"{value:g}"
    if isinstance(value, list):
        value = " · ".join(str(one) for one in value)
    return _cut(str(value))


def _finding(row: Row, texts: _Texts, language: str) -> list[Any]:
    """[outcome, mark, check, message, left, right, difference, tolerance, cause, places]; amounts as text."""
    outcome = str(row["outcome"])

    def side(label: str, value: str) -> str:
        amount = row[value]
        said = str(row[label]) + " " if row[label] and language == "zh" else ""
        return "" if amount is None else f"{said}{amount:,.2f}"

    places = [str(one) for one in (row["places"] or [])[:MOST_PLACES]]
    return [
        texts(outcome),
        texts(words.MARKS[outcome]),
        texts(str(row["check_id"])),
        texts(str(row["message_zh" if language == "zh" else "message_en"] or "")),
        texts(side("left_zh", "left_yuan")),
        texts(side("right_zh", "right_yuan")),
        texts("" if row["delta_yuan"] is None else f"{row['delta_yuan']:,.2f}"),
        texts("" if row["tolerance_yuan"] is None else f"{row['tolerance_yuan']:,.2f}"),
        texts(words.say("cause", row.get("cause"), language)),
        [texts(one) for one in places],
    ]
