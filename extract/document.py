"""The nouns of reading: what a document says, and where it says it. No logic beyond small look-ups.

Every noun is an immutable-by-convention `msgspec.Struct`, so that a Reading can be stored and compared byte for byte.
Numbers of tables, rows, columns, paragraphs and pages that people see (`Place`) count from 1; positions inside a
grid (`Cell.row`, `Cell.col`, `Line.row`, `Column.index` …) count from 0 in the joined table.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

Severity = Literal["info", "warning", "error"]
Hidden = Literal["sheet", "rows", "columns"]
Stage = Literal["crawl", "read", "interpret", "normalize", "check", "release"]
Box = tuple[float, float, float, float]


class Place(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Where a text stands. Which fields are set follows from the format.

    page: 1-based page (PDF, image); None where the format has no pages.
    box: (x0, top, x1, bottom) in points of the page as shown, origin top left (PDF, image).
    table, row, col: 1-based; tables are counted as printed, before pieces are joined over page breaks.
    paragraph: 1-based number of a paragraph outside tables.
    address: sheet address (`Sheet1!B4`) or element path, for formats that have them.
    """

    page: int | None = None
    box: Box | None = None
    table: int | None = None
    row: int | None = None
    col: int | None = None
    paragraph: int | None = None
    address: str | None = None

    def ref(self) -> str:
        """`t9.r10.c2` or `p7`: the part of a fact_id after the digest of the document."""
        if self.table is not None:
            return f"t{self.table}.r{self.row}.c{self.col}"
        if self.paragraph is not None:
            return f"p{self.paragraph}"
        return f"page{self.page}" if self.page is not None else "document"


class Issue(msgspec.Struct, frozen=True, omit_defaults=True):
    """A trouble of ours: data, not a log line. code: lower_snake, stable; messages say what, where, what to do."""

    code: str
    severity: Severity
    stage: Stage
    message_zh: str
    message_en: str
    document_sha256: str | None = None
    place: Place | None = None
    count: int = 1


