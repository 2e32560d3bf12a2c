"""A source file is read strictly; what is wrong with it is said in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawl.source import SourceError, load_source

GOOD = """\
code: 130630
publisher: 涞源县人民政府
platform: static
listings:
  - url: https://www.example.gov.cn/czyjs/index.html
    kind: department_budget
    pages: 20
  - url: http://www.example.gov.cn/bmjs/
    kind: department_final
hosts: [files.example.gov.cn, "www.example.gov.cn:8080"]
expect:
  documents: {min: 3, max: 40}
  years: [2023, 2024]
politeness:
  delay_seconds: 2
  max_bytes: 1000000
notes: 两个栏目
"""


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "130630_laiyuan.yml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_good_source(tmp_path: Path) -> None:
    source = load_source(write(tmp_path, GOOD))
    assert (source.source_id, source.code, source.publisher) == ("130630_laiyuan", "130630", "涞源县人民政府")
    assert [listing.kind for listing in source.listings] == ["department_budget", "department_final"]
    assert (source.listings[0].pages, source.listings[1].pages) == (20, 50)
    assert (source.expect.documents.min, source.expect.years) == (3, (2023, 2024))
    assert (source.politeness.delay_seconds, source.politeness.retries) == (2.0, 2)
    assert source.sites == {"example.gov.cn", "files.example.gov.cn", "example.gov.cn:8080"}


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "says"),
    [
        ("publisher:", "publsher:", 2, "publsher", "did you mean 'publisher'?"),
        ("publisher: 涞源县人民政府\n", "", 1, "publisher", "required key is missing"),
        ("delay_seconds: 2", "delay: 2", 15, "politeness.delay", "did you mean 'delay_seconds'?"),
        ("    pages: 20", "    page: 20", 7, "listings[1].page", "did you mean 'pages'?"),
        ("{min: 3, max: 40}", "{min: 3, maximum: 40}", 12, "expect.documents.maximum", "did you mean 'max'?"),
        ("{min: 3, max: 40}", "{min: 50, max: 40}", 12, "expect.documents", "min (50) is larger than max (40)"),
        ("code: 130630", "code: 13063", 1, "code", "expected a division code of six digits, not '13063'"),
        ("kind: department_final", "kind: department", 9, "listings[2].kind", "expected one of 'department_budget'"),
        ("pages: 20", "pages: many", 7, "listings[1].pages", "expected a whole number, not 'many'"),
        ("pages: 20", "pages: 0", 7, "listings[1].pages", "expected at least 1, not 0"),
        ("http://www.example.gov.cn/bmjs/", "ftp://www.example.gov.cn/", 8, "listings[2].url", "not http(s)"),
        ("platform: static", "platform: jcmss", 3, "platform", "did you mean 'jcms'?"),
        ("platform: static", "platform: hanweb", 3, "platform", "expected one of 'static', 'trs'"),
        ("years: [2023, 2024]", "years: 2024", 13, "expect.years", "expected a list, not 2024"),
        ("delay_seconds: 2", "delay_seconds: 0.1", 15, "politeness.delay_seconds", "expected at least 1"),
        ("listings:", "listngs:", 4, "listngs", "did you mean 'listings'?"),
        ("hosts: [files", "hosts: [http://files", 10, "hosts[1]", "without http:// and path"),
    ],
)
def test_a_typo_is_one_line_with_its_place(  # noqa: PLR0917
    tmp_path: Path, old: str, new: str, line: int, key: str, says: str
) -> None:
    assert old in GOOD
    path = write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(SourceError) as caught:
        load_source(path)
    message = str(caught.value)
    assert message.startswith(f"{path}:{line}: {key}: ")
    assert says in message
    assert "\n" not in message
    assert (caught.value.line, caught.value.key) == (line, key)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("code: 130630\n  publisher: x\n", 2, "not valid YAML"),
        ("code: 130630\ncode: 130631\n", 2, "not valid YAML: found duplicate key"),
        ("- a\n- b\n", 1, "expected a mapping"),
        ("", 1, "expected a mapping"),
        ("code: 130630\npublisher: 涞源".encode("gb18030"), 2, "expected UTF-8"),
    ],
)
def test_not_even_yaml(tmp_path: Path, text: str | bytes, line: int, says: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(SourceError) as caught:
        load_source(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_name_is_the_file_s(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r":1: source_id: not a key"):
        load_source(write(tmp_path, "source_id: x\n" + GOOD))


def test_loopback_may_be_asked_faster(tmp_path: Path) -> None:
    text = GOOD.replace("www.example.gov.cn/", "127.0.0.1:8000/").replace("delay_seconds: 2", "delay_seconds: 0.05")
    assert load_source(write(tmp_path, text)).politeness.delay_seconds == 0.05


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_source(tmp_path / "none.yml")
