"""Identity of a document: the corpus against what a person read on its pages, and one case for each trouble."""

from __future__ import annotations

import hashlib
import io
from functools import lru_cache
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from ruamel.yaml import YAML

from crawl.schema import Provenance
from extract.document import Cell, Identity, Issue, Paragraph, Place, Reading, Table
from extract.identity import read_identity, same_org
from extract.interpret import interpret_reading
from extract.readers import read_document
from extract.text import fold
from extract.title import heading_name, parse_title, prose_name
from normalize.department import identify
from tests.conftest import SHARED

GOLDEN: dict[str, dict[str, Any]] = YAML(typ="safe").load(
    (Path(__file__).parent / "identity.yml").read_text(encoding="utf-8")
)
FIRST, LAST = 4, 3


# ---------------------------------------------------------------------------------------------------------- the corpus


@lru_cache(maxsize=1)
def _files() -> dict[str, Path]:
    folder = SHARED / "corpus" / "documents"
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    return {hashlib.sha256(path.read_bytes()).hexdigest()[:12]: path for path in files}


@lru_cache(maxsize=128)
def _identity(key: str) -> Identity:
    """From the first and the last pages: where the identity stands; the whole corpus would take a minute."""
    path = _files()[key]
    data = path.read_bytes()
    if data.startswith(b"%PDF"):
        with pdfium.PdfDocument(data) as whole, pdfium.PdfDocument.new() as part:
            pages = sorted({*range(min(FIRST, len(whole))), *range(max(0, len(whole) - LAST), len(whole))})
            part.import_pages(whole, pages)
            buffer = io.BytesIO()
            part.save(buffer)
            data = buffer.getvalue()
    return interpret_reading(read_document(data)).identity


@pytest.mark.parametrize("key", GOLDEN)
def test_the_document_says_who_it_is(key: str) -> None:
    if key not in _files():
        pytest.skip("the real documents (../shared) are not on this machine")
    expected, found = GOLDEN[key], _identity(key)
    name = expected.get("publisher")
    said = fold(found.org_name.text) if found.org_name is not None else None
    assert (said, found.fiscal_year) == (fold(name) if name else None, expected.get("year"))
    if not expected.get("page_of_links"):
        assert (found.stage, found.entity_level) == (expected["stage"], expected["level"])


@pytest.mark.parametrize("key", GOLDEN)
def test_a_link_changes_nothing_the_document_says(key: str) -> None:
    if key not in _files():
        pytest.skip("the real documents (../shared) are not on this machine")
    expected = GOLDEN[key]
    right = str(expected.get("year_said", ""))
    for text, filename in ((f"{right}年部门预算", None), ("别处教育局1999年单位决算公开", "1999.pdf")):
        if not right and filename is None:
            continue
        found, issues = identify(_identity(key), Provenance(link_text=text, filename=filename), key * 6)
        name = expected.get("publisher")
        assert fold(found.org_name or "") == fold(name or "")
        if expected.get("year") is not None:
            assert found.fiscal_year == expected["year"]
            assert "fiscal_year_conflict" in {issue.code for issue in issues}
        elif right and filename is None:
            assert found.fiscal_year == expected["year_said"]


# ------------------------------------------------------------------------------------------------- one case per trouble


def paper(*lines: str, heads: tuple[str, ...] = (), tables: tuple[Table, ...] = (), paged: bool = True) -> Reading:
    page = 1 if paged else None
    blocks: list[Paragraph | Table] = [
        Paragraph(number, text, (Place(page=page, paragraph=number),)) for number, text in enumerate(lines, 1)
    ]
    blocks += [
        Paragraph(100 + number, text, (Place(page=number, paragraph=100 + number),), role="page_field")
        for number, text in enumerate(heads, 1)
    ]
    return Reading("ab" * 32, "pdf" if paged else "html", "pdf_text", 3 if paged else None, [*blocks, *tables])


def grid(*rows: tuple[str, ...], number: int = 1) -> Table:
    cells = [
        Cell(r, c, text, (Place(page=1, table=number, row=r + 1, col=c + 1),))
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    ]
    return Table(number, len(rows), max(map(len, rows)), cells)


def told(reading: Reading) -> tuple[str | None, int | None, str | None, str | None, str | None]:
    found, _ = read_identity(reading, [])
    name = found.org_name.text if found.org_name is not None else None
    return name, found.fiscal_year, found.stage, found.entity_level, found.doc_type


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ("2026年", "某州市信访局部门预算", "目 录"),
            ("某州市信访局", 2026, "budget", "department", "department_budget"),
        ),
        (
            ("某市教育局（本级）", "2026年度部门预算公开", "2026年2月14日"),
            ("某市教育局(本级)", 2026, "budget", "unit", "unit_budget"),
        ),
        (
            ("附件2", "2019年部门综合预算公开报表", "部门名称：某市安全生产监督管理局"),
            ("某市安全生产监督管理局", 2019, "budget", "department", "department_budget"),
        ),
        (
            ("某市某区2026年区级单位预算", "预算单位：某市某区司法局"),
            ("某市某区司法局", 2026, "budget", "unit", "unit_budget"),
        ),
        (
            ("中共某市某区委", "社会工作部2024年度", "部门决算", "二〇二五年七月"),
            ("中共某市某区委社会工作部", 2024, "final", "department", "department_final"),
        ),
        (("二〇二三年度某县财政局部门决算",), ("某县财政局", 2023, "final", "department", "department_final")),
        (
            ("某县2025年财政预算执行情况和2026年财政预算草案的报告",),
            ("某县", 2026, "budget", None, "government_budget"),
        ),
        (
            ("某镇人民政府2025年部门预算调整公开",),
            ("某镇人民政府", 2025, "budget_adjusted", "department", "department_budget"),
        ),
        (("某县信访局2024年度项目支出绩效自评表",), ("某县信访局", 2024, "final", None, "performance_self_evaluation")),
        (("某县信访局2025年“三公”经费预算公开",), ("某县信访局", 2025, "budget", None, "three_public")),
    ],
)
def test_a_cover(lines: tuple[str, ...], expected: tuple[Any, ...]) -> None:
    assert told(paper(*lines)) == expected


