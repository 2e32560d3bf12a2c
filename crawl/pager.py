"""Which further pages a listing has, and how each is asked for. Pure functions over one page of the listing.

| scheme | what the page holds | further pages |
|---|---|---|
| links | `<a>下一页</a>`, numbers side by side, rel=next | as linked |
| create_page | `createPageHTML(3, 0, "index", "html")` (TRS; others with a container first) | stem_N.ext |
| count_page | `var countPage = 18`, `totalPage = Math.ceil(76/20)` beside a stem of the same script | stem_N.ext |
| reg_click | `regClick({pageIndex, pageCount, firstPage})`, rule in a script elsewhere | stem_N.ext |
| parameter | `?page=2` among the links, a total in the script | the same query with another number |
| jpaas, dataproxy, paging_nav, gkmlpt, cms_do | parameters of a request that a script makes | `crawl.pager_ajax` |

Platforms count files from 0 (page 2 = index_1) or from 1 (page 2 = index_2), with functions of the same name. The
page's own links decide, then the body of the function where it stands in the page; without both, the two addresses
that tell the rules apart are marked to be probed (`guessed`), and the second is asked for only where the first gave
nothing (`unless`). The argument for the current page alone decides nothing: some that count from 1 pass 0 at first.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec
from lxml import html

from crawl.address import site_of
from crawl.page import Page, absolute, text_of

MAX_PAGES = 1000  # no listing of a department has more; a total beyond it is a fault or a trap
MAX_SCRIPT = 400_000  # characters of script that are read
_MAX_LINKS = 5000

Scheme = Literal[
    "none", "links", "create_page", "count_page", "reg_click", "parameter",
    "jpaas", "dataproxy", "paging_nav", "gkmlpt", "cms_do",
]  # fmt: skip
# stated: the page itself shows the rule; inferred: the platform's usual rule; unknown: both rules are to be probed
Confidence = Literal["stated", "inferred", "unknown"]


class Step(msgspec.Struct, frozen=True):
    """One further page. form: sent by POST (None: GET). guessed: the address may not exist, and is then no dead link.
    unless: not asked for when this address gave a page."""

    url: str
    form: tuple[tuple[str, str], ...] | None = None
    guessed: bool = False
    unless: str | None = None

    @property
    def key(self) -> str:
        """One address per request: a form is written behind it as a query."""
        if self.form is None:
            return self.url
        parts = urlsplit(self.url)
        return urlunsplit(parts._replace(query="&".join(filter(None, [parts.query, urlencode(self.form)]))))


class Further(msgspec.Struct, frozen=True):
    """The further pages of a listing, in its order. total: pages it says it has; reason: what was read, in one line."""

    scheme: Scheme = "none"
    confidence: Confidence = "stated"
    total: int | None = None
    steps: tuple[Step, ...] = ()
    reason: str = "no pager seen"

    @property
    def exact(self) -> tuple[str, ...]:
        """Addresses that exist by the page's own word."""
        return tuple(step.url for step in self.steps if not step.guessed and step.form is None)

    @property
    def probes(self) -> tuple[str, ...]:
        """Addresses that exist under one of two rules."""
        return tuple(step.url for step in self.steps if step.guessed)


def further_pages(page: Page, sites: Iterable[str], *, template: str | None = None) -> Further:
    """Read the pager of one listing page. sites: `site_of` values that may be asked. template: the address of a further
    page as the source declares it (`/list?id={colid}&page={page}`), for pagers whose rule no page shows.

    Total and deterministic: whatever the scripts hold, a Further comes back, with at most 1000 steps.
    """
    from crawl.pager_ajax import request_pages  # noqa: PLC0415 (the nouns above are its own)

    allowed = frozenset(sites)
    script = scripts_of(page)
    links = tuple(dict(_page_links(page, allowed)).items())
    found = _from_scripts(page, script, links) or request_pages(page, script, template) or _from_links(page, links)
    steps = tuple(step for step in found.steps if site_of(step.url) in allowed and step.url != page.url)
    return msgspec.structs.replace(found, steps=steps[:MAX_PAGES])


def scripts_of(page: Page) -> str:
    """The text of all scripts, with line comments and HTML comments taken out, bounded."""
    parts: list[str] = []
    size = 0
    for element in page.root.iter("script"):
        text = element.text or ""
        size += len(text)
        if size > MAX_SCRIPT:
            break
        parts.append(text)
    return re.sub(r"(?m)(?<![:\"'\w])//[^\n]*$|<!--|-->", " ", "\n".join(parts))


