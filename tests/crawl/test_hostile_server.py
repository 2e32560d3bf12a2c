"""Servers that do harm, by malice or neglect: each is survived within limits and named in the ledger, the crawl goes
on to what is sound, and the next source is crawled as if nothing had been."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import brotli
import pytest

from crawl.archive import Archive
from crawl.hosts import HostBook
from crawl.ledger import Ledger
from crawl.runner import archive_path, ledger_path
from crawl.schema import CrawlResult, Visit
from tests.crawl.hostile import Hostile, Line, misbehave, source_of
from tests.crawl.web import NOW, PDF, crawl, listing, notice, row

MOST_MIB = 300
ENDLESS = b"%PDF-1.4\n" + b"z" * 65_000


def visits(data: Path, result: CrawlResult) -> dict[str, Visit]:
    with Ledger(ledger_path(data)) as ledger:
        return {visit.url.split("/", 3)[3]: visit for visit in ledger.visits(run_id=result.run_id)}


def one_notice(site: Hostile, *files: str, title: str = "教育局2024年部门预算") -> None:
    """A listing with one notice, and after each of its attachments a sound one."""
    site.page("/index.html", listing(row("t1.html", title, "2024-02-06")))
    links = [(href, f"附件{number}.pdf") for number, href in enumerate(files, 1)]
    sound = [(f"/sound{number}.pdf", f"好{number}.pdf") for number, _ in enumerate(files, 1)]
    site.page("/t1.html", notice(title, *[link for pair in zip(links, sound, strict=True) for link in pair]))
    for number, _ in enumerate(files, 1):
        site.page(f"/sound{number}.pdf", PDF + str(number).encode(), "application/pdf")


def check_survived(data: Path, result: CrawlResult) -> None:
    """The walk came to its end, in bounded memory, without an exception of ours, and left nothing half written."""
    assert (result.finish_reason, result.errors) == ("finished", [])
    assert 0 < result.peak_memory_mib < MOST_MIB
    assert not list((archive_path(data) / ".incoming").rglob("*.*"))
    for sha256 in Archive(archive_path(data)).digests():
        assert Archive(archive_path(data)).verify(sha256)


def check_next_source(folder: Path, data: Path) -> None:
    """Another source into the same archive and ledger."""
    good = Hostile()
    with misbehave(good):
        one_notice(good, "/a.pdf")
        good.page("/a.pdf", PDF, "application/pdf")
        result = crawl(source_of(folder, good, "130631_next"), data)
    assert (result.failed, result.documents, result.outcomes) == (False, 2, {"new": 4})


def packed_zeros(make: str, total: int) -> Iterator[bytes]:
    """A stream that unpacks to `total` zeros behind a PDF's first line, made as it is sent."""
    piece = bytes(1 << 20)
    if make == "br":
        work = brotli.Compressor(quality=1)
        yield work.process(b"%PDF-1.4\n")
        for _ in range(total >> 20):
            yield work.process(piece)
        yield work.finish()
        return
    packer = zlib.compressobj(9, zlib.DEFLATED, {"gzip": 31, "deflate": 15}[make])
    yield packer.compress(b"%PDF-1.4\n")
    for _ in range(total >> 20):
        yield packer.compress(piece)
    yield packer.flush()


