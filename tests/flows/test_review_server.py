"""The review page over real HTTP: who may come in, what is sent, and what a decision writes."""

from __future__ import annotations

import datetime as dt
import http.client
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from flows import errors
from flows.cli import main
from flows.commands.reviewing import shelf_of
from flows.local import check_documents, read_paths, together
from flows.review.app import ReviewApp
from flows.review.desk import Desk
from flows.review.server import MAX_BODY, ReviewServer
from flows.review.shelf import Shelf
from flows.review.values import kind_of, tasks_of
from flows.reviews import read_verdicts
from flows.settings import DataRoot
from flows.tables_out import write_tables
from normalize.correction import read_corrections
from tests.flows.conftest import LIMITS
from tests.flows.reviewed import HOSTILE, SHA, review_tables, shelf_over

FINDING = "0123456789abcdef"
AMOUNT = f"{SHA[:16]}.t1.r5.c3"


@dataclass
class Site:
    """A running review and what a client of it needs."""

    server: ReviewServer
    desk: Desk
    cookie: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def ask(
        self, method: str, path: str, body: str | bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, str], str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        sent = {"Cookie": self.cookie} if self.cookie else {}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body.encode() if isinstance(body, str) else body, sent)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text

    def enter(self) -> None:
        status, headers, _ = self.ask("GET", f"/?token={self.server.token}")
        assert (status, headers["location"]) == (303, "/")
        assert "HttpOnly" in headers["set-cookie"]
        assert "SameSite=Strict" in headers["set-cookie"]
        self.cookie = headers["set-cookie"].partition(";")[0]

    def get(self, path: str) -> str:
        status, _, text = self.ask("GET", path)
        assert status == 200, text
        return text

    def post(self, path: str, **fields: str) -> tuple[int, dict[str, str], str]:
        fields = {"secret": self.server.secret("form"), "document": SHA, **fields}
        return self.ask(
            "POST",
            path,
            urlencode(fields),
            Origin=f"http://127.0.0.1:{self.server.port}",
            Content_Type="application/x-www-form-urlencoded",
        )


def site_over(shelf: Shelf, folder: Path) -> Iterator[Site]:
    desk = Desk(folder / "reviews", folder / "corrections", "张三", lambda: dt.date(2026, 11, 23))
    app = ReviewApp(shelf, desk, tasks_of(shelf, "fails", 0, shelf.documents()), "fails", "en")
    server = ReviewServer(app)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield Site(server, desk)
    server.shutdown()
    server.server_close()
    app.painter.close()
    thread.join()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    write_tables(review_tables(), folder)
    return folder


@pytest.fixture
def door(written: Path, tmp_path: Path) -> Iterator[Site]:
    yield from site_over(shelf_over(written), tmp_path)


@pytest.fixture
def site(door: Site) -> Site:
    door.enter()
    return door


# ------------------------------------------------------------------------------------------------------------- the door


PAGES = ("/", f"/d/{SHA[:16]}/1", f"/picture/{SHA[:16]}/1", "/static/review.js", "/next/0", "/lang/zh")


@pytest.mark.parametrize("path", PAGES)
def test_nobody_comes_in_without_the_token(door: Site, path: str) -> None:
    assert door.ask("GET", path)[0] == 403
    assert door.ask("HEAD", path)[0] == 403
    assert door.ask("GET", "/?token=" + "A" * 32)[0] == 403
    assert door.ask("GET", path, Cookie=f"{door.server.cookie}={door.server.token}")[0] == 403


