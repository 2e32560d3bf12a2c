"""Claims and terms of a whole document: places, cut lines, pages, cells, the glossary; links to facts."""

from __future__ import annotations

import json
from pathlib import Path

from extract.document import Block, Cell, Paragraph, Place, Reading, Table
from extract.interpret import interpret_reading
from extract.readers import read_document
from tests.extract.builders import pdf

BOX = (70.0, 100.0, 520.0, 116.0)


def reading(*blocks: Block, kind: str = "pdf") -> Reading:
    return Reading(document_sha256="d" * 64, kind=kind, method="pdf_text", n_pages=3, blocks=list(blocks))


def line(number: int, text: str, page: int = 1, level: int | None = None) -> Paragraph:
    return Paragraph(number, text, (Place(page, BOX, paragraph=number),), level)


def test_a_sentence_cut_into_lines_is_one_and_each_number_keeps_its_place() -> None:
    found = interpret_reading(
        reading(
            line(1, "2031年本部门收入预算1,208."),
            line(2, "20万元，比上年增加8.20万元，增"),
            line(3, "长0.68%，主要原因是人员增加。", 2),
        )
    ).claims
    assert [(c.number, c.direction, c.percent, c.place.paragraph, c.place.page) for c in found] == [
        ("1,208.20", "level", None, 1, 1),
        ("8.20", "increase", "0.68", 2, 1),
    ]


def test_a_heading_is_not_drawn_into_the_sentence() -> None:
    found = interpret_reading(
        reading(
            line(1, "三、关于政府采购预算安排情况的说明", level=2),
            line(2, "2031年安排政府采购预算5万元。"),
        )
    ).claims
    assert [(c.subject, c.concept) for c in found] == [("2031年安排政府采购预算", "procurement_total")]


def test_the_page_is_where_the_number_stands() -> None:
    text = "本部门公务接待费3万元，比上年减少1万元。"
    places = (Place(1, BOX, paragraph=1), Place(2, BOX, paragraph=1))
    paragraph = Paragraph(1, text, places, breaks=(text.index("减少"),))
    assert [c.place.page for c in interpret_reading(reading(paragraph)).claims] == [1, 2]


def test_prose_in_a_cell_speaks_of_its_project_and_not_of_the_department() -> None:
    def cell(row: int, col: int, text: str) -> Cell:
        return Cell(row, col, text, (Place(1, BOX, table=1, row=row + 1, col=col + 1),))

    table = Table(
        1,
        2,
        2,
        [
            cell(0, 0, "项目简介"),
            cell(0, 1, "为提高监管能力，组织业务培训，申请市财政安排培训费7.5万元，用于年度专题培训。"),
            cell(1, 0, "备注"),
            cell(1, 1, ""),
        ],
    )
    (claim,) = interpret_reading(reading(table)).claims
    assert (claim.number, claim.place.ref(), claim.concept) == ("7.5", "t1.r1.c2", None)


def test_paragraphs_of_other_formats_stay_apart() -> None:
    blocks = [
        Paragraph(n, text, (Place(paragraph=n),))
        for n, text in ((1, "附件：部门收入预算安排情况"), (2, "会议费2万元。"))
    ]
    (claim,) = interpret_reading(reading(*blocks, kind="html")).claims
    assert (claim.concept, claim.phrase) == ("meeting", "会议费2万元")


GLOSSARY = (
    line(1, "第三部分 名词解释", level=1),
    line(2, "第一部分 部门概况", level=1),
    line(3, "本部门会议费2万元。"),
    line(4, "第三部分 名词解释", 2, level=1),
    line(5, "一、基本支出：指为保障机构正常运转而发生的支", 2),
    line(6, "出，缴存比例不超过12%。", 2),
    line(7, "（二）“三公”经费：", 2),
    line(8, "指因公出国（境）费、公务用车费和公务接待费。", 2),
    line(9, "其中：公务接待费反映接待支出，每次不超过3万元。", 2),
    line(10, "事业收入是指事业单位开展业务活动取得的收入。", 2),
    line(11, "部门预算公开联系人：某人 联系方式：00000000", 2),
)


def test_terms_with_their_definitions() -> None:
    terms = interpret_reading(reading(*GLOSSARY)).terms
    assert [(t.seq, t.term, t.definition) for t in terms] == [
        (1, "基本支出", "指为保障机构正常运转而发生的支出，缴存比例不超过12%。"),
        (
            2,
            "“三公”经费",
            "指因公出国（境）费、公务用车费和公务接待费。其中：公务接待费反映接待支出，每次不超过3万元。",
        ),
        (3, "事业收入", "是指事业单位开展业务活动取得的收入。"),
    ]
    assert [t.place.paragraph for t in terms] == [5, 7, 10]


def test_explanations_make_no_claims_and_the_list_of_contents_hides_none() -> None:
    claims = interpret_reading(reading(*GLOSSARY)).claims
    assert [(c.concept, c.number) for c in claims] == [("meeting", "2")]


def test_a_paragraph_over_a_page_break_knows_where_the_page_turns() -> None:
    case = Path(__file__).parents[1] / "cases" / "pdf_paragraph_over_a_page_break" / "pages.json"
    read = read_document(pdf(json.loads(case.read_text(encoding="utf-8"))))
    (cut,) = [paragraph for paragraph in read.paragraphs() if len(paragraph.places) > 1]
    (turn,) = cut.breaks
    assert [cut.place_at(turn - 1).page, cut.place_at(turn).page] == [1, 2]
    assert cut.text[:turn].endswith("主要是人员经费和")