def test_bodies_that_do_not_end_or_do_not_fit(tmp_path: Path) -> None:
    """Slow, endless, packed, cut, overlong: an attachment each, and a sound one after each."""
    site, data = Hostile(), tmp_path / "data"
    over = "larger than 2000000 bytes"
    cases = {
        "/slow-bytes.pdf": ("failed", "DownloadTimeoutError"),
        "/slow-headers.pdf": ("failed", "DownloadTimeoutError"),
        "/silent.pdf": ("failed", "DownloadTimeoutError"),
        "/endless-chunks.pdf": ("failed", over),
        "/endless-plain.pdf": ("failed", over),
        "/announced.pdf": ("failed", over),
        "/gzip-bomb.pdf": ("failed", f"{over} when unpacked"),
        "/deflate-bomb.pdf": ("failed", f"{over} when unpacked"),
        "/brotli-bomb.pdf": ("failed", f"{over} when unpacked"),
        "/twice-packed.pdf": ("failed", f"{over} when unpacked"),
        "/thrice-packed.pdf": ("failed", "packed 3 times over"),
        "/zstd.pdf": ("failed", "packed in a way we did not ask for (Content-Encoding: zstd)"),
        "/members.pdf": ("failed", "gzip stream of more than 1000 members"),
        "/cut-gzip.pdf": ("failed", "the gzip stream ends early"),
        "/too-short.pdf": ("failed", "ResponseDataLossError: the transfer broke off"),
        "/reset.pdf": ("failed", "ResponseDataLossError: the transfer broke off"),
        "/bad-chunk.pdf": ("failed", ""),
        "/header-lines.pdf": ("failed", "more than 500 lines"),
        "/header-endless.pdf": ("failed", "a header line of more than"),
        "/interim.pdf": ("failed", "more than 500 lines"),
        "/no-http.pdf": ("failed", ""),
        "/nothing.pdf": ("failed", ""),
    }

    async def forever(line: Line, piece: bytes, pause: float = 0.0) -> None:
        while True:
            await line.send(piece)
            await asyncio.sleep(pause)

    with misbehave(site):
        one_notice(site, *cases)

        @site.on("/slow-bytes.pdf")
        async def _(line: Line) -> None:
            await line.head("Content-Length: 100000")
            await forever(line, b"%", 0.1)

        @site.on("/slow-headers.pdf")
        async def _(line: Line) -> None:
            await line.send(b"HTTP/1.1 200 OK\r\n")
            await forever(line, b"X-A: b\r\n", 0.2)

        @site.on("/silent.pdf")
        async def _(line: Line) -> None:
            await asyncio.sleep(20)

        @site.on("/endless-chunks.pdf")
        async def _(line: Line) -> None:
            await line.head("Transfer-Encoding: chunked")
            await forever(line, f"{len(ENDLESS):x}\r\n".encode() + ENDLESS + b"\r\n")

        @site.on("/endless-plain.pdf")
        async def _(line: Line) -> None:
            await line.head("Connection: close")
            await forever(line, ENDLESS)

        @site.on("/announced.pdf")
        async def _(line: Line) -> None:
            await line.head("Content-Length: 99999999999")
            await forever(line, ENDLESS)

        def bomb(path: str, make: str) -> None:
            @site.on(path)
            async def _(line: Line) -> None:
                await line.head(f"Content-Encoding: {make}", "Connection: close")
                for piece in packed_zeros(make, 1 << 33):
                    await line.send(piece)
                    await asyncio.sleep(0)

        bomb("/gzip-bomb.pdf", "gzip")
        bomb("/deflate-bomb.pdf", "deflate")
        bomb("/brotli-bomb.pdf", "br")
        twice = gzip.compress(b"".join(packed_zeros("gzip", 1 << 27)))
        site.page("/twice-packed.pdf", twice, Content_Encoding="gzip, gzip")
        site.page("/thrice-packed.pdf", gzip.compress(twice), Content_Encoding="gzip, gzip, gzip")
        site.page("/zstd.pdf", b"(\xb5/\xfd" + b"x" * 100, Content_Encoding="zstd")
        site.page("/members.pdf", gzip.compress(b"") * 60_000, Content_Encoding="gzip")
        site.page("/cut-gzip.pdf", gzip.compress(PDF)[:-20], Content_Encoding="gzip")

        @site.on("/too-short.pdf")
        async def _(line: Line) -> None:
            await line.head("Content-Length: 9000")
            await line.send(PDF)
            line.writer.close()

        @site.on("/reset.pdf")
        async def _(line: Line) -> None:
            await line.head("Content-Length: 9000")
            await line.send(PDF)
            await asyncio.sleep(0.1)
            line.reset()

        @site.on("/bad-chunk.pdf")
        async def _(line: Line) -> None:
            await line.head("Transfer-Encoding: chunked")
            await line.send(b"zzz\r\nnot a length")
            line.writer.close()

        @site.on("/header-lines.pdf")
        async def _(line: Line) -> None:
            await line.send(b"HTTP/1.1 200 OK\r\n")
            await forever(line, b"X-Header: value\r\n" * 100)

        @site.on("/header-endless.pdf")
        async def _(line: Line) -> None:
            await line.send(b"HTTP/1.1 200 OK\r\nX-Long: ")
            await forever(line, b"v" * 10_000)

        @site.on("/interim.pdf")
        async def _(line: Line) -> None:
            await forever(line, b"HTTP/1.1 100 Continue\r\n\r\n" * 50)

        @site.on("/no-http.pdf")
        async def _(line: Line) -> None:
            await line.send(b"220 ftp.example ready\r\n" * 10)
            line.writer.close()

        @site.on("/nothing.pdf")
        async def _(line: Line) -> None:
            line.writer.close()

        result = crawl(source_of(tmp_path, site), data, seconds=120)
    check_survived(data, result)
    found = visits(data, result)
    for path, (outcome, reason) in cases.items():
        visit = found[path[1:]]
        assert visit.outcome == outcome, (path, visit)
        assert (visit.reason or "").startswith(reason), (path, visit.reason)
        assert visit.reason, path
    assert result.documents == len(cases), "every sound attachment between them was read"
    assert result.failed is False
    check_next_source(tmp_path, data)


