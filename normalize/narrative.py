"""Prose as rows: every paragraph of the document's sections, and a row for each heading with nothing under it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from extract.document import Paragraph, Reading, Section, Use
from normalize.department import Disclosure
from normalize.placing import Placing, printed
from normalize.schema import Row

_ELSEWHERE = frozenset({"heading", "page_field", "caption", "note"})


def empty_sections(sections: Sequence[Section]) -> list[Section]:
    """Sections whose heading is followed by no paragraph, no table and no section of a deeper level."""
    empty = []
    for index, section in enumerate(sections):
        following = sections[index + 1] if index + 1 < len(sections) else None
        holds_sections = following is not None and following.level > section.level
        if section.heading is not None and not (section.paragraphs or section.tables or holds_sections):
            empty.append(section)
    return empty


def narrative_rows(
    reading: Reading, sections: Sequence[Section], uses: Iterable[Use], disclosure: Disclosure, placing: Placing
) -> list[Row]:
    """Rows of `narratives` in reading order; seq counts them from 1.

    A paragraph in nested sections belongs to the innermost (the last that lists it); one in no section, but used as
    narrative, has no section_code. Headings, captions and notes are kept elsewhere.
    """
    homes = {use.paragraph: use.home for use in uses if use.paragraph is not None}
    section_of = {number: section for section in sections for number in section.paragraphs}
    headings = {section.heading.place: section for section in empty_sections(sections) if section.heading is not None}
    rows: list[Row] = []
    for paragraph in reading.paragraphs():
        section = section_of.get(paragraph.number)
        home = homes.get(paragraph.number)
        empty = headings.get(paragraph.place)
        if empty is not None:
            rows.append(_row(paragraph, empty, disclosure, placing, is_empty=True))
        elif paragraph.text.strip() and home not in _ELSEWHERE and (section is not None or home == "narrative"):
            rows.append(_row(paragraph, section, disclosure, placing, is_empty=False))
    for seq, row in enumerate(rows, 1):
        row["seq"] = seq
    return rows


def _row(
    paragraph: Paragraph, section: Section | None, disclosure: Disclosure, placing: Placing, *, is_empty: bool
) -> Row:
    text = "" if is_empty else paragraph.text
    return {
        "paragraph_id": placing.identify("paragraph", paragraph.place),
        "disclosure_id": disclosure.disclosure_id,
        **placing.columns(paragraph.place),
        "section_code": section.code if section else None,
        "heading": printed(section.heading) if section else None,
        "seq": 0,
        "text": text,
        "n_chars": len("".join(text.split())),
        "is_empty_section": is_empty,
    }
