"""Passages withheld from releases: found by place and guard, replaced wherever they are said, recorded, and linted."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.entry import main
from flows.publish_release import Published, publish_release
from flows.release.package import file_name
from flows.settings import DataRoot
from normalize.schema import Row
from normalize.withholding import (
    WITHHELD,
    Withholding,
    WithholdingError,
    guard_of,
    load_withholdings,
    parse_withholdings,
)
from tests.flows.conftest import NOW
from tests.flows.test_release import GONE, SHAS, plans

SECRET = "联系人张三，电话13800000000"
PHONE = "13800000000"
DAY = dt.date(2026, 11, 23)


def with_secret(tables: dict[str, list[Row]]) -> None:
    """The first document says it in paragraph 5, and what was taken from there says parts of it."""
    if tables["documents"][0]["document_sha256"] != SHAS[0]:
        return
    for name, column, text in (
        ("raw_cells", "text", SECRET),
        ("narratives", "text", SECRET),
        ("claims", "phrase", PHONE),
    ):
        tables[name][0].update({column: text, "paragraph_no": 5, "table_no": None, "row_no": None, "col_no": None})
        for row in tables[name][1:]:
            row["paragraph_no"] = 6
    tables["goals"][0]["goal_text"] = f"请致电{PHONE}"
    tables["claims"][0]["amount_state"] = "number"


def publish(folder: Path, withholdings: list[Withholding], change: Any = with_secret) -> Published:
    facts, checks = plans(DataRoot(folder), change)
    return publish_release(facts, checks, [GONE], root=DataRoot(folder), now=NOW, withholdings=withholdings)


def texts(release: Published) -> bytes:
    return b"".join(pl.read_parquet(path).write_ndjson().encode() for path in sorted(release.folder.glob("*.parquet")))


def one(place: str = "p5", span: tuple[int, int] | None = None, guard: str | None = None) -> Withholding:
    words = SECRET if span is None else SECRET[span[0] : span[1]]
    return Withholding("W-0001", SHAS[0], place, "phone_number", DAY, guard or guard_of(words), span)


def test_a_telephone_number_is_nowhere_in_the_release(tmp_path: Path) -> None:
    before = publish(tmp_path / "a", [])
    assert PHONE.encode() in texts(before)
    release = publish(tmp_path / "b", [one(span=(8, 19))])
    assert PHONE.encode() not in texts(release)
    cells = pl.read_parquet(release.folder / file_name("raw_cells"))
    assert f"联系人张三，电话{WITHHELD}" in cells["text"].to_list()
    goals = pl.read_parquet(release.folder / file_name("goals"))
    assert f"请致电{WITHHELD}" in goals["goal_text"].to_list()
    told = pl.read_parquet(release.folder / file_name("withheld")).row(0, named=True)
    assert (told["status"], told["reason_code"], told["place"]) == ("applied", "phone_number", "p5")
    assert {"raw_cells", "core_narratives", "core_claims", "core_goals"} <= set(told["of_tables"])
    assert all(PHONE not in path.read_text(encoding="utf-8") for path in release.folder.glob("*.md"))
    assert PHONE not in (release.folder / "index.html").read_text(encoding="utf-8")


def test_an_amount_in_a_withheld_passage_has_no_number_and_says_why(tmp_path: Path) -> None:
    release = publish(tmp_path, [one()])
    claims = pl.read_parquet(release.folder / file_name("claims")).filter(pl.col("phrase") == WITHHELD)
    assert claims.height == 1
    assert claims["amount_state"].to_list() == ["withheld"]
    assert claims["amount_yuan"].to_list() == claims["amount_fen"].to_list() == [None]


def test_the_list_of_changes_does_not_say_it_again(tmp_path: Path) -> None:
    publish(tmp_path, [])
    release = publish(tmp_path, [one()])
    changes = pl.read_parquet(release.folder / file_name("changes"))
    assert "withheld" in changes["reason"].to_list()
    assert PHONE not in changes.write_ndjson()
    assert "张三" not in (release.folder / "CHANGES.zh.md").read_text(encoding="utf-8")


def test_a_guard_that_does_not_fit_withholds_nothing_and_says_so(tmp_path: Path) -> None:
    release = publish(tmp_path, [one(guard="0" * 16)])
    assert PHONE.encode() in texts(release)
    assert pl.read_parquet(release.folder / file_name("withheld"))["status"].to_list() == ["stale"]


def test_a_whole_document_leaves_only_that_it_exists(tmp_path: Path) -> None:
    whole = Withholding("W-0002", SHAS[0], "document", "publisher_withdrew", DAY)
    release = publish(tmp_path, [whole])
    for name in ("budget_lines", "raw_cells", "narratives", "findings"):
        assert SHAS[0] not in pl.read_parquet(release.folder / file_name(name))["document_sha256"].to_list()
    document = pl.read_parquet(release.folder / file_name("documents")).filter(pl.col("document_sha256") == SHAS[0])
    assert document.height == 1
    assert document["title_printed"].to_list() == [None]


ENTRY = f"withholdings:\n  - id: W-0001\n    document: {SHAS[0]}\n    place: p5\n    guard: {'a' * 16}\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (ENTRY + "    reason: because\n    decided_on: 2026-11-23\n", "Invalid enum value"),
        (ENTRY + "    reason: minor\n    decided_on: soon\n", "decided_on"),
        (ENTRY.replace("p5", "page 5") + "    reason: minor\n    decided_on: 2026-11-23\n", "place is"),
        (ENTRY.replace("a" * 16, "aa") + "    reason: minor\n    decided_on: 2026-11-23\n", "guard is"),
        (ENTRY.replace("W-0001", "one") + "    reason: minor\n    decided_on: 2026-11-23\n", "an id is"),
        (ENTRY + "    text: 张三\n    reason: minor\n    decided_on: 2026-11-23\n", "unknown field"),
        ("withholdings: &a [*a]\n", "anchors"),
        ("- 1\n", "one key"),
        ("withholdings: [\n", "not YAML"),
    ],
)
def test_what_a_file_may_not_say(text: str, says: str) -> None:
    with pytest.raises(WithholdingError, match=says) as caught:
        parse_withholdings(text.encode(), "a.yml")
    assert "a.yml" in str(caught.value)


def test_the_commands_give_a_guard_and_read_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(tmp_path, [])
    data = ["--data", str(tmp_path)]
    assert main(["withhold", "guard", SHAS[0][:8], "p5", "--span", "8", "19", *data]) == 0
    entry = capsys.readouterr().out
    assert guard_of(PHONE) in entry
    assert PHONE not in entry
    folder = tmp_path / "withholdings"
    folder.mkdir()
    text = "withholdings:\n" + entry.replace("W-0000", "W-0001").replace("decided_on: ", "decided_on: 2026-11-23")
    (folder / "130630.yml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("YUJUE_WITHHOLDINGS", str(folder))
    assert main(["withhold", "lint", *data]) == 0
    assert "W-0001" in capsys.readouterr().out
    (listed,) = load_withholdings(folder)
    publish(tmp_path, [listed])
    assert main(["withhold", "lint", *data, "--json"]) == 0
    assert '"applied"' in capsys.readouterr().out
    assert main(["withhold", "guard", SHAS[0][:8], "p99", *data]) == 2
