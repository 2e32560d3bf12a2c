"""The night of the sample county, killed a few times at random moments: the same bytes. Thirty: benchmarks/kills.py."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from benchmarks.figures import told as told_by
from flows.demo import SAMPLES
from tests.conftest import ROOT


@pytest.mark.slow
def test_a_night_killed_four_times_gives_the_undisturbed_bytes() -> None:
    if not (SAMPLES / "site").is_dir():
        pytest.skip("data/samples/site has not been made")
    command = [sys.executable, "benchmarks/kills.py", "--kills", "4", "--per-root", "4", "--seed", "5"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("YUJUE_")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=1800, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told = told_by(done.stdout)
    assert told["kills"] == 4
    assert told["wrong"] == 0
