"""Every body of the archive against its digest, a share each night: after so many nights each was read once.

The bodies are walked in the order of their digests; how far the walk came is in `verify.json`, written every few
seconds, so that a kill costs seconds. What was found damaged or missing is looked at again by every run until it is
sound (crawled again, or restored from a backup).
"""

from __future__ import annotations

import bisect
import datetime as dt
import math
import time
from typing import Final

import msgspec

from flows.bodies import archive_at
from flows.crawl_sources import found_documents
from flows.settings import DataRoot
from flows.stage import Progress, quiet
from flows.store import write_atomically

STATE: Final = "verify.json"
SAVE_SECONDS: Final = 5.0


class Verified(msgspec.Struct):
    """How far the walk over the archive came.

    after: the last digest looked at ('' at the beginning of a round). round_began: day. rounds: whole ones so far.
    damaged: digests whose bytes are not theirs. missing: documents of the ledger without bytes. checked: in this run.
    """

    after: str = ""
    round_began: str | None = None
    rounds: int = 0
    last_round_took_days: int | None = None
    damaged: list[str] = []
    missing: list[str] = []
    checked: int = 0
    total: int = 0

    @property
    def is_sound(self) -> bool:
        return not self.damaged and not self.missing


def state(root: DataRoot) -> Verified:
    """As the last run left it."""
    try:
        return msgspec.json.decode((root.path / STATE).read_bytes(), type=Verified)
    except (OSError, msgspec.MsgspecError):
        return Verified()


def verify(root: DataRoot, now: dt.datetime, *, nights: int, progress: Progress = quiet) -> Verified:
    """Verify the share of one night of so many (1: all of them, from the beginning). Raises OSError."""
    archive, found = archive_at(root.archive), state(root)
    known = sorted(archive.digests())
    if nights == 1:
        found.after = ""
    suspects, found.damaged = found.damaged, []
    found.damaged = [sha256 for sha256 in suspects if archive.has(sha256) and not archive.verify(sha256)]
    there = set(known)
    found.missing = [one.sha256 for one in found_documents(root) if one.sha256 not in there]
    share, found.checked, found.total = math.ceil(len(known) / nights), 0, len(known)
    saved = time.monotonic()
    while found.checked < share:
        place = bisect.bisect_right(known, found.after)
        if place >= len(known):
            _round_ends(found, now)
            break  # the rest of the share is not worth the beginning of another round
        if not found.after:
            found.round_began = now.date().isoformat()
        sha256 = known[place]
        if not archive.verify(sha256) and sha256 not in found.damaged:
            found.damaged.append(sha256)
        found.after = sha256
        found.checked += 1
        if time.monotonic() - saved > SAVE_SECONDS:
            _save(root, found)
            saved = time.monotonic()
        progress("verify", found.checked, share)
    if known and found.after == known[-1]:
        _round_ends(found, now)
    found.damaged.sort()
    _save(root, found)
    return found


def _round_ends(found: Verified, now: dt.datetime) -> None:
    if found.round_began is not None:
        found.last_round_took_days = (now.date() - dt.date.fromisoformat(found.round_began)).days + 1
        found.rounds += 1
    found.after, found.round_began = "", None


def _save(root: DataRoot, found: Verified) -> None:
    write_atomically(root.path / STATE, msgspec.json.format(msgspec.json.encode(found), indent=1))