def test_a_wrongly_labelled_body_is_read_all_the_same(tmp_path: Path) -> None:
    """Content-Encoding lies, as misconfigured servers do; a length that is too short is what HTTP says it is."""
    site, data = Hostile(), tmp_path / "data"
    with misbehave(site):
        one_notice(site, "/plain.pdf", "/word.pdf", "/bare.pdf", "/packed.pdf", "/padded.pdf")
        site.page("/plain.pdf", PDF + b"a", Content_Encoding="gzip")
        site.page("/word.pdf", PDF + b"b", Content_Encoding="UTF-8")
        site.page("/bare.pdf", zlib.compress(PDF + b"c")[2:-4], Content_Encoding="deflate")
        site.page("/packed.pdf", gzip.compress(PDF) + gzip.compress(b"d"), Content_Encoding="x-gzip")
        site.page("/padded.pdf", gzip.compress(PDF + b"e") + bytes(20), Content_Encoding="gzip")
        result = crawl(source_of(tmp_path, site), data)
    check_survived(data, result)
    archive, found = Archive(archive_path(data)), visits(data, result)
    bodies = [archive.get(found[name].sha256 or "") for name in ("plain.pdf", "word.pdf", "bare.pdf", "packed.pdf",
                                                                 "padded.pdf")]  # fmt: skip
    assert bodies == [PDF + last for last in (b"a", b"b", b"c", b"d", b"e")]


