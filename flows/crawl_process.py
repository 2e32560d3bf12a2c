"""The crawl process where bodies go to an object store: `python -m flows.crawl_process`, else as `crawl.process`.

The ledger, the log and large bodies on their way in lie in the data root of the job: this machine's working copy.
"""

from __future__ import annotations

from pathlib import Path

from crawl import process
from crawl.archive import Archive
from crawl.runner import Job, archive_path
from flows.bodies import archive_at


def in_a_store(job: Job, writer: str) -> Archive:
    return archive_at(job.archive, writer=writer, spool=archive_path(Path(job.data_root)))


prepare = process.prepare


def main() -> None:
    """Entry of the process."""
    process.main(in_a_store)


if __name__ == "__main__":
    main()
