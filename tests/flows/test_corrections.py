"""Corrections and revisions through the night: a replaced document, an earlier view, a stale correction."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import polars as pl
import pytest

from flows import errors
from flows.as_of import moment_of, view
from flows.cli import main
from flows.night import Night
from flows.nightly import nightly
from flows.reviews import Verdict, write_verdicts
from flows.settings import DataRoot
from tests.crawl.web import Site, crawl, listing, notice, row, serve, source_file
from tests.flows.conftest import LIMITS, NOW

DAYS = [dt.datetime(2024, 3, day, 2, tzinfo=dt.UTC) for day in (1, 2, 3)]


def changed(docx: bytes, old: str, new: str) -> bytes:
    """The Word document with one printed text instead of another, once."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as before, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            if name == "word/document.xml":
                assert f">{old}<".encode() in content
                content = content.replace(f">{old}<".encode(), f">{new}<".encode(), 1)
            after.writestr(zipfile.ZipInfo(name), content)
    return made.getvalue()


def night(root: DataRoot, corrections: Path) -> Night:
    return nightly([], NOW, root.path, limits=LIMITS, corrections_folder=corrections)


def table(root: DataRoot, name: str) -> pl.DataFrame:
    return pl.read_parquet(root.releases / "latest" / f"{name}.parquet")


def correction(fact: dict[str, object], text: str, printed: str | None = None, number: int = 1) -> str:
    place = str(fact["fact_id"]).partition(".")[2]
    expects = json.dumps(fact["printed_text"] if printed is None else printed)
    return (
        f"  - {{id: test-{number}, document: {fact['document_sha256']}, place: {place}, printed: {expects},\n"
        f"     fix: {{text: {json.dumps(text)}}}, reason: grid, evidence: {{kind: picture, note: seen}},\n"
        f"     by: tester, on: 2026-11-23, why: a test}}\n"
    )


@pytest.fixture(scope="module")
def replaced(documents: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DataRoot, str]]:
    """One document, crawled over loopback on two days; on the second the site had put another amount into it."""
    folder = tmp_path_factory.mktemp("replaced")
    docx = next(path for path in documents if path.suffix == ".docx").read_bytes()
    site, data, amount = Site(), folder / "data", "186.00"
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        content = package.read("word/document.xml").decode()
    amount = next(text for text in _amounts(content) if content.count(f">{text}<") == 1)
    with serve(site):
        site.page("/czyjs/index.html", listing(row("t1.html", "2024年部门预算", "2024-02-06")))
        site.page("/czyjs/t1.html", notice("2024年部门预算", ("a.docx", "2024年部门预算.docx")))
        site.file("/czyjs/a.docx", docx)
        source = source_file(folder, site)
        assert not crawl(source, data, now=DAYS[0]).failed
        site.file("/czyjs/a.docx", changed(docx, amount, "77777.77"))
        assert crawl(source, data, now=DAYS[1]).outcomes["replaced"] == 1
    yield DataRoot(data), amount


def _amounts(content: str) -> list[str]:
    texts = [piece.partition("<")[0] for piece in content.split(">")]
    return [text for text in texts if text.replace(".", "", 1).isdigit() and "." in text]


def test_a_replaced_document_is_a_revision_cell_by_cell(replaced: tuple[DataRoot, str], tmp_path: Path) -> None:
    root, amount = replaced
    assert night(root, tmp_path).published is not None
    (revision,) = table(root, "meta_revisions").to_dicts()
    (cell,) = table(root, "meta_revision_cells").filter(pl.col("of_table") == "budget_lines").to_dicts()
    assert (revision["basis"], revision["is_in_force"]) == ("same_url", True)
    assert (revision["n_added"], revision["n_gone"], revision["n_changed"]) == (0, 0, 1)
    assert revision["n_same"] > 100
    assert (cell["op"], cell["text_before"], cell["text_after"]) == ("changed", amount, "77777.77")
    documents = {one["document_sha256"]: one for one in table(root, "meta_documents").to_dicts()}
    old, new = documents[revision["replaces_sha256"]], documents[revision["document_sha256"]]
    assert (old["is_current"], old["version_no"], old["replaced_by"]) == (False, 1, new["document_sha256"])
    assert (new["is_current"], new["version_no"], new["replaced_by"]) == (True, 2, None)
    facts = table(root, "core_budget_lines")
    assert set(facts["document_sha256"]) == set(documents), "nothing is retracted"
    again = night(root, tmp_path).published
    assert again is not None
    assert not again.is_new


