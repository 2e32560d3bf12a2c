"""The sample county is what its facts say, and its facts hold together except where they say they do not."""

from __future__ import annotations

import importlib.util
import itertools
import json
import re
from decimal import Decimal
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from lxml import html

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "samples"
SITE = SAMPLES / "site"

HAS_REPORTLAB = importlib.util.find_spec("reportlab") is not None


def _load_make() -> Any:
    spec = importlib.util.spec_from_file_location("make_samples", SAMPLES / "make.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make = _load_make()
from maker import forms, model, report, site  # noqa: E402  (make.py puts its folder on sys.path)
from maker.grid import Grid  # noqa: E402

FONT = make.find_font(None) if HAS_REPORTLAB else None
"""None where the PDF files cannot be made; docx and html are checked all the same."""
FACTS = model.load_facts(SAMPLES / "facts.yml")
REPORTS = {r.id: r for r in model.build_reports(FACTS)}
MANIFEST = json.loads((SAMPLES / "manifest.json").read_text(encoding="utf-8"))
DERIVED = [doc_id for doc_id, r in REPORTS.items() if r.basis != "real"]


def grids_of(doc_id: str, *, planted: bool = True) -> dict[str, Grid]:
    made = REPORTS[doc_id]
    if not planted:
        made = model.build_reports({**FACTS, "documents": [{**d, "planted": []} for d in FACTS["documents"]]})[
            list(REPORTS).index(doc_id)
        ]
    return {b.key: b for b in report.blocks(made, FACTS["prose"]) if isinstance(b, Grid)}


def number(grid: Grid, line: str, column: str) -> Decimal:
    return Decimal(grid.at(line, column).text or "0")


def broken(doc_id: str, *, planted: bool) -> set[str]:
    """Family and place of every identity of the printed forms that does not hold exactly."""
    g = grids_of(doc_id, planted=planted)
    found = set()

    def same(name: str, left: Decimal, right: Decimal) -> None:
        if left != right:
            found.add(f"{name}: {left} / {right}")

    for key, parts in {
        "expenditure": ("basic", "project"),
        "general_expenditure": ("basic", "project"),
        "basic_expenditure": ("personnel", "public"),
        "income": ("current_subtotal",),
    }.items():
        grid = g[key]
        codes = [c.line for c in grid.cells if c.column == "code" and c.text]
        for line in ["合计", *codes]:
            same(f"R {key} {line}", number(grid, line, "total"), sum(number(grid, line, part) for part in parts))
            level = {"合计": 0, 3: 3, 5: 5, 7: 7}[line if line == "合计" else len(line)]
            below = [c for c in codes if len(c) == (3 if level == 0 else level + 2)]
            children = [c for c in below if level == 0 or c.startswith(line)]
            if children:
                for column in ("total", *parts):
                    total = sum(number(grid, child, column) for child in children)
                    same(f"H {key} {line} {column}", number(grid, line, column), total)
    b01, b03, b05, b06, b09 = (
        g[key]
        for key in ("income_expenditure", "expenditure", "general_expenditure", "basic_expenditure", "three_public")
    )
    whole = number(b01, "收入总计", "amount")
    for other in (
        number(b01, "支出总计", "amount"),
        number(b01, "一、一般公共预算拨款收入", "amount"),
        number(g["income"], "合计", "total"),
        number(b03, "合计", "total"),
        number(g["appropriation"], "支出总计", "total"),
        number(b05, "合计", "total"),
    ):
        same("X total", whole, other)
    same("X classes", whole, sum(number(b01, name, "amount") for name in forms.CLASSES))
    same("X basic", number(b06, "合计", "total"), number(b05, "合计", "basic"))
    for cell in b05.cells:
        if cell.column in ("total", "basic", "project") and cell.text:
            same(f"X B03/B05 {cell.line} {cell.column}", number(b03, cell.line, cell.column), Decimal(cell.text))
    economic = {c.line: number(b06, c.line, "total") for c in b06.cells if c.column == "code" and c.text}
    for line, code in {
        "一、因公出国（境）费": "30212",
        "公务用车运行维护费": "30231",
        "三、公务接待费": "30217",
        "四、会议费": "30215",
        "五、培训费": "30216",
    }.items():
        same(f"T {line}", number(b09, line, "total"), economic.get(code, Decimal(0)))
    three = ("一、因公出国（境）费", "二、公务用车购置及运维费", "三、公务接待费")
    same("T subtotal", number(b09, "“三公”经费小计", "total"), sum(number(b09, line, "total") for line in three))
    parts = ("“三公”经费小计", "四、会议费", "五、培训费")
    same("T total", number(b09, "合计", "total"), sum(number(b09, line, "total") for line in parts))
    projects = [p.name for p in REPORTS[doc_id].projects]
    totals = [number(g[f"project:{name}"], name, "total") for name in projects]
    same("P total", sum(totals, Decimal(0)), number(b03, "合计", "project"))
    for name, total in zip(projects, totals, strict=True):
        same(f"P fiscal {name}", total, number(g[f"project:{name}"], name, "fiscal"))
        end = Decimal(g[f"project:{name}"].at("plan", "12-31").text)
        if end != 100:
            found.add(f"U {name}: {end} / 100")
    assets = g["assets"]
    rows = ("1、房屋（平方米）", "2、车辆（台、辆）", "3、单价在20万元以上的设备", "4、其他固定资产")
    same("A total", number(assets, "资产总额", "value"), sum(number(assets, row, "value") for row in rows))
    return found


def test_rebuild_equals_tracked_site() -> None:
    made = site.build(FACTS, FONT)
    assert make.differences(SITE, made.files, made.left_out) == []
    if FONT is None:
        assert made.left_out  # said, not silent
        lacking = make.FONT_NAME if HAS_REPORTLAB else "reportlab"
        pytest.skip(f"docx and html are as rebuilt; the PDF files were not compared, {lacking} is not on this machine")


def test_rebuild_in_one_process_gives_the_same_bytes() -> None:
    assert site.build(FACTS, FONT).files == site.build(FACTS, FONT).files


def test_check_sees_a_changed_a_missing_and_a_foreign_file(tmp_path: Path) -> None:
    files = site.build(FACTS, None).files
    for name, data in files.items():
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    assert make.differences(tmp_path, files, []) == []
    attachment = next(name for name in files if name.endswith(".docx"))
    other = next(name for name in files if name.endswith(".docx") and name != attachment)
    (tmp_path / attachment).write_bytes(files[other])
    (tmp_path / "robots.txt").unlink()
    (tmp_path / "foreign.html").write_text("x", encoding="utf-8")
    assert make.differences(tmp_path, files, []) == [
        "foreign.html: not made by the facts",
        "robots.txt: missing",
        f"{attachment}: differs from a rebuild",
    ]


def test_manifest_speaks_of_the_tracked_files() -> None:
    assert make._check(SITE, SAMPLES / "manifest.json", {}, [f["path"][1:] for f in MANIFEST["files"]]) == []
    assert sum(f["bytes"] for f in MANIFEST["files"]) < 2_500_000
    kinds = sorted(d["kind"] for d in MANIFEST["documents"])
    assert kinds == ["docx", "docx", "docx", "html", "pdf", "pdf"]
    assert len({d["org_code"] for d in MANIFEST["documents"]}) == 3
    assert {d["fiscal_year"] for d in MANIFEST["documents"]} == {2023, 2024}


@pytest.mark.parametrize("doc_id", REPORTS)
def test_every_identity_holds_before_errors_are_planted(doc_id: str) -> None:
    found = broken(doc_id, planted=False)
    if REPORTS[doc_id].code == "434":  # plans in 万元 are the department's habit, not printed by a plant
        assert len([f for f in found if f.startswith("U ")]) == len(REPORTS[doc_id].projects)
        found = {f for f in found if not f.startswith("U ")}
    assert found == ({"P total: 295.82 / 295.81"} if doc_id == "gov-office-2024" else set())


def test_planted_errors_are_the_only_ones() -> None:
    assert broken("education-2024", planted=True) == {
        "H expenditure 20502 total: 383.85 / 380.25",
        "H expenditure 20502 project: 383.85 / 380.25",
        "X B03/B05 2050203 total: 91.05 / 94.65",
        "X B03/B05 2050203 project: 91.05 / 94.65",
    }
    assert broken("education-2023", planted=True) == {"T 三、公务接待费: 3.06 / 3.60"}
    assert broken("water-2024", planted=True) == {
        "R expenditure 2130305: 86.50 / 85.60",
        "H expenditure 21303 total: 677.69 / 678.59",
        "X B03/B05 2130305 total: 86.50 / 85.60",
    }
    assert broken("water-2023", planted=True) == {"P total: 155.40 / 152.40"}
    real = {f for f in broken("gov-office-2024", planted=True) if not f.startswith("U ")}
    assert real == {"P total: 295.82 / 295.81", "T 四、会议费: 0 / 15.00", "T total: 186.00 / 171.00"}


def test_planted_entries_of_the_manifest_agree_with_themselves() -> None:
    planted = [p for d in MANIFEST["documents"] for p in d["planted"]]
    assert len(planted) == len({(p["document"], p["id"]) for p in planted}) == 10
    assert {"H", "R", "T", "P", "U"} <= {p["check_family"] for p in planted}
    assert len([p for p in planted if not p["real"] and p["check_family"] != "U"]) >= 3
    for entry in planted:
        assert entry["cells"]
        if "difference" in entry:
            assert Decimal(entry["left"]) - Decimal(entry["right"]) in (
                Decimal(entry["difference"]),
                -Decimal(entry["difference"]),
            )


def test_2023_is_what_the_2024_report_says_of_it() -> None:
    now, before = REPORTS["gov-office-2024"], REPORTS["gov-office-2023"]
    assert before.spending.total == Decimal("1319.10")
    assert now.spending.total - before.spending.total == Decimal("167.73")
    assert now.spending.first - before.spending.first == Decimal("108.79")
    assert now.spending.second - before.spending.second == Decimal("58.94")
    assert before.three_public.subtotal == Decimal("189.98")


def test_project_codes_end_in_the_check_character_of_the_real_ones() -> None:
    codes = [(r.year, p.code) for r in REPORTS.values() for p in r.projects]
    assert len(codes) == len({code for _, code in codes})
    for year, code in codes:
        assert re.fullmatch(r"130630\d\dP[0-9A-Z]{12}", code) and code[6:8] == str(year % 100)
        assert model.check_character(code[:20]) == code[20]
    assert model.check_character("13063024P00009210003") != "5"


def docx_grids(path: Path) -> list[list[list[str | None]]]:
    """Anchor texts of every table of a file, read here without the project's own reader."""
    out = []
    for table in docx.Document(str(path)).element.body.iterchildren(qn("w:tbl")):
        width = len(table.findall(f"{qn('w:tblGrid')}/{qn('w:gridCol')}"))
        rows: list[list[str | None]] = []
        for tr in table.iterchildren(qn("w:tr")):
            row: list[str | None] = [None] * width
            col = 0
            for tc in tr.iterchildren(qn("w:tc")):
                merge = tc.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
                if merge is None or merge.get(qn("w:val")) == "restart":
                    texts = tc.iter(qn("w:t"), qn("w:tab"))
                    row[col] = "".join("\t" if t.tag == qn("w:tab") else t.text or "" for t in texts)
                span = tc.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
                col += 1 if span is None else int(span.get(qn("w:val")))
            assert col == width
            rows.append(row)
        out.append(rows)
    return out


def document_path(doc_id: str) -> Path:
    return SITE / next(d["path"] for d in MANIFEST["documents"] if d["id"] == doc_id).lstrip("/")


def test_the_real_report_has_the_forty_tables(shared: Path) -> None:
    truth = json.loads((shared / "fixtures" / "truth.json").read_text(encoding="utf-8"))
    assert docx_grids(document_path("gov-office-2024")) == [table["anchor_grid"] for table in truth]


def test_its_contradictions_and_oddities_are_in() -> None:
    document = docx.Document(str(document_path("gov-office-2024")))
    lines = [p.text for p in document.paragraphs]
    text = "\n".join(lines)
    for phrase in (
        "2024年预算收入1486.83万元，其中：一般公共预算收入1486.83万元",
        "2024年支出预算1486.83万元，其中基本支出1191.02万元，包括人员经费822.18万元和日常公用经费368.84万元；项目支出295.81万元",
        "较2023年预算增加167.73万元，其中：基本支出增加108.79万元，主要为人员经费增加项目支出增加58.94万元",
        "机关运行经费共计368.84万元",
        "预算安排171.00万元, 其中因公出国费7.00万元",
        "与2023年相比减少18.98万元",
        "上年末固定资产金额为712.42万元",
        "拟购置固定资产总额为9.31万元，已按要求列入政府采购预算",
        "注：无政府采购预算，空表列示。",
        "办结案件数量大于12件",
        "。。",
        "金融中心专项债卷服务费",
        "原治金矿业总公司",
    ):
        assert phrase in text
    assert any(line.endswith("5、人防宣传") and line.startswith("绩效指标:") for line in lines)
    assert "5、人防宣传" not in lines
    six = next(i for i, line in enumerate(lines) if line.startswith("六、"))
    assert lines[six + 1].startswith("七、")
    assert [p.style.name for p in document.paragraphs if p.text.startswith(("六、", "部门预算收支总表"))] == [
        "Heading 2",
        "Heading 3",
    ]
    footers = [s.footer._element.xml for s in document.sections]
    assert footers and all(" PAGE " in xml for xml in footers)


# what carries an amount may keep its form; titles of laws, forms and sections are names
FORMULA = re.compile(
    r"\d\.\d\d万元|预算法|^注：|^第一部分|信息公开情况说明$|^[一二三四五六七八九十]+、|(绩效目标|总|支出)表$"
)


def test_prose_is_not_the_reports(shared: Path) -> None:
    theirs = [p.text for p in docx.Document(str(shared / "fixtures" / "sample.docx")).paragraphs]
    original = "\n".join(text for text in theirs if not FORMULA.search(text))
    for paragraph in docx.Document(str(document_path("gov-office-2024"))).paragraphs:
        if not FORMULA.search(paragraph.text):
            matcher = SequenceMatcher(None, paragraph.text, original, autojunk=False)
            match = matcher.find_longest_match()
            copied = paragraph.text[match.a : match.a + match.size]
            assert match.size <= 16, copied


def test_html_body_holds_all_tables() -> None:
    root = html.fromstring(document_path("water-2024").read_bytes())
    wanted = grids_of("water-2024")
    tables = root.findall(".//table")
    assert len(tables) == len(wanted)
    for table, grid in zip(tables, wanted.values(), strict=True):
        cells = [[(td.text_content() or "").replace("\xa0", " ") for td in tr.iter("td")] for tr in table.iter("tr")]
        assert cells == [[text for text in row if text is not None] for row in grid.anchors()]


@pytest.mark.parametrize("doc_id", ["education-2024", "water-2023"])
def test_pdf_tables_come_back_with_repeated_headers(doc_id: str) -> None:
    pdfplumber = pytest.importorskip("pdfplumber")
    with pdfplumber.open(document_path(doc_id)) as pdf:
        fonts = {char["fontname"].split("+")[1] for page in pdf.pages for char in page.chars}
        assert fonts == {"DroidSansFallback", "BitstreamVeraSans-Roman"}
        assert not any(page.rects for page in pdf.pages)
        for i, page in enumerate(pdf.pages, start=1):
            assert page.extract_text().endswith(f"— {i} —")
        printed = [row for page in pdf.pages for table in page.extract_tables() for row in table]
        pieces = [table for page in pdf.pages for table in page.extract_tables()]
    income = grids_of(doc_id)["income_expenditure"]
    assert pieces[0][:2] == pieces[1][:2]  # the header rows, again on the second page
    amounts = [row for row in printed if len(row) == 5 and row[0] and row[0].isdigit()]
    body = [row for row in income.anchors()[4:] if row]
    squeezed = [[re.sub(r"\s", "", cell or "") for cell in row] for row in amounts]
    assert squeezed == [[re.sub(r"\s", "", cell or "") for cell in row] for row in body]


def test_pages_lead_where_the_manifest_says() -> None:
    """Every link of the listing pages and notices exists, except the one that is dead on purpose."""
    missing = set()
    for entry in MANIFEST["files"]:
        if entry["kind"] == "html":
            page = SITE / entry["path"].lstrip("/")
            for anchor in html.fromstring(page.read_bytes()).iter("a"):
                href = anchor.get("href")
                assert "://" not in href
                target = SITE / href.lstrip("/") if href.startswith("/") else (page.parent / href).resolve()
                if not target.is_file():
                    missing.add("/" + str(target.relative_to(SITE)))
    assert missing == set(MANIFEST["dead_links"])
    robots = (SITE / "robots.txt").read_text(encoding="utf-8")
    rules = re.findall(r"Disallow: (\S+)", robots)
    assert all(any(path.startswith(rule) for rule in rules) for path in MANIFEST["disallowed"])
    allowed = itertools.chain((d["path"] for d in MANIFEST["documents"]), (d["notice"] for d in MANIFEST["documents"]))
    assert not any(path.startswith(rule) for path in allowed for rule in rules)


def test_facts_that_contradict_each_other_are_refused() -> None:
    documents = [dict(d) for d in FACTS["documents"]]
    wrong = next(d for d in documents if d["id"] == "gov-office-2023")
    wrong["must_be"] = {**wrong["must_be"], "total": Decimal("1319.11")}
    with pytest.raises(model.FactsError, match=r"gov-office-2023: total is 1319\.10"):
        model.build_reports({**FACTS, "documents": documents})


def test_a_missing_font_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert make.main(["--check", "--font", str(tmp_path / "none.ttf")]) == 2
    assert "fonts-droid-fallback" in capsys.readouterr().err
