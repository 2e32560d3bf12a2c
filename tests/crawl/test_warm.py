"""What a nursery has done once is not done again by the crawls it forks."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from crawl.night import stamp
from crawl.settings import child_environment
from tests.crawl.web import NOW, Site, serve, small_site, source_file

SCRIPT = """
import json, sys
from crawl.nursery import check_safe_to_fork
from crawl.process import crawl, in_the_data_root, prepare
from crawl.runner import Job
prepare()
check_safe_to_fork()
before = set(sys.modules)
with open(sys.argv[4], "wb") as events:
    crawl(Job(sys.argv[1], sys.argv[2], sys.argv[3], 0, "test@example.org", ["127.0.0.1"]), events, in_the_data_root)
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def test_a_crawl_imports_next_to_nothing_after_the_fork(tmp_path: Path) -> None:
    """A part of Scrapy or of ours that is loaded late again would cost every source of the night."""
    site = Site()
    with serve(site):
        small_site(site)
        given = [str(source_file(tmp_path, site)), str(tmp_path / "data"), stamp(NOW), str(tmp_path / "events")]
        ran = subprocess.run(
            [sys.executable, "-c", SCRIPT, *given],
            capture_output=True,
            env=child_environment(),
            timeout=120,
            check=True,
        )
    last = json.loads((tmp_path / "events").read_text().splitlines()[-1])
    assert (last["finish_reason"], last["errors"]) == ("finished", []), "it crawled"
    late = [name for name in json.loads(ran.stdout) if not name.startswith("encodings.")]
    assert "twisted.internet.reactor" in late, "no reactor before the fork"
    assert len(late) <= 4, late
