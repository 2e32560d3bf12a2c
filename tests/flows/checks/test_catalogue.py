"""The catalogue, and what every finding owes its reader."""

from pathlib import Path

import pytest

from flows.catalogue import catalogue, page
from flows.check_info import FAMILIES, FAMILY_NAMES
from flows.checks import all_checks, check_document
from flows.checks.check import Check
from flows.release.checks import release_checks
from flows.rule_text import RuleTextError, check_info
from tests.flows.checks.build import Builder
from tests.flows.checks.report import found

FLOWS = Path(__file__).resolve().parents[3] / "flows"
FOLDER = FLOWS / "checks"
ORDER = "HRXTPINGALYCSDWUV"


def test_one_file_is_one_check_named_after_it() -> None:
    files = sorted(
        path.stem[:3].upper()
        for level in ("line", "statement", "document", "department", "county", "source")
        for path in (FOLDER / level).glob("[a-z]*.py")
    )
    files += sorted(path.stem[:3].upper() for path in (FLOWS / "release" / "checks").glob("v*.py"))
    assert sorted(files) == sorted(info.id for info in catalogue())


def test_the_order_is_fixed() -> None:
    families = "".join(dict.fromkeys(info.family for info in catalogue()))
    assert families == ORDER
    ids = [info.id for info in catalogue()]
    assert ids == sorted(ids, key=lambda check_id: (ORDER.index(check_id[0]), check_id))


@pytest.mark.parametrize("info", catalogue(), ids=lambda info: info.id)
def test_every_rule_says_everything_in_both_languages(info: object) -> None:
    for part in ("title_zh", "title_en", "rule_zh", "rule_en", "formula", "not_applicable"):
        assert getattr(info, part).strip(), part
    assert info.exclusions and all(" / " in text or "/ " in text for text in info.exclusions)  # type: ignore[attr-defined]
    assert any("\u4e00" <= ch <= "\u9fff" for ch in info.rule_zh)  # type: ignore[attr-defined]


def test_what_a_release_refuses_is_in_the_catalogue_under_the_name_it_is_accepted_by() -> None:
    assert [check.name for check in release_checks()] == [
        "references", "lost_facts", "coverage", "rows", "schema", "keys", "previous",
    ]  # fmt: skip
    listed = {info.id: info for info in catalogue() if info.level == "release"}
    assert list(listed) == [check.id for check in release_checks()]
    assert {info.family for info in listed.values()} == {"V"}


def test_a_docstring_without_its_parts_is_a_bug() -> None:
    check = Check("H09", "line", "error", "H09 名 · Name\n\nRule: only this", lambda facts: [], ("no", "无", "none"))
    with pytest.raises(RuleTextError, match="H09"):
        check_info(check)


def test_a_wrapped_chinese_sentence_has_no_gap() -> None:
    texts = [text for info in catalogue() for text in (info.rule_zh, *info.exclusions)]
    assert not [text for text in texts if any(f"{mark} " in text.split(" / ")[0] for mark in "，。、；")]


def test_every_check_says_something_about_an_empty_document() -> None:
    rows = found(Builder())
    assert [row["check_id"] for row in rows] == [check.id for check in all_checks()]
    assert {row["outcome"] for row in rows} == {"not_applicable"}
    assert all(row["na_reason"] and row["message_zh"] and row["message_en"] for row in rows)


def test_no_rows_no_findings() -> None:
    assert check_document({}) == []


def test_findings_do_not_depend_on_the_order_of_rows() -> None:
    built = Builder().statement(
        "expenditure", ["total", "basic"], [("208 社保", "9.00", ""), ("20805 养老", "8.00", "1.00")]
    )
    first = check_document(built.tables())
    built.tables()["budget_lines"].reverse()
    assert check_document(built.tables()) == first


def test_the_fingerprint_follows_the_print() -> None:
    def prints(text: str) -> set[object]:
        built = Builder().statement("expenditure", ["total"], [("208 社保", "9.00"), ("20805 养老", text)])
        return {row["fingerprint"] for row in found(built, "H01")}

    assert prints("8.00") == prints("8.00") != prints("8.01")


def test_the_page_of_the_catalogue_is_current() -> None:
    text = (FLOWS.parent / "docs" / "checks.md").read_text(encoding="utf-8")
    assert text == page(), "run: python -m flows.catalogue > docs/checks.md"


def test_every_family_has_a_name() -> None:
    assert set(FAMILY_NAMES) == set(FAMILIES)