# -- links --------------------------------------------------------------------------------------------------------

_NEXT = re.compile(r"^[\s<>›»]*(?:下一?页|后一?页|next(?:\s*page)?|[>›»]{1,2})[\s<>›»]*$", re.IGNORECASE)
_NUMBER = re.compile(r"^\s*[\[【(（]?\s*第?\s*(\d{1,4})\s*页?\s*[\])）】]?\s*$")
_PAGE_WORDS = re.compile(r"^(?:page|pager|paging|pagination|pagelist|pages|fenye|pagebar|pagelink)\w*$", re.IGNORECASE)
_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|wps|et|zip|rar|7z|csv|ofd|rtf|jpe?g|png|gif|css|js)$", re.IGNORECASE)


def _page_links(page: Page, allowed: frozenset[str]) -> Iterator[tuple[str, int | None]]:
    """(address, number it is shown with) of other pages of the same listing, in the order of the page."""
    anchors = [anchor for _, anchor in zip(range(_MAX_LINKS), page.root.iter("a"), strict=False)]
    numbers = {anchor: int(found[1]) for anchor in anchors if (found := _NUMBER.match(text_of(anchor)))}
    together = Counter(_home(anchor) for anchor in numbers)
    shown: dict[str, int | None] = {}
    for anchor in [*page.root.iter("link"), *anchors]:
        url = absolute(page.base, anchor.get("href") or "")
        if url is None or url == page.url or site_of(url) not in allowed or _FILE.search(urlsplit(url).path):
            continue
        is_next = (anchor.get("rel") or "").lower() == "next" or (
            anchor.tag == "a" and bool(_NEXT.match(text_of(anchor)))
        )
        # one lone number is a title ("2023"), two side by side are a pager; years side by side are sub-columns
        number = numbers.get(anchor)
        is_number = number is not None and number < 1900 and (_in_pager(anchor) or together[_home(anchor)] > 1)
        if (is_next or is_number) and _same_column(page.url, url):
            shown[url] = shown.get(url) or (number if is_number else None)
    yield from shown.items()


def _home(anchor: html.HtmlElement) -> html.HtmlElement | None:
    parent = anchor.getparent()
    if parent is not None and parent.tag in {"li", "span", "td"}:
        return parent.getparent()
    return parent


def _in_pager(anchor: html.HtmlElement) -> bool:
    for node in anchor.iterancestors():
        names = f"{node.get('class') or ''} {node.get('id') or ''}".split()
        if any(_PAGE_WORDS.match(name) for name in names) and node.tag != "body":
            return True
    return False


def _same_column(here: str, there: str) -> bool:
    """Pages of one listing differ in the last part of the path or in the query."""
    one, other = urlsplit(here).path, urlsplit(there).path
    return one.rsplit("/", 1)[0] == other.rsplit("/", 1)[0] or one == other


def _from_links(page: Page, links: tuple[tuple[str, int | None], ...]) -> Further:
    if not links:
        return Further()
    ordered = sorted(links, key=lambda one: (one[1] is None, one[1] or 0))
    steps = tuple(Step(url) for url, number in ordered if number != 1)
    largest = max((number for _, number in links if number), default=None)
    return Further("links", "stated", largest, steps, f"{len(links)} page link(s)")


# -- numbered files -----------------------------------------------------------------------------------------------

_CALL = re.compile(r"(?<!function )\bcreatePage(?:HTML|Html)?\s*\(([^()]{3,300})\)")
_FUNCTION = re.compile(r"\bfunction\s+createPage(?:HTML|Html)?\s*\(")
_REG_CLICK = re.compile(r"\bregClick\s*\(\s*(?:new\s+Object\s*\(\s*)?\{([^{}]{10,600})\}")
_TOTAL_NAME = r"(?:countPage|totalPages?|pageCount|totalPageNum|page_?total|allPage)"
_STEM_OF = re.compile(
    r"[\"'](?:[^\"']*?href=\\?[\"']?)?([\w./-]{0,80}?)_[\"']\s*\+\s*[\w()+ -]{1,40}\+\s*[\"']\.(s?html?|jsp|aspx|php)\b"
)
_EXTENSION = re.compile(r"^(?:s?html?|jsp|aspx?|php|json)$", re.IGNORECASE)
_FILE_NUMBER = re.compile(r"^(.*?)(?:_(\d{1,4}))?\.(\w{2,5})$")