def test_the_view_of_the_first_day_is_the_release_of_the_first_day(
    replaced: tuple[DataRoot, str], tmp_path: Path
) -> None:
    root, amount = replaced

    def seen(day: str) -> dict[str, pl.DataFrame]:
        rows = view(root, moment_of(day), LIMITS, tmp_path / day)
        assert {path.name for path in (tmp_path / day).iterdir()} == {f"{name}.parquet" for name in rows}
        tables = {name: pl.read_parquet(tmp_path / day / f"{name}.parquet") for name in rows}
        assert {name: frame.height for name, frame in tables.items()} == rows
        return tables

    nothing, first, second = map(seen, ("2024-02-29", "2024-03-01", "2024-03-02"))
    assert nothing["documents"].height == 0
    assert first["documents"]["is_current"].to_list() == [True]
    assert first["revisions"].height == 0
    assert amount in first["budget_lines"]["printed_text"].to_list()
    assert "77777.77" not in first["budget_lines"]["printed_text"].to_list()
    assert sorted(second["documents"]["is_current"].to_list()) == [False, True]
    assert second["revisions"].height == 1
    kept = second["budget_lines"].filter(
        pl.col("document_sha256").is_in(first["documents"]["document_sha256"].to_list())
    )
    assert kept.equals(first["budget_lines"]), "what was known then is known now, unchanged"


def test_an_earlier_view_as_files(
    replaced: tuple[DataRoot, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = ["as-of", "2024-03-01", "--data", str(replaced[0].path), "--out", str(tmp_path / "out"), "--json"]
    assert main(told) == errors.OK
    said = json.loads(capsys.readouterr().out)
    assert (said["as_of"], said["rows"]["documents"]) == ("2024-03-01T15:59:59Z", 1)
    assert pl.read_parquet(tmp_path / "out" / "documents.parquet")["is_current"].to_list() == [True]


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("2024-03-01", "2024-03-01T15:59:59Z"),
        ("2024-03-01T10:00:00+08:00", "2024-03-01T02:00:00Z"),
        ("2024-03-01T10:00:00", "2024-03-01T10:00:00Z"),
    ],
)
def test_a_day_ends_in_beijing(said: str, moment: str) -> None:
    assert moment_of(said) == moment


@pytest.mark.parametrize("said", ["", "yesterday", "2024-13-01", "0001-01-01T00:00:00+10:00"])
def test_no_moment(said: str) -> None:
    with pytest.raises(errors.Trouble) as caught:
        moment_of(said)
    assert caught.value.code == errors.USAGE