def test_redirects_into_our_own_network(tmp_path: Path) -> None:
    """However it is written, a redirect leads to no loopback, private, link-local or metadata address."""
    site, inside, data = Hostile(), Hostile(), tmp_path / "data"
    with misbehave(site), misbehave(inside):
        targets = {
            "metadata": "http://169.254.169.254/latest/meta-data/",
            "other-port": f"{inside.root}/x.pdf",
            "other-loopback": "http://127.0.0.2/x.pdf",
            "decimal": "http://2130706433/x.pdf",
            "octal": "http://0177.0.0.1/x.pdf",
            "hex": "http://0x7f.1/x.pdf",
            "ipv6": "http://[::1]/x.pdf",
            "mapped": "http://[::ffff:127.0.0.1]/x.pdf",
            "nat64": "http://[64:ff9b::7f00:1]/x.pdf",
            "unique-local": "http://[fd00::1]/x.pdf",
            "full-width": "http://１２７.0.0.1:1/x.pdf",
            "name": f"http://localhost:{site.port}/x.pdf",
            "private": "http://192.168.1.1/x.pdf",
            "user": f"http://127.0.0.1:{site.port}@169.254.169.254/x.pdf",
        }
        one_notice(site, *[f"/{name}.pdf" for name in targets], "/file.pdf", "/loop.pdf", "/long.pdf")
        for name, target in targets.items():
            site.moved(f"/{name}.pdf", target.replace("１２７", "%EF%BC%91%EF%BC%92%EF%BC%97"))
        site.moved("/file.pdf", "file:///etc/hostname")
        site.moved("/loop.pdf", "/loop.pdf")

        @site.on("/long*")
        async def _(line: Line) -> None:
            await line.redirect(f"/long{len(line.path)}{'x' * len(line.path)}.pdf")

        hosts = f"hosts: ['localhost:{site.port}']\n"
        result = crawl(source_of(tmp_path, site, extra=hosts), data)
    check_survived(data, result)
    found = visits(data, result)
    for name in targets:
        visit = found[f"{name}.pdf"]
        assert visit.outcome == "refused", (name, visit)
        assert "guard:" in (visit.reason or "") or "offsite:" in (visit.reason or ""), (name, visit)
    for name in ("metadata", "other-loopback", "decimal", "octal", "hex", "ipv6", "mapped", "nat64", "unique-local",
                 "name", "private", "user"):  # fmt: skip
        assert "guard:" in (found[f"{name}.pdf"].reason or ""), (name, found[f"{name}.pdf"].reason)
    assert inside.asked == [], "not even the robots.txt of a host we may not ask"
    assert (found["loop.pdf"].outcome, found["loop.pdf"].reason) == ("failed", "max redirections reached")
    assert (found["long.pdf"].outcome, found["long.pdf"].reason) == ("failed", "max redirections reached")
    assert found["file.pdf"].outcome == "failed"
    assert sum(path.startswith("/long") for path in site.asked) <= 6
    assert result.documents == len(targets) + 3
    check_next_source(tmp_path, data)


def test_pages_without_end(tmp_path: Path) -> None:
    """A pager that always has a next page, and a calendar that always has a next month: bounded, and said."""
    site, data = Hostile(), tmp_path / "data"
    with misbehave(site):

        @site.on("/index*")
        async def _(line: Line) -> None:
            number = int("0" + "".join(c for c in line.path if c.isdigit()))
            more = f'<div class="page"><a href="index_{number + 1}.html">下一页</a></div>'
            item = row(f"t{number}.html", f"{number}局2024年部门预算", "2024-02-06")
            await line.answer(listing(item, after=more).encode())

        @site.on("/t*")
        async def _(line: Line) -> None:
            await line.answer(notice(f"{line.path}局2024年部门预算", ("/a.pdf", "预算表.pdf")).encode())

        site.page("/a.pdf", PDF, "application/pdf")

        @site.on("/calendar*")
        async def _(line: Line) -> None:
            number = int("0" + "".join(c for c in line.path.split("=")[-1] if c.isdigit()))
            days = "".join(row(f"/calendar?day={number * 40 + day}", f"{day}日", "2024-02-06") for day in range(30))
            more = f'<a href="/calendar?page={number + 1}">下一页</a><a href="/calendar?month={number + 1}">下个月</a>'
            await line.answer(listing(days, after=more).encode())

        result = crawl(source_of(tmp_path, site, pages=4), data)
        pager = len(site.asked)
        calendar = crawl(source_of(tmp_path, site, "130632_calendar", listing="/calendar", pages=4), data)
    check_survived(data, result)
    check_survived(data, calendar)
    assert result.by_role["listing"] == {"new": 4}
    assert any("more than 4 pages" in line for line in result.warnings)
    assert pager <= 10
    assert len(site.asked) - pager <= 4 * 31 + 1, "four pages of it, and what they list"


def test_a_page_of_100_000_links(tmp_path: Path) -> None:
    """All of them look like notices: read within memory, as many asked for as is allowed, and the rest is said."""
    site, data = Hostile(), tmp_path / "data"
    with misbehave(site):
        rows = [row(f"/n/{number}.html", f"{number}局2024年部门预算", "2024-02-06") for number in range(100_000)]
        site.page("/index.html", listing(*rows))
        politeness = "delay_seconds: 0, retries: 0, timeout_seconds: 10, max_requests: 15"
        result = crawl(source_of(tmp_path, site, politeness=politeness), data, seconds=120)
    check_survived(data, result)
    assert result.by_role["notice"] == {"gone": 14}
    assert any("max_requests" in line for line in result.warnings)


