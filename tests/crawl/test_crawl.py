"""Whole crawls of a site on loopback, each in its own process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from crawl.archive import Archive
from crawl.hosts import HostBook
from crawl.ledger import Ledger
from crawl.night import SHANGHAI
from crawl.runner import CrawlBusy, archive_path, crawl_source, ledger_path
from crawl.schema import CrawlResult, FoundDocument, Visit
from crawl.settings import CrawlSettings, child_environment
from tests.crawl.web import DOCX, NOW, PDF, Resource, Site, crawl, listing, notice, row, serve, small_site, source_file


def documents(data: Path) -> list[FoundDocument]:
    with Ledger(ledger_path(data)) as ledger:
        return ledger.documents()


def visits(data: Path, result: CrawlResult) -> dict[str, Visit]:
    with Ledger(ledger_path(data)) as ledger:
        return {visit.url.split("/", 3)[3]: visit for visit in ledger.visits(run_id=result.run_id)}


def test_the_whole_walk_then_nothing_new_then_a_change(tmp_path: Path) -> None:
    """One site over three nights: everything, nothing, one document replaced and one page gone."""
    site, data = Site(), tmp_path / "data"
    seen: list[dict[str, object]] = []
    with serve(site):
        small_site(site)
        path = source_file(tmp_path, site, extra="expect: {documents: {min: 3, max: 3}, years: [2023, 2024]}\n")
        first = crawl(path, data, progress=seen.append)
        assert (first.failed, first.finish_reason, first.errors, first.warnings) == (False, "finished", [], [])
        assert first.by_role == {
            "attachment": {"gone": 1, "new": 2},
            "inline": {"new": 1},
            "listing": {"new": 2},
            "notice": {"new": 2},
        }
        assert (first.bodies_fetched, first.documents) == (7, 3)
        assert [(visit.outcome, visit.reason, visit.link_text) for visit in first.troubles] == [
            ("gone", "status 404", "附件2.pdf")
        ]
        assert first.troubles[0].landing_url == f"{site.root}/czyjs/202402/t1.html"
        assert first.skipped_links["offsite"] == 1
        assert site.asked("/x.pdf") == 0, "a link in the navigation is no attachment"
        assert len(seen) == 8
        found = {document.provenance.filename: document for document in documents(data)}
        docx = found["P01.docx"]
        assert Archive(archive_path(data)).get(docx.sha256) == DOCX
        assert docx.provenance.notice_title == "政府办公室2024年部门预算"
        assert docx.provenance.published_date == "2024-02-06", "the page's own date, not the listing's"
        assert docx.provenance.link_text == "政府办公室2024年部门预算.docx"
        assert docx.provenance.landing_url == f"{site.root}/czyjs/202402/t1.html"
        assert found["P02.pdf"].provenance.url == f"{site.root}/files/P02.pdf?v=3"
        assert found["t3.html"].provenance.published_date == "2023-02-07"
        assert {visit.at for visit in visits(data, first).values()} == {"2024-03-01T02:03:04Z"}
        agent = site.requests[0][1]["User-Agent"]
        assert agent.startswith("yujue/")
        assert "test@example.org" in agent

        before = documents(data)
        second = crawl(path, data, now=NOW + timedelta(days=1))
        assert (second.bodies_fetched, second.documents, second.failed) == (0, 3, False)
        assert second.outcomes == {"gone": 1, "unchanged": 7}
        assert {visit.status for visit in visits(data, second).values()} == {304, 404}
        assert documents(data) == before, "nothing depends on when we came"

        site.file("/czyjs/202402/P01.docx", DOCX + b"corrected")
        del site.resources["/czyjs/202302/t3.html"]
        third = crawl(path, data, now=NOW + timedelta(days=2))
        assert third.outcomes == {"gone": 2, "replaced": 1, "unchanged": 5}
        assert (third.bodies_fetched, third.failed) == (1, True)
        assert "expect.documents.min: 2 found, at least 3 expected" in third.warnings
        assert "expect.years: no notice names 2023" in third.warnings
        after = {document.sha256: document.is_current for document in documents(data)}
        assert len(after) == 4
        assert after[docx.sha256] is False
        assert after[found["t3.html"].sha256] is True, "a page that is gone retracts nothing"
        assert Archive(archive_path(data)).get(docx.sha256) == DOCX, "replaced bytes stay"


def test_troubles_are_rows_not_losses(tmp_path: Path) -> None:
    """Every kind of trouble in one crawl: each ends as one visit with a reason, and the rest of the site is read."""
    site, data = Site(), tmp_path / "data"
    with serve(site):
        secret = Resource(b"User-agent: *\nDisallow: /private/\n", kind="text/plain")
        site.resources["/robots.txt"] = secret
        host = f"localhost:{site.port}"
        files = {
            "/private/a.pdf": ("refused", "robots.txt forbids it"),
            "/big.pdf": ("failed", "larger than 20000 bytes (politeness.max_bytes)"),
            "/chunked.pdf": ("failed", "larger than 20000 bytes (politeness.max_bytes)"),
            "/away.pdf": ("refused", "redirected to http://elsewhere.example/x.pdf: offsite"),
            "/inside.pdf": ("refused", "redirected to http://127.0.0.2/x.pdf: guard: 127.0.0.2"),
            "/round.pdf": ("failed", "max redirections reached"),
            "/forbidden.pdf": ("refused", "status 403"),
            "/broken.pdf": ("failed", "status 500"),
            "/soft404.pdf": ("failed", "a page came instead of the pdf (soft 404)"),
            "/empty.pdf": ("failed", "empty answer"),
            "/cut.pdf": ("failed", "ResponseDataLossError"),
            "/slow.pdf": ("failed", "DownloadTimeoutError"),
            "/challenge.pdf": ("refused", "waf_stub: nothing but a script"),
        }
        links = [(href, f"附件{n}.pdf") for n, href in enumerate(files)]
        links += [(f"http://{host}/name.pdf", "名字.pdf"), ("/good.xls", "好.xls"), ("/moved.pdf", "搬.pdf")]
        site.page("/czyjs/index.html", listing(row("t1.html", "教育局2024年部门预算", "2024-02-06")))
        site.page("/czyjs/t1.html", notice("教育局2024年部门预算", *links))
        big = b"%PDF-" + b"z" * 50_000
        site.file("/private/a.pdf", PDF)
        site.file("/big.pdf", big)
        site.resources["/chunked.pdf"] = Resource(big, headers={"X": "1"}, kind="application/pdf", chunked=True)
        site.resources["/away.pdf"] = Resource(status=302, headers={"Location": "http://elsewhere.example/x.pdf"})
        site.resources["/inside.pdf"] = Resource(status=302, headers={"Location": "http://127.0.0.2/x.pdf"})
        site.resources["/round.pdf"] = Resource(status=302, headers={"Location": "/round.pdf"})
        site.resources["/moved.pdf"] = Resource(status=301, headers={"Location": "/new/P7.pdf"})
        site.file("/new/P7.pdf", PDF + b"7")
        site.resources["/forbidden.pdf"] = Resource(b"no", status=403)
        site.resources["/broken.pdf"] = Resource(b"oh", status=500)
        site.page("/soft404.pdf", "<html><body><h1>页面不存在</h1></body></html>")
        site.resources["/empty.pdf"] = Resource(b"")
        site.resources["/cut.pdf"] = Resource(PDF, declared_length=9000)
        site.resources["/slow.pdf"] = Resource(PDF, seconds=4.0)
        site.page("/challenge.pdf", "<html><body><script>" + "var a=1;" * 90 + "</script></body></html>")
        site.page("/good.xls", "<html><body><table><tr><td>表</td></tr></table></body></html>")
        path = source_file(
            tmp_path,
            site,
            extra=f"hosts: ['{host}']\n",
            politeness="delay_seconds: 0, retries: 0, timeout_seconds: 2.5, max_bytes: 20000",
        )
        result = crawl(path, data)
        found = visits(data, result)
        for href, (outcome, reason) in files.items():
            visit = found[href[1:]]
            assert (visit.outcome, (visit.reason or "")[: len(reason)]) == (outcome, reason), href
        assert found["name.pdf"].outcome == "refused", "a name that leads to loopback"
        assert found["name.pdf"].reason == "guard: localhost leads to 127.0.0.1, not a public address"
        assert len(result.troubles) == len(files) + 1
        assert site.asked("/private/a.pdf") == 0
        assert found["good.xls"].outcome == "new", "an HTML table saved as .xls is a document"
        assert (found["moved.pdf"].outcome, found["moved.pdf"].final_url) == ("new", f"{site.root}/new/P7.pdf")
        assert (result.documents, result.errors, result.finish_reason) == (2, [], "finished")
        assert result.failed is False, "dead links are troubles of the site, not of the crawl"

        site.requests.clear()
        again = visits(data, crawl(path, data))
        assert (again["moved.pdf"].outcome, again["moved.pdf"].status) == ("unchanged", 304)
        asked = {path: headers for path, headers in site.requests if "P7" in path or "moved" in path}
        assert "If-None-Match" not in asked["/moved.pdf"], "validators belong to the address that gave them"
        assert "If-None-Match" in asked["/new/P7.pdf"]


def test_same_bytes_without_validators_are_unchanged(tmp_path: Path) -> None:
    site, data = Site(), tmp_path / "data"
    with serve(site):
        small_site(site)
        for resource in site.resources.values():
            resource.etag = None
        # one with Last-Modified only
        site.resources["/files/P02.pdf?v=3"].last_modified = "Tue, 06 Feb 2024 10:22:00 GMT"
        path = source_file(tmp_path, site)
        crawl(path, data)
        second = crawl(path, data)
        assert second.outcomes == {"gone": 1, "unchanged": 7}
        assert second.bodies_fetched == 6
        assert visits(data, second)["files/P02.pdf?v=3"].status == 304


def test_a_damaged_body_is_fetched_again(tmp_path: Path) -> None:
    site, data = Site(), tmp_path / "data"
    with serve(site):
        small_site(site)
        path = source_file(tmp_path, site)
        first = crawl(path, data)
        sha256 = visits(data, first)["czyjs/202402/t1.html"].sha256
        assert sha256
        stored = Archive(archive_path(data)).path(sha256)
        stored.chmod(0o644)
        stored.write_bytes(b"<html>damaged</html>")
        second = crawl(path, data)
        assert (second.bodies_fetched, second.documents, second.failed) == (1, 3, False)
        assert Archive(archive_path(data)).verify(sha256)


def test_gbk_pages_labelled_utf8_and_pages_a_script_counts(tmp_path: Path) -> None:
    site, data = Site(), tmp_path / "data"
    with serve(site):
        script = 'createPageHTML(2, 0, "index", "html");'
        site.page(
            "/l/index.html",
            listing(row("t1.html", "教育局2024年部门预算", "2024-02-06"), script=script),
            encoding="gbk",
        )
        site.page("/l/index_1.html", listing(row("t2.html", "水利局2024年部门预算", "2024-02-07")), encoding="gbk")
        site.page("/l/t1.html", notice("教育局2024年部门预算", ("a.pdf", "附件：预算表")), encoding="gbk")
        site.page("/l/t2.html", notice("水利局2024年部门预算", ("/f/b.pdf", "预算表")), encoding="gbk")
        site.file("/l/a.pdf", PDF)
        site.file("/f/b.pdf", PDF)
        result = crawl(source_file(tmp_path, site, listing="/l/index.html"), data)
        assert (result.failed, result.documents, result.troubles) == (False, 1, [])
        assert [document.provenance.notice_title for document in documents(data)] == ["教育局2024年部门预算"]
        with Ledger(ledger_path(data)) as ledger:
            assert [(link.link_text, link.notice_title) for link in ledger.links()] == [
                ("附件：预算表", "教育局2024年部门预算"),
                ("预算表", "水利局2024年部门预算"),
            ]
        assert site.asked("/l/index_1.html") == 1
        assert site.asked("/l/index_2.html") == 0, "the files are counted from 0, so there is no such page"


def test_bounded_listing_says_that_there_is_more(tmp_path: Path) -> None:
    site, data = Site(), tmp_path / "data"
    with serve(site):
        for number in range(5):
            name = "index.html" if number == 0 else f"index_{number}.html"
            more = f'<a href="index_{number + 1}.html">下一页</a>'
            site.page(
                f"/{name}", listing(row(f"t{number}.html", f"{number}局2024年部门预算", "2024-02-06"), after=more)
            )
            site.page(f"/t{number}.html", notice(f"{number}局2024年部门预算", ("a.pdf", "表")))
        site.file("/a.pdf", PDF)
        result = crawl(source_file(tmp_path, site, listing="/index.html", pages=3), data)
        assert result.by_role["listing"] == {"new": 3}
        assert any("more than 3 pages" in line for line in result.warnings)
        assert site.asked("/a.pdf") == 1, "asked for once, whoever links to it"
        with Ledger(ledger_path(data)) as ledger:
            assert len(ledger.links()) == 3, "and every way to it is kept"


def test_a_listing_that_cannot_be_read_fails_the_crawl(tmp_path: Path) -> None:
    site, data = Site(), tmp_path / "data"
    with serve(site):
        path = source_file(tmp_path, site)
    # the server is gone
    result = crawl(path, data)
    assert result.failed
    assert result.finish_reason == "finished"
    assert [(visit.outcome, visit.role) for visit in result.troubles] == [("failed", "listing")]
    assert "robots.txt could not be read (DownloadConnectionRefusedError" in (result.troubles[0].reason or "")
    assert any("no page of this listing could be read" in line for line in result.warnings)


def test_robots_unreachable_forbids_and_429_is_respected(tmp_path: Path) -> None:
    site, data = Site(), tmp_path / "data"
    with serve(site):
        small_site(site)
        site.resources["/robots.txt"] = Resource(b"", status=503)
        path = source_file(tmp_path, site, politeness="delay_seconds: 0, retries: 1")
        result = crawl(path, data)
        assert result.failed
        assert [visit.reason for visit in result.troubles] == ["robots.txt could not be read (status 503)"]
        assert [asked for asked, _ in site.requests] == ["/robots.txt"] * 2, "one retry, and nothing else is asked"

        del site.resources["/robots.txt"]
        site.resources["/czyjs/202402/t1.html"] = Resource(b"slow down", status=429)
        site.requests.clear()
        result = crawl(path, data)
        reasons = {visit.url.rsplit("/", 1)[1]: visit.reason or "" for visit in result.troubles}
        assert reasons["t1.html"] == "status 429"
        assert reasons["t2.html"].startswith("not asked: the host refused earlier in this run (status 429")
        assert site.requests[-1][0] == "/czyjs/202402/t1.html"

        site.requests.clear()
        small_site(site)
        hour = crawl(path, data, now=NOW + timedelta(hours=1))
        (left,) = hour.troubles
        assert left.outcome == "refused"
        assert "is left alone until 2024-03-01T08:03:0" in (left.reason or ""), "six hours, over runs"
        assert site.requests == []
        later = crawl(path, data, now=NOW + timedelta(hours=7))
        assert later.failed is False
        with Ledger(ledger_path(data)) as ledger:
            (host,) = HostBook(ledger).hosts()
        assert (host.strikes, host.until) == (0, None), "three good answers, and it is forgotten"


def test_private_hosts_are_refused_unless_the_setting_names_them(tmp_path: Path) -> None:
    site, data = Site(), tmp_path / "data"
    with serve(site):
        small_site(site)
        result = crawl(source_file(tmp_path, site), data, private_hosts=frozenset())
    assert result.failed
    assert [visit.reason for visit in result.troubles] == ["guard: 127.0.0.1 is not an address of the public internet"]
    assert site.requests == []


def test_crawl_delay_of_robots_txt_is_kept(tmp_path: Path) -> None:
    site, data = Site(), tmp_path / "data"
    with serve(site):
        site.resources["/robots.txt"] = Resource(b"User-agent: *\nCrawl-delay: 0.4\n", kind="text/plain")
        site.page("/czyjs/index.html", listing(row("t1.html", "教育局2024年部门预算", "2024-02-06")))
        site.page("/czyjs/t1.html", notice("教育局2024年部门预算", ("a.pdf", "表"), ("b.pdf", "表")))
        site.file("/czyjs/a.pdf", PDF)
        site.file("/czyjs/b.pdf", DOCX)
        crawl(source_file(tmp_path, site), data)
        gaps = [after - before for before, after in zip(site.times[1:], site.times[2:], strict=False)]
        assert len(gaps) == 3
        assert min(gaps) > 0.35


def test_a_crawl_that_takes_too_long_is_stopped_and_says_so(tmp_path: Path) -> None:
    site, data = Site(), tmp_path / "data"
    with serve(site):
        small_site(site)
        for resource in site.resources.values():
            resource.seconds = 2.5
        started = time.monotonic()
        result = crawl(source_file(tmp_path, site), data, seconds=8.0)
        assert time.monotonic() - started < 30
        assert (result.failed, result.finish_reason) == (True, "timeout")
        with Ledger(ledger_path(data)) as ledger:
            assert ledger.runs() == [(result.run_id, "2024-03-01T02:03:04Z", "timeout")]


CRAWL = """
import sys
from pathlib import Path
from tests.crawl.web import crawl
crawl(Path(sys.argv[1]), Path(sys.argv[2]), progress=lambda event: print(event["url"], flush=True))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux")
def test_killed_in_the_middle_then_resumed(tmp_path: Path) -> None:
    """SIGKILL of the flow stops the crawl at once; the next run ends with what an undisturbed one has."""
    site, data, undisturbed = Site(), tmp_path / "data", tmp_path / "undisturbed"
    with serve(site):
        small_site(site)
        path = source_file(tmp_path, site, politeness="delay_seconds: 0.5, retries: 0")
        crawl(source_file(tmp_path, site), undisturbed)
        path = source_file(tmp_path, site, politeness="delay_seconds: 0.5, retries: 0")
        site.requests.clear()
        process = subprocess.Popen(
            [sys.executable, "-c", CRAWL, str(path), str(data)],
            stdout=subprocess.PIPE,
            env=child_environment(),
        )
        assert process.stdout is not None
        for _ in range(4):
            assert process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        time.sleep(0.2)
        before = len(site.requests)
        time.sleep(1.0)
        assert len(site.requests) <= before + 1, "the crawl dies with its parent"
        assert before < 9, "it was killed in the middle"
        with Ledger(ledger_path(data)) as ledger:
            (killed,) = ledger.runs()
            assert killed[2] is None
            kept = len(ledger.visits())
        assert 4 <= kept < 8
        result = crawl(source_file(tmp_path, site), data)
        assert (result.failed, result.documents) == (False, 3)
        assert (result.run_id, result.resumed) == (killed[0], 1), "the same run goes on"
        assert result.outcomes == {"gone": 1, "new": 7}
        assert documents(data) == documents(undisturbed)
        times = {path: site.asked(path) for path, _ in site.requests}
        assert sum(count - 1 for count in times.values()) <= 1, "only what was in flight is asked for again"


