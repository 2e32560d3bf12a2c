# ruff: noqa: E501 -- pages as they are written
"""`yujue links`: one page for people or as JSON, many pages as lines."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from flows import cli
from flows.errors import DATA, OK, USAGE

LISTING = (
    "<html><head><title>部门预算-某县</title></head><body><ul><li><a href='t20240205_1.html'>某县教育局2024年部门预算</a>"
    "<i>2024-02-05</i></li></ul><a href='/czyjs/bmjs/'>部门决算</a></body></html>"
)
NOTICE = (
    "<html><head><title>某县教育局2024年部门预算_某县</title></head><body><h1>某县教育局2024年部门预算</h1><p>发布日期：2024-02-05"
    " 来源：县教育局 【打印】【关闭】</p><div class='content'><a href='P1.pdf'>预算公开</a></div></body></html>"
)
URL = "http://www.a.gov.cn/czyjs/"


@pytest.fixture
def pages(tmp_path: Path) -> dict[str, Path]:
    made = {"listing": LISTING, "notice": NOTICE, "pdf": "%PDF-1.4 x"}
    for name, text in made.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return {name: tmp_path / name for name in made}


def batch(
    lines: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[list[dict], str]:  # type: ignore[type-arg]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))
    assert cli.main(["links", "--batch"]) == OK
    written = capsys.readouterr()
    return [json.loads(line) for line in written.out.splitlines()], written.err


def test_one_answer_per_request_in_order_and_none_ends_the_others(
    pages: dict[str, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def request(name: str) -> str:
        return json.dumps({"file": str(pages[name]), "base_url": URL})

    lines = [request("listing"), "no json", json.dumps({"file": "/nowhere"}), request("pdf"), request("notice")]
    answers, told = batch(lines, monkeypatch, capsys)
    assert [answer["page_class"] for answer in answers] == ["listing", "unreadable", "unreadable", "file", "notice"]
    assert told.count("yujue:") == 2
    (link,) = answers[0]["disclosure_links"]
    assert (link["href"], link["kind"], link["fiscal_year"]) == (f"{URL}t20240205_1.html", "department_budget", 2024)
    assert (link["date"], link["entity"]) == ("2024-02-05", "某县教育局")
    assert [column["href"] for column in answers[0]["column_links"]] == ["http://www.a.gov.cn/czyjs/bmjs/"]
    notice = answers[4]
    assert [one["href"] for one in notice["attachments"]] == [f"{URL}P1.pdf"]
    assert (notice["publish_date"], notice["department"]) == ("2024-02-05", "某县教育局")
    assert (notice["fiscal_year"], notice["kind"], notice["disclosure_links"]) == (2024, "department_budget", [])


def test_a_page_as_json_and_for_people(pages: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["links", str(pages["listing"]), "--base-url", URL, "--json"]) == OK
    assert json.loads(capsys.readouterr().out)["page_class"] == "listing"
    assert cli.main(["links", str(pages["listing"]), "--base-url", URL]) == OK
    shown = capsys.readouterr().out
    assert "department_budget" in shown
    assert "2024-02-05" in shown


def test_a_page_that_is_not_there_or_holds_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["links", str(tmp_path / "none.html")]) == USAGE
    assert cli.main(["links"]) == USAGE
    (tmp_path / "odd").write_bytes(b"<!---->")
    assert cli.main(["links", str(tmp_path / "odd")]) in {OK, DATA}
    capsys.readouterr()