def test_pages_that_are_hard_to_read(tmp_path: Path) -> None:
    """Deep, huge, binary, in the wrong encoding, with bytes no encoding has."""
    site, data = Hostile(), tmp_path / "data"
    titles = {
        "gbk": ("教育局2024年部门预算", "gb18030", "text/html; charset=utf-8"),
        "utf8": ("水利局2024年部门预算", "utf-8", "text/html; charset=gb2312"),
        "utf16": ("民政局2024年部门预算", "utf-16", "text/html"),
        "latin": ("财政局2024年部门预算", "gb18030", "text/html; charset=x-no-such-charset"),
    }
    with misbehave(site):
        names = ("deep", "broken", "nul", "huge")
        rows = [row(f"/{name}.html", f"{name}局2024年部门预算", "2024-02-06") for name in (*names, *titles)]
        site.page("/index.html", listing(*rows))
        for name, (title, encoding, kind) in titles.items():
            site.page(f"/{name}.html", notice(title, (f"/{name}.pdf", "预算.pdf")).encode(encoding), kind)
            site.page(f"/{name}.pdf", PDF + name.encode(), "application/pdf")
        deep = "<div>" * 60_000 + "<table><tr><td>" * 5_000
        site.page("/deep.html", f"<html><body>{deep}</body></html>")
        site.page("/broken.html", notice("x局2024年部门预算").encode() + bytes(range(128, 256)) * 2000)
        site.page("/nul.html", b"<html>\x00<body>" + b"\x00" * 5000 + b"</body></html>")

        @site.on("/huge.html")
        async def _(line: Line) -> None:
            await line.head("Content-Type: text/html", "Connection: close")
            await line.send(b"<html><body>")
            while True:
                await line.send(b"<p>text</p>" * 5000)

        politeness = "delay_seconds: 0, retries: 0, timeout_seconds: 20, max_bytes: 60000000"
        result = crawl(source_of(tmp_path, site, politeness=politeness), data, seconds=120)
    check_survived(data, result)
    found = visits(data, result)
    assert found["huge.html"].reason == "a page larger than 16777216 bytes"
    with Ledger(ledger_path(data)) as ledger:
        noticed = {link.notice_title for link in ledger.links()}
    assert {titles[name][0] for name in ("gbk", "utf8", "latin")} <= noticed
    for name in titles:
        assert found[f"{name}.html"].outcome in {"new", "failed"}
    check_next_source(tmp_path, data)


@pytest.mark.parametrize(
    "trap", ["endless", "slow", "loop", "page", "hangs-up", "rules-without-end", "offsite", "bomb"]
)
def test_robots_txt_as_a_trap(tmp_path: Path, trap: str) -> None:
    """What cannot be read forbids all (RFC 9309), what is no rules allows all, and neither takes long."""
    site, data = Hostile(), tmp_path / "data"
    with misbehave(site):
        one_notice(site, "/a.pdf")
        site.page("/a.pdf", PDF, "application/pdf")

        @site.on("/robots.txt")
        async def _(line: Line) -> None:
            if trap == "endless":
                await line.head("Connection: close", "Content-Type: text/plain")
                await line.send(b"User-agent: *\nDisallow: /private/\n")
                while True:
                    await line.send(b"# and so on\n" * 5000)
            elif trap == "slow":
                await line.head("Connection: close")
                while True:
                    await line.send(b"#")
                    await asyncio.sleep(0.1)
            elif trap == "loop":
                await line.redirect("/robots.txt")
            elif trap == "page":
                await line.answer(b"<!DOCTYPE html><html><body>Disallow: /</body></html>")
            elif trap == "hangs-up":
                line.reset()
            elif trap == "offsite":
                await line.redirect("http://elsewhere.example/robots.txt")
            elif trap == "bomb":
                await line.head("Connection: close", "Content-Encoding: gzip")
                for piece in packed_zeros("gzip", 1 << 32):
                    await line.send(piece)
                    await asyncio.sleep(0)
            else:
                rules = "".join(f"Disallow: /*{n}*a*b*c*d\n" for n in range(20_000))
                await line.answer(f"User-agent: *\n{rules}".encode(), "text/plain")

        result = crawl(source_of(tmp_path, site), data)
    check_survived(data, result)
    with Ledger(ledger_path(data)) as ledger:
        (robots,) = HostBook(ledger).all_robots()
    state = {"slow": "unreachable", "hangs-up": "unreachable", "endless": "rules", "rules-without-end": "rules",
             "bomb": "rules"}.get(trap, "none")  # fmt: skip
    assert robots.state == state, robots
    if state == "unreachable":
        assert result.failed
        assert result.troubles[0].reason.startswith("robots.txt could not be read (")  # type: ignore[union-attr]
        assert "/index.html" not in site.asked
    else:
        assert (result.failed, result.documents) == (False, 2)


