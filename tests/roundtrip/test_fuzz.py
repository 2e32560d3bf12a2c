"""A short run of the fuzzer over every target, and that it sees what it looks for."""

from __future__ import annotations

import io
import multiprocessing
import os
import random
import signal
import time
import zipfile
import zlib
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract.readers import read_document
from extract.readers.pdf_objects import finds_its_objects
from extract.readers.pdf_streams import damaged_streams

pytest.importorskip("reportlab", reason="the PDF seeds of the fuzzer are made with reportlab")

from benchmarks.fuzz import hunt as hunting
from benchmarks.fuzz import parts as in_parts
from benchmarks.fuzz.documents import DamagedSilentlyError, damaged_document, facts_of, keep_the_contract, made
from benchmarks.fuzz.documents import read as rows_of
from benchmarks.fuzz.hunt import Found, Hand, Part, hunt, make_input, one, target_named
from benchmarks.fuzz.mutate import mutate
from benchmarks.fuzz.packed import PdfParts, members, pack, pack_pdf, pdf_parts
from benchmarks.fuzz.parts import parts_of, run_parts
from benchmarks.fuzz.structure import change_content, change_html, change_office, change_pdf, change_widths, change_xml
from benchmarks.fuzz.targets import TARGETS, Target
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
        one(target, make_input(target, origin, chance, seeds), origin, found)
    assert {place: told for place, (_, _, told) in found.troubles.items()} == {}


@pytest.mark.parametrize("path", sorted(SEEDS.glob("*")), ids=lambda path: path.name)
def test_an_input_that_once_made_trouble(path: Path) -> None:
    """Kept under the name of its target, as `<target>-<digest>`."""
    target = target_named(path.name.rpartition("-")[0])
    target.run(path.read_bytes(), path.read_bytes())


def test_the_same_seed_gives_the_same_input() -> None:
    data = made("docx", 1)[0]
    assert mutate(data, random.Random(5), []) == mutate(data, random.Random(5), [])
    for kind, change in (
        ("docx", change_office),
        ("xlsx", change_office),
        ("pdf", change_pdf),
        ("html", change_html),
        ("pdf", change_widths),
    ):
        data = made(kind, 1)[0]  # type: ignore[arg-type]
        assert change(data, random.Random(5)) == change(data, random.Random(5)) != data


def test_an_exception_is_kept_with_its_smallest_input() -> None:
    def run(data: bytes, seed: bytes) -> None:
        raise KeyError(len(data))

    found = Found("x")
    target = Target("x", run, lambda: [b""])
    for data in (b"aaaa", b"a", b"aa"):
        one(target, data, data, found)
    ((count, smallest, told),) = found.troubles.values()
    assert (count, smallest) == (3, b"a")
    assert "KeyError" in told


def test_what_is_opened_and_packed_again_says_the_same() -> None:
    """Or nothing that is changed in between would be met by what reads the contents."""
    for kind in ("docx", "xlsx"):
        data = made(kind, 1)[0]  # type: ignore[arg-type]
        again = pack(list(members(data)))
        assert again != data
        assert facts_of(rows_of(again)[1]) == facts_of(rows_of(data)[1])
    for data in made("pdf", 3):
        parts = pdf_parts(data)
        assert parts is not None
        assert any(part.stream is not None and b" Tf" in part.stream for part in parts.objects)
        again = pack_pdf(parts)
        assert (finds_its_objects(again), damaged_streams(again)[0]) == (True, 0)
        assert facts_of(rows_of(again)[1]) == facts_of(rows_of(data)[1])
        shorter = pack_pdf(PdfParts(tuple(p for p in parts.objects if b"/Contents" not in p.head), parts.trailer))
        assert not rows_of(shorter)[1]["budget_lines"]
    assert pdf_parts(b"%PDF-1.5\nnothing") is None


