"""From a Reading to its Interpretation: which form each table is, its lines and amounts, forms, sections, identity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from extract.caption import bracket_unit, parse_caption, title_and_unit
from extract.claims import read_claims
from extract.columns import moved, read_columns, stage_of_title
from extract.contents import contents_lines
from extract.context import Surroundings, surroundings
from extract.document import (
    Cell,
    Column,
    Interpretation,
    Issue,
    Paragraph,
    Reading,
    Recognition,
    Statement,
    Table,
    Text,
)
from extract.form import Form, finds, load_forms
from extract.glossary import glossary_paragraphs, read_terms
from extract.goals import read_goals
from extract.going_on import Before, goes_on, line_or_tail, lines_as_header, may_be_title, places_in
from extract.header import Shape, declares_empty, distinct, read_shape, title_line
from extract.identity import read_identity
from extract.narrative import read_sections
from extract.recognize import evidence, plain_title, recognize
from extract.records import read_records
from extract.statement import account_header, read_body
from extract.target_forms import TargetReader
from extract.text import fold, is_blank
from extract.uses import CONTENTS, Account, OpenTable


def interpret_reading(reading: Reading) -> Interpretation:
    """Interpret one document. Never raises for what a document prints; trouble is in `issues`.

    Every cell and paragraph of the Reading appears exactly once in `uses`.
    """
    forms = load_forms()
    account = Account(reading)
    listed = contents_lines(reading.blocks)
    contexts = surroundings(reading, listed)
    grids = {table.number: table.grid() for table in reading.tables()}
    for paragraph in reading.paragraphs():
        if paragraph.role == "page_field":
            account.paragraph(paragraph, "page_field")
        elif paragraph.number in listed:
            account.paragraph(paragraph, CONTENTS)
    tables = [(table, grids[table.number]) for table in reading.tables() if table.hidden is None]
    for table in reading.tables():
        if table.hidden is not None:
            for cell in table.cells:
                account.cell(table, cell, "padding" if is_blank(cell.text) else "ignored:hidden")
    targets = TargetReader(forms, account, reading)
    for table, grid in tables:
        targets.read(table, grid, contexts[table.number])
    targets.finish()
    used = targets.used
    statements: list[Statement] = []
    issues: list[Issue] = []
    seen: Counter[str] = Counter()
    before: Before | None = None
    for table, grid in tables:
        if table.number in used:
            before = None
            continue
        work = OpenTable(table, grid, account)
        statement = _statement(work, contexts[table.number], forms, issues, before)
        before = Before(work, statement, contexts[table.number])
        seen[statement.code] += 1
        statement.seq = seen[statement.code]
        statements.append(statement)
    titles = {
        paragraph.number for paragraph in reading.paragraphs() if account.home_of_paragraph(paragraph) == "caption"
    }
    sections = read_sections(reading, account, titles)
    goals = read_goals(reading, sections, account) + targets.tasks
    known = used | {statement.table for statement in statements if statement.state != "unrecognized"}
    uses, lost = account.settle(known)
    identity, doubts = read_identity(reading, statements, targets.forms)
    explained = glossary_paragraphs(reading, sections)
    return Interpretation(
        document_sha256=reading.document_sha256,
        identity=identity,
        statements=statements,
        projects=targets.forms,
        goals=goals,
        sections=sections,
        uses=uses,
        issues=issues + lost + doubts,
        claims=read_claims(reading, sections, uses, frozenset(paragraph.number for paragraph in explained)),
        terms=read_terms(explained),
    )


def _statement(
    work: OpenTable,
    context: Surroundings,
    forms: dict[str, Form],
    issues: list[Issue],
    before: Before | None,
) -> Statement:
    table = work.table
    shape = work.shape = read_shape(table, work.grid)
    after = before is not None and context.directly_after == before.work.table.number
    doubtful = lines_as_header(work, before) if before is not None and after else None
    if doubtful is not None:
        issues.extend(map(line_or_tail, doubtful))
        shape = work.shape = Shape(paths=[()] * table.n_cols, leaves=[None] * table.n_cols)
    if before is not None and goes_on(work, context, before):
        return _continuation(work, context, before.work, before.statement, issues)
    inside = [cell for row in shape.caption for cell in distinct(work.grid[row]) if may_be_title(cell)]
    above = context.titles()
    heading = context.heading.text if context.heading is not None else ""
    seen = evidence(
        [title_line(cell.text) or "" for cell in inside] + [p.text for p in above], work.grid, shape, heading
    )
    recognition = recognize(forms.values(), seen)
    form = work.form = forms[recognition.form] if recognition.form is not None else None
    work.columns = read_columns(work.grid, shape, form)
    statement = Statement(code="other", seq=0, table=table.number, recognition=recognition, state="populated")
    if form is None and not _has_structure(work.columns, shape):
        _unrecognized(statement, table, issues, inside, above)
        return statement
    account_header(work)
    statement.code = form.code if form is not None else "other"
    statement.columns = work.columns
    _captions(statement, work, context, inside)
    body = read_body(work)
    statement.lines, statement.amounts = body.lines, body.amounts
    statement.notes = body.notes
    for text in body.captions:
        _add_kinds(statement.caption, text)
    if form is not None and form.kind == "records":
        read_records(work, statement)
    _notes_below(statement, work, context)
    _state(statement)
    _column_issues(statement, work, issues)
    issues.extend(body.issues)
    statement.stage = _stage(statement)
    return statement


def _continuation(
    work: OpenTable, context: Surroundings, before: OpenTable, statement: Statement, issues: list[Issue]
) -> Statement:
    """A statement of the same code, columns and captions; codes and parents are carried over from the piece before."""
    how = (
        "directly after it, same columns, no title of its own"
        if context.directly_after == before.table.number and not work.shape.caption
        else "on the next page, with the same title, captions and header"
    )
    places = places_in(work, before) or tuple(range(work.table.n_cols))
    work.form, work.readers = before.form, before.readers
    work.lines_before = before.lines_before + len(statement.lines)
    work.columns = [moved(before.columns[place], index) for index, place in enumerate(places)]
    work.shape.paths = [before.shape.paths[place] for place in places]
    work.shape.leaves = [before.shape.leaves[place] for place in places]
    account_header(work)
    for paragraph in context.above if context.directly_after is None else []:
        work.account.paragraph(paragraph, "caption")
    body = read_body(work)
    found = Statement(
        code=statement.code,
        seq=0,
        table=work.table.number,
        recognition=Recognition(
            statement.recognition.form,
            statement.recognition.score,
            (
                f"continues table {statement.table}: {how}",
                *statement.recognition.reasons,
            ),
            statement.recognition.nearest,
        ),
        state="populated",
        caption=statement.caption,
        columns=work.columns,
        lines=body.lines,
        amounts=body.amounts,
        notes=body.notes,
        stage=statement.stage,
    )
    if work.form is not None and work.form.kind == "records":
        read_records(work, found)
    _notes_below(found, work, context)
    _state(found)
    issues.extend(body.issues)
    return found


def _notes_below(statement: Statement, work: OpenTable, context: Surroundings) -> None:
    for paragraph in context.below:
        statement.notes.append(paragraph.as_text())
        work.account.paragraph(paragraph, "note")


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
            message_zh=f"表 {table.number}（{table.n_rows} 行 {table.n_cols} 列）不是已知的表式，"
            f"也没有科目与金额的结构；最接近：{nearest or '无'}",
            message_en=f"table {table.number} ({table.n_rows} rows, {table.n_cols} columns) is no known form"
            f" and has no labels beside amounts; nearest form: {nearest or 'none'}",
            place=table.cells[0].place if table.cells else None,
            count=sum(1 for cell in table.cells if not is_blank(cell.text)) or 1,
        )
    )


def _captions(statement: Statement, work: OpenTable, context: Surroundings, inside: list[Cell]) -> None:
    caption = statement.caption
    for row in work.shape.caption:
        for cell in distinct(work.grid[row]):
            for line in [cell.text] if parse_caption(cell.text) else cell.text.split("\n"):
                _add_kinds(caption, Text(line, cell.place, cell.places[1:]))
    if inside:
        title_text = title_line(inside[0].text) or inside[0].text
        caption["title"] = Text(title_text, inside[0].place, inside[0].places[1:])
        if bracket_unit(title_text):
            caption.setdefault("unit", caption["title"])
        parts = title_and_unit(inside[0].text)
        if parts is not None:
            caption.setdefault("unit", Text(parts[1], inside[0].place, inside[0].places[1:]))
    title = _title_above(context.titles(), work.form)
    if title is not None:
        if "title" not in caption:
            caption["title"] = title.as_text()
        work.account.paragraph(title, "caption")
    for paragraph in context.captions():
        _add_kinds(caption, paragraph.as_text())
        work.account.paragraph(paragraph, "caption")
    for _, lower in context.cut_captions():
        work.account.paragraph(lower, "caption")
    if title is not None and bracket_unit(title.text):
        caption.setdefault("unit", title.as_text())
    for leaf in _once(work.shape.leaves):
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


def _column_issues(statement: Statement, work: OpenTable, issues: list[Issue]) -> None:
    """Columns of a known form that the form does not name, and columns nothing explains."""
    for column in statement.columns:
        path = "/".join(column.path)
        unnamed = work.form is not None and column.role == "amount" and column.key is None and bool(path)
        if column.role != "ignored" and not unnamed:
            continue
        cells = [work.grid[row][column.index] for row in work.body_rows()]
        if column.role == "ignored" and all(cell is None or is_blank(cell.text) for cell in cells):
            continue
        leaf = work.shape.leaves[column.index]
        name = path or f"#{column.index + 1}"
        number, code = work.table.number, statement.code
        issues.append(
            Issue(
                code="unknown_column",
                severity="info" if column.role == "amount" else "warning",
                stage="interpret",
                message_zh=f"表 {number} 的栏目“{name}”不在表式“{code}”之中，按原样保留",
                message_en=f"column {name!r} of table {number} is not named by form {code!r}; kept as printed",
                place=leaf.place if leaf is not None else work.table.cells[0].place,
            )
        )


def _stage(statement: Statement) -> str | None:
    """Stage of all amounts, where the columns or else the title name one; None where columns differ or none does."""
    stages = {column.meaning["stage"] for column in statement.columns if "stage" in column.meaning}
    if len(stages) == 1:
        return stages.pop()
    title = statement.caption.get("title")
    return stage_of_title(fold(title.text)) if title is not None and not stages else None
