"""Nights over documents of several years: who is compared with whom is remembered, and only what it touches is done."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from flows.company import FILE
from flows.nightly import Night, nightly
from flows.rebuild import Selection, rebuild
from flows.settings import DataRoot
from flows.store import Store
from tests.flows.conftest import LIMITS, NOW, fill_root


def page(year: int, total: str, change: str) -> str:
    said = (
        f"某县档案局{year}年度收入预算总计{total}万元，与上年相比增加{change}万元。",
        f"支出预算总计{total}万元，与上年相比增加{change}万元。",
    )
    head = f"<title>某县档案局{year}年部门预算</title></head><body><h1>某县档案局{year}年部门预算</h1>"
    return f"<html><head><meta charset='utf-8'>{head}{''.join(f'<p>{text}</p>' for text in said)}</body></html>"


def other(year: int) -> str:
    return page(year, "7.00", "1.00").replace("某县档案局", "某县林业局")


def write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.html"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("pages")
    return [
        write(folder, "2025", page(2025, "120.00", "20.00")),
        write(folder, "2024", page(2024, "100.00", "5.00")),
        write(folder, "other", other(2025)),
    ]


def night(root: DataRoot) -> Night:
    return nightly([], NOW, root.path, limits=LIMITS)


def findings(root: DataRoot, check_id: str = "Y04") -> pl.DataFrame:
    path = (root.releases / "latest").resolve() / "meta_findings.parquet"
    return pl.read_parquet(path).filter(pl.col("check_id") == check_id)


def test_a_document_of_another_year_touches_its_company_alone(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = fill_root(tmp_path / "data", [files[0], files[2]])
    night(root)
    assert findings(root).is_empty()
    fill_root(root.path, files)
    again = night(root)
    assert again.done["facts"] == 1
    assert again.done["check"] == 2  # the new one, and the year after it
    assert findings(root)["outcome"].to_list() == ["holds", "holds"]
    assert findings(root)["level"].unique().to_list() == ["department"]

    looked: list[object] = []
    monkeypatch.setattr(Store, "get", lambda *arguments: looked.append(arguments))
    assert night(root).done == {"read": 0, "facts": 0, "check": 0}
    assert not looked


def test_a_part_done_again_has_the_same_company(files: list[Path], tmp_path: Path) -> None:
    root = fill_root(tmp_path / "data", files)
    night(root)
    (sha256,) = findings(root)["document_sha256"].unique()
    done = rebuild(root, NOW, LIMITS, start="check", selection=Selection(documents=frozenset({sha256[:16]})))
    assert (done.again, done.differing) == (1, [])
    assert done.impact.is_empty


def test_what_is_remembered_may_be_lost(files: list[Path], tmp_path: Path) -> None:
    root = fill_root(tmp_path / "data", files)
    night(root)
    before = findings(root)
    for spoil in ((root.path / FILE).unlink, lambda: (root.path / FILE).write_bytes(b"spoiled")):
        spoil()
        again = nightly([], NOW + dt.timedelta(days=40), root.path, limits=LIMITS)
        assert again.done == {"read": 0, "facts": 0, "check": 0}
        assert again.published is not None
        assert not again.published.is_new
        assert findings(root).equals(before)


def test_damaged_rows_of_company_are_made_again(files: list[Path], tmp_path: Path) -> None:
    root = fill_root(tmp_path / "data", files)
    done = night(root)
    facts = next(plan for plan in done.plans if plan.name == "facts")
    checks = next(plan for plan in done.plans if plan.name == "check")
    later = next(sha for sha, work in checks.works.items() if work.job.arguments["company"])
    ((_, earlier, place),) = checks.works[later].job.arguments["company"]
    Path(place).write_bytes(b"spoiled")
    checks.store.forget(later, checks.works[later].fingerprint)
    again = night(root)
    assert (again.done["check"], again.failed["check"]) == (1, 0)
    assert facts.store.get(earlier, facts.works[earlier].fingerprint) != b"spoiled"
    assert findings(root)["outcome"].to_list() == ["holds", "holds"]