@pytest.mark.parametrize(
    "host", ["evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "127.0.0.1:{port}.evil.example", ""]
)
def test_a_name_that_was_bound_to_this_machine_is_no_name_of_ours(site: Site, host: str) -> None:
    assert site.ask("GET", "/", Host=host.format(port=site.server.port))[0] in (400, 421)
    assert site.ask("GET", "/", Host=f"localhost:{site.server.port}")[0] == 200


def test_it_listens_on_the_loopback_address_alone(site: Site) -> None:
    assert site.server.server_address[0] == "127.0.0.1"


def test_a_page_of_another_site_gets_nothing(site: Site) -> None:
    assert site.ask("GET", "/", Sec_Fetch_Site="cross-site")[0] == 403
    assert site.ask("GET", "/", Sec_Fetch_Site="same-site")[0] == 403
    assert site.ask("GET", "/", Sec_Fetch_Site="none")[0] == 200


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://127.0.0.1"}, 403),
        ({"Content_Type": "text/plain"}, 415),
        ({"Cookie": ""}, 403),
    ],
)
def test_a_decision_comes_from_our_own_page(site: Site, change: dict[str, str], status: int) -> None:
    headers = {
        "Origin": f"http://127.0.0.1:{site.server.port}",
        "Content_Type": "application/x-www-form-urlencoded",
        **change,
    }
    body = urlencode({"secret": site.server.secret("form"), "document": SHA, "f": FINDING, "verdict": "confirm"})
    assert site.ask("POST", "/decide", body, **headers)[0] == status
    del headers["Origin"]
    assert site.ask("POST", "/decide", body, **headers)[0] in (403, status)
    assert not site.desk.reviews.exists()


def test_a_form_without_its_secret_decides_nothing(site: Site) -> None:
    for secret in ("", "0" * 64, site.server.token):
        fields = {"secret": secret, "at": AMOUNT, "verdict": "confirm", "reason": "as_printed"}
        assert site.post("/decide", **fields)[0] == 403
    assert not site.desk.reviews.exists()


def test_a_body_is_small_and_its_length_is_known(site: Site) -> None:
    headers = {"Origin": f"http://127.0.0.1:{site.server.port}", "Content_Type": "application/x-www-form-urlencoded"}
    assert site.ask("POST", "/undo", "a=" + "x" * MAX_BODY, **headers)[0] == 413
    assert site.ask("POST", "/undo", None, **headers, Content_Length="9999999999999")[0] == 413
    assert site.ask("POST", "/undo", None, **headers, Content_Length="-1")[0] == 411
    assert site.ask("POST", "/undo", None, **headers, Transfer_Encoding="chunked")[0] == 411
    many = "&".join(f"a{n}=1" for n in range(200))
    assert site.ask("POST", "/undo", many, **headers)[0] == 400
    assert site.ask("POST", "/undo", b"\xff\xfe=1", **headers)[0] == 400
    assert site.ask("GET", "/?" + "a" * 5000)[0] == 400
    assert site.ask("PUT", "/")[0] == 501


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/review.css/../../server.py",
        "/../../etc/passwd",
        "/picture/../../etc/passwd",
        f"/picture/{SHA[:16]}/..%2f..%2fetc",
        f"/d/{SHA[:16]}/999999",
        f"/d/{SHA[:16]}/0",
        f"/d/{SHA[:16]}/99999999999999999999",
        "/d/../1",
        "/d/" + "f" * 16 + "/1",
        "/task/0",
        "/task/999999",
        "/lang/xx",
        "//evil.example/",
    ],
)
def test_there_is_nothing_beside_the_pages(site: Site, path: str) -> None:
    status, _, text = site.ask("GET", path)
    assert status in (400, 404)
    assert "root:" not in text
    assert "import" not in text


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_one_is_sent_nowhere_else(site: Site, back: str) -> None:
    _, headers, _ = site.ask("GET", "/lang/zh?" + urlencode({"back": back}))
    assert headers["location"] == "/"
    _, headers, _ = site.post("/undo", back=back)
    assert headers["location"] == "/?said=nothing"


def test_every_answer_says_what_a_browser_may_do(site: Site) -> None:
    for path in ("/", "/static/review.js", "/none"):
        _, headers, _ = site.ask("GET", path)
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
    assert site.ask("GET", "/")[1]["cache-control"] == "no-store"


# ------------------------------------------------------------------------------------------------------ what is shown


def test_a_text_of_a_document_is_a_text(site: Site) -> None:
    """Hostile words in a cell, a title, a message, an address, an issue: all of them are shown, none of them acts."""
    pages = [site.get(path) for path in ("/", f"/d/{SHA[:16]}/1?f={FINDING}", f"/d/{SHA[:16]}/1?at={AMOUNT}")]
    for text in pages:
        assert "<script>alert" not in text
        assert "<img" not in text
        assert re.findall(r"<script[^>]*>", text) == ['<script src="/static/review.js" defer>']
        assert not re.search(r"\son[a-z]+=", text.replace(HOSTILE, "")) or "onerror=" not in _outside_text(text)
        assert not re.search(r"href=\"(?!/|#)", text), "no address of a document but one of the web"
        assert "style=" not in _outside_text(text)
    assert "&lt;script&gt;alert" in pages[1]


