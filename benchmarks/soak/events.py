"""What happens on the simulated web from one night to the next: drawn from a seed, the same seed the same history."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable

from benchmarks.soak.papers import Paper
from benchmarks.soak.world import Entry, HostState, Site, World

ORGS = (
    "教育局",
    "水利局",
    "民政局",
    "司法局",
    "卫生健康局",
    "农业农村局",
    "交通运输局",
    "审计局",
    "统计局",
    "林业局",
    "信访局",
    "气象局",
)
BAD: tuple[HostState, ...] = ("broken", "forbidden", "challenge", "home", "nameless", "emptied")
LONGEST_TROUBLE = 3  # nights
MOVED = "/zwgk/czyjs/index.html"


class History:
    """Changes a world night by night; `told` has one line per event."""

    def __init__(self, seed: int, first_day: dt.date) -> None:
        self.chance = random.Random(seed)
        self.first_day = first_day
        self.told: list[str] = []
        self._until: dict[str, int] = {}  # host → the night on which it is well again
        self.world = World([
            Site("130630", "平安县", "www.pingan.example.cn"),
            Site("130631", "长乐县", "www.changle.example.cn"),
        ])  # fmt: skip
        for site in self.world.sites:
            for _ in range(4):
                self._publish(site, first_day - dt.timedelta(days=self.chance.randint(1, 200)))

    def next_night(self, night: int) -> list[str]:
        """Let a day pass; what happened on it. Of the first night (0) only the beginning is told."""
        self.told = []
        day = self.first_day + dt.timedelta(days=night)
        for site in self.world.sites:
            site.visitors += self.chance.randint(1, 99)
            if self._until.get(site.host) == night:
                self._say(site, f"{site.state} → well")
                site.state = "well"
            if site.moved_to is None:
                site.registered = site.listing  # a person has seen that the address of the listing is dead
        if night == 0:
            return ["the beginning"]
        for _ in range(self.chance.choice((0, 1, 2, 2, 3))):
            self._one_of_them(night, day)
        return self.told

    def _one_of_them(self, night: int, day: dt.date) -> None:
        site = self.chance.choice(self.world.sites)
        there = [one for one in site.entries if one.listed]
        entry = self.chance.choice(site.entries)
        choices: list[tuple[int, Callable[[], None]]] = [
            (5, lambda: self._publish(site, day)),
            (4, lambda: self._replace(site, entry)),
            (2, lambda: self._save_again(site, entry)),
            (2, lambda: self._put_back(site, entry)),
            (2, lambda: self._publish_again(site, entry, day)),
            (3, lambda: self._lose(site, entry)),
            (4, lambda: self._find_again(site)),
            (2, lambda: self._withdraw(site, entry, len(there))),
            (2, lambda: self._rename(site, entry)),
            (1, lambda: self._move(site)),
            (3, lambda: self._break(site, night)),
        ]
        self.chance.choices([what for _, what in choices], [weight for weight, _ in choices])[0]()

    # -- what departments do ---------------------------------------------------------------------------------------

    def _amounts(self) -> tuple[int, int]:
        return self.chance.randint(1000, 99999), self.chance.randint(1000, 99999)

    def _publish(self, site: Site, day: dt.date) -> None:
        known = {one.paper.org for one in site.entries}
        free = [f"{site.name}{org}" for org in ORGS if f"{site.name}{org}" not in known]
        if free:
            paper = Paper(self.chance.choice(free), 2024, self._amounts(), self._amounts())
            entry = self.world.publish(site, paper, day, inline=self.chance.random() < 0.3)
            self._say(site, f"{entry.number} published, {'inline' if entry.inline else 'a file'}")

    def _replace(self, site: Site, entry: Entry) -> None:
        entry.put(entry.paper.with_amount(self.chance.randint(1000, 99999)))
        self._say(site, f"{entry.number} has another amount")

    def _save_again(self, site: Site, entry: Entry) -> None:
        entry.put(entry.paper.with_other_bytes())
        self._say(site, f"{entry.number} saved again")

    def _put_back(self, site: Site, entry: Entry) -> None:
        if entry.earlier:
            entry.put(entry.earlier[-1])
            self._say(site, f"{entry.number} is its earlier version again")

    def _publish_again(self, site: Site, entry: Entry, day: dt.date) -> None:
        if entry.day < day and sum(one.paper.org == entry.paper.org for one in site.entries) == 1:
            paper = entry.paper.with_amount(self.chance.randint(1000, 99999))
            again = self.world.publish(site, paper, day, inline=entry.inline)
            self._say(site, f"{entry.number} published once more as {again.number}")

    def _lose(self, site: Site, entry: Entry) -> None:
        state = self.chance.choice(("gone", "error", "home", "sent_home"))
        if entry.inline or self.chance.random() < 0.4:
            entry.notice_state = state
        else:
            entry.file_state = state
        self._say(site, f"{entry.number} lost: {state}")

    def _find_again(self, site: Site) -> None:
        lost = [one for one in site.entries if not one.listed or one.notice_state != "here" or one.file_state != "here"]
        if lost:
            entry = self.chance.choice(lost)
            entry.listed, entry.notice_state, entry.file_state = True, "here", "here"
            self._say(site, f"{entry.number} is back")

    def _withdraw(self, site: Site, entry: Entry, there: int) -> None:
        if there > 3 and entry.listed:
            entry.listed = False
            if self.chance.random() < 0.6:
                entry.notice_state = entry.file_state = "gone"
            self._say(site, f"{entry.number} withdrawn, its address {entry.notice_state}")

    def _rename(self, site: Site, entry: Entry) -> None:
        entry.words = f"{entry.paper.org}关于{entry.paper.year}年部门预算公开的说明"
        self._say(site, f"{entry.number} is listed under other words")

    # -- what servers do -------------------------------------------------------------------------------------------

    def _move(self, site: Site) -> None:
        if site.state == "well" and site.moved_to is None and site.listing != MOVED:
            site.moved_to = MOVED
            self._say(site, "the listing has moved, its address leads there")
        elif site.state == "well" and site.moved_to is not None:
            site.listing, site.moved_to = site.moved_to, None
            self._say(site, "the listing's first address is dead")

    def _break(self, site: Site, night: int) -> None:
        if site.state == "well":
            site.state = self.chance.choice(BAD)
            self._until[site.host] = night + self.chance.randint(1, LONGEST_TROUBLE)
            self._say(site, f"the host is {site.state}")

    def _say(self, site: Site, what: str) -> None:
        self.told.append(f"{site.name} {what}")
