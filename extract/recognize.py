"""Which form a table is: by its title, its header and its line labels together, with stated reasons.

Never by an ordinal number (公开01表), a position or a file name: those change between places and years.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from extract.document import Recognition
from extract.form import Form, FormRow, finds, matches_a_line, matches_path
from extract.header import Grid, Shape, distinct
from extract.text import fold, is_blank, ordinal_rank, strip_ordinal

TITLE, HEADER, ROWS = 0.5, 0.3, 0.2
THRESHOLD = 0.6
THRESHOLD_WITHOUT_TITLE = 0.85
MARGIN = 0.1

_ORDINAL = ("序号", "行次")
_YEAR = re.compile(r"(?:19|20)\d\d年度?")
_HAN = "一二三四五六七八九十"
# `表十 一般公共…` and `表一般…`: what is a number and what begins the name is told by the gap, or by 一般.
_NUMBER_AND_GAP = re.compile(
    rf"^\s*(?:公开|预算|决算|财决|附)?表?\s*[-\d{_HAN}]{{1,5}}\s*表?(?:\s+|\s*[、.:]\s*)(?=\S)(?!般|公经费)"
)
_NUMBERED = re.compile(
    rf"^(?:(?:公开|预算|决算|财决|附)?表?[-\d]{{1,5}}表[、.:]?|(?:公开|预算|决算|附)?表[-\d]{{1,5}}[、.:]?"
    rf"|(?:公开|预算|决算|附)?表[{_HAN}]{{1,3}}(?!般)[、.:]?|(?:预算|附)表[{_HAN}]{{1,3}}(?!般)|\([{_HAN}]+\)|第[{_HAN}]+部分)"
)
_TAIL = re.compile(r"\((?:(?:公开|预算|决算)?表[-\d一二三四五六七八九十]+|续表?|续\d+|单位:?\S{1,3}元)\)$")


def plain_title(text: str) -> str:
    """A folded title without year, table number and “(续)”."""
    folded = _TAIL.sub("", fold(_NUMBER_AND_GAP.sub("", unicodedata.normalize("NFKC", text), count=1)))
    folded = _YEAR.sub("", folded)
    if _NUMBERED.match(folded) and not _NUMBERED.fullmatch(folded):
        folded = _NUMBERED.sub("", folded, count=1)
    return folded


@dataclass(frozen=True)
class Evidence:
    """What recognition looks at: plain titles (best first), folded header paths, folded line labels per table.

    heading: of the section the table stands in, plain; it names a list (records) printed in the prose.
    """

    titles: tuple[str, ...]
    paths: tuple[str, ...]
    labels: tuple[str, ...]
    numeric_columns: int
    heading: str = ""


def evidence(titles: Iterable[str], grid: Grid, shape: Shape, heading: str = "") -> Evidence:
    labels: list[str] = []
    for row in grid[shape.body : shape.body + 80]:
        for cell in distinct(row):
            text = cell.text
            if is_blank(text) or not (folded := fold(text)):  # quotation marks alone
                continue
            if len(text) < 60 and not folded[0].isdigit():
                labels.append(strip_ordinal(text).removeprefix("其中:"))
            elif ordinal_rank(text) is not None:
                labels.append(strip_ordinal(text))
    paths = tuple("/".join(fold(part) for part in path) for path in shape.paths)
    plain = tuple(dict.fromkeys(plain_title(title) for title in titles))
    columns = sum(1 for path in paths if path and path not in _ORDINAL)
    return Evidence(plain, paths, tuple(labels), columns, plain_title(heading))


def recognize(forms: Iterable[Form], seen: Evidence) -> Recognition:
    """The best form of kind statement or records, or none with the nearest one."""
    scored: list[tuple[float, Form, tuple[str, ...]]] = []
    wanted = [form for form in forms if form.kind in ("statement", "records")]
    # A form whose title is printed cannot be beaten by one whose title is not: the others need not be compared.
    for form in [form for form in wanted if _titled(form, seen) is not None] or wanted:
        score, reasons = _score(form, seen)
        scored.append((score, form, reasons))
    scored.sort(key=lambda item: -item[0])
    if not scored:
        return Recognition(None, 0.0, ("no forms",))
    best, form, reasons = scored[0]
    second = scored[1][0] if len(scored) > 1 else 0.0
    titled = any(reason.startswith("title") for reason in reasons)
    if titled:
        enough = best >= (TITLE * 0.8 if form.title_suffices else THRESHOLD)
    else:
        enough = best >= THRESHOLD_WITHOUT_TITLE and best - second >= MARGIN
    if enough:
        return Recognition(form.code, round(best, 3), reasons)
    return Recognition(None, round(best, 3), reasons, nearest=form.code if best > 0 else None)


def _score(form: Form, seen: Evidence) -> tuple[float, tuple[str, ...]]:
    reasons: list[str] = []
    title = 0.0
    position = _titled(form, seen)
    if position is not None:
        title = 1.0 if position == 0 else 0.8
        named = seen.titles[position] if position < len(seen.titles) else seen.heading
        reasons.append(f"title “{named}”")
    header, header_reason = _header_score(form, seen)
    rows, row_reason = _row_score(form, seen)
    if header_reason:
        reasons.append(header_reason)
    if row_reason:
        reasons.append(row_reason)
    if title:
        if rows is None:
            return TITLE * title + (HEADER + ROWS) * header, tuple(reasons)
        return TITLE * title + HEADER * header + ROWS * rows, tuple(reasons)
    if seen.titles and any(len(text) > 3 for text in seen.titles):
        reasons.append(f"no title of this form among {len(seen.titles)}")
        return (HEADER * header + ROWS * (rows or 0.0)) * 1.0, tuple(reasons)
    if rows is None:
        return 0.8 * header, tuple(reasons)
    return 0.6 * header + 0.4 * rows, tuple(reasons)


def _titled(form: Form, seen: Evidence) -> int | None:
    """Position of the first title that is one of the form's."""
    for position, text in enumerate(seen.titles):
        if finds(form.titles, text) and not finds(form.not_titles, text):
            return position
    if form.kind != "records" or any(len(text) > 3 for text in seen.titles):
        return None
    found = finds(form.titles, seen.heading) and not finds(form.not_titles, seen.heading)
    return len(seen.titles) if found else None


def _header_score(form: Form, seen: Evidence) -> tuple[float, str]:
    wanted = [column for column in form.columns if column.required]
    if not wanted:
        return 0.0, ""
    found = sum(1 for column in wanted if any(matches_path(column.headers, path) for path in seen.paths if path))
    explained = sum(
        1 for path in seen.paths if path and any(matches_path(column.headers, path) for column in form.columns)
    )
    share = found / len(wanted)
    covered = explained / seen.numeric_columns if seen.numeric_columns else 0.0
    score = 0.6 * share + 0.4 * covered
    return (
        score,
        f"header: {found} of {len(wanted)} columns of the form, {explained} of {seen.numeric_columns} columns known",
    )


def _row_score(form: Form, seen: Evidence) -> tuple[float | None, str]:
    rows = list(_all_rows(form.rows))
    if len(rows) <= 1:
        return None, ""
    printed = "\n".join(dict.fromkeys(seen.labels))
    found = sum(1 for row in rows if matches_a_line(row.labels, printed))
    return found / len(rows), f"rows: {found} of {len(rows)} lines of the form"


def _all_rows(rows: Iterable[FormRow]) -> Iterable[FormRow]:
    for row in rows:
        yield row
        yield from _all_rows(row.children)
