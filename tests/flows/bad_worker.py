"""A worker whose documents hang, crash and eat memory: what `flows.workers` must live with."""

from __future__ import annotations

import os
import signal
import stat
import sys
import time
from pathlib import Path
from typing import Any

from flows import worker

SERVED: list[str] = []


def _is_pipe(descriptor: int) -> bool:
    try:
        return stat.S_ISFIFO(os.fstat(descriptor).st_mode)
    except OSError:
        return False


def read(arguments: dict[str, Any]) -> bytes:
    trouble = arguments["path"]
    if trouble == "hangs":
        time.sleep(600)
    if trouble == "crashes":
        sys.stderr.write("Segmentation fault, said the library\n")
        sys.stderr.flush()
        os.kill(os.getpid(), signal.SIGSEGV)
    if trouble == "crashes once" and not Path(arguments["filename"]).exists():
        Path(arguments["filename"]).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if trouble == "killed thrice":
        seen = Path(arguments["filename"])
        seen.write_text((seen.read_text() if seen.exists() else "") + "x")
        if len(seen.read_text()) <= 3:
            os.kill(os.getpid(), signal.SIGKILL)
    if trouble == "breaks the pool":
        replies = next(fd for fd in range(3, 64) if _is_pipe(fd))
        os.write(replies, (5).to_bytes(8, "big") + b"\xc1\xc1\xc1\xc1\xc1")  # no msgpack
        time.sleep(600)
    if trouble == "eats memory":
        return b"x" * (64 << 30)
    if trouble == "short of memory after others":
        return b"x" * (64 << 30) if SERVED else b"fits alone"
    if trouble == "has a bug":
        raise KeyError("合计")
    if trouble == "prints":
        os.write(1, b"a library that prints to stdout\n")
    SERVED.append(trouble)
    return trouble.encode()


worker.OPERATIONS["read"] = read

if __name__ == "__main__":
    worker.main(int(sys.argv[1]), int(sys.argv[2]))
