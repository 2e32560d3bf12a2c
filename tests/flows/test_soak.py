"""Four simulated nights against a model of what happened; thirty: `python -m benchmarks.soak`."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.soak.__main__ import soak


@pytest.mark.slow
def test_ledger_coverage_revisions_and_releases_after_four_nights(tmp_path: Path) -> None:
    told = soak(4, 860, tmp_path, processes=False, aloud=False)
    assert told.wrong == []
    assert int(told.figures["events"] or 0) > 4, "something happened"
    assert int(told.figures["releases"] or 0) > 1
