"""What was looked for, from the ledger and the registry; and that a quiet night changes nothing of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crawl.ledger import Ledger
from crawl.schema import Visit
from flows.coverage import sought, with_coverage
from flows.release.build import Unreached
from flows.settings import DataRoot
from normalize.schema import TABLES, to_frame

URL = "https://www.laiyuan.gov.cn/czyjs/"


def visited(root: DataRoot, *visits: tuple[str, str], url: str = URL) -> None:
    """(day, outcome) of the listing's first page, a run each."""
    with Ledger(root.ledger) as ledger:
        for day, outcome in visits:
            at = f"{day}T18:00:00Z"  # two in the morning of the next day in Beijing
            run = ledger.begin_run("130630_laiyuan", "130630", "涞源县人民政府", at)
            body = "ab" * 32 if outcome in {"new", "unchanged", "replaced"} else None
            ledger.record(run, Visit("130630_laiyuan", url, "listing", at, outcome, sha256=body))  # type: ignore[arg-type]
            ledger.end_run(run, "finished")


def registered(folder: Path, kind: str = "", name: str = "130630_laiyuan", url: str = URL) -> Path:
    path = folder / f"{name}.yml"
    row = f"{{url: '{url}'" + (f", kind: {kind}" if kind else "") + "}"
    path.write_text(f"code: {name[:6]}\npublisher: x\nlistings: [{row}]\n", encoding="utf-8")
    return path


def test_a_quiet_night_changes_nothing_and_a_due_day_does(tmp_path: Path) -> None:
    root = DataRoot(tmp_path)
    visited(root, ("2024-05-07", "new"))
    first = sought(root)
    visited(root, ("2024-05-08", "unchanged"))
    assert sought(root) == first
    assert dict(first[0].last_due)["department_budget"] == 2023
    visited(root, ("2024-05-10", "unchanged"))
    assert dict(sought(root)[0].last_due)["department_budget"] == 2024
    assert sought(root, as_of="2024-05-08T23:59:59Z") == first


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        (["new", "failed"], "searched"),  # what was read once was read; the day stays that of the reading
        (["refused"], "blocked"),
        (["failed"], "failed"),
        (["gone"], "failed"),
        ([], "not_searched"),
    ],
)
def test_how_a_source_was_looked_at(tmp_path: Path, outcomes: list[str], state: str) -> None:
    root = DataRoot(tmp_path)
    visited(root, *((f"2024-05-{number + 9:02d}", outcome) for number, outcome in enumerate(outcomes)))
    (one,) = sought(root, [registered(tmp_path)])
    assert one.state == state
    if outcomes == ["new", "failed"]:
        assert dict(one.last_due)["department_budget"] == 2023


def test_a_source_of_one_kind_says_so_and_one_never_crawled_is_there(tmp_path: Path) -> None:
    root = DataRoot(tmp_path)
    visited(root, ("2024-05-07", "new"))
    files = [
        registered(tmp_path, "department_budget"),
        registered(tmp_path, name="130631_wangdu", url="https://www.wangdu.gov.cn/"),
    ]
    found = sought(root, files)
    assert [(one.source_id, one.state, one.kinds) for one in found] == [
        ("130630_laiyuan", "searched", ("department_budget",)),
        ("130631_wangdu", "not_searched", ()),
    ]


def test_what_a_site_that_moved_gave_is_known_until_it_moved(tmp_path: Path) -> None:
    root = DataRoot(tmp_path)
    visited(root, ("2022-12-01", "new"), url="https://old.laiyuan.gov.cn/")
    visited(root, ("2024-12-01", "failed"))
    (one,) = sought(root, [registered(tmp_path)])
    assert (one.state, dict(one.last_due)["department_budget"]) == ("searched", 2022)


def test_the_table_holds_dead_links_and_what_was_due(tmp_path: Path) -> None:
    root = DataRoot(tmp_path)
    visited(root, ("2024-11-01", "new"))
    tables: dict[str, Any] = {name: to_frame(name, []) for name in TABLES}
    dead = Unreached("130630_laiyuan", f"{URL}x.pdf", "attachment", "gone", "教育局2024年部门预算")
    rows = with_coverage(tables, [dead], sought(root))["coverage"].to_dicts()
    found = {(row["doc_type"], row["fiscal_year"], row["state"], row["reason"], row["url"]) for row in rows}
    assert found == {
        ("department_budget", 2024, "link_dead", "link_gone", dead.url),  # of an office not known by its name
        ("department_budget", 2024, "not_published", "none_published", None),
        ("department_final", 2023, "not_published", "none_published", None),
        ("government_budget", 2024, "not_published", "none_published", None),
        ("government_final", 2023, "not_published", "none_published", None),
    }
