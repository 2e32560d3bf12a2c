"""A short run of the fuzzer over every target, and that it sees what it looks for."""

from __future__ import annotations

import random
import zlib
from pathlib import Path

import pytest

from extract.readers import read_document
from extract.readers.pdf_streams import damaged_streams, finds_its_objects

pytest.importorskip("reportlab", reason="the PDF seeds of the fuzzer are made with reportlab")

from benchmarks.fuzz import hunt as hunting
from benchmarks.fuzz.hunt import Found, make_input, target_named
from benchmarks.fuzz.mutate import inside, mutate
from benchmarks.fuzz.targets import TARGETS, DamagedSilentlyError, Target, damaged_document, made
from benchmarks.roundtrip.__main__ import print_document
from benchmarks.roundtrip.generate import generate

SEEDS = Path(__file__).with_name("seeds")


@pytest.fixture(autouse=True)
def _no_converter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUJUE_READ_SOFFICE", "")


@pytest.mark.parametrize("name", [target.name for target in TARGETS])
def test_changed_bytes_end_in_a_declared_answer(name: str) -> None:
    target = target_named(name)
    seeds = target.seeds()
    found = Found(name)
    for number in range(12):
        chance = random.Random(f"{name}/short/{number}")
        origin = chance.choice(seeds)
        hunting._one(target, make_input(target, origin, chance, seeds), origin, found)
    assert {place: told for place, (_, _, told) in found.troubles.items()} == {}


@pytest.mark.parametrize("path", sorted(SEEDS.glob("*")), ids=lambda path: path.name)
def test_an_input_that_once_made_trouble(path: Path) -> None:
    """Kept under the name of its target, as `<target>-<digest>`."""
    target = target_named(path.name.rpartition("-")[0])
    target.run(path.read_bytes(), path.read_bytes())


def test_the_same_seed_gives_the_same_input() -> None:
    data = made("docx", 1)[0]
    assert mutate(data, random.Random(5), []) == mutate(data, random.Random(5), [])
    assert inside(data, random.Random(5)) != data


def test_an_exception_is_kept_with_its_smallest_input() -> None:
    def run(data: bytes, seed: bytes) -> None:
        raise KeyError(len(data))

    found = Found("x")
    target = Target("x", run, lambda: [b""])
    for data in (b"aaaa", b"a", b"aa"):
        hunting._one(target, data, data, found)
    ((count, smallest, told),) = found.troubles.values()
    assert (count, smallest) == (3, b"a")
    assert "KeyError" in told


def test_an_endless_input_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hunting, "SECONDS", 1)

    def run(data: bytes, seed: bytes) -> None:
        while True:
            pass

    found = Found("x")
    hunting._one(Target("x", run, lambda: [b""]), b"", b"", found)
    assert [place.partition(" ")[0] for place in found.troubles] == ["TooSlow"]


def test_other_facts_than_the_whole_document_without_an_issue_are_found() -> None:
    one, other = made("html", 2)
    with pytest.raises(DamagedSilentlyError):
        damaged_document(other, one)
    damaged_document(one, one)


@pytest.mark.parametrize("hurt", ["changed", "cut out"])
def test_a_damaged_part_of_a_pdf_is_told(hurt: str) -> None:
    """The engine read what it could of a broken stream, and the lines behind were gone without a word."""
    whole = made("pdf", 1)[0]
    assert damaged_streams(whole)[0] == 0
    broken = bytearray(whole)
    middle = (whole.index(b"stream\n") + whole.index(b"endstream")) // 2
    if hurt == "changed":
        broken[middle] ^= 255
    else:
        del broken[middle : middle + 20]
    assert damaged_streams(bytes(broken))[0] == 1
    assert "damaged_streams" in {issue.code for issue in read_document(bytes(broken)).issues}


def test_parts_that_cannot_be_looked_at_are_left_alone() -> None:
    part = b"1 0 obj\n<< /Filter /DCTDecode /Length 4 >>\nstream\nabcd\nendstream\nendobj\n"
    assert damaged_streams(part) == (0, 0)
    assert damaged_streams(part.replace(b"DCTDecode", b"FlateDecode")) == (1, 1)
    assert damaged_streams(part.replace(b"DCTDecode", b"FlateDecode") + b"trailer << /Encrypt 5 0 R >>") == (0, 0)
    assert damaged_streams(part.replace(b"/DCTDecode", b"[/ASCII85Decode /FlateDecode]")) == (0, 0)
    packed = zlib.compress(b"q Q")
    assert damaged_streams(part.replace(b"DCTDecode", b"FlateDecode").replace(b"abcd", packed + b"\r\n")) == (0, 1)


def test_bytes_that_came_into_a_pdf_are_told() -> None:
    """Two bytes in the object of a page, and the page was not there: nothing said so."""
    whole = print_document(generate(3, "pdf"))
    assert finds_its_objects(whole)
    at = whole.index(b"/Type /Page\n")
    broken = whole[:at] + b"\xff\xfe>> " + whole[at:]
    assert not finds_its_objects(broken)
    assert "objects_not_found" in {issue.code for issue in read_document(broken).issues}
    assert "objects_not_found" not in {issue.code for issue in read_document(whole).issues}
    assert finds_its_objects(b"\r\n" + whole)  # a line before the file: counted from its %PDF-
