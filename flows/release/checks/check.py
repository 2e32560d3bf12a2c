"""A check of a release as a whole: one rule with the docstring that is its text, and why it refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from flows.release.diff import Side

if TYPE_CHECKING:  # the tables of a release are checked while they are written: the draft knows these modules
    from flows.release.draft import Draft

# judged: over the whole draft, before it is sealed; `previous`: the same, against the release it would follow.
# written: while a table is written; what breaks it ends the release at once.
When = Literal["judged", "previous", "written"]
FAMILY: Final = "V"


@dataclass(frozen=True)
class Refusal:
    """Why a release may not be made. check and subject name it, for `accept`."""

    check: str
    subject: str
    zh: str
    en: str


def _nothing(draft: Draft, old: Side) -> Iterator[Refusal]:
    return iter(())


@dataclass(frozen=True)
class ReleaseCheck:
    """One rule about a release. name: what refusals and acceptances call it. doc: the module's docstring.

    run: yields its refusals from the draft and (when = previous) the release it follows; without a previous release
    such a check does not apply. Where when = written it is not asked: the module's own function raises.
    """

    id: str
    name: str
    doc: str
    when: When
    run: Callable[[Draft, Side], Iterator[Refusal]] = _nothing
    level: str = "release"
    severity: str = "error"
    family: str = FAMILY
