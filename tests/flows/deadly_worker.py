"""Preload of a Dask worker whose documents named deadly.docx take the Dask worker itself with them.

`dask worker --preload tests/flows/deadly_worker.py`; the same file is the process that reads (`flows.workers.WORKER`).
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from flows import worker, workers

_read = worker.read


def read(arguments: dict[str, Any]) -> bytes:
    if arguments.get("filename") == "deadly.docx":
        os.kill(os.getppid(), signal.SIGKILL)
    return _read(arguments)


def dask_setup(of_dask: object) -> None:
    workers.WORKER = "tests.flows.deadly_worker"


if __name__ == "__main__":
    worker.OPERATIONS["read"] = read
    worker.main(int(sys.argv[1]), int(sys.argv[2]))
