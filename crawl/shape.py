"""What an address looks like it leads to: an article, a column, a file, a home page, a route of a one-page application.

Families of addresses: DOMAIN 7.2 (TRS, jcms, VSB, gkmlpt, Hebei uuid, Zhengzhou, FastDFS …). A guess from the shape
only; callers weigh it with what the page prints. Pure functions.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal
from urllib.parse import parse_qsl, urljoin, urlsplit

from crawl.address import clean_url, file_name_of

MAX_HREF = 12_000  # characters of an href; longer is no address
MAX_JOINED = 200  # paths in one attribute

Shape = Literal["article", "column", "file", "home", "route", "unknown"]

# kinds of files that carry disclosures, and archives of them
# fmt: off
ATTACHMENT_SUFFIXES = frozenset({
    "pdf", "doc", "docx", "docm", "wps", "wpt", "xls", "xlsx", "xlsm", "et", "ett", "csv", "ofd", "rtf",
    "zip", "rar", "7z", "ppt", "pptx", "tif", "tiff",
})
# fmt: on
PAGE_SUFFIXES = frozenset({"html", "htm", "shtml", "jhtml", "xhtml"})
_SUFFIX = re.compile(r"\.([A-Za-z0-9]{2,4})(?![A-Za-z0-9])[\s)）\]】》”\"'’]*$")
_ROUTE = re.compile(r"!?/.*|\d{2,9}")
_DOWNLOAD = re.compile(
    r"/(?:[\w-]*download[\w-]*|downfile|down|fujian|attach(?:ment)?s?|getfile|filedown|readattach|openfile|showfile)(?:\.\w{2,5})?(?:[/?]|$)|download\.jsp|downloadattach"
    r"|downfile\.jsp|[?&](?:wbfileid|fileid|attachid|attid|fjid)="
    r"|[?&](?:m|c|a|s|do|act|action|op|mod)=\w{0,12}down",
    re.IGNORECASE,
)
_ARTICLE_PATH = re.compile(
    r"/t(?:19|20)\d{6}_\d+|/art(?:icle)?[_/-]\w|/post_\d+|/info/\d+/\d+\.|/content_?\d{3,}|/content/\d{4,}|/[0-9a-f]{24,32}(?:\.|$)|/[0-9a-f]{8}-[0-9a-f-]{27}\.s?html|/(?:19|20)\d\d[/-]?\d\d[/-]?\d\d/"
    r"|/\d{5,}(?:-\d+)?\.(?:s?html?|jhtml|aspx?|jsp|php)$|/(?:19|20)\d\d[/-]?\d\d/[^/]*\d{3,}|[-_]show[-_]\d+|opennessshow/\d+|/artview/|/detail[s]?(?:page)?/\w|/show[-/]\d+|/(?:news|view|doc|xx|nr|a|n)/?\d{3,}|/c\d+/[^/]*content[^/]*\.|/\d{4}-\d\d-\d\d/|/public/\d+/\d{6,}",
    re.IGNORECASE,
)
_ARTICLE_QUERY = re.compile(
    r"(?:^|&)(?:id|aid|articleid|infoid|newsid|docid|contentid|guid|artid|xxid|nid|iid|manuscriptid|msgid|rowguid)=[\w-]+",
    re.IGNORECASE,
)
_LISTY = re.compile(
    r"list|column|channel|cate(?:gory)?id|lm=|typeid|classid|treeid|xlb=|number=|node|menuid", re.IGNORECASE
)
_COLUMN_FILE = re.compile(
    r"^(?:index|default|home|list\w*|lists?|\w*_lists?|node_?\d*|col\w*|more\w*|column\w*|channel\w*|\w*index|\w*list)(?:_\d+)?(?:\.\w{2,5})?$",
    re.IGNORECASE,
)
_COLUMN_PATH = re.compile(
    r"/col/col\d+|/columns?/[^/]+/(?:index\.\w+)?$|/c\d{4,}/(?:index\.\w+|list\.\w+|second_\w+|common_list\.\w+)?$|/gkmlpt/",
    re.IGNORECASE,
)
_HOME_PATH = re.compile(r"^/?(?:index|default|home|main|site/index)?(?:\.\w{2,5})?$", re.IGNORECASE)


def link_address(base: str, href: str) -> str | None:
    """A link's absolute address with the fragment kept where it is a route of an application (#/list?code=, #612 on a
    path without suffix, or of gkmlpt, where it is the column); None for javascript:, mailto:, plain fragments and what
    is no address."""
    if len(href) > MAX_HREF:
        return None
    return _link_address(base, href)


@lru_cache(maxsize=16_384)
def _link_address(base: str, href: str) -> str | None:
    href = re.sub(r"[\t\r\n]", "", href).strip().replace("\\", "/")
    if not href or (href.startswith("#") and not href.startswith(("#/", "#!/"))):
        return None
    if re.match(r"(?:https?:)/(?!/)", href, re.IGNORECASE):  # http:/a.gov.cn
        href = href.replace(":/", "://", 1)
    try:
        whole = urljoin(base, href)
        clean = clean_url(whole)
        parts = urlsplit(whole)
    except ValueError:
        return None
    fragment = parts.fragment
    if fragment and _ROUTE.fullmatch(fragment):
        last = parts.path.rsplit("/", 1)[-1]
        if fragment.startswith(("/", "!")) or "." not in last or "/gkmlpt/" in parts.path:
            return f"{clean}#{fragment[:400]}"
    return clean


def without_route(url: str) -> str:
    """The address that is asked for on the network."""
    return url.split("#", 1)[0]


@lru_cache(maxsize=16_384)
def attachment_suffix(url: str, text: str = "") -> str | None:
    """The suffix that says a link leads to a file, from path, query values, or the words of the link; None if none."""
    parts = urlsplit(url)
    name = file_name_of(url) or ""
    found = _SUFFIX.search(name)
    if found and found[1].lower() in ATTACHMENT_SUFFIXES:
        return found[1].lower()
    is_page = bool(found and found[1].lower() in PAGE_SUFFIXES)
    names = [value for _, value in parse_qsl(parts.query)]
    if not is_page:
        names.append(text)
    for name in names:
        found = _SUFFIX.search(name)
        if found and found[1].lower() in ATTACHMENT_SUFFIXES:
            return found[1].lower()
    return None


def is_download(url: str) -> bool:
    """Whether an address without a telling suffix is of the kinds that hand out files."""
    parts = urlsplit(url)
    return bool(_DOWNLOAD.search(f"{parts.path}?{parts.query}"))


@lru_cache(maxsize=16_384)
def address_shape(url: str) -> Shape:
    """What an address looks like it leads to."""
    if attachment_suffix(url):
        return "file"
    parts = urlsplit(url)
    path, query = parts.path, parts.query
    last = path.rsplit("/", 1)[-1]
    if parts.fragment and not (parts.fragment.isdecimal() and "." in last):
        return "route"
    if _HOME_PATH.match(path) and not query:
        return "home"
    if is_download(url) and not last.lower().endswith(tuple(PAGE_SUFFIXES)):
        return "file"
    if _COLUMN_PATH.search(path):
        return "column"
    named = re.search(
        r"(?:^|&)(?:c|a|m|do|action|mod|act)=(?:article|show|view|detail|content|info|news)\b", query, re.IGNORECASE
    )
    if named and _ARTICLE_QUERY.search(query):
        return "article"
    if not last or (_COLUMN_FILE.match(last) and not _ARTICLE_QUERY.search(query)):
        return "column"
    if _ARTICLE_PATH.search(path):
        return "article"
    if (
        query
        and _LISTY.search(f"{last}?{query}")
        and not re.search(r"(?:article|info|news|content|aid|show)id=", query, re.IGNORECASE)
    ):
        return "column"
    if query and _ARTICLE_QUERY.search(query):
        return "article"
    if "." not in last and not query:
        return "article" if re.search(r"\d{4,}", last) else "column"
    return "unknown"


def files_named(value: str) -> list[str]:
    """Every path that one attribute or script string names: several joined by new lines, semicolons, bars or commas."""
    if len(value) > 200_000:
        return []
    parts = [
        part.strip() for part in re.split(r"[\r\n;|]+|,(?=\s*(?:\.{0,2}/|https?:))|\s+(?=(?:\.{0,2}/|https?:))", value)
    ]
    parts = [part for part in parts if part][:MAX_JOINED]
    named = [part for part in parts if attachment_suffix("http://a/" + part.lstrip("/").replace("://", "/"))]
    return named if len(named) > 1 else []