class Text(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A printed text with its Place (the first one, where a page break cut it; `more` holds the others)."""

    text: str
    place: Place
    more: tuple[Place, ...] = ()


class Cell(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One anchor cell of a joined table; the positions it spans have no Cell of their own.

    text is as printed: line breaks inside the cell kept as "\\n", spaces kept.
    places: one per printed piece (two where a page break cut the cell). ruled is False for text that stands in the
    table's first rows without rulings around it (title, department, unit). confidence: 0–1, only for OCR.
    """

    row: int
    col: int
    text: str
    places: tuple[Place, ...]
    rowspan: int = 1
    colspan: int = 1
    ruled: bool = True
    confidence: float | None = None

    @property
    def place(self) -> Place:
        return self.places[0]

    def as_text(self) -> Text:
        return Text(self.text, self.places[0], self.places[1:])


class Seam(msgspec.Struct, frozen=True):
    """Where the piece beginning at `row` of the joined table was joined to what stands above, and why.

    dropped: header rows that were repeated on the new page and left out (printed text of each kept row by row).
    merged_rows: True where the first row of the piece continued the last row above.
    """

    row: int
    table: int
    page: int | None
    reasons: tuple[str, ...]
    dropped: tuple[tuple[Cell, ...], ...] = ()
    merged_row: bool = False


class Table(msgspec.Struct, tag="table", omit_defaults=True):
    """A grid as printed, pieces joined. number: 1-based number of its first piece in the document, as printed.

    ruled: False for a table found by the alignment of its texts alone, or in a sheet without borders.
    hidden: what of a workbook the file holds and does not show (a hidden sheet, or the hidden rows or columns of one);
    kept apart from what is printed, and never interpreted.
    """

    number: int
    n_rows: int
    n_cols: int
    cells: list[Cell]
    seams: list[Seam] = []
    parent: int | None = None
    ruled: bool = True
    hidden: Hidden | None = None

    def grid(self) -> list[list[Cell | None]]:
        """Row-major grid in which each spanned position repeats its anchor cell; None where no cell is."""
        rows: list[list[Cell | None]] = [[None] * self.n_cols for _ in range(self.n_rows)]
        for cell in self.cells:
            if cell.rowspan == 1 and cell.colspan == 1 and cell.row < self.n_rows and cell.col < self.n_cols:
                rows[cell.row][cell.col] = cell
                continue
            for r in range(cell.row, min(cell.row + cell.rowspan, self.n_rows)):
                for c in range(cell.col, min(cell.col + cell.colspan, self.n_cols)):
                    rows[r][c] = cell
        return rows


class Paragraph(msgspec.Struct, tag="paragraph", omit_defaults=True):
    """A paragraph outside tables. level: heading level from the format or typography (None: body text).

    role page_field: printed by the page, not by the author (page numbers, running headers); it repeats.
    breaks: where in text the part at places[1], places[2] … begins; empty where there is one Place or it is not known.
    """

    number: int
    text: str
    places: tuple[Place, ...]
    level: int | None = None
    role: Literal["body", "page_field"] = "body"
    breaks: tuple[int, ...] = ()

    def place_at(self, index: int) -> Place:
        """Place of the page on which text[index] is printed; the first one where the breaks are not known."""
        return self.places[sum(start <= index for start in self.breaks)]

    @property
    def place(self) -> Place:
        return self.places[0]

    def as_text(self) -> Text:
        return Text(self.text, self.places[0], self.places[1:])


Block = Table | Paragraph


class Reading(msgspec.Struct, omit_defaults=True):
    """A whole document as printed: blocks in reading order, issues, and how it was read.

    kind: what the bytes are (`extract.format`). method: docx_xml, pdf_text, pdf_ocr, image_ocr, html, sheet.
    """

    document_sha256: str
    kind: str
    method: str
    n_pages: int | None
    blocks: list[Block]
    issues: list[Issue] = []

    def tables(self) -> Iterator[Table]:
        return (block for block in self.blocks if isinstance(block, Table))

    def paragraphs(self) -> Iterator[Paragraph]:
        return (block for block in self.blocks if isinstance(block, Paragraph))


# ---------------------------------------------------------------------------------------------- a table interpreted


class Recognition(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which form a table is, with the reasons; `nearest` and its score where no form was good enough."""

    form: str | None
    score: float
    reasons: tuple[str, ...]
    nearest: str | None = None


class Column(msgspec.Struct, frozen=True, omit_defaults=True):
    """One column of a statement. path: header texts top → leaf without white space (栏次/行次 rows left out).

    key: the form's name for it. lane: 0-based, for statements printed side by side (收入 ‖ 支出).
    meaning: fund, nature, measure, stage, flow, as far as the form and the header say;
    their values are those of the columns of budget_lines.
    """

    index: int
    role: Literal["ordinal", "code", "label", "amount", "field", "ignored"]
    path: tuple[str, ...]
    key: str | None = None
    lane: int = 0
    meaning: dict[str, str] = {}


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One labelled line of one lane. path: labels without white space from the outermost parent to the line itself.

    code: as printed or carried down; printed_code: as printed. number: 序号/行次 as printed.
    agg_role: grand_total, parent, leaf, of_which, memo.
    class_system: functional, economic_department, economic_government, income, or None.
    """

    row: int
    lane: int
    label: Text | None
    path: tuple[str, ...]
    level: int
    number: str | None = None
    code: str | None = None
    printed_code: str | None = None
    agg_role: str = "leaf"
    key: str | None = None
    flow: str | None = None
    class_system: str | None = None


class Amount(msgspec.Struct, frozen=True):
    """One printed or printable amount: line and column are indexes into the statement's lists."""

    line: int
    column: int
    text: Text


class Record(msgspec.Struct, frozen=True):
    """One row of a list form (units, assets, purchases): the form's field names → texts. Blank cells are present."""

    row: int
    fields: dict[str, Text]


class Statement(msgspec.Struct, omit_defaults=True):
    """A Form filled in by one Table of one Document.

    code: statement_code (a form's code), `other` for an amount table of no known form, `unrecognized` else.
    seq: 1-based among the document's statements of that code. table: Table.number.
    caption: kind → text as printed; kinds: title, org, year, unit, as_of, form_number, and `unit_header`.
    state: populated, declared_empty (blank and a note says so), blank, unrecognized.
    """

    code: str
    seq: int
    table: int
    recognition: Recognition
    state: Literal["populated", "declared_empty", "blank", "unrecognized"]
    caption: dict[str, Text] = {}
    notes: list[Text] = []
    columns: list[Column] = []
    lines: list[Line] = []
    amounts: list[Amount] = []
    records: list[Record] = []
    stage: str | None = None


class PlanPoint(msgspec.Struct, frozen=True):
    """One position of a payment plan (资金支出计划): checkpoint `MM-DD`, header and value as printed."""

    checkpoint: str
    header: Text
    value: Text


class IndicatorRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """One performance indicator as printed. Each part is None where the form has no such column.

    reason: 偏差原因分析及改进措施. other: (header, text) of columns that have no name of their own here, in order.
    """

    row: int
    level1: Text | None = None
    level2: Text | None = None
    level3: Text | None = None
    description: Text | None = None
    comparator: Text | None = None
    value: Text | None = None
    unit: Text | None = None
    weight: Text | None = None
    basis: Text | None = None
    actual: Text | None = None
    score: Text | None = None
    reason: Text | None = None
    other: tuple[tuple[str, Text], ...] = ()


class ProjectForm(msgspec.Struct, omit_defaults=True):
    """项目绩效目标表 of one project; its blocks may be several tables.

    fields: project_code, project_name, total, fiscal, other, purpose, department, unit_name … as far as printed.
    caption: as in Statement; plan_unit: what the plan's own label says (`%`), if anything.
    """

    seq: int
    tables: tuple[int, ...]
    form: str
    title: Text | None
    caption: dict[str, Text]
    fields: dict[str, Text]
    plan: list[PlanPoint]
    plan_label: Text | None
    goals: list[Text]
    indicators: list[IndicatorRow]


class DepartmentGoal(msgspec.Struct, frozen=True, omit_defaults=True):
    """A goal of the whole department, in prose. level: department_overall, department_item.

    note: how it was cut out, where the prose did not say it by itself.
    """

    level: Literal["department_overall", "department_item"]
    seq: int
    name: Text | None
    goal: Text | None
    indicator: Text | None
    note: str | None = None


class Section(msgspec.Struct, omit_defaults=True):
    """A headed part of the prose. code: as in forms/sections.yml. paragraphs, tables: their numbers in the Reading."""

    code: str
    heading: Text | None
    level: int
    paragraphs: list[int]
    tables: list[int]


class Use(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one cell or paragraph: the account of strict interpretation.

    table: Table.number with row, col (0-based anchor position) – or paragraph: Paragraph.number.
    home: amount, label, code, ordinal, header, column_number, caption, note, field, plan, goal, indicator,
    heading, narrative, page_field, padding (blank, unlabelled), ignored:<name of the rule>, unused.
    """

    home: str
    table: int | None = None
    row: int | None = None
    col: int | None = None
    paragraph: int | None = None


class PrintedName(msgspec.Struct, frozen=True, omit_defaults=True):
    """A name the document prints as its own, first Place. source: cover, label, running_head, caption, heading, field,
    section, prose. count: how often it is printed there. code: the code printed beside it."""

    text: Text
    source: str
    count: int = 1
    code: str | None = None


class Claim(msgspec.Struct, frozen=True, omit_defaults=True):
    """One number said in prose, or one statement that something is unchanged or does not exist.

    place: the paragraph (on the page where the number stands) or cell; seq: 1-based within that paragraph or cell.
    phrase: the clause as printed. measure: what is said: amount (money), count, percent (alone), or none (no number).
    direction: level, increase, decrease, unchanged, unstated (增加（减少）5万元: the form's choice was left open).
    subject: the words for what it is about, folded, None where the prose names nothing; concept: as in
    forms/concepts.yml; code, label: of a line of a classification it names; within: the concept (else the words) of
    the thing this is a part of (其中).
    number, unit: as printed, full-width forms made narrow; sure: False where the digits could be read otherwise.
    percent: as number; percent_kind: change, share, completion; percent_base: the words for what it is a share of.
    comparison: words for what is compared with; comparison_year: as printed in them; comparison_prior: they say
    上年, 去年; comparison_stage: budget, initial_budget, adjusted_budget, execution, final.
    year, stage: said of the level itself; prior: said of the year before (去年预算数为…). nothing: it is said that
    there is none (无, 未安排). reason: said in giving a reason, of a part.
    """

    place: Place
    seq: int
    phrase: str
    measure: Literal["amount", "count", "percent", "none"]
    direction: Literal["level", "increase", "decrease", "unchanged", "unstated"]
    section: str | None = None
    subject: str | None = None
    concept: str | None = None
    code: str | None = None
    label: str | None = None
    within: str | None = None
    number: str | None = None
    unit: str | None = None
    unit_inherited: bool = False
    sure: bool = True
    percent: str | None = None
    percent_kind: Literal["change", "share", "completion"] | None = None
    percent_base: str | None = None
    comparison: str | None = None
    comparison_year: int | None = None
    comparison_prior: bool = False
    comparison_stage: str | None = None
    year: int | None = None
    prior: bool = False
    stage: str | None = None
    nothing: bool = False
    reason: bool = False


class Term(msgspec.Struct, frozen=True):
    """A term of the 名词解释 with its definition, both as printed; seq counts them from 1."""

    seq: int
    term: str
    definition: str
    place: Place


class Identity(msgspec.Struct, omit_defaults=True):
    """Who and what year the document itself says it is; each as printed, None where it does not say.

    stage: budget, budget_adjusted, final. names: every name the document prints as its own, strongest source first.
    """

    title: Text | None = None
    org_code: Text | None = None
    org_name: Text | None = None
    fiscal_year: int | None = None
    fiscal_year_text: Text | None = None
    doc_type: str | None = None
    entity_level: str | None = None
    stage: str | None = None
    names: tuple[PrintedName, ...] = ()


class Interpretation(msgspec.Struct, omit_defaults=True):
    """Everything a Reading was understood to be; with `uses`, nothing of the Reading is without a home or an issue."""

    document_sha256: str
    identity: Identity
    statements: list[Statement]
    projects: list[ProjectForm]
    goals: list[DepartmentGoal]
    sections: list[Section]
    uses: list[Use]
    issues: list[Issue] = []
    claims: list[Claim] = []
    terms: list[Term] = []