def _outside_text(html: str) -> str:
    """The tags of a page, with what stands between them and the values of attributes left out."""
    return " ".join(re.sub(r"\"[^\"]*\"", "", tag) for tag in re.findall(r"<[^>]*>", html))


def test_what_an_address_selects_is_looked_up_and_never_shown(site: Site) -> None:
    for field_name in ("at", "f", "i", "t", "said"):
        text = site.get(f"/d/{SHA[:16]}/1?" + urlencode({field_name: "<script>alert(1)</script>"}))
        assert "<script>alert" not in text


def test_merged_cells_stand_where_they_are_printed(site: Site) -> None:
    text = site.get(f"/d/{SHA[:16]}/1")
    rows = re.findall(r"<tr>(.*?)</tr>", text.partition('<div class="grid">')[2].partition("</table>")[0], re.DOTALL)
    assert [row.count("<td") for row in rows] == [1, 2, 2, 4, 4], "with an empty slot where no cell stands"
    assert 'colspan="3"' in rows[0]
    assert 'rowspan="2"' in rows[1]


def test_a_finding_is_shown_with_both_sides_and_where_the_difference_stands(site: Site) -> None:
    text = site.get(f"/d/{SHA[:16]}/1?f={FINDING}")
    for shown in ("1,860,000.00", "1,710,000.00", "150,000.00", "The same amount is printed at", "30215 / 会议费"):
        assert shown in text
    assert text.count('aria-current="true"') >= 1


def test_the_next_thing_to_do_is_the_first_that_is_not_done(site: Site) -> None:
    status, headers, _ = site.ask("GET", "/next/0")
    assert status == 303
    assert parse(headers["location"]) == {"f": FINDING, "t": "1"}
    site.post("/decide", f=FINDING, verdict="confirm", reason="source_error", t="1")
    status, headers, _ = site.ask("GET", "/next/0")
    assert headers["location"] == "/?said=done"
    assert "Everything here has been judged" in site.get("/?said=done")


def parse(location: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in urlsplit(location).query.split("&"))


# --------------------------------------------------------------------------------------------------- what is written


def test_a_decision_is_an_entry_of_a_file(site: Site) -> None:
    status, headers, _ = site.post("/decide", f=FINDING, verdict="reject", reason="rule_does_not_apply", note="两口径")
    assert status == 303
    assert "said=reject" in headers["location"]
    status, headers, _ = site.post(
        "/decide", at=AMOUNT, verdict="confirm", reason="as_printed", back=f"/d/{SHA[:16]}/1"
    )
    assert parse(headers["location"])["at"] == f"{SHA[:16]}.t1.r5.c4".replace(":", "%3A"), "on to the next value"
    (file,) = site.desk.reviews.iterdir()
    value, finding = read_verdicts(file)
    assert file.name == "130630.yml"
    assert (value.fact_id, value.expects, value.verdict) == (AMOUNT, "186.00", "confirm")
    assert (finding.fingerprint, finding.verdict, finding.note) == (FINDING, "reject", "两口径")
    assert (finding.reviewer, finding.reviewed_on) == ("张三", "2026-11-23")
    site.post("/decide", at=AMOUNT, verdict="flag", reason="unclear", note="印章压字")
    assert [one.verdict for one in read_verdicts(file)] == ["flag", "reject"], "a later verdict takes the place"
    assert "印章压字" in site.get(f"/d/{SHA[:16]}/1?at={AMOUNT}")


def test_undo_goes_back_step_by_step(site: Site) -> None:
    site.post("/decide", at=AMOUNT, verdict="confirm", reason="as_printed")
    file = site.desk.reviews / "130630.yml"
    first = file.read_bytes()
    site.post("/decide", f=FINDING, verdict="confirm", reason="source_error")
    assert "said=undo" in site.post("/undo")[1]["location"]
    assert file.read_bytes() == first
    site.post("/undo")
    assert not file.exists()
    assert "said=nothing" in site.post("/undo")[1]["location"]


