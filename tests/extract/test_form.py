"""Forms: every official form loads, and a wrong file is named with file, line and key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from extract.form import Form as FormModel
from extract.form import FormError, load_forms, load_sections, load_vocabulary, load_yaml, matches_path, matches_whole

STATEMENTS = [
    "income_expenditure", "income", "expenditure", "appropriation", "general_expenditure", "basic_expenditure",
    "government_fund", "state_capital", "three_public",
]  # fmt: skip

GOOD = """code: x
kind: statement
name_zh: 表
name_en: table
source: a test
columns:
  - {key: total, role: amount, headers: ['合计']}
"""


def test_hebei_forms_are_there() -> None:
    forms = load_forms()
    assert [code for code in STATEMENTS if code not in forms] == []
    assert forms["org_units"].kind == forms["procurement"].kind == forms["assets"].kind == "records"
    assert forms["project_target"].kind == "project"
    assert forms["indicators"].kind == "indicators"


def test_every_form_says_where_it_comes_from_and_what_it_is_called() -> None:
    for form in load_forms().values():
        assert form.source and form.name_zh and form.name_en
        assert re.fullmatch(r"[a-z_]+", form.code)


def test_identities_name_keys_that_the_form_declares() -> None:
    for form in load_forms().values():
        columns = {column.key for column in form.columns}
        tops = {row.key for row in form.rows}
        rows = tops | {
            f"{row.key}/{child.key}" if child.key in tops else child.key for row in form.rows for child in row.children
        }
        for identity in form.identities:
            known = columns if identity.scope == "columns" else rows
            named = [identity.left, *identity.right] if identity.left else list(identity.right)
            assert [key for key in named if key not in known and key != "function:*"] == [], (form.code, identity.id)


def test_shared_words_load() -> None:
    assert load_vocabulary().headers
    codes = [word.code for word in load_sections().sections]
    assert {"duties", "institutions", "overall", "glossary", "safeguards", "earmarked"} <= set(codes)


@pytest.mark.parametrize(
    ("change", "line", "key"),
    [
        (("role: amount", "role: amounts"), 7, "columns.0.role"),
        (("kind: statement", "kinds: statement"), 1, "kind"),
        (("'合计'", "'合(计'"), 7, "columns.0.headers.0"),
        (("name_en: table", "name_en: [table]"), 4, "name_en"),
    ],
)
def test_wrong_file_is_named_with_line_and_key(tmp_path: Path, change: tuple[str, str], line: int, key: str) -> None:
    path = tmp_path / "bad.yml"
    path.write_text(GOOD.replace(*change), encoding="utf-8")
    with pytest.raises(FormError) as caught:
        load_yaml(path, FormModel)
    assert (caught.value.line, caught.value.key) == (line, key)
    assert str(path) in str(caught.value)


def test_not_yaml(tmp_path: Path) -> None:
    path = tmp_path / "bad.yml"
    path.write_text(GOOD + "rows: [\n", encoding="utf-8")
    with pytest.raises(FormError, match="not YAML"):
        load_yaml(path, FormModel)


def test_two_files_with_one_code(tmp_path: Path) -> None:
    for name in ("a.yml", "b.yml"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    with pytest.raises(FormError, match="already the code"):
        load_forms(tmp_path)


def test_path_matches_at_part_boundaries_only() -> None:
    assert matches_path(["合计"], "本年收入/合计")
    assert not matches_path(["合计"], "本年收入合计")
    assert matches_whole(["合计", "总计"], "总计")
    assert not matches_whole(["合计"], "合计数")