def test_a_document_without_a_cover_is_known_by_its_running_head() -> None:
    heads = ("某市审计局2026年度部门预算公开",) * 3
    assert told(paper("第一部分 部门概况", "一、主要职能", heads=heads))[:4] == (
        "某市审计局",
        2026,
        "budget",
        "department",
    )


def test_a_document_of_tables_is_known_by_the_field_of_a_form() -> None:
    form = grid(("预算13表 部门整体支出绩效目标表", ""), ("（2026年度）", ""), ("部门名称", "某市信访办公室"))
    assert told(paper(tables=(form,)))[:2] == ("某市信访办公室", 2026)


def test_a_label_in_one_cell_and_the_name_in_the_next() -> None:
    found = told(paper(tables=(grid(("部门：", "某省人大常委会办公厅", "单位：万元"), ("收入", "", "")),)))
    assert (found[0], found[3]) == ("某省人大常委会办公厅", "department")


def test_prose_names_the_department_when_nothing_else_does() -> None:
    text = "某县水利局是县政府工作部门，为正科级，主要职责是贯彻执行水利工作的方针政策。"
    assert told(paper(text))[0] == "某县水利局"


def test_a_form_nobody_filled_in_has_no_name() -> None:
    found, issues = read_identity(paper("某市XX局", "2024年度部门决算"), [])
    assert (found.org_name, found.fiscal_year) == (None, 2024)
    assert [issue.code for issue in issues] == ["organisation_placeholder"]


def test_a_list_of_what_many_publish_has_no_organisation_of_its_own() -> None:
    lines = [f"某市{name}局2026年度部门预算" for name in ("教育", "公安", "财政", "民政")]
    found, issues = read_identity(paper(*lines, paged=False), [])
    assert (found.org_name, found.fiscal_year) == (None, 2026)
    assert [issue.code for issue in issues] == ["several_organisations"]


def test_names_of_files_a_page_leads_to_are_believed_only_together() -> None:
    one = ("某市审计局", "某市审计局（汇总）2025年部门预算.pdf")
    assert told(paper(*one, paged=False))[1] == 2025
    assert told(paper(*one, "某市审计局2024年部门预算.pdf", paged=False))[1] is None


def test_a_cover_and_its_tables_of_another_year_is_an_issue_and_the_cover_stands() -> None:
    lines = (
        "某县教育局2026年部门预算",
        "目录",
        "1.2025年部门收支总表预算表",
        "2.2025年部门收入预算总表",
        "3.2025年部门支出预算总表",
    )
    found, issues = read_identity(paper(*lines), [])
    assert found.fiscal_year == 2026
    assert [issue.code for issue in issues] == ["fiscal_year_conflict"]


def test_tables_that_name_another_organisation_are_an_issue_and_the_cover_stands() -> None:
    other = [grid(("部门：", "某县别的局", "单位：万元"), number=n) for n in (1, 2)]
    found, issues = read_identity(paper("某县裴兴镇2026年部门预算", "目录", tables=tuple(other)), [])
    assert found.org_name is not None and found.org_name.text == "某县裴兴镇"
    assert [(issue.code, issue.place) for issue in issues] == [
        ("organisation_conflict", Place(page=1, table=1, row=1, col=2))
    ]


def test_the_mark_of_the_edition_stands_against_the_words_of_the_title() -> None:
    found, issues = read_identity(paper("某市信访局（本级）", "2026年度部门预算公开"), [])
    assert found.entity_level == "unit"
    assert codes(issues) == {"edition_conflict"}


def codes(issues: list[Issue]) -> set[str]:
    return {issue.code for issue in issues}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("省人大办公厅", "江苏省人大常委会办公厅", True),
        ("长春市信访局(本级)", "长春市信访局", True),
        ("西安市应急管理局", "西安市安全生产监督管理局", False),
        ("某市教育局", "某市教育局幼儿园", False),
    ],
)
def test_short_forms_are_no_conflict(one: str, other: str, same: bool) -> None:
    assert same_org(one, other) is same
    assert same_org(other, one) is same


@pytest.mark.parametrize(
    "text",
    [
        "一般公共预算支出情况表",
        "第二部分 2026年度部门预算表",
        "重庆市级预算单位2026年部门预算",
        "2026年市级部门及所属单位预算全面公开",
        "政策和项目预算绩效目标表",
        "国有资本经营预算支出表",
        "三、2026年部门预算收支说明",
    ],
)
def test_no_name_is_made_of_the_name_of_a_table(text: str) -> None:
    title = parse_title(text)
    assert title is None or title.org is None
    assert heading_name(text) is None
    assert prose_name(text) is None