def test_cookies_are_not_kept_unless_wanted_and_then_bounded(tmp_path: Path) -> None:
    """A source that says so sends its cookie back; of a flood only so many are kept."""
    site, data = Hostile(), tmp_path / "data"
    with misbehave(site):
        one_notice(site, "/a.pdf")

        @site.on("/a.pdf")
        async def _(line: Line) -> None:
            if "seen=yes" in line.headers.get("cookie", ""):
                await line.answer(PDF, "application/pdf")
                return
            flood = [f"Set-Cookie: c{n}={'v' * 3000}" for n in range(30)]
            await line.head("Location: /a.pdf", "Content-Length: 0", "Set-Cookie: seen=yes", *flood, status="302 Found")

        plain = crawl(source_of(tmp_path, site), data)
        assert visits(data, plain)["a.pdf"].reason == "max redirections reached"
        assert not any("cookie" in headers for headers in site.headers)
        politeness = "delay_seconds: 0, retries: 0, timeout_seconds: 2, cookies: true"
        kept = crawl(source_of(tmp_path, site, politeness=politeness), data)
    check_survived(data, kept)
    assert visits(data, kept)["a.pdf"].outcome == "new"
    assert max(len(headers.get("cookie", "")) for headers in site.headers) < 10 * 3100
    assert any("cookies than are kept" in line for line in kept.warnings)


def test_a_file_of_60_mb_lies_on_disk_not_in_memory(tmp_path: Path) -> None:
    """The process with the file stays near the process without it."""
    site, data = Hostile(), tmp_path / "data"
    size = 60_000_000
    with misbehave(site):
        one_notice(site, "/big.pdf")
        site.page("/big.pdf", b"%PDF-1.4\n", "application/pdf")
        politeness = "delay_seconds: 0, retries: 0, timeout_seconds: 20"
        small = crawl(source_of(tmp_path, site, politeness=politeness), data)

        @site.on("/big.pdf")
        async def _(line: Line) -> None:
            await line.head(f"Content-Length: {size}", "Content-Type: application/pdf")
            await line.send(b"%PDF-1.4\n")
            left = size - 9
            while left:
                piece = bytes(min(left, 1 << 18))
                await line.send(piece)
                left -= len(piece)

        large = crawl(source_of(tmp_path, site, politeness=politeness), data)
        again = crawl(source_of(tmp_path, site, politeness=politeness), data)
    check_survived(data, large)
    visit = visits(data, large)["big.pdf"]
    assert (visit.outcome, visits(data, again)["big.pdf"].outcome) == ("replaced", "unchanged")
    assert Archive(archive_path(data)).path(visit.sha256 or "").stat().st_size == size
    assert large.peak_memory_mib < small.peak_memory_mib + 40
    assert again.peak_memory_mib < small.peak_memory_mib + 40


