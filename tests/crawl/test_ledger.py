"""The ledger says what happened, and which documents follow from it, whatever the clock said."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from crawl.hosts import Host, HostBook
from crawl.ledger import Ledger, LedgerError, Link
from crawl.ledger_schema import migrate_file, version_of_file
from crawl.schema import Visit

A, B = "a" * 64, "b" * 64
URL = "http://a.gov.cn/P1.pdf"


def visit(
    outcome: str, sha256: str | None = None, url: str = URL, at: str = "2024-03-01T00:00:00Z", **more: object
) -> Visit:
    return msgspec.convert(
        {"source_id": "s", "url": url, "role": "attachment", "at": at, "outcome": outcome, "sha256": sha256, **more},
        Visit,
    )


def link(sha256: str, landing: str = "http://a.gov.cn/t1.html", url: str = URL, **more: str) -> Link:
    return Link("s", sha256, url, landing, "attachment", **more)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.sqlite")


def begin(ledger: Ledger, at: str = "2024-03-01T00:00:00Z") -> str:
    return ledger.begin_run("s", "130630", "涞源县人民政府", at)


def test_visits_come_back_as_they_were_written(ledger: Ledger) -> None:
    run = begin(ledger)
    written = [
        visit(
            "new",
            A,
            status=200,
            etag='"1"',
            last_modified="Mon",
            landing_url="http://a.gov.cn/t1.html",
            link_text="附件",
        ),
        visit("refused", url="http://a.gov.cn/x", reason="robots.txt forbids it"),
    ]
    for one in written:
        ledger.record(run, one)
    assert ledger.visits(run_id=run) == written
    assert ledger.visits(outcome="refused") == written[1:]
    assert ledger.visits(url=URL, source_id="s") == written[:1]
    assert ledger.visits(source_id="other") == []
    assert ledger.summary(run) == {"attachment": {"new": 1, "refused": 1}}


def test_replaced_keeps_both_and_gone_retracts_nothing(ledger: Ledger) -> None:
    run = begin(ledger)
    ledger.record(run, visit("new", A), [link(A, notice_title="旧")])
    run = begin(ledger)
    ledger.record(run, visit("replaced", B), [link(B, notice_title="新")])
    found = {document.sha256: document for document in ledger.documents()}
    assert {sha: document.is_current for sha, document in found.items()} == {A: False, B: True}
    assert (found[A].provenance.notice_title, found[B].provenance.notice_title) == ("旧", "新")
    for outcome in ("gone", "failed", "refused"):
        ledger.record(begin(ledger), visit(outcome))
    assert {document.sha256: document.is_current for document in ledger.documents()} == {A: False, B: True}
    ledger.record(begin(ledger), visit("replaced", A), [link(A)])  # the old bytes are back
    assert {document.sha256: document.is_current for document in ledger.documents()} == {A: True, B: False}


def test_an_earlier_view_and_the_changes_that_led_from_it(ledger: Ledger) -> None:
    first, second, third = (f"2024-03-0{day}T00:00:00Z" for day in (1, 2, 3))
    ledger.record(begin(ledger, first), visit("new", A, at=first), [link(A)])
    ledger.record(begin(ledger, second), visit("unchanged", A, at=second))
    ledger.record(begin(ledger, third), visit("replaced", B, at=third), [link(B)])

    def known(as_of: str | None) -> dict[str, bool]:
        return {document.sha256: document.is_current for document in ledger.documents(as_of=as_of)}

    assert known("2024-02-29T23:59:59Z") == {}
    assert known(first) == known("2024-03-02T23:59:59Z") == {A: True}
    assert known(third) == known(None) == {A: False, B: True}
    assert [(body.sha256, body.at) for body in ledger.bodies()] == [(A, first), (B, third)]
    assert ledger.bodies(as_of=second) == ledger.bodies()[:1]


def test_current_by_any_of_its_urls(ledger: Ledger) -> None:
    run = begin(ledger)
    other = "http://a.gov.cn/P2.pdf"
    ledger.record(run, visit("new", A), [link(A)])
    ledger.record(run, visit("new", A, url=other), [link(A, url=other)])
    ledger.record(run, visit("replaced", B), [link(B)])
    assert {document.sha256: document.is_current for document in ledger.documents()} == {A: True, B: True}


def test_last_body_gives_the_newest_validators_of_these_bytes(ledger: Ledger) -> None:
    assert ledger.last_body("s", URL) is None
    run = begin(ledger)
    ledger.record(run, visit("new", A, etag='"1"'))
    ledger.record(run, visit("unchanged", A, etag='"2"', final_url="http://a.gov.cn/P1b.pdf"))
    ledger.record(run, visit("failed", B, reason="a page came instead"))
    last = ledger.last_body("s", URL)
    assert last is not None
    assert (last.sha256, last.etag, last.final_url) == (A, '"2"', "http://a.gov.cn/P1b.pdf")
    assert ledger.last_body("other source", URL) is None


def test_documents_do_not_depend_on_time_or_order(tmp_path: Path) -> None:
    """The same facts written at other times and in another order give the same documents."""
    ways = [
        (A, "http://a.gov.cn/t2.html", "2024-02-06"),
        (A, "http://a.gov.cn/t1.html", "2024-02-05"),
        (B, "http://a.gov.cn/t3.html", None),
    ]
    results = []
    for number, order in enumerate((ways, ways[::-1])):
        with Ledger(tmp_path / f"{number}.sqlite") as ledger:
            run = begin(ledger, at=f"202{number}-01-01T00:00:00Z")
            for sha256, landing, day in order:
                url = f"http://a.gov.cn/{sha256[:2]}.pdf"
                more = {"published_date": day} if day else {}
                ledger.record(run, visit("new", sha256, url=url, at=f"202{number}-05-05T00:00:00Z"),
                              [link(sha256, landing, url, **more)])  # fmt: skip
            results.append(ledger.documents())
    assert results[0] == results[1]
    assert [document.sha256 for document in results[0]] == [A, B]
    assert results[0][0].provenance.landing_url == "http://a.gov.cn/t1.html"
    assert results[0][0].provenance.county_code == "130630"


def test_a_visit_and_its_links_are_one(ledger: Ledger) -> None:
    run = begin(ledger)
    with pytest.raises(sqlite3.IntegrityError):
        ledger.record(run, visit("new", A), [msgspec.structs.replace(link(A), role="listing")])
    assert ledger.visits() == []
    assert ledger.documents() == []


def test_runs(ledger: Ledger) -> None:
    first, second = begin(ledger), begin(ledger)
    ledger.end_run(second, "finished")
    assert [(run, reason) for run, _, reason in ledger.runs("s")] == [(first, None), (second, "finished")]
    assert first != second


def test_skipped_links(ledger: Ledger) -> None:
    run = begin(ledger)
    ledger.skip(run, "s", "http://a.gov.cn/", [("http://b.cn/", "乙", "offsite")])
    ledger.skip(run, "s", "http://a.gov.cn/", [("http://b.cn/", "乙县", "offsite")])
    assert ledger.skipped(run) == [("http://a.gov.cn/", "http://b.cn/", "乙县", "offsite")]


def test_not_a_ledger(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"not a database, but long enough to be looked at" * 50)
    with pytest.raises(LedgerError, match=r"ledger\.sqlite: not a usable ledger"):
        Ledger(path)


def test_a_later_version_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    Ledger(path).close()
    with sqlite3.connect(path) as db:
        db.execute("UPDATE meta SET value = '99'")
    with pytest.raises(LedgerError, match="schema version 99, this program knows 2"):
        Ledger(path)


def test_a_ledger_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    """The file was made by the code of version 1 (its dump lies beside this test): nothing of it is lost."""
    path = tmp_path / "ledger.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(Path(__file__).with_name("ledger_v1.sql").read_text(encoding="utf-8"))
    source = "130630_laiyuan"
    with pytest.raises(LedgerError, match="schema version 1, this program knows 2: run `yujue migrate` first"):
        Ledger(path)
    assert version_of_file(path) == 1, "it was left as it is"
    migrate_file(path)
    with Ledger(path) as ledger:
        assert [run[2] for run in ledger.runs()] == ["finished", None]
        (document,) = ledger.documents()
        assert (document.sha256, document.is_current) == (A, True)
        assert document.provenance.notice_title == "某局2024年部门预算"
        assert ledger.skipped(f"{source}.1") == [("http://a.example/index.html", "http://b.example/", "乙", "offsite")]
        last = ledger.last_body(source, "http://a.example/index.html")
        assert last is not None
        assert last.etag == '"1"'
        assert ledger.take_up_run(source, "2024-03-02T01:00:00Z") == f"{source}.2", "an old run can be taken up"
        assert ledger.resumed(f"{source}.2") == 1
        HostBook(ledger).write_host(Host("a.example", strikes=1, until="2024-03-03T00:00:00Z"))
    with Ledger(path) as ledger:  # and once more, as it is now
        assert HostBook(ledger).host("a.example").strikes == 1
        assert ledger.begin_run(source, "130630", "涞源县人民政府", "2024-03-03T00:00:00Z") == f"{source}.3"
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT value FROM meta").fetchall() == [("2",)]


def test_runs_of_a_source_whose_name_begins_another(ledger: Ledger) -> None:
    """They are found by their names: `s.1`, `s.1.1` and `s/…` are runs of three sources."""
    for source in ("s", "s.1", "s", "s/", "s.1", "s"):
        ledger.begin_run(source, "130630", "某县", "2024-03-01T00:00:00Z")
    assert [run for run, _, _ in ledger.runs()] == ["s.1", "s.1.1", "s.2", "s/.1", "s.1.2", "s.3"]
    ledger.end_run("s.2", "finished")
    assert ledger.take_up_run("s", "2024-03-01T01:00:00Z") == "s.3"
    assert ledger.take_up_run("s.1", "2024-03-01T01:00:00Z") == "s.1.2"
    swept = {one.source_id: (one.started_at, one.finish_reason, one.finished_at) for one in ledger.sweeps()}
    assert swept["s"] == ("2024-03-01T00:00:00Z", None, "2024-03-01T00:00:00Z")
    assert swept["s.1"] == ("2024-03-01T00:00:00Z", None, None)


def test_views_and_a_new_run_stay_quick_after_many_nights(ledger: Ledger) -> None:
    """The work does not grow with runs times sources: counted in steps of SQLite's machine, not by the clock."""
    steps: list[int] = []
    for nights in (1, 4):
        with ledger.transaction() as db:
            for source in range(200):
                db.execute("INSERT OR REPLACE INTO sources VALUES (?,?,?)", (f"s{source}", "130630", "某县"))
                for night in range(nights):
                    row = (f"s{source}.{night}.{nights}", f"s{source}", "2024-03-01T00:00:00Z", "finished")
                    db.execute("INSERT INTO runs (run_id, source_id, started_at, finish_reason) VALUES (?,?,?,?)", row)
        counted = [0]

        def count(counted: list[int] = counted) -> int:
            counted[0] += 1
            return 0

        ledger._db.set_progress_handler(count, 10)
        ledger.sweeps()
        steps.append(counted[0])
        counted[0] = 0
        ledger.begin_run("s7", "130630", "某县", "2024-03-02T00:00:00Z")
        ledger.take_up_run("s7", "2024-03-02T00:00:00Z")
        assert counted[0] < 100, "it does not read all runs"
        ledger._db.set_progress_handler(None, 0)
    assert steps[1] < steps[0] * 4, f"five times the runs: {steps}"