def test_a_changed_file_is_still_one_of_its_kind() -> None:
    docx, pdf, page = made("docx", 1)[0], made("pdf", 1)[0], made("html", 1)[0]
    others = 0
    for number in range(20):
        chance = random.Random(number)
        changed = change_office(docx, chance)
        assert changed is not None
        assert zipfile.ZipFile(io.BytesIO(changed)).testzip() is None
        moved = change_pdf(pdf, chance)
        assert moved is not None
        assert finds_its_objects(moved)
        others += facts_of(rows_of(moved)[1]) != facts_of(rows_of(pdf)[1])
        assert change_html(page, chance) is not None
    assert others >= 3, "the changes reach what is printed"
    assert change_xml(b"<a><b/></a>", random.Random(1)).startswith(b"<?xml")
    assert change_xml(b"no xml", random.Random(1)) != b"no xml"
    assert change_content(b"1 0 0 RG\n0 0 m", random.Random(3))


def test_rows_that_no_table_takes_are_found() -> None:
    _, rows = rows_of(made("html", 1)[0])
    keep_the_contract(rows)
    rows["budget_lines"][0]["amount_fen"] = 2**70
    with pytest.raises(Exception, match="amount_fen"):
        keep_the_contract(rows)


def _dies_and_hangs(part: Part, corpus: str | None, path: Path, told: Connection) -> None:
    """Number 1 ends the process, 3 makes it deaf; the others are done."""
    hand, found = Hand(path), Found(part.target)
    for number in range(part.first, part.inputs):
        hand.take(number, b"input %d" % number)
        if number == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        if number == 3:
            time.sleep(60)
        found.inputs += 1
    told.send((True, found))


def test_a_process_that_dies_or_hangs_costs_the_input_it_had_in_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_parts, "_context", lambda: multiprocessing.get_context("fork"))
    monkeypatch.setattr(in_parts, "STUCK", 2)
    found = list(run_parts([Part("docx", 5, 1)], None, 1, _dies_and_hangs))
    assert sum(one.inputs for one in found) == 5
    told = [(place.partition(",")[0], data) for one in found for place, (_, data, _) in one.troubles.items()]
    assert told == [("process died", b"input 1"), ("hangs for 2 s", b"input 3")]


def test_a_run_gives_every_target_its_share() -> None:
    parts = parts_of(100_000, 1, None)
    assert {part.target for part in parts} == {target.name for target in TARGETS}
    assert 100_000 <= sum(part.inputs for part in parts) <= 100_000 + len(TARGETS)
    assert len({(part.target, part.seed) for part in parts}) == len(parts), "no input is given twice"


def test_a_part_is_hunted_to_its_end(tmp_path: Path) -> None:
    shown: list[int] = []
    found = hunt(Part("amounts", 500, 1), None, Hand(tmp_path / "hand"), lambda so_far: shown.append(so_far.inputs))
    assert (found.inputs, found.troubles) == (500, {})
    assert shown == [1, 201, 401]


def test_an_endless_input_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hunting, "SECONDS", 1)

    def run(data: bytes, seed: bytes) -> None:
        while True:
            pass

    found = Found("x")
    one(Target("x", run, lambda: [b""]), b"", b"", found)
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