def test_one_crawl_of_a_source_at_a_time(tmp_path: Path) -> None:
    from filelock import FileLock

    site, data = Site(), tmp_path / "data"
    with serve(site):
        path = source_file(tmp_path, site)
        (data / "ledger").mkdir(parents=True)
        with FileLock(data / "ledger" / "130630_laiyuan.lock"), pytest.raises(CrawlBusy, match="130630_laiyuan"):
            crawl(path, data)


def test_a_crawler_that_breaks_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scrapy swallows start-up errors and ends with status 0; here with a ledger that is none."""
    site, data = Site(), tmp_path / "data"
    with serve(site):
        path = source_file(tmp_path, site)
        ledger_path(data).parent.mkdir(parents=True)
        ledger_path(data).write_bytes(b"no ledger" * 500)
        result = crawl(path, data)
    assert (result.failed, result.finish_reason) == (True, "no_stats")
    assert "not a usable ledger" in result.errors[0]


def test_an_exception_while_reading_a_page_is_an_error(tmp_path: Path) -> None:
    """A folder where the archive wants a file: the callback raises, Scrapy goes on, the result says so."""
    site, data = Site(), tmp_path / "data"
    with serve(site):
        small_site(site)
        path = source_file(tmp_path, site)
        archive_path(data).parent.mkdir(parents=True)
        archive_path(data).write_bytes(b"in the way")
        result = crawl(path, data)
    assert result.failed
    assert any("Error" in line for line in result.errors)


def test_a_naive_now_is_refused(tmp_path: Path) -> None:
    site = Site()
    with serve(site):
        path = source_file(tmp_path, site)
    with pytest.raises(ValueError, match="time zone"):
        crawl_source(path, data_root=tmp_path, now=NOW.replace(tzinfo=None))


def test_a_real_host_is_not_contacted_without_leave(tmp_path: Path) -> None:
    """No contact in the user agent, or the wrong hour: nothing goes out, and the ledger says which setting it is."""
    path = tmp_path / "130630_laiyuan.yml"
    path.write_text(
        "code: 130630\npublisher: 涞源县人民政府\nplatform: static\n"
        "listings: [{url: 'http://www.laiyuan.example/', kind: department_budget}]\n",
        encoding="utf-8",
    )
    hour = datetime.now(SHANGHAI).hour
    closed = f"{(hour + 6) % 24:02}:00-{(hour + 7) % 24:02}:00"
    for number, (contact, night, says) in enumerate(
        [(None, "always", "YUJUE_CRAWL_CONTACT"), ("a@b.cn", closed, f"the night window {closed}")]
    ):
        settings = CrawlSettings(tmp_path, contact, night=night, grace_seconds=3.0)
        result = crawl_source(path, data_root=tmp_path / str(number), now=NOW, settings=settings)
        (left,) = result.troubles
        assert (result.failed, result.errors, left.outcome) == (True, [], "refused")
        assert (left.reason or "").startswith("not asked: ")
        assert says in (left.reason or "")
        with Ledger(ledger_path(tmp_path / str(number))) as ledger:
            assert HostBook(ledger).all_asked() == HostBook(ledger).all_robots() == []
