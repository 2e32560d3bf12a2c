"""The simulated web: two counties with a site each, what they publish, and in which state their servers are tonight.

Plain data and rendering; nothing of the product is imported. `World.answers()` says, for this night, what every address
gives; an address that is not in it gives 404.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

from benchmarks.soak.papers import Paper, docx, html_table

# How a whole host is tonight. forbidden: 403 for everything; challenge: a firewall's script with status 200;
# home: the home page under every address; nameless: the name does not resolve; broken: 500 for everything;
# emptied: the listing stands and has no rows.
HostState = Literal["well", "broken", "forbidden", "challenge", "home", "nameless", "emptied"]
# What one address of a file or notice gives where its host is well.
Lost = Literal["here", "gone", "error", "home", "sent_home"]
# What an answer is, in the model's words.
Kind = Literal["listing", "notice", "file", "home", "challenge", "status", "redirect", "robots", "home_listing"]

HTML = "text/html; charset=utf-8"
PER_PAGE = 8
CHALLENGE = (
    "<html><head><script>var a='"
    + "x9f3" * 60
    + "';document.cookie='w='+a;location.reload();</script></head><body></body></html>"
)


@dataclass(frozen=True)
class Answer:
    """What an address gives. kind: what it is to the model. of: the address of what is meant by it."""

    kind: Kind
    body: bytes = b""
    status: int = 200
    media: str = HTML
    location: str | None = None


@dataclass
class Entry:
    """A row of a listing and what it leads to: a notice with a file, or a notice that is the report itself."""

    number: int
    paper: Paper
    day: dt.date
    inline: bool
    words: str
    listed: bool = True
    notice_state: Lost = "here"
    file_state: Lost = "here"
    earlier: list[Paper] = field(default_factory=list)

    @property
    def notice_path(self) -> str:
        return f"/czyjs/{self.day:%Y%m}/t{self.number}.html"

    @property
    def file_path(self) -> str:
        return f"/files/{self.number}/P{self.number}.docx"

    def put(self, paper: Paper) -> None:
        """The department puts another file in the place of this one."""
        self.earlier.append(self.paper)
        self.paper = paper


@dataclass
class Site:
    """One county: its host, its listing, its entries."""

    code: str
    name: str
    host: str
    state: HostState = "well"
    listing: str = "/czyjs/index.html"
    moved_to: str | None = None  # the listing's address redirects there
    registered: str = "/czyjs/index.html"  # what the source file says
    entries: list[Entry] = field(default_factory=list)
    visitors: int = 1000

    @property
    def source_id(self) -> str:
        return f"{self.code}_soak"

    @property
    def publisher(self) -> str:
        return f"{self.name}人民政府"

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"

    def rows(self) -> list[Entry]:
        """Entries of the listing, newest first."""
        return sorted((one for one in self.entries if one.listed), key=lambda one: (one.day, one.number), reverse=True)

    def pages(self) -> list[tuple[str, list[Entry]]]:
        """(path, entries) of each page of the listing."""
        rows = [] if self.state == "emptied" else self.rows()
        folder = (self.moved_to or self.listing).rpartition("/")[0]
        parts = [rows[start : start + PER_PAGE] for start in range(0, len(rows), PER_PAGE)] or [[]]
        first = self.moved_to or self.listing
        return [(first if number == 0 else f"{folder}/index_{number}.html", part) for number, part in enumerate(parts)]

    def source_yaml(self) -> str:
        return (
            f'code: "{self.code}"\npublisher: {self.publisher}\nplatform: static\nlistings:\n'
            f"  - {{url: {self.url(self.registered)}, kind: department_budget, pages: 10}}\n"
            f"hosts: [{self.host}]\n"
            "politeness: {delay_seconds: 1, retries: 0, timeout_seconds: 20}\n"
        )

    def answers(self) -> dict[str, Answer]:
        """Address → answer, of tonight. Nothing where the name does not resolve."""
        if self.state == "nameless":
            return {}
        found = {self.url(path): answer for path, answer in self._well().items()}
        if self.state in ("well", "emptied"):
            return found
        instead = {
            "broken": Answer("status", b"oops", 500),
            "forbidden": Answer("status", b"no", 403),
            "challenge": Answer("challenge", CHALLENGE.encode()),
            "home": Answer("home", self.home()),
        }[self.state]
        return {url: instead if one.kind != "robots" or self.state == "broken" else one for url, one in found.items()}

    def _well(self) -> dict[str, Answer]:
        found = {"/robots.txt": Answer("robots", b"User-agent: *\nDisallow: /internal/\n", media="text/plain")}
        found["/index.html"] = Answer("home", self.home())
        pages = self.pages()
        for number, (path, part) in enumerate(pages):
            found[path] = Answer("listing", self._listing(part, [one for one, _ in pages], number))
        if self.moved_to is not None:
            found[self.listing] = Answer("redirect", b"", 301, location=self.url(self.moved_to))
        for entry in self.entries:
            found[entry.notice_path] = self._lost(entry.notice_state) or Answer("notice", self._notice(entry))
            if not entry.inline:
                body = docx(entry.paper)
                found[entry.file_path] = self._lost(entry.file_state) or Answer(
                    "file", body, media="application/octet-stream"
                )
        return found

    def _lost(self, state: Lost) -> Answer | None:
        if state == "here":
            return None
        return {
            "gone": Answer("status", b"gone", 404),
            "error": Answer("status", b"oops", 500),
            "home": Answer("home", self.home()),
            "sent_home": Answer("redirect", b"", 302, location=self.url("/index.html")),
        }[state]

    def _listing(self, part: list[Entry], paths: list[str], number: int) -> bytes:
        rows = "".join(
            f'<li><a href="{one.notice_path}">{one.words}</a><span>{one.day.isoformat()}</span></li>' for one in part
        )
        pager = "".join(f'<a href="{path}">{at + 1}</a>' for at, path in enumerate(paths) if at != number)
        if number + 1 < len(paths):
            pager += f'<a href="{paths[number + 1]}">下一页</a>'
        return self._page("预决算公开", f'<ul class="list">{rows}</ul><div class="page">{pager}</div>')

    def _notice(self, entry: Entry) -> bytes:
        paper = entry.paper
        inner = f'<h1>{paper.title}</h1><div class="article"><p>现将有关情况公开如下。</p>'
        if entry.inline:
            inner += html_table(paper)
        else:
            inner += f'<p><a href="{entry.file_path}">{paper.title}.docx</a></p>'
        head = f'<meta name="ArticleTitle" content="{paper.title}"><meta name="PubDate" content="{entry.day} 09:00">'
        return self._page(paper.title, inner + "</div>", head, counter=False)

    def _page(self, title: str, inner: str, head: str = "", *, counter: bool = True) -> bytes:
        seen = f"<p>您是第 {self.visitors} 位访客</p>" if counter else ""
        return (
            f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}-{self.publisher}</title>{head}</head>'
            f'<body><div class="header"><a href="/index.html">首页</a><a href="{self.listing}">预决算公开</a></div>'
            f'<div class="main">{inner}</div><div class="footer"><a href="/about.html">关于本站</a>{seen}</div>'
            "</body></html>"
        ).encode()

    def home(self) -> bytes:
        """The home page: many sections, news, and no report of its own."""
        news = "".join(
            f'<li><a href="/news/{n}.html">全县第{n}次工作会议召开</a><span>2024-02-06</span></li>' for n in range(60)
        )
        more = "".join(f'<h2>栏目{n}</h2><a href="/c{n}/">更多</a>' for n in range(6))
        return (
            f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{self.publisher}门户网站</title></head><body>'
            f'<div class="main"><ul>{news}</ul>{more}<p>{"今日要闻。" * 100}</p></div></body></html>'
        ).encode()


@dataclass
class World:
    """All sites; entries are numbered over all of them."""

    sites: list[Site]
    made: int = 0

    def publish(self, site: Site, paper: Paper, day: dt.date, *, inline: bool) -> Entry:
        self.made += 1
        entry = Entry(self.made, paper, day, inline, paper.title)
        site.entries.append(entry)
        return entry

    def answers(self) -> dict[str, Answer]:
        return {url: answer for site in self.sites for url, answer in site.answers().items()}

    def site_of(self, url: str) -> Site | None:
        return next(
            (site for site in self.sites if url.startswith((f"http://{site.host}/", f"https://{site.host}/"))), None
        )