@pytest.mark.parametrize("word", [b"/Filter", b"/FlateDecode", b"Decode ]", b">>\nstream"])
def test_a_part_of_a_pdf_that_has_lost_its_filter_is_told(word: bytes) -> None:
    """The engine took the packed bytes for operators, and drew an empty page: nothing said so."""
    whole = made("pdf", 1)[0]
    broken = whole.replace(word, word[:-2] + b"\x7f\xff")
    assert damaged_streams(broken)[0] == damaged_streams(whole)[1] > 0
    assert "damaged_streams" in {issue.code for issue in read_document(broken).issues}
    part = b"1 0 obj\n<< /Filter /DCTDecode /Length 9 >>\nstream\n%s\nendstream\nendobj\n" % zlib.compress(b"q Q")
    assert damaged_streams(part) == (0, 0), "packed in something else"
    assert damaged_streams(part.replace(b"/Filter /DCTDecode", b"")) == (1, 1)
    half = bytearray(whole.replace(word, word[:-2] + b"\x7f\xff"))
    half[(half.index(b"stream\n") + half.index(b"endstream")) // 2] ^= 255
    assert damaged_streams(bytes(half))[0] > 0, "packed, and damaged as well"
    assert damaged_streams(part.replace(b"/Filter /DCTDecode", b"").replace(b"x\x9c", b"x\x9d")) == (0, 0)


@pytest.mark.parametrize(
    ("word", "instead"),
    [
        (b">>\nstream\n", b">>\nstream\x00"),
        (b"obj\n<<\n/Filter", b"obj\n<\x97\n/Filter"),
        (b"\n>>\nstream\n", b"\0\0\0\0stream\n"),
    ],
    ids=["the line behind its word", "the opening of its dictionary", "its end"],
)
def test_a_part_of_a_pdf_that_has_lost_its_beginning_is_told(word: bytes, instead: bytes) -> None:
    whole = made("pdf", 1)[0]
    assert whole.count(word) > 0
    assert damaged_streams(whole.replace(word, instead, 1))[0] == 1
    assert damaged_streams(whole.replace(b"stream\n", b"stream  \r\n"))[0] == 0, (
        "spaces before the end of line are seen"
    )


def test_a_part_of_a_pdf_that_runs_into_the_next_one_is_told() -> None:
    """Its own end and the other's beginning were cut out; the other's page was empty."""
    whole = made("pdf", 1)[0]
    first = whole.index(b"endstream")
    broken = whole[:first] + b"\nendobj\n" + whole[whole.index(b"stream\n", first + 12) + 7 :]
    assert damaged_streams(broken)[0] == 1


def test_a_part_of_a_pdf_whose_end_is_lost_is_told() -> None:
    """Its end, and the beginning of the next one down to its dictionary: two pages were one, and nothing said so."""
    whole = made("pdf", 1)[0]
    first = whole.index(b"endstream")
    lost = whole.index(b"/Filter", first) - first
    broken = whole[:first] + bytes(lost) + whole[first + lost :]
    assert damaged_streams(broken)[0] == 1
    assert not finds_its_objects(broken), "nor is there an object where the table says"


def test_an_object_that_is_not_where_the_table_says() -> None:
    whole = made("pdf", 1)[0]
    parts = pdf_parts(whole)
    assert parts is not None
    for part in parts.objects:
        word = b"\n%d %d obj" % (part.number, part.generation)
        assert not finds_its_objects(whole.replace(word, word[:-1] + b"x", 1))
        end = whole.index(b"endobj", whole.index(word))
        without = whole[:end] + b"endstr" + whole[end + 6 :]
        assert not finds_its_objects(without), "its page showed the next one's contents"
    before, at = int(whole[whole.rindex(b"startxref") + 9 :].split()[0]), len(whole)

    def with_a_later_table(prev: int) -> bytes:
        return whole + b"xref\n0 0\ntrailer\n<< /Size 1 /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (prev, at)

    assert finds_its_objects(with_a_later_table(before))
    assert not finds_its_objects(with_a_later_table(before).replace(b"\n1 0 obj", b"\n1 0 oxj", 1))
    assert finds_its_objects(with_a_later_table(at)), "a table that names itself"


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 200))
def test_tables_of_objects_of_any_bytes(data: bytes, at: int) -> None:
    finds_its_objects(b"xref\n0 3\n0000000000 65535 f \n" + data + b"\ntrailer\nstartxref\n%d\n" % at)


def test_what_ties_the_parts_of_a_pdf_together_is_covered_by_no_checksum() -> None:
    """A page without contents is a page: nothing there may be another fact, but facts may be missing."""
    whole = next(pdf for pdf in made("pdf", 8) if pdf.count(b"/Contents") > 1)
    damaged_document(whole.replace(b"/Contents", b"/Xontents", 1), whole)
    damaged_document(whole.replace(b"/Contents", b"/Xontents"), whole)


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