def test_what_somebody_else_wrote_meanwhile_is_kept(site: Site) -> None:
    site.post("/decide", at=AMOUNT, verdict="confirm", reason="as_printed")
    file = site.desk.reviews / "130630.yml"
    file.write_text("# 涞源县\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    assert site.post("/undo")[0] == 400, "not ours to take back"
    site.post("/decide", f=FINDING, verdict="confirm", reason="source_error")
    assert file.read_text(encoding="utf-8").startswith("# 涞源县\nverdicts:\n")
    assert len(read_verdicts(file)) == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"at": AMOUNT, "verdict": "accept", "reason": "as_printed"},
        {"at": AMOUNT, "verdict": "confirm", "reason": "because"},
        {"at": AMOUNT, "verdict": "flag", "reason": "unclear"},
        {"at": "nowhere", "verdict": "confirm", "reason": "as_printed"},
        {"verdict": "confirm", "reason": "as_printed"},
        {"document": "f" * 64, "at": AMOUNT, "verdict": "confirm", "reason": "as_printed"},
    ],
)
def test_what_is_no_decision_writes_nothing(site: Site, fields: dict[str, str]) -> None:
    assert site.post("/decide", **fields)[0] == 400
    assert not site.desk.reviews.exists()


FIX = {"at": AMOUNT, "reason": "grid", "kind": "picture", "note": "第 9 表", "why": "行错位", "text": "171.00"}


def test_a_correction_is_guarded_by_what_was_read(site: Site) -> None:
    assert site.post("/correct", **FIX)[0] == 303
    (one,) = read_corrections(site.desk.corrections / "130630.yml")
    assert (one.document, one.place, one.printed, one.fix.text) == (SHA, "t1.r5.c3", "186.00", "171.00")
    assert (one.by, one.on, one.evidence.note) == ("张三", "2026-11-23", "第 9 表")
    assert one.id == f"130630-{SHA[:8]}-t1.r5.c3"
    assert "a correction is written" in site.get(f"/d/{SHA[:16]}/1?at={AMOUNT}")
    assert site.post("/correct", **FIX)[0] == 400, "of one place there is one"
    site.post("/undo")
    assert not (site.desk.corrections / "130630.yml").exists()


def test_a_correction_is_appended_and_what_stands_there_is_not_touched(site: Site) -> None:
    site.desk.corrections.mkdir()
    file = site.desk.corrections / "130630.yml"
    file.write_text("# by hand\ncorrections: []\n", encoding="utf-8")
    assert site.post("/correct", **FIX)[0] == 303
    assert site.post("/correct", **{**FIX, "at": f"{SHA[:16]}.t1.r5.c4", "text": '"quoted: #'})[0] == 303
    assert file.read_text(encoding="utf-8").startswith("# by hand\ncorrections:\n  - id: ")
    assert [one.fix.text for one in read_corrections(file)] == ["171.00", '"quoted: #']


@pytest.mark.parametrize("text", ["# by hand\n", "corrections:\n", "", "# a\n\ncorrections: []"])
def test_a_file_without_an_entry_takes_one(site: Site, text: str) -> None:
    site.desk.corrections.mkdir()
    file = site.desk.corrections / "130630.yml"
    file.write_text(text, encoding="utf-8")
    assert site.post("/correct", **FIX)[0] == 303
    assert len(read_corrections(file)) == 1


def test_a_file_that_cannot_be_continued_is_left_alone(site: Site) -> None:
    site.post("/correct", **FIX)
    (file,) = site.desk.corrections.iterdir()
    flow = (
        "corrections: ["
        + ", ".join(
            [
                "{id: a, document: " + SHA + ", place: t2.r1.c1, printed: '', fix: {text: a},"
                " reason: ocr, evidence: {kind: picture, note: a}, by: a, on: 2026-11-23, why: a}"
            ]
        )
        + "]\n"
    )
    file.write_text(flow, encoding="utf-8")
    assert site.post("/correct", **FIX)[0] == 400
    assert file.read_text(encoding="utf-8") == flow


@pytest.mark.parametrize(
    "change", [{"note": ""}, {"why": " "}, {"reason": "sum"}, {"kind": "arithmetic"}, {"text": "186.00"}, {"at": "p1"}]
)
def test_what_is_no_correction_writes_nothing(site: Site, change: dict[str, str]) -> None:
    assert site.post("/correct", **(FIX | change))[0] == 400
    assert not site.desk.corrections.exists()


