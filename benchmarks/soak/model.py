"""What must be so after a night: foretold from what the servers gave, not from what the product says it got.

Independent of the product: nothing of it is imported. The model is told every request that reached a server and its
answer, and knows of the product only what it promises in words: the outcomes of the ledger, the schedule in the
docstring of `crawl.schedule`, the waits in that of `crawl.manners`, the grounds of a revision, the states of coverage.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.soak.papers import Paper
from benchmarks.soak.world import Answer, Entry, Site, World

CELLS = 9  # amounts of one paper
LATER = 1.15  # a turn is moved by up to 15 %
AWAY = (0.25, 1, 3, 7, 14)  # days a host is left alone, by how often it had us away
WITH_BODY = ("new", "unchanged", "replaced")


@dataclass
class Address:
    """What the model knows of an address of a notice or a file. quiet: nights since it was asked on which it could have
    been. words, listed: those of its last visit, and those under which a listing that is well named it last."""

    entry: Entry
    is_file: bool
    day: dt.date
    bodies: list[str] = field(default_factory=list)
    outcome: str = ""
    words: str = ""
    listed: str = ""
    quiet: int = 0
    asked_on: dt.date = dt.date.min

    def turn(self) -> int:
        """After so many nights on which it could be asked it must have been."""
        if self.outcome in ("failed", "refused"):
            return 0
        if self.outcome == "gone":
            return math.ceil(14 * LATER)
        days = 3 if (self.asked_on - self.day).days < 30 else 30
        return math.ceil(days * LATER)


@dataclass
class Host:
    """troubled_on: the last night on which it gave trouble; strikes: at most so often it had us away."""

    troubled_on: int = -1000
    strikes: int = 0

    def is_open(self, night: int) -> bool:
        """Whether it is surely asked tonight."""
        return not self.strikes or night - self.troubled_on > math.ceil(AWAY[min(self.strikes, len(AWAY)) - 1])


@dataclass(frozen=True)
class Pair:
    """One document that took the place of another."""

    old: str
    new: str
    basis: str
    in_force: bool


class Model:
    """Told each night what was asked and answered; says what ledger and release must hold."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.addresses: dict[str, Address] = {}
        self.papers: dict[str, Paper] = {}
        self.days: dict[str, dt.date] = {}
        self.hosts: dict[str, Host] = defaultdict(Host)
        self.night = -1

    # -- the ledger ------------------------------------------------------------------------------------------------

    def after(
        self, night: int, day: dt.date, requests: Iterable[tuple[str, bool]], visits: Mapping[str, Any]
    ) -> list[str]:
        """Differences between what the servers gave and tonight's visits (address → the last one of tonight).

        requests: (address, whether the answer was that nothing has changed), in order, robots.txt among them.
        """
        self.night = night
        answers = self.world.answers()
        served = self._served(requests, answers)
        named = {url: (site, entry, is_file) for site in self.world.sites for url, entry, is_file in _addresses(site)}
        wrong: list[str] = []
        for url, (answer, same) in served.items():
            if url in named:
                wrong += self._one(url, named[url], day, answer, same, visits.get(url))
            elif url not in visits and answer.kind in ("listing", "home"):
                wrong.append(f"{url}: was asked for, the ledger does not say so")
        wrong += self._unserved(served, named, day, visits)
        wrong += self._forgotten(served, visits)
        self._note_words()
        self._note_hosts(served)
        return wrong

    def _served(
        self, requests: Iterable[tuple[str, bool]], answers: Mapping[str, Answer]
    ) -> dict[str, tuple[Answer, bool]]:
        """What came of each address that was asked for; a redirect stands for where it leads."""
        onward: dict[str, list[str]] = defaultdict(list)
        served: dict[str, tuple[Answer, bool]] = {}
        for url, same in requests:
            answer = answers.get(url, Answer("status", b"", 404))
            asked = onward[url].pop(0) if onward[url] else url
            if answer.kind == "redirect":
                onward[answer.location or ""].append(asked)
            elif answer.kind != "robots" and not url.endswith("/robots.txt"):
                served[asked] = (answer, same)
        return served

    def _one(  # noqa: PLR0917 - called once
        self, url: str, named: tuple[Site, Entry, bool], day: dt.date, answer: Answer, same: bool, visit: Any
    ) -> list[str]:
        _, entry, is_file = named
        known = self.addresses.setdefault(url, Address(entry, is_file, entry.day))
        outcome, sha256 = self._outcome(known, answer)
        if outcome in WITH_BODY and sha256 is not None:
            if outcome != "unchanged":
                known.bodies.append(sha256)
            if is_file or entry.inline:
                self.papers[sha256] = entry.paper
                self.days.setdefault(sha256, entry.day)
        known.outcome, known.quiet, known.asked_on = outcome, 0, day
        if visit is None:
            return [f"{url}: gave {answer.kind} {answer.status}, the ledger has no visit"]
        wrong = []
        before = known.words
        if not is_file:
            known.words = visit.link_text or ""
        if visit.outcome != outcome:
            wrong.append(
                f"{url}: {answer.kind} {answer.status} is {outcome}, the ledger says {visit.outcome} ({visit.reason})"
            )
        if outcome in WITH_BODY and visit.sha256 != sha256:
            wrong.append(f"{url}: gave {sha256}, the ledger says {visit.sha256}")
        if same and outcome != "unchanged":
            wrong.append(f"{url}: was asked with the validator of another body than the last one")
        # a notice whose turn has come may be on its way when the listing is read: then its visit has the new words
        # tomorrow, and its document has them tonight (`_note_words`)
        if not is_file and self._is_shown(entry) and visit.link_text not in (entry.words, before):
            wrong.append(f"{url}: is listed as {entry.words}, the ledger says {visit.link_text}")
        return wrong

    @staticmethod
    def _outcome(known: Address, answer: Answer) -> tuple[str, str | None]:
        if answer.kind == "status":
            return {404: "gone", 403: "refused"}.get(answer.status, "failed"), None
        if answer.kind == "challenge":
            return "refused", None
        if answer.kind == "home":
            return "failed", None
        sha256 = hashlib.sha256(answer.body).hexdigest()
        if not known.bodies:
            return "new", sha256
        return ("unchanged" if known.bodies[-1] == sha256 else "replaced"), sha256

    def _is_shown(self, entry: Entry) -> bool:
        """Whether the first pages of a listing that is well name it tonight."""
        site = next(one for one in self.world.sites if entry in one.entries)
        return site.state == "well" and any(entry in part for _, part in site.pages()[:2])

    def _unserved(
        self, served: Mapping[str, Any], named: Mapping[str, Any], day: dt.date, visits: Mapping[str, Any]
    ) -> list[str]:
        """Visits without a request: only of hosts that give trouble, or lately did."""
        wrong = []
        for url, visit in visits.items():
            if url in served:
                continue
            site = self.world.site_of(url)
            host = self.hosts[site.host] if site else Host()
            if visit.outcome not in ("failed", "refused"):
                wrong.append(f"{url}: was never asked for, the ledger says {visit.outcome}")
            elif site is None or (site.state == "well" and host.is_open(self.night)):
                wrong.append(f"{url}: was not asked for though its host is well: {visit.reason}")
            if url in named:
                _, entry, is_file = named[url]
                known = self.addresses.setdefault(url, Address(entry, is_file, entry.day))
                known.outcome, known.quiet, known.asked_on = visit.outcome, 0, day
        return wrong

    def _forgotten(self, served: Mapping[str, Any], visits: Mapping[str, Any]) -> list[str]:
        """What had to be asked tonight and was not."""
        wrong = []
        for site in self.world.sites:
            if site.state != "well" or not self.hosts[site.host].is_open(self.night):
                continue
            if site.url(site.registered) not in served:
                wrong.append(f"{site.url(site.registered)}: the listing was not asked for")
                continue
            if site.registered in (site.listing, site.moved_to):
                for entry in (one for _, part in site.pages()[:2] for one in part):
                    url = site.url(entry.notice_path)
                    known = self.addresses.get(url)
                    if known is None:
                        wrong.append(f"{url}: is listed, and was never asked for")
                    elif url not in served and known.words not in ("", entry.words):
                        wrong.append(f"{url}: is listed under other words, and was not asked for")
            for url, entry, is_file in _addresses(site):
                known = self.addresses.get(url)
                notice = served.get(site.url(entry.notice_path))
                if is_file and known is None and notice is not None and notice[0].kind == "notice":
                    wrong.append(f"{url}: its notice was read, the file was never asked for")
                if known is None or url in served:
                    continue
                known.quiet += 1
                if known.quiet > known.turn() + 1:
                    wrong.append(f"{url}: last {known.outcome}, not asked for {known.quiet} nights")
        del visits
        return wrong

    def _note_words(self) -> None:
        """A document is known by the words of the listing from the night on which the listing says them."""
        for site in self.world.sites:
            for entry in site.entries:
                known = self.addresses.get(site.url(entry.notice_path))
                if known is not None and self._is_shown(entry):
                    known.listed = entry.words

    def _note_hosts(self, served: Mapping[str, tuple[Answer, bool]]) -> None:
        for site in self.world.sites:
            host, good = self.hosts[site.host], 0
            for url, (answer, _) in served.items():
                if self.world.site_of(url) is site:
                    good += answer.status < 400 and answer.kind != "challenge"
            if site.state in ("broken", "forbidden", "challenge", "nameless"):
                host.strikes, host.troubled_on = host.strikes + 1, self.night
            elif good >= 3:
                host.strikes = 0

    # -- what follows from it --------------------------------------------------------------------------------------

    @property
    def documents(self) -> dict[str, bool]:
        """Digest → whether it is the newest body of an address, of every document that was ever given."""
        newest = {one.bodies[-1] for one in self._documents()}
        return {sha256: sha256 in newest for one in self._documents() for sha256 in one.bodies}

    def _documents(self) -> list[Address]:
        return [one for one in self.addresses.values() if one.bodies and (one.is_file or one.entry.inline)]

    @property
    def unreached(self) -> dict[str, str]:
        """Address → last outcome, of those that never gave a body."""
        return {url: one.outcome for url, one in self.addresses.items() if not one.bodies}

    @property
    def pairs(self) -> set[Pair]:
        """What took the place of what, and on which ground."""
        current = self.documents
        found = {
            Pair(old, new, "same_url", not current[old])
            for one in self._documents()
            for old, new in zip(one.bodies, one.bodies[1:], strict=False)
        }
        known = {(one.old, one.new) for one in found}
        by_org: dict[str, list[tuple[dt.date, str]]] = defaultdict(list)
        for sha256, is_current in current.items():
            if is_current:
                by_org[self.papers[sha256].org].append((self.days[sha256], sha256))
        for group in by_org.values():
            group.sort()
            for number, (day, new) in enumerate(group):
                old = next((old for earlier, old in reversed(group[:number]) if earlier < day), None)
                if old is not None and (old, new) not in known:
                    found.add(Pair(old, new, "republished", True))
        return found

    @property
    def standing(self) -> dict[str, bool]:
        """Digest → whether it holds: current at an address and not replaced by what is in force."""
        replaced = {one.old for one in self.pairs if one.in_force}
        return {sha256: current and sha256 not in replaced for sha256, current in self.documents.items()}

    def changed_cells(self, pair: Pair) -> int:
        """How many amounts of the two differ."""
        old, new = self.papers[pair.old].amounts, self.papers[pair.new].amounts
        return sum(a != b for a, b in zip(old, new, strict=True))

    def essence(self) -> tuple[object, ...]:
        """What a release must differ by when it differs; words may make one, too (`words`)."""
        return (self.standing, self.pairs, self.unreached)

    def words(self) -> dict[str, tuple[str, str]]:
        """The words that lead to each address: those of its last visit, those listed last."""
        return {url: (one.words, one.listed) for url, one in self.addresses.items()}

    def found(self) -> dict[str, int]:
        """Organisation → documents that hold."""
        counted: dict[str, int] = defaultdict(int)
        for sha256, holds in self.standing.items():
            counted[self.papers[sha256].org] += holds
        return {org: count for org, count in counted.items() if count}


def _addresses(site: Site) -> Iterable[tuple[str, Entry, bool]]:
    for entry in site.entries:
        yield site.url(entry.notice_path), entry, False
        if not entry.inline:
            yield site.url(entry.file_path), entry, True
