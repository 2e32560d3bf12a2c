"""The sample county (data/samples) crawled as the demo does; what is found must be what its manifest says it holds."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from crawl.archive import Archive
from crawl.ledger import Ledger
from crawl.runner import archive_path, ledger_path
from crawl.source import load_source
from tests.conftest import ROOT
from tests.crawl.web import crawl

SAMPLES = ROOT / "data" / "samples"

pytestmark = pytest.mark.skipif(not (SAMPLES / "manifest.json").is_file(), reason="data/samples has not been made")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Silence."""


@pytest.fixture
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(SAMPLES / "site")))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def test_the_sample_county(tmp_path: Path, port: int) -> None:
    manifest = json.loads((SAMPLES / "manifest.json").read_text(encoding="utf-8"))
    written = (SAMPLES / "source.yml").read_text(encoding="utf-8")
    assert load_source(SAMPLES / "source.yml").platform == "static"
    source = tmp_path / "sample.yml"
    address = urlsplit(load_source(SAMPLES / "source.yml").listings[0].url).netloc
    source.write_text(written.replace(address, f"127.0.0.1:{port}"), encoding="utf-8")
    data = tmp_path / "data"

    first = crawl(source, data)
    assert (first.failed, first.errors, first.warnings) == (False, [], [])
    with Ledger(ledger_path(data)) as ledger:
        found = ledger.documents()
        asked = {urlsplit(visit.url).path: visit for visit in ledger.visits(run_id=first.run_id)}
    by_path = {urlsplit(document.provenance.url or "").path: document for document in found}
    digests = {file["path"]: file["sha256"] for file in manifest["files"]}
    assert sorted(by_path) == sorted(document["path"] for document in manifest["documents"])
    for expected in manifest["documents"]:
        document = by_path[expected["path"]]
        assert document.sha256 == digests[expected["path"]]
        assert document.provenance.notice_title == expected["notice_title"]
        assert document.provenance.published_date == expected["published"]
        assert (document.provenance.county_code, document.is_current) == (manifest["county_code"], True)
        assert len(Archive(archive_path(data)).get(document.sha256)) > 0
    for path in manifest["dead_links"]:
        assert asked[path].outcome == "gone"
    troubles = {urlsplit(visit.url).path: visit.reason for visit in first.troubles}
    refused = {path for path, reason in troubles.items() if reason == "robots.txt forbids it"}
    assert refused <= set(manifest["disallowed"])
    assert troubles.keys() == refused | set(manifest["dead_links"])
    roles = {path: visit.role for path, visit in asked.items() if visit.sha256}
    assert roles == {file["path"]: file["role"] for file in manifest["files"] if file["role"] not in {"other"}}, (
        "every page and file of the column is visited, as what it is, and nothing else"
    )

    second = crawl(source, data)
    assert (second.bodies_fetched, second.documents, second.failed) == (0, len(found), False)
    with Ledger(ledger_path(data)) as ledger:
        assert ledger.documents() == found
