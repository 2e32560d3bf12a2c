"""From a Reading to its Interpretation: which form each table is, its lines and amounts, forms, sections, identity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from extract.caption import bracket_unit, parse_caption
from extract.columns import read_columns, stage_of_title
from extract.context import Surroundings, surroundings
from extract.document import (
    Cell,
    Column,
    Interpretation,
    Issue,
    Paragraph,
    Reading,
    Statement,
    Table,
    Text,
)
from extract.form import Form, finds, load_forms
from extract.goals import read_goals
from extract.header import Shape, declares_empty, distinct, looks_like_title, read_shape
from extract.narrative import read_identity, read_sections
from extract.recognize import evidence, plain_title, recognize
from extract.records import read_records
from extract.statement import account_header, read_body
from extract.targets import read_targets
from extract.text import fold, is_blank
from extract.uses import Account

Grid = list[list[Cell | None]]


def interpret_reading(reading: Reading) -> Interpretation:
    """Interpret one document. Never raises for what a document prints; trouble is in `issues`.

    Every cell and paragraph of the Reading appears exactly once in `uses`.
    """
    forms = load_forms()
    account = Account(reading)
    contexts = surroundings(reading)
    grids = {table.number: table.grid() for table in reading.tables()}
    for paragraph in reading.paragraphs():
        if paragraph.role == "page_field":
            account.paragraph(paragraph, "page_field")
    tables = [(table, grids[table.number]) for table in reading.tables()]
    projects, used = read_targets(tables, contexts, forms["project_target"], forms["indicators"], account)
    statements: list[Statement] = []
    issues: list[Issue] = []
    seen: Counter[str] = Counter()
    for table, grid in tables:
        if table.number in used:
            continue
        statement = _statement(table, grid, contexts[table.number], forms, account, issues)
        seen[statement.code] += 1
        statement.seq = seen[statement.code]
        statements.append(statement)
    titles = {
        paragraph.number for paragraph in reading.paragraphs() if account.home_of_paragraph(paragraph) == "caption"
    }
    sections = read_sections(reading, account, titles)
    goals = read_goals(reading, sections, account)
    known = used | {statement.table for statement in statements if statement.state != "unrecognized"}
    uses, lost = account.settle(known)
    return Interpretation(
        document_sha256=reading.document_sha256,
        identity=read_identity(reading, statements),
        statements=statements,
        projects=projects,
        goals=goals,
        sections=sections,
        uses=uses,
        issues=issues + lost,
    )


def _statement(
    table: Table, grid: Grid, context: Surroundings, forms: dict[str, Form], account: Account, issues: list[Issue]
) -> Statement:
    shape = read_shape(table, grid)
    inside = [cell for row in shape.caption for cell in distinct(grid[row]) if _may_be_title(cell)]
    above = context.titles()
    seen = evidence([cell.text for cell in inside] + [p.text for p in above], grid, shape)
    recognition = recognize(forms.values(), seen)
    form = forms[recognition.form] if recognition.form is not None else None
    columns = read_columns(grid, shape, form)
    statement = Statement(code="other", seq=0, table=table.number, recognition=recognition, state="populated")
    if form is None and not _has_structure(columns, shape):
        _unrecognized(statement, table, issues, inside, above)
        return statement
    account_header(table, grid, shape, account)
    statement.code = form.code if form is not None else "other"
    statement.columns = columns
    _captions(statement, table, grid, shape, context, inside, form, account)
    body = read_body(table, grid, shape, columns, form, account)
    statement.lines, statement.amounts = body.lines, body.amounts
    statement.notes = body.notes
    for text in body.captions:
        for kind in parse_caption(text.text):
            statement.caption.setdefault(kind, text)
    if form is not None and form.kind == "records":
        read_records(table, grid, shape, columns, form, statement, account)
    for paragraph in context.below:
        statement.notes.append(paragraph.as_text())
        account.paragraph(paragraph, "note")
    _state(statement)
    _column_issues(statement, table, grid, shape, form, issues)
    issues.extend(body.issues)
    statement.stage = _stage(statement)
    return statement


def _may_be_title(cell: Cell) -> bool:
    return not is_blank(cell.text) and not parse_caption(cell.text) and looks_like_title(cell.text)


def _has_structure(columns: list[Column], shape: Shape) -> bool:
    """Amount columns under a printed header, with labels or codes; or a header of amounts alone (one-row tables)."""
    amounts = [column for column in columns if column.role == "amount" and column.path]
    labels = [column for column in columns if column.role in ("label", "code")]
    if not shape.header or not amounts:
        return False
    return bool(labels) or len(amounts) >= 2


def _unrecognized(
    statement: Statement, table: Table, issues: list[Issue], inside: list[Cell], above: list[Paragraph]
) -> None:
    statement.code, statement.state = "unrecognized", "unrecognized"
    title = inside[0].as_text() if inside else above[0].as_text() if above else None
    if title is not None:
        statement.caption["title"] = title
    nearest = statement.recognition.nearest
    issues.append(
        Issue(
            code="unrecognized_table",
            severity="warning",
            stage="interpret",
            message_zh=f"表 {table.number}（{table.n_rows} 行 {table.n_cols} 列）不是已知的表式，也没有科目与金额的结构；最接近：{nearest or '无'}",
            message_en=f"table {table.number} ({table.n_rows} rows, {table.n_cols} columns) is no known form and has no labels"
            f" beside amounts; nearest form: {nearest or 'none'}",
            place=table.cells[0].place if table.cells else None,
            count=sum(1 for cell in table.cells if not is_blank(cell.text)) or 1,
        )
    )


def _captions(
    statement: Statement,
    table: Table,
    grid: Grid,
    shape: Shape,
    context: Surroundings,
    inside: list[Cell],
    form: Form | None,
    account: Account,
) -> None:
    caption = statement.caption
    for row in shape.caption:
        for cell in distinct(grid[row]):
            _add_kinds(caption, cell.as_text())
    if inside:
        caption["title"] = inside[0].as_text()
    title = _title_above(context.titles(), form)
    if title is not None:
        if "title" not in caption:
            caption["title"] = title.as_text()
        account.paragraph(title, "caption")
    for paragraph in context.captions():
        _add_kinds(caption, paragraph.as_text())
        account.paragraph(paragraph, "caption")
    for leaf in _once(shape.leaves):
        if leaf is not None and bracket_unit(leaf.text):
            caption.setdefault("unit_header", leaf.as_text())


def _title_above(candidates: list[Paragraph], form: Form | None) -> Paragraph | None:
    """The paragraph above that names the table: the one that speaks for the recognised form, else the best one."""
    if form is not None:
        for paragraph in candidates:
            plain = plain_title(paragraph.text)
            if finds(form.titles, plain) and not finds(form.not_titles, plain):
                return paragraph
    return candidates[0] if candidates else None


def _add_kinds(caption: dict[str, Text], text: Text) -> None:
    """Kinds found in a caption text: the text as printed when it says one thing, else the part that says it."""
    kinds = parse_caption(text.text)
    said = set(kinds) - {"org_code"}
    for kind, value in kinds.items():
        if kind == "org_code":
            continue
        code = kinds.get("org_code", "") if kind == "org" else ""
        printed = text.text if len(said) == 1 else code + value
        caption.setdefault(kind, Text(printed, text.place, text.more))


def _once(cells: Iterable[Cell | None]) -> list[Cell | None]:
    found: list[Cell | None] = []
    for cell in cells:
        if not found or found[-1] is not cell:
            found.append(cell)
    return found


def _state(statement: Statement) -> None:
    texts = [amount.text.text for amount in statement.amounts]
    texts += [text.text for record in statement.records for text in record.fields.values()]
    if any(not is_blank(text) for text in texts):
        statement.state = "populated"
    elif any(declares_empty(note.text) for note in statement.notes):
        statement.state = "declared_empty"
    else:
        statement.state = "blank"


def _column_issues(
    statement: Statement, table: Table, grid: Grid, shape: Shape, form: Form | None, issues: list[Issue]
) -> None:
    """Columns of a known form that the form does not name, and columns nothing explains."""
    for column in statement.columns:
        leaf = shape.leaves[column.index]
        place = leaf.place if leaf is not None else table.cells[0].place
        path = "/".join(column.path)
        if column.role == "ignored" or (form is not None and column.role == "amount" and column.key is None and path):
            printed = any(
                cell is not None and not is_blank(cell.text)
                for cell in (grid[row][column.index] for row in range(shape.body, table.n_rows))
            )
            if column.role == "ignored" and not printed:
                continue
            issues.append(
                Issue(
                    code="unknown_column",
                    severity="info" if column.role == "amount" else "warning",
                    stage="interpret",
                    message_zh=f"表 {table.number} 的栏目“{path or column.index + 1}”不在表式“{statement.code}”之中，按原样保留",
                    message_en=f"column {path or column.index + 1!r} of table {table.number} is not named by form"
                    f" {statement.code!r}; kept as printed",
                    place=place,
                )
            )


def _stage(statement: Statement) -> str | None:
    stages = {column.meaning["stage"] for column in statement.columns if "stage" in column.meaning}
    if len(stages) == 1:
        return stages.pop()
    title = statement.caption.get("title")
    return stage_of_title(fold(title.text)) if title is not None and not stages else None