def test_a_correction_makes_its_own_document_again_and_is_published(
    replaced: tuple[DataRoot, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root, _ = replaced
    night(root, tmp_path)
    (fact,) = table(root, "core_budget_lines").filter(pl.col("printed_text") == "77777.77").to_dicts()
    lost = {**fact, "document_sha256": "f" * 64}
    file = tmp_path / "130630.yml"
    file.write_text("corrections:\n" + correction(fact, "88888.88") + correction(lost, "1", number=2), encoding="utf-8")
    done = night(root, tmp_path)
    assert done.done == {"read": 0, "facts": 1, "check": 1}, "no other document is touched"
    (after,) = table(root, "core_budget_lines").filter(pl.col("fact_id") == fact["fact_id"]).to_dicts()
    assert (after["printed_text"], after["printed_text_as_read"]) == ("88888.88", "77777.77")
    assert after["correction_ids"] == ["test-1"]
    status = {one["correction_id"]: one["stale_reason"] for one in table(root, "meta_corrections").to_dicts()}
    assert status == {"test-1": None, "test-2": "no_document"}
    assert table(root, "meta_issues").filter(pl.col("code") == "correction_stale").height == 1
    monkeypatch.setenv("YUJUE_LANG", "en")
    assert main(["why", str(fact["fact_id"]), "--data", str(root.path)]) == errors.OK
    assert "corrected: test-1; read as “77777.77”" in capsys.readouterr().out
    told = ["--corrections", str(tmp_path), "--json"]
    assert main(["correction", "stale", "--data", str(root.path), *told]) == errors.FINDINGS
    assert [one["reason"] for one in json.loads(capsys.readouterr().out)] == ["no_document"]

    file.write_text("corrections:\n" + correction(fact, "88888.88", printed="77777.70"), encoding="utf-8")
    night(root, tmp_path)
    (after,) = table(root, "core_budget_lines").filter(pl.col("fact_id") == fact["fact_id"]).to_dicts()
    assert (after["printed_text"], after["correction_ids"]) == ("77777.77", None), "it dies with its cause"
    assert main(["correction", "stale", "--data", str(root.path), *told]) == errors.FINDINGS
    (one,) = json.loads(capsys.readouterr().out)
    assert (one["reason"], one["expected"], one["read"]) == ("text_differs", "77777.70", "77777.77")


def test_a_wrong_file_stops_the_night_before_it_begins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YUJUE_LANG", "en")
    (tmp_path / "a.yml").write_text("corrections:\n  - {id: a, plaec: t1.r1.c1}\n", encoding="utf-8")
    with pytest.raises(errors.Trouble, match=r"a\.yml:2: corrections\[1\]\.plaec: unknown key"):
        night(DataRoot(tmp_path / "data"), tmp_path)
    assert not (tmp_path / "data" / "releases").exists()
    assert main(["correction", "lint", "--corrections", str(tmp_path)]) == errors.FINDINGS
    said = capsys.readouterr()
    assert "a.yml:2: corrections[1].plaec: unknown key; did you mean 'place'?" in said.err
    assert main(["correction", "lint", "--corrections", str(tmp_path / "none")]) == errors.USAGE


def test_our_own_corrections_are_sound() -> None:
    assert main(["correction", "lint"]) == errors.OK


def test_verdicts_check_their_own_document_again_and_stay(
    replaced: tuple[DataRoot, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root, _ = replaced
    nothing, reviews = tmp_path / "none", tmp_path / "reviews"
    reviews.mkdir()

    def again() -> Night:
        return nightly([], NOW, root.path, limits=LIMITS, corrections_folder=nothing, reviews_folder=reviews)

    again()
    before = table(root, "meta_findings")
    assert before["human_verdict"].null_count() == before.height
    finding = before.filter(pl.col("outcome") == "fails").row(0, named=True)
    (fact,) = table(root, "core_budget_lines").filter(pl.col("printed_text") == "77777.77").to_dicts()
    said = {"reviewer": "tester", "reviewed_on": "2026-11-23"}
    sha256 = finding["document_sha256"]
    rejected = Verdict(
        sha256, finding["evidence"][0], "reject", "rule_does_not_apply", fingerprint=finding["fingerprint"], **said
    )
    confirmed = Verdict(fact["document_sha256"], "77777.77", "confirm", "as_printed", fact_id=fact["fact_id"], **said)
    lost = Verdict("f" * 64, "1", "flag", "unclear", fact_id="f" * 16 + ".t1.r1.c1", **said)
    (reviews / "local.yml").write_text(write_verdicts([rejected, confirmed, lost]), encoding="utf-8")
    done = again()
    assert done.done == {"read": 0, "facts": 0, "check": len({sha256, fact["document_sha256"]})}
    after = table(root, "meta_findings").filter(pl.col("finding_id") == finding["finding_id"]).row(0, named=True)
    assert (after["outcome"], after["human_verdict"], after["severity"]) == ("fails", "reject", "info")
    assert table(root, "meta_issues").filter(pl.col("code") == "verdict_stale").height == 0
    told = ["correction", "stale", "--data", str(root.path), "--corrections", str(nothing), "--reviews", str(reviews)]
    assert main([*told, "--json"]) == errors.FINDINGS
    assert [(one["reason"], one["judged"]) for one in json.loads(capsys.readouterr().out)] == [
        ("no_document", lost.fact_id)
    ]
    again_done = again()
    assert again_done.done == {"read": 0, "facts": 0, "check": 0}, "a verdict that stands costs nothing"

    moved = msgspec.structs.replace(confirmed, expects="77777.70")
    (reviews / "local.yml").write_text(write_verdicts([moved]), encoding="utf-8")
    again()
    (issue,) = table(root, "meta_issues").filter(pl.col("code") == "verdict_stale").to_dicts()
    assert fact["fact_id"] in issue["message_en"]
    assert table(root, "meta_findings").equals(before), "without the verdict all is as it was"
    assert main(told) == errors.FINDINGS
    assert "text_differs" in capsys.readouterr().out


def test_lint_tells_of_both_kinds_of_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.yml").write_text("verdicts:\n  - verdict: yes\n", encoding="utf-8")
    told = ["correction", "lint", "--corrections", str(tmp_path / "none"), "--json"]
    assert main([*told, "--reviews", str(tmp_path)]) == errors.USAGE, "a folder that is named is there"
    (tmp_path / "none").mkdir()
    capsys.readouterr()
    assert main([*told, "--reviews", str(tmp_path)]) == errors.FINDINGS
    said = json.loads(capsys.readouterr().out)
    assert (said["corrections"], said["verdicts"]) == (0, 0)
    assert "a.yml:2: verdicts[1].document_sha256: expected, but it is missing" in said["errors"][0]
