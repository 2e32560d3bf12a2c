"""Releases: the same rows give the same bytes, `latest` moves last, a bad night leaves the good release."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest

from crawl.schema import Body
from flows import publish_release as publishing
from flows.errors import Trouble
from flows.publish_release import Published, publish_release
from flows.release.build import Unreached
from flows.release.package import file_name
from flows.release.version import latest, newest, next_version, parse, versions
from flows.settings import DataRoot, WorkLimits
from flows.stage import Plan, Work
from flows.store import Store, pack_tables
from flows.workers import Job, Outcome
from normalize.panels.tables import PUBLISHED, table_name
from normalize.schema import TABLES, Row
from tests.flows.conftest import NOW, rows_of, tables_of

SHAS = ["ab" * 32, "cd" * 32, "0f" * 32]
GONE = Unreached("130630_test", "http://127.0.0.1:9/gone.pdf", "attachment", "gone", "附件2")


def no_failure(work: Work, outcome: Outcome) -> bytes:
    raise AssertionError("nothing is to be done in these tests")


def plans(
    root: DataRoot, change: Callable[[dict[str, list[Row]]], None] | None = None, *, seed: int = 0
) -> tuple[Plan, Plan]:
    """The stages facts and check over three documents whose results are stored; rows and documents shuffled by seed."""
    shuffle = random.Random(seed).shuffle
    order = list(SHAS)
    shuffle(order)
    facts, checks = Store(root.facts), Store(root.findings)
    works: dict[str, dict[str, Work]] = {"facts": {}, "check": {}}
    for sha256 in order:
        tables = tables_of(sha256)
        if change is not None:
            change(tables)
        for rows in tables.values():
            shuffle(rows)
        findings = rows_of("findings", sha256, 4)
        for row, outcome in zip(findings, ("fails", "holds", "rounding", "not_applicable"), strict=True):
            row["outcome"] = outcome
        fingerprint = hashlib.sha256(repr([sorted(map(str, rows)) for rows in tables.values()]).encode()).hexdigest()[
            :16
        ]
        facts.put(sha256, fingerprint, pack_tables(tables))
        checks.put(sha256, fingerprint, pack_tables({"findings": findings}))
        for stage in works.values():
            stage[sha256] = Work(sha256, fingerprint, "0" * 16, Job("facts", sha256, {}))
    made = [
        Plan(name, store, works[name], WorkLimits(), no_failure)
        for name, store in (("facts", facts), ("check", checks))
    ]
    return made[0], made[1]


def publish(root: DataRoot, now: dt.datetime = NOW, **given: Any) -> Published:
    facts, checks = plans(root, **given)
    return publish_release(facts, checks, [GONE], root=root, now=now)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def debris(root: DataRoot) -> list[str]:
    return [path.name for path in root.releases.iterdir() if path.name.startswith(".")]


def test_shuffled_rows_give_the_same_bytes(tmp_path: Path) -> None:
    first = publish(DataRoot(tmp_path / "a"), seed=1)
    second = publish(DataRoot(tmp_path / "b"), seed=2)
    assert contents(first.folder) == contents(second.folder)


def test_nothing_new_publishes_nothing(tmp_path: Path) -> None:
    root = DataRoot(tmp_path)
    assert publish(root).is_new
    again = publish(root, now=NOW + dt.timedelta(days=40))
    assert not again.is_new
    assert versions(root.releases) == ["v2026.11.0"]


def test_a_listing_with_a_counter_on_it_makes_no_release(tmp_path: Path) -> None:
    """Its bytes are others every night, and no table of a release speaks of it; of a document that is replaced, one."""
    facts, checks = plans(root := DataRoot(tmp_path))
    seen = [Body("130630_test", "http://a/index.html", f"{day:064x}", f"2026-11-2{day}T00:00:00Z") for day in range(3)]
    given = [Body("130630_test", "http://a/1.docx", sha256, "2026-11-20T00:00:00Z") for sha256 in SHAS[:2]]
    first = publish_release(facts, checks, [GONE], root=root, now=NOW, bodies=seen[:1])
    assert publish_release(facts, checks, [GONE], root=root, now=NOW, bodies=seen).version == first.version
    later = publish_release(facts, checks, [GONE], root=root, now=NOW, bodies=[*seen, *given])
    assert (later.is_new, later.index["previous"]) == (True, first.version)


def test_versions_count_within_the_month(tmp_path: Path) -> None:
    root = DataRoot(tmp_path)

    def renamed(number: int) -> Callable[[dict[str, list[Row]]], None]:
        def change(tables: dict[str, list[Row]]) -> None:
            tables["budget_lines"][0]["line_label"] = f"合计{number}"

        return change

    moments = [NOW, NOW, NOW + dt.timedelta(days=20), NOW]
    made = [publish(root, now=moment, change=renamed(number)) for number, moment in enumerate(moments)]
    assert [one.version for one in made] == ["v2026.11.0", "v2026.11.1", "v2026.12.0", "v2026.12.1"]
    assert made[1].index["previous"] == "v2026.11.0"
    assert next_version(root.releases, dt.datetime(2027, 1, 1, tzinfo=dt.UTC)) == "v2027.01.0"


def test_latest_moves_last_and_a_killed_night_is_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = DataRoot(tmp_path)
    publish(root)

    def killed(folder: Path, version: str) -> None:
        raise KeyboardInterrupt

    def change(tables: dict[str, list[Row]]) -> None:
        tables["budget_lines"][0]["line_label"] = "另一行"

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(publishing, "point_latest_at", killed)
        publish(root, change=change)
    assert newest(root.releases) == "v2026.11.1"
    assert latest(root.releases) == "v2026.11.0"  # not moved: the night ended before
    again = publish(root, change=change)
    assert (again.version, again.is_new) == ("v2026.11.1", False)
    assert latest(root.releases) == "v2026.11.1"
    assert (root.releases / "latest").resolve() == again.folder.resolve()


def test_a_release_that_fails_leaves_the_previous_one_and_no_debris(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = DataRoot(tmp_path)
    before = contents(publish(root).folder)

    def full_disk(*args: object, **more: object) -> None:
        raise OSError(28, "No space left on device")

    def change(tables: dict[str, list[Row]]) -> None:
        tables["budget_lines"][0]["line_label"] = "另一行"

    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space"):
        patch.setattr("flows.release.build.write_sums", full_disk)
        publish(root, change=change)
    assert versions(root.releases) == ["v2026.11.0"]
    assert debris(root) == []
    assert contents(root.releases / "latest") == before


def test_a_repeated_key_stops_the_release_and_is_named(tmp_path: Path) -> None:
    root = DataRoot(tmp_path)
    publish(root)

    def change(tables: dict[str, list[Row]]) -> None:
        for row in tables["indicators"]:
            row["indicator_id"] = "the same in every document"

    with pytest.raises(Trouble) as caught:
        publish(root, change=change)
    assert caught.value.code == 4
    assert "table indicators" in caught.value.en
    assert "indicator_id" in caught.value.en
    assert any(sha256 in caught.value.en for sha256 in SHAS)
    assert (latest(root.releases), debris(root)) == ("v2026.11.0", [])


def test_a_key_repeated_across_shards_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def change(tables: dict[str, list[Row]]) -> None:
        tables["indicators"][0]["indicator_id"] = "once in each document"

    monkeypatch.setattr(publishing, "SHARD", 1)
    with pytest.raises(Trouble, match="3 rows share a key"):
        publish(DataRoot(tmp_path), change=change)


def test_a_wrong_type_stops_the_release_and_is_named(tmp_path: Path) -> None:
    def change(tables: dict[str, list[Row]]) -> None:
        tables["budget_lines"][1]["amount_yuan"] = "12.00"

    with pytest.raises(Trouble, match=r"table budget_lines, row \d+, document \w+, column amount_yuan"):
        publish(DataRoot(tmp_path), change=change)
    assert versions(tmp_path / "releases") == []


def test_facts_lost_to_a_failure_of_ours_stop_the_release(tmp_path: Path) -> None:
    root = DataRoot(tmp_path)
    publish(root)

    def change(tables: dict[str, list[Row]]) -> None:
        tables["budget_lines"].clear()
        tables["disclosures"][0]["n_facts"] = 0
        for row in (*tables["claims"], *tables["raw_cells"]):
            row["fact_id"] = None
        tables["issues"][0]["code"] = "interpret_failed"

    with pytest.raises(Trouble, match="failures of ours took the facts of 3 documents") as caught:
        publish(root, change=change)
    assert caught.value.code == 4
    assert latest(root.releases) == "v2026.11.0"
    assert publish(DataRoot(tmp_path / "another"), change=change).is_new  # nothing lost where nothing was


def test_what_lies_in_a_release(tmp_path: Path) -> None:
    release = publish(DataRoot(tmp_path))
    names = set(contents(release.folder))
    assert {"code_regions.csv", "panel_department_year.csv.gz", "panel_department_year.dta"} <= names
    assert {"README.md", "README.zh.md", "CHANGES.md", "CHANGES.zh.md", "LICENSE", "CITATION.cff"} <= names
    assert {"datapackage.json", "croissant.json", "meta_changes.parquet", "code_warnings.parquet"} <= names
    assert {"core_budget_lines.parquet", "meta_documents.parquet", "raw_cells.parquet", "index.json"} <= names
    sums = dict(reversed(line.split("  ")) for line in (release.folder / "SHA256SUMS").read_text().splitlines())
    assert set(sums) == names - {"SHA256SUMS"}
    for name, sha256 in sums.items():
        assert hashlib.sha256((release.folder / name).read_bytes()).hexdigest() == sha256
    index = json.loads((release.folder / "index.json").read_text(encoding="utf-8"))
    assert index["version"] == "v2026.11.0"
    assert index["findings"] == {"fails": 3, "holds": 3, "not_applicable": 3, "rounding": 3}
    assert index["not_found"][0]["url"] == GONE.url
    assert index["issues"]["link_gone"] == 1
    assert {one["table"] for one in index["resources"] if one["format"] == "parquet"} == set(PUBLISHED)
    for one in index["resources"]:
        assert one["sha256"] == sums[one["name"]]
        if one["format"] == "parquet":
            assert one["rows"] == pl.read_parquet(release.folder / one["name"]).height


def test_a_parquet_file_says_what_its_columns_mean(tmp_path: Path) -> None:
    folder = publish(DataRoot(tmp_path)).folder
    for name, spec in PUBLISHED.items():
        path = folder / file_name(name)
        schema = pq.read_schema(path)
        assert schema.names == list(spec.names())
        assert schema.metadata[b"release"] == b"v2026.11.0"
        for column in spec.columns:
            labels = {key.decode(): value.decode() for key, value in schema.field(column.name).metadata.items()}
            assert (labels["label_zh"], labels["label_en"]) == (column.zh, column.en)
            assert ("null_meaning" in labels) == column.nullable
            assert labels.get("unit") == column.unit


def test_the_dictionary_has_every_column_in_both_languages(tmp_path: Path) -> None:
    folder = publish(DataRoot(tmp_path)).folder
    for language in ("zh", "en"):
        text = (folder / f"DICTIONARY.{language}.md").read_text(encoding="utf-8")
        for spec in TABLES.values():
            section = text.split(f"`{table_name(spec)}`")[1].split("\n## ")[0]
            for column in spec.columns:
                meaning = column.zh if language == "zh" else column.en
                assert f"| `{column.name}` |" in section
                assert meaning.replace("|", "\\|") in section


def test_printed_markup_is_text_on_the_page(tmp_path: Path) -> None:
    attack = "<script>alert(1)</script>"

    def change(tables: dict[str, list[Row]]) -> None:
        tables["disclosures"][0]["org_name"] = attack
        tables["documents"][0]["url"] = "javascript:alert(1)"
        tables["documents"][0]["filename"] = f'"><img src=x>{attack}'

    page = (publish(DataRoot(tmp_path), change=change).folder / "index.html").read_text(encoding="utf-8")
    assert attack not in page
    assert "&lt;script&gt;" in page
    assert "<img" not in page
    assert 'href="javascript' not in page


@pytest.mark.parametrize("name", ["v2026.11.00", "v2026.1.0", "latest", ".staging-v2026.11.0-x", "v2026.11.0 "])
def test_what_is_no_name_of_a_release(name: str) -> None:
    assert parse(name) is None
