"""What a document's own answer said of it stays, however often and from wherever it is linked again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from crawl.ledger import Ledger, Link
from crawl.runner import ledger_path
from crawl.schedule import Plan
from tests.crawl.web import DOCX, NOW, Site, crawl, listing, notice, row, serve, source_file

TABLE = "<table>" + "".join(f"<tr><td>科目{n}</td><td>{n}23.45</td></tr>" for n in range(1, 8)) + "</table>"


def link_to(data: Path, end: str) -> Link:
    with Ledger(ledger_path(data)) as ledger:
        return next(link for link in ledger.links() if link.url.endswith(end))


def test_a_report_on_a_page_that_is_due_and_listed_on_the_same_night_keeps_its_title_and_date(tmp_path: Path) -> None:
    """It is asked for because its turn has come, and met in the listing while it is on the way: the row of the listing
    knows neither."""
    site, data = Site(), tmp_path / "data"
    with serve(site):
        site.page("/czyjs/index.html", listing(row("t1.html", "教育局2024年部门预算", "2024-02-20")))
        site.page("/czyjs/t1.html", notice("教育局2024年部门预算", body=TABLE, day="2024-02-21"))
        source = source_file(tmp_path, site)
        crawl(source, data, plan=Plan())
        before = link_to(data, "t1.html")
        assert (before.notice_title, before.published_date) == ("教育局2024年部门预算", "2024-02-21")
        again = crawl(source, data, now=NOW + timedelta(days=4), plan=Plan())
        assert site.asked("/czyjs/t1.html") == 2, "its turn had come"
        assert again.outcomes["unchanged"] == 2
    assert link_to(data, "t1.html") == before


def test_the_name_a_server_gave_a_file_outlives_answers_that_do_not_repeat_it(tmp_path: Path) -> None:
    """Neither a 304 nor a notice that is read again while the file's turn has not come says the name."""
    site, data = Site(), tmp_path / "data"
    with serve(site):
        site.page("/czyjs/index.html", listing(row("t1.html", "教育局2024年部门预算", "2024-02-20")))
        site.page("/czyjs/t1.html", notice("教育局2024年部门预算", ("a.docx", "附件1"), day="2024-02-20"))
        site.file("/czyjs/a.docx", DOCX, headers={"Content-Disposition": 'attachment; filename="budget-2024.docx"'})
        source = source_file(tmp_path, site)
        crawl(source, data, plan=Plan())
        before = link_to(data, "a.docx")
        assert before.filename == "budget-2024.docx"

        site.page("/czyjs/index.html", listing(row("t1.html", "县教育局2024年部门预算", "2024-02-20")))
        crawl(source, data, now=NOW + timedelta(days=1), plan=Plan())
        assert (site.asked("/czyjs/t1.html"), site.asked("/czyjs/a.docx")) == (2, 1), "the notice alone"
        assert link_to(data, "a.docx").filename == before.filename

        del site.resources["/czyjs/a.docx"].headers["Content-Disposition"]  # as servers do with a 304
        crawl(source, data, now=NOW + timedelta(days=5), plan=Plan())
        assert site.asked("/czyjs/a.docx") == 2
    assert link_to(data, "a.docx").filename == before.filename
