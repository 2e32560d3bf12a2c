"""Archives in the night and on the command line: members are documents with their archive as parent."""

from __future__ import annotations

import hashlib
from pathlib import Path

from crawl.archive import Archive
from crawl.ledger import Ledger, Link
from crawl.schema import Visit
from flows.crawl_sources import found_documents
from flows.local import read_paths
from flows.settings import DataRoot, WorkLimits
from flows.unpack_archives import plan_unpacking, with_members
from tests.crawl.test_unpack import zipped
from tests.extract.builders import docx

BUDGET = docx("<w:p><w:r><w:t>某局2024年部门预算</w:t></w:r></w:p>")
OTHER = docx("<w:p><w:r><w:t>某局2024年部门决算</w:t></w:r></w:p>")
PACK = zipped({"预算/预算.docx": BUDGET, "内.zip": zipped({"决算.docx": OTHER})})
LIMITS = WorkLimits(workers=1)


def crawled(root: DataRoot, bodies: dict[str, bytes]) -> None:
    archive = Archive(root.archive)
    with Ledger(root.ledger) as ledger:
        run = ledger.begin_run("s", "130630", "某县", "2026-01-01T00:00:00+00:00")
        for name, body in bodies.items():
            sha256, url = archive.put(body), f"https://example.gov.cn/{name}"
            visit = Visit("s", url, "attachment", "2026-01-01T00:00:00+00:00", "new", 200, sha256)
            link = Link("s", sha256, url, "https://example.gov.cn/n.html", "attachment", name, filename=name)
            ledger.record(run, visit, [link])


def test_members_are_documents_with_their_archive_as_parent(tmp_path: Path) -> None:
    root, parent = DataRoot(tmp_path), hashlib.sha256(PACK).hexdigest()
    crawled(root, {"全部.zip": PACK})
    documents = found_documents(root)
    plan = plan_unpacking(documents, root, LIMITS)
    assert plan.do(plan.missing()) == 0
    found = {one.sha256: one for one in with_members(documents, plan, root)}
    assert list(found) == sorted(found)
    assert set(found) == {hashlib.sha256(body).hexdigest() for body in (PACK, BUDGET, OTHER)}
    member = found[hashlib.sha256(OTHER).hexdigest()].provenance
    assert (member.filename, member.member_path, member.parent_sha256) == ("决算.docx", "内.zip/决算.docx", parent)
    assert (member.link_text, member.county_code) == ("全部.zip", "130630")
    assert Archive(root.archive).get(hashlib.sha256(BUDGET).hexdigest()) == BUDGET


def test_what_is_linked_by_itself_keeps_its_own_way_and_nothing_is_unpacked_twice(tmp_path: Path) -> None:
    root = DataRoot(tmp_path)
    crawled(root, {"全部.zip": PACK, "预算.docx": BUDGET})
    documents = found_documents(root)
    plan = plan_unpacking(documents, root, LIMITS)
    assert list(plan.works) == [hashlib.sha256(PACK).hexdigest()]
    plan.do(plan.missing())
    assert plan_unpacking(documents, root, LIMITS).missing() == []
    own = {one.sha256: one.provenance for one in with_members(documents, plan, root)}[
        hashlib.sha256(BUDGET).hexdigest()
    ]
    assert (own.filename, own.parent_sha256) == ("预算.docx", None)


def test_members_come_back_from_the_archive_itself(tmp_path: Path) -> None:
    root = DataRoot(tmp_path)
    crawled(root, {"全部.zip": PACK})
    plan = plan_unpacking(found_documents(root), root, LIMITS)
    plan.do(plan.missing())
    before = with_members(found_documents(root), plan, root)
    lost = Archive(root.archive).path(hashlib.sha256(OTHER).hexdigest())
    lost.unlink()
    assert with_members(found_documents(root), plan, root) == before
    assert lost.is_file()


def test_an_archive_given_by_path_is_read_as_its_members(tmp_path: Path) -> None:
    path = tmp_path / "全部.zip"
    path.write_bytes(PACK)
    documents = read_paths([path], LIMITS)
    assert [one.path for one in documents] == [path / "预算/预算.docx", path / "内.zip/决算.docx"]
    assert [[p.text for p in one.reading.paragraphs()] for one in documents] == [
        ["某局2024年部门预算"],
        ["某局2024年部门决算"],
    ]
    assert documents[0].provenance.parent_sha256 == hashlib.sha256(PACK).hexdigest()


def test_an_archive_that_gives_nothing_is_itself_a_document_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "空.zip"
    path.write_bytes(zipped({}))
    (document,) = read_paths([path], LIMITS)
    assert document.path == path
    assert [issue.code for issue in document.reading.issues] == ["archive", "archive_empty"]