def test_a_file_that_is_wrong_is_said_and_left_alone(site: Site) -> None:
    site.desk.reviews.mkdir()
    file = site.desk.reviews / "130630.yml"
    file.write_text("verdicts: 7\n", encoding="utf-8")
    status, _, text = site.post("/decide", at=AMOUNT, verdict="confirm", reason="as_printed")
    assert (status, file.read_text(encoding="utf-8")) == (400, "verdicts: 7\n")
    assert "130630.yml" in text
    with pytest.raises(errors.Trouble):
        site.desk.verdicts()


def test_the_fifteen_of_the_report_is_found_from_the_tables_alone(shared: Path, tmp_path: Path) -> None:
    """186 is not 171 and two blanks: one key shows the difference, one link leads to where the 15.00 is printed."""
    documents = read_paths([shared / "fixtures" / "sample.docx"], LIMITS)
    check_documents(documents, LIMITS)
    write_tables(together(documents), tmp_path / "tables")
    for site in site_over(shelf_over(tmp_path / "tables"), tmp_path):
        site.enter()
        _, headers, _ = site.ask("GET", "/next/0")
        text = site.get(headers["location"])
        for shown in ("1,860,000.00", "1,710,000.00", "150,000.00"):
            assert shown in text
        named = r"<code>t\d+\.r\d+\.c\d+</code> 30215 / 会议费 <b>15.00</b>"
        (link, *_) = re.findall(rf"<li><a href=\"([^\"]+)\">{named}", text)
        there = site.get(link.replace("&amp;", "&"))
        assert re.search(r"<td class=\"[^\"]*sel[^\"]*\" id=\"here\"><a [^>]*>15\.00</a>", there)


# ---------------------------------------------------------------------------------------------------------- the command


def test_documents_are_named_in_several_ways(written: Path, tmp_path: Path) -> None:
    root = DataRoot(tmp_path)
    for named, count in (
        ([], 1),
        (["130630"], 1),
        (["999999"], 0),
        ([SHA[:16]], 1),
        ([f"{SHA[:16]}.t1.r5.c3"], 1),
        (["f" * 16, "130630"], 1),
        ([HOSTILE[:7]], 1),
    ):
        assert len(shelf_of([str(written), *named], root).documents()) == count, named
    with pytest.raises(errors.Trouble, match="no such file"):
        shelf_of(["no/such.pdf"], root)
    with pytest.raises(errors.Trouble) as caught:
        shelf_of(["130630"], root)
    assert caught.value.code == errors.DATA, "there is no release"


@pytest.mark.parametrize(
    "told",
    [
        ["--only", "everything"],
        ["--only", "sample:0"],
        ["--only", "fails:3"],
        ["--by", " "],
        ["999999"],
        ["--reviews", "{wrong}"],
    ],
)
def test_what_cannot_be_meant_is_said_in_one_line(
    written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], told: list[str]
) -> None:
    (tmp_path / "a.yml").write_text("verdicts: 7\n", encoding="utf-8")
    told = [one.format(wrong=tmp_path) for one in told]
    assert main(["review", str(written), "--by", "me", *told]) == errors.USAGE
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.strip().splitlines()) == 1


def test_what_there_is_to_do(written: Path) -> None:
    shelf = shelf_over(written)
    documents = shelf.documents()
    assert [(one.kind, one.name) for one in tasks_of(shelf, "fails", 0, documents)] == [("finding", FINDING)]
    assert [(one.kind, one.name) for one in tasks_of(shelf, "issues", 0, documents)] == [("issue", "i1")]
    some = tasks_of(shelf, "sample", 2, documents)
    assert len(some) == 2
    assert some == tasks_of(shelf, "sample", 2, documents), "the same for the same documents"
    assert len(tasks_of(shelf, "sample", 99, documents)) == 4, "printed amounts alone"
    assert tasks_of(shelf, "doubtful", 0, documents) == []
    assert (kind_of("sample"), kind_of("sample:7"), kind_of("sample 7")) == (
        ("sample", 50),
        ("sample", 7),
        ("sample", 7),
    )
