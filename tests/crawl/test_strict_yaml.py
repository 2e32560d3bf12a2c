"""YAML from anywhere: bounded, plain, and never more expensive than its size."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl.registry import scalar, source_yaml
from crawl.source import Source, SourceError, load_source
from crawl.strict_yaml import MAX_DEPTH, YamlTrouble, read_yaml

BOMB = "a: &a [x, x]\n" + "".join(
    f"{one}: &{one} [*{two}, *{two}]\n" for one, two in zip("bcdefgh", "abcdefg", strict=True)
)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (BOMB, 1, "anchors and aliases"),
        ("a: 1\nb: *a\n", 2, "anchors and aliases"),
        ("a: !!python/object/apply:os.system [id]\n", 1, "tags"),
        ("a: 1\nb: !secret x\n", 2, "tags"),
        ("a: " + "[" * 50_000, 1, f"more than {MAX_DEPTH} levels"),
        ("a: " + "{a: " * 50_000, 1, f"more than {MAX_DEPTH} levels"),
        ("a: [" + "x, " * 60_000 + "]", 1, "more than 50000 values"),
        ("a: 1\nb: 2\na: 3\n", 3, "duplicate key 'a'"),
        ("{a: 1, a: 2}", 1, "duplicate key 'a'"),
        ("? [1, 2]\n: x\n", 1, "a key is a word"),
        ("a: 1\n---\nb: 2\n", 2, "one document"),
        ("<<: {a: 1}\na: 2\n", None, None),  # merge keys are keys like any other
    ],
)
def test_hostile_yaml_is_one_line(text: str, line: int | None, says: str | None) -> None:
    began = time.monotonic()
    if says is None:
        assert read_yaml(text).data == {"<<": {"a": 1}, "a": 2}
    else:
        with pytest.raises(YamlTrouble, match=says) as caught:
            read_yaml(text)
        assert caught.value.line == line
        assert "\n" not in str(caught.value)
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("9" * 10_000, "9" * 10_000),  # a number no one counts with stays a text
        ("-12", -12),
        ("007", "007"),
        ("2023-05", "2023-05"),
        ("2023-05-01", "2023-05-01"),
        ("1.5", 1.5),
        ("1_000", "1_000"),
        ("0x10", "0x10"),
        ("yes", "yes"),
        ("true", True),
        ("'true'", "true"),
        ("~", None),
        ("12:30:00", "12:30:00"),
        (".inf", ".inf"),
    ],
)
def test_plain_scalars_are_few_kinds(text: str, value: object) -> None:
    found = read_yaml(f"a: {text}").data["a"]
    assert found == value
    assert type(found) is type(value)


def test_a_huge_number_is_named_and_cut(tmp_path: Path) -> None:
    path = tmp_path / "x.yml"
    path.write_text(f"code: 130630\npublisher: x\nlistings:\n  - url: http://a.gov.cn/\n    pages: {'9' * 9000}\n")
    with pytest.raises(SourceError, match=r":5: listings\[1\]\.pages: expected a whole number") as caught:
        load_source(path)
    assert len(str(caught.value)) < len(str(path)) + 200


@given(st.text(max_size=300))
def test_any_text_is_data_or_trouble(text: str) -> None:
    try:
        read_yaml(text)
    except YamlTrouble as trouble:
        assert str(trouble)


YAML_ISH = st.lists(
    st.sampled_from(["a", "b", ": ", ":", "- ", "\n", "  ", "[", "]", "{", "}", ",", "'", '"', "|", ">", "&x", "*x",
                     "!t", "#", "? ", "---", "1", "%", "\t", "涞源"]),
    max_size=60,
).map("".join)  # fmt: skip


@given(YAML_ISH)
def test_yaml_shaped_noise_is_data_or_trouble(text: str) -> None:
    try:
        read_yaml(text)
    except YamlTrouble as trouble:
        assert str(trouble)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_source_or_one_line(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "noise.yml"
    path.write_bytes(raw)
    with pytest.raises(SourceError) as caught:
        load_source(path)
    assert "\n" not in str(caught.value)


VALUES = st.recursive(
    st.text(max_size=30) | st.integers(-(10**17), 10**17) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcdef_", min_size=1, max_size=6), inner),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_is_read_back(value: Any) -> None:
    printable = value if not isinstance(value, str) else value.encode("utf-8", "replace").decode()
    try:
        text = f"a: {scalar(printable)}\n"
        found = read_yaml(text).data["a"]
    except (YamlTrouble, UnicodeEncodeError):
        return  # control characters and depth are not for source files
    assert found == printable


def test_a_source_survives_its_own_file(tmp_path: Path) -> None:
    tree = {
        "code": "130630",
        "publisher": "涞源县: 财政局 # 二",
        "listings": [{"url": "http://a.gov.cn/x?a=1&b=[2]", "kind": "unit_final"}],
        "notes": 'said "no": - and more',
    }
    path = tmp_path / "130630_laiyuan.yml"
    path.write_text(source_yaml(tree), encoding="utf-8")
    source = load_source(path)
    assert isinstance(source, Source)
    assert (source.publisher, source.notes) == (tree["publisher"], tree["notes"])
    assert source.listings[0].url.startswith("http://a.gov.cn/x?a=1&b=")