def test_only_a_run_cut_short_in_the_same_night_is_taken_up(ledger: Ledger) -> None:
    """A night is from noon to noon, Asia/Shanghai."""
    assert ledger.take_up_run("s", "2024-03-01T00:00:00Z") is None
    run = begin(ledger, "2024-03-01T14:00:00Z")  # 22:00 there
    assert ledger.take_up_run("s", "2024-03-02T03:59:00Z") == run, "before noon"
    assert ledger.take_up_run("s", "2024-03-02T04:01:00Z") is None, "after noon"
    assert ledger.take_up_run("other", "2024-03-01T15:00:00Z") is None
    for reason, taken in (("killed", run), ("timeout", run), ("shutdown", run), ("finished", None)):
        ledger.end_run(run, reason)
        assert ledger.take_up_run("s", "2024-03-01T15:00:00Z") == taken, reason
    later = begin(ledger, "2024-03-01T16:00:00Z")
    ledger.end_run(later, "finished")
    ledger.end_run(run, "killed")
    assert ledger.take_up_run("s", "2024-03-01T17:00:00Z") is None, "only the newest run"
    part = ledger.begin_run("s", "130630", "涞源县人民政府", "2024-03-01T17:00:00Z", scope="kinds: unit_final")
    assert ledger.take_up_run("s", "2024-03-01T18:00:00Z") is None
    assert ledger.take_up_run("s", "2024-03-01T18:00:00Z", scope="kinds: unit_final") == part