def _from_scripts(page: Page, script: str, links: tuple[tuple[str, int | None], ...]) -> Further | None:
    for call in _CALL.finditer(script):
        read = _create_page_arguments(call[1], script)
        if read is not None:
            total, stem, suffix, contained = read
            shown = _first(_base_of_links(stem, suffix, links), _base_of_function(script))
            base = _first(shown, 1 if contained else None)  # the form with a container first counts from 1
            return _numbered(page, "create_page", (total, stem, suffix), base, stated=shown is not None)
    clicked = _REG_CLICK.search(script)
    if clicked:
        values = dict(re.findall(r"[\"']?(\w+)[\"']?\s*:\s*[\"']?([^\"',}\s]*)", clicked[1]))
        file = _FILE_NUMBER.match(values.get("firstPage", ""))
        if file and values.get("pageCount", "").isdecimal():
            stem, suffix = file[1], file[3]
            base = _base_of_links(stem.rsplit("/", 1)[-1], suffix, links)
            return _numbered(page, "reg_click", (int(values["pageCount"]), stem, suffix), base, stated=base is not None)
    total_of = _total_variable(script)
    if total_of and total_of > 1:
        return _count_page(page, script, total_of, links)
    return None


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)


def _create_page_arguments(text: str, script: str) -> tuple[int, str, str, bool] | None:
    """(total, stem, suffix, whether a container stands first) of a call; None for a call that cannot be resolved."""
    arguments = [one.strip() for one in text.split(",")]
    texts = [one[1:-1] for one in arguments if len(one) > 1 and one[0] in "\"'" and one[-1] == one[0]]
    if len(texts) < 2 or not _EXTENSION.match(texts[-1]):
        return None
    contained = arguments[0][:1] in {'"', "'"}
    first = next((one for one in arguments if one[:1] not in {'"', "'"}), "")
    total = value_of(first, script)  # a total that cannot be resolved must not be taken from another argument
    if total is None or not re.fullmatch(r"[\w./-]{1,100}", texts[-2]):
        return None
    return total, texts[-2], texts[-1], contained


