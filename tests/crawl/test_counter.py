"""A page that counts its visitors has other bytes for each of them, and is one document all the same."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from crawl.archive import Archive
from crawl.ledger import Ledger
from crawl.page import read_page
from crawl.recorder import OTHER_BYTES
from crawl.repeats import paper_print
from crawl.runner import archive_path, ledger_path
from crawl.spiders.asking import Asking
from tests.crawl.web import DOCX, NOW, Site, crawl, listing, notice, row, serve, source_file


def paper(count: int, amount: str = "123.45", link: str = "/czyjs/a.docx") -> str:
    cells = "".join(f"<tr><td>科目{n}</td><td>{n}{amount}</td></tr>" for n in range(1, 8))
    return notice(
        "教育局2024年部门预算",
        (link, "附件"),
        body=f"<p>浏览次数：<span id='hits'>[{count}]</span></p><table>{cells}</table>",
    )


def test_an_inline_page_with_a_counter_stays_one_document(tmp_path: Path) -> None:
    site, data = Site(), tmp_path / "data"
    with serve(site):
        source = source_file(tmp_path, site)
        site.page("/czyjs/index.html", listing(row("t1.html", "教育局2024年部门预算", "2024-02-06")))
        site.file("/czyjs/a.docx", DOCX)
        for night, count in enumerate((7, 8, 1234)):
            site.page("/czyjs/t1.html", paper(count), etag=False)
            result = crawl(source, data, now=NOW + timedelta(days=night))
            assert result.finish_reason == "finished"
        with Ledger(ledger_path(data)) as ledger:
            first, second, third = ledger.visits(url=f"{site.root}/czyjs/t1.html")
            (document,) = [one for one in ledger.documents() if (one.provenance.url or "").endswith("t1.html")]
        assert [first.outcome, second.outcome, third.outcome] == ["new", "unchanged", "unchanged"]
        assert first.sha256 == second.sha256 == third.sha256 == document.sha256
        assert document.is_current
        came = [(visit.reason or "").removeprefix(OTHER_BYTES).strip() for visit in (second, third)]
        kept = [Archive(archive_path(data)).get(sha256).decode() for sha256 in came]
        assert ["[8]" in kept[0], "[1234]" in kept[1]] == [True, True], "what came is kept as it came"

        site.page("/czyjs/t1.html", paper(1235, amount="123.46"), etag=False)
        crawl(source, data, now=NOW + timedelta(days=3))
        with Ledger(ledger_path(data)) as ledger:
            last = ledger.visits(url=f"{site.root}/czyjs/t1.html")[-1]
            documents = [one for one in ledger.documents() if (one.provenance.url or "").endswith("t1.html")]
        assert (last.outcome, last.reason) == ("replaced", None), "an amount is no counter"
        assert sorted(one.is_current for one in documents) == [False, True]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("浏览次数：12", "浏览次数：3,456", True),
        ("<p>点击数：<em>(12)</em></p>", "<p>点击数：<em>(13)</em></p>", True),
        ("页面执行时间 0.12 秒", "页面执行时间 0.5 秒", True),
        ("累计完成 12,345 万元", "累计完成 12,346 万元", False),
        ("接待 345 人次", "接待 346 人次", False),
        ("统一社会信用代码 11130630MB0X12345Y", "统一社会信用代码 11130630MB0X12346Y", False),
        ("会议于 10:30 召开", "会议于 11:30 召开", False),
        ("<script>var file='a.pdf'</script>", "<script>var file='b.pdf'</script>", False),
        ('<a href="a.pdf">附件</a>', '<a href="b.pdf">附件</a>', False),
    ],
)
def test_only_counters_do_not_count(one: str, other: str, same: bool) -> None:
    prints = [
        paper_print(
            read_page(f"<html><body><h1>某局2024年预算</h1>{text}</body></html>".encode(), "http://a.cn/t.html")
        )
        for text in (one, other)
    ]
    assert (prints[0] == prints[1]) is same


def test_the_walk_alone_is_nothing_to_run() -> None:
    """What is done with an answer is a subclass's: forgetting it is an error at once, not at the first answer."""
    with pytest.raises(TypeError, match="abstract"):
        Asking(source=None, recorder=None, private_hosts=frozenset(), warn=print)  # type: ignore[abstract,arg-type]