def test_a_server_that_asks_for_a_short_pause_gets_it(tmp_path: Path) -> None:
    """Retry-After of a second is waited for; one of an hour ends the visit, and is kept over runs."""
    site, data = Hostile(), tmp_path / "data"
    times: list[float] = []
    with misbehave(site):
        one_notice(site, "/busy.pdf", "/closed.pdf", "/after.pdf")
        site.page("/after.pdf", PDF, "application/pdf")

        @site.on("/busy.pdf")
        async def _(line: Line) -> None:
            times.append(time.monotonic())
            if len(times) == 1:
                await line.answer(b"", status="429 Too Many Requests", Retry_After="1")
            else:
                await line.answer(PDF, "application/pdf")

        @site.on("/closed.pdf")
        async def _(line: Line) -> None:
            await line.answer(b"", status="503 Service Unavailable", Retry_After="90000")

        result = crawl(source_of(tmp_path, site), data)
    check_survived(data, result)
    found = visits(data, result)
    assert found["busy.pdf"].outcome == "new", (found["busy.pdf"], times)
    assert times[1] - times[0] >= 0.95
    assert (found["closed.pdf"].outcome, found["closed.pdf"].reason) == ("failed", "status 503")
    assert (found["after.pdf"].reason or "").startswith("not asked: the host refused earlier in this run (status 503")
    with Ledger(ledger_path(data)) as ledger:
        (host,) = HostBook(ledger).hosts()
    begin = datetime(2024, 3, 1, 2, 3, 4, tzinfo=UTC)
    assert host.until is not None
    assert timedelta(0) <= datetime.fromisoformat(host.until) - begin - timedelta(seconds=90_000) < timedelta(minutes=2)
    site.asked.clear()
    with misbehave(site):
        pass
    assert crawl(source_of(tmp_path, site), data, now=NOW + timedelta(hours=24)).failed


def test_refusals_in_a_row_end_the_visit(tmp_path: Path) -> None:
    """403 on everything: five are enough, the rest is not asked."""
    site, data = Hostile(), tmp_path / "data"
    with misbehave(site):
        rows = [row(f"/n/{number}.html", f"{number}局2024年部门预算", "2024-02-06") for number in range(12)]
        site.page("/index.html", listing(*rows))

        @site.on("/n/*")
        async def _(line: Line) -> None:
            await line.answer(b"no", status="403 Forbidden")

        result = crawl(source_of(tmp_path, site), data)
    check_survived(data, result)
    assert sum(path.startswith("/n/") for path in site.asked) == 5
    reasons = [visit.reason or "" for visit in result.troubles]
    assert reasons[:5] == ["status 403"] * 5
    assert all(reason.startswith("not asked: the host refused earlier") for reason in reasons[5:])
    assert len(reasons) == 12
    assert result.failed, "a part of the site was not looked at"
    assert any(line.startswith("7 urls not asked: the host refused") for line in result.warnings)


def old_tls(folder: Path) -> ssl.SSLContext:
    """A server that speaks TLS 1.0 only, with a small key and a certificate of its own making."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "old.example")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2010, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2012, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    path = folder / "old.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    context.load_cert_chain(path)
    return context


def test_old_tls_is_a_fall_back_of_that_host(tmp_path: Path) -> None:
    """TLS 1.0 only, a key of 1024 bits, an expired certificate: read, said, and known the next night."""
    site, data = Hostile(), tmp_path / "data"
    with pytest.warns(DeprecationWarning):
        context = old_tls(tmp_path)
    with misbehave(site, context):
        one_notice(site, "/a.pdf")
        site.page("/a.pdf", PDF, "application/pdf")
        result = crawl(source_of(tmp_path, site), data)
        again = crawl(source_of(tmp_path, site), data)
    check_survived(data, result)
    assert (result.failed, result.documents) == (False, 2), result
    assert any("speaks only old TLS" in line for line in result.warnings)
    assert not any("speaks only old TLS" in line for line in again.warnings)
    with Ledger(ledger_path(data)) as ledger:
        assert [host.tls for host in HostBook(ledger).hosts()] == ["legacy"]