def value_of(expression: str, script: str, depth: int = 0) -> int | None:
    """A whole number as scripts write it: 3, "3", Math.ceil(76/20), parseInt('3'), or a variable that is one.

    A cap (`if (totalPage > limit) totalPage = limit`) lowers the variable it names.
    """
    text = expression.strip().strip("\"'").strip()
    if text.isdecimal() and len(text) < 7:
        return int(text)
    divided = re.fullmatch(r"(?:Math\.ceil|parseInt)?\s*\(?\s*\(?\s*(\d{1,7})\s*/\s*(\d{1,4})\s*\)?\s*\)?", text)
    if divided and int(divided[2]):
        return -(-int(divided[1]) // int(divided[2]))
    parsed = re.fullmatch(r"(?:parseInt|Number|Math\.ceil)\s*\(\s*[\"']?(\d{1,6})[\"']?\s*(?:,\s*10\s*)?\)", text)
    if parsed:
        return int(parsed[1])
    if not re.fullmatch(r"[A-Za-z_$][\w$]{0,40}", text) or depth > 3:
        return None
    name = re.escape(text)
    assigned = re.search(rf"(?<![\w.$]){name}\s*=(?!=)\s*([^;\n]{{1,80}})", script)
    if not assigned:
        return None
    value = value_of(assigned[1].strip().rstrip(",;"), script, depth + 1)
    cap = re.search(rf"\bif\s*\(\s*{name}\s*>=?\s*(\w{{1,40}})\s*\)\s*\{{?\s*{name}\s*=\s*\1\b", script)
    limit = value_of(cap[1], script, depth + 1) if cap else None
    return min(value, limit) if value is not None and limit is not None else value


def _base_of_links(stem: str, suffix: str, links: tuple[tuple[str, int | None], ...]) -> int | None:
    """0 or 1: how the files are counted, where a link shows a page number beside its file's number."""
    for url, number in links:
        file = _FILE_NUMBER.match(urlsplit(url).path.rsplit("/", 1)[-1])
        if file and file[2] and number and (file[1], file[3]) == (stem, suffix) and 0 <= number - int(file[2]) <= 1:
            return 1 if number == int(file[2]) else 0
    return None


def _base_of_function(script: str) -> int | None:
    """0 or 1, where the function that writes the links stands in the page: its loop, or how it finds page 1."""
    start = _FUNCTION.search(script)
    if not start:
        return None
    body = script[start.end() : start.end() + 12_000]
    for loop in re.finditer(r"\bfor\s*\(\s*(?:var|let)?\s*(\w+)\s*=\s*([01])\s*;\s*\1\s*(<=?)", body):
        name, first, relation = loop[1], loop[2], loop[3]
        inside = body[loop.end() : loop.end() + 3000]
        if first == "0" and relation == "<":
            shifted = re.search(rf"_[\"']\s*\+\s*\(\s*{name}\s*\+\s*1\s*\)", inside)
            return 1 if shifted else 0
        if first == "1" and relation == "<=":
            shifted = re.search(rf"_[\"']\s*\+\s*\(\s*{name}\s*-\s*1\s*\)", inside)
            return 0 if shifted else 1
    return None


def _total_variable(script: str) -> int | None:
    assigned = re.search(rf"(?<![\w.$]){_TOTAL_NAME}\s*=(?!=)", script)
    if not assigned:
        return None
    name = assigned[0].split("=")[0].strip()
    return value_of(name, script)


def _count_page(page: Page, script: str, total: int, links: tuple[tuple[str, int | None], ...]) -> Further | None:
    """A total in a variable: the stem stands in the same script, or the links show a parameter."""
    written = _STEM_OF.search(script)
    if written:
        stem, suffix = written[1] or "index", written[2]
        base = _first(_base_of_links(stem.rsplit("/", 1)[-1], suffix, links), _base_of_variable(script))
        return _numbered(page, "count_page", (total, stem, suffix), base, stated=base is not None)
    return _parameter(total, links)


def _base_of_variable(script: str) -> int | None:
    """mof.gov.cn's own words: `var currentPage = 0;//所在页从0开始`, with nextPage = currentPage + 1 in the address."""
    current = re.search(r"(?<![\w.$])(?:currentPage|pageIndex|curPage|currPage)\s*=(?!=)\s*(\d{1,4})", script)
    following = re.search(r"\bnextPage\s*=\s*(?:currentPage|curPage|currPage)\s*\+\s*1", script)
    if current and following and current[1] in {"0", "1"}:
        return int(current[1])
    return None


def _parameter(total: int, links: tuple[tuple[str, int | None], ...]) -> Further | None:
    for url, number in links:
        parts = urlsplit(url)
        query = parse_qsl(parts.query, keep_blank_values=True)
        names = [name for name, value in query if number and value in {str(number), str(number - 1)} and "page" in name.lower()]  # fmt: skip  # noqa: E501
        if not names or number is None:
            continue
        shift = number - int(dict(query)[names[0]])
        steps = []
        for other in range(2, min(total, MAX_PAGES) + 1):
            changed = [(n, str(other - shift) if n == names[0] else v) for n, v in query]
            steps.append(Step(urlunsplit(parts._replace(query=urlencode(changed)))))
        return Further("parameter", "stated", total, tuple(steps), f"{names[0]} counted to {total}")
    return None


def _numbered(page: Page, scheme: Scheme, file: tuple[int, str, str], base: int | None, *, stated: bool) -> Further:
    """Addresses stem_N.ext: N from 1 to total - 1 (counted from 0) or from 2 to total (counted from 1)."""
    total, stem, suffix = min(file[0], MAX_PAGES), file[1], file[2]
    reason = f"{file[0]} page(s) of {stem}_N.{suffix}, "
    numbers = {0: range(1, total), 1: range(2, total + 1), None: range(2, total)}[base]
    urls = [url for number in numbers if (url := absolute(page.base, f"{stem}_{number}.{suffix}"))]
    steps = [Step(url) for url in urls]
    if base is not None:
        confidence: Confidence = "stated" if stated else "inferred"
        reason += f"counted from {base}"
    else:
        confidence = "unknown"
        reason += "counted from 0 or from 1"
        first = absolute(page.base, f"{stem}_1.{suffix}")
        last = absolute(page.base, f"{stem}_{total}.{suffix}")
        if total > 1 and first and last:
            steps = [Step(first, guessed=True), *steps, Step(last, guessed=True, unless=first)]
    return Further(scheme, confidence, file[0], tuple(steps), reason)
