"""Further pages that a script asks for: which request it makes, from the parameters the page holds. Pure functions.

| scheme | parameters in the page | request |
|---|---|---|
| jpaas | `queryData="{'webId':…}"` of an element with a unit address; `doLayPageRender(id, {webId: …, unitUrl: …}, {rows, pageNo})` | GET unit?parseType=…&webId=…&paramJson={"pageNo":2,"pageSize":15} |
| dataproxy | `<datastore>` with `<nextgroup>` and `<totalrecord>` (jcms) | POST dataproxy.jsp?startrecord=…&endrecord=…&perpage=…, the parameters of nextgroup as a form |
| paging_nav | a hidden JSON of totalPages and ids, `showPagingNav(id, 2)`; the address of the request is in a script elsewhere | only where the source says it (`paging: …{page}…`) |
| gkmlpt | an address `…/gkmlpt/index#612` or `_CONFIG` with SITE_ID | GET …/gkmlpt/api/all/612?page=1&sid=… |
| cms_do | an answer with `page_bar`, or a listing address `*.do` with a page number | the same address with another number |

Rules of jpaas, dataproxy and gkmlpt: as the sites' own scripts ask, from public crawlers of samr.gov.cn, miit.gov.cn,
hangzhou.gov.cn, jiangsu.gov.cn and gd.gov.cn.
"""  # noqa: E501

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from crawl.page import Page, absolute
from crawl.pager import MAX_PAGES, Further, Step

PER_REQUEST = 50  # rows asked for at a time where the platform lets the reader choose
_DATAPROXY_ROWS = 100
_JPAAS_KEYS = ("parseType", "webId", "tplSetId", "pageType", "tagId", "editType", "pageId")
_JPAAS_URL = "/api-gateway/jpaas-publish-server/front/page/build/unit"
_PAIR = re.compile(r"[\"']?(\w+)[\"']?\s*:\s*(?:\"([^\"]*)\"|'([^']*)'|([^,'\"{}\s]+))")
_LAY = re.compile(r"\bdoLayPageRender\s*\(\s*[\"'][^\"']*[\"']\s*,\s*\{([^{}]{10,1500})\}\s*,\s*\{([^{}]{3,300})\}")
_GKMLPT = re.compile(r"/gkmlpt/(?:index|policy)?[^#]*#(\d{1,9})$")
# words that tell the unit of the rows from those of menus and headings on the same page
_LIST_TAG = re.compile(r"列表|分页|检索|信息|内容|list|page", re.IGNORECASE)
_MENU_TAG = re.compile(r"栏目名|导航|位置|面包屑|菜单|子栏目|标题|head|foot|nav", re.IGNORECASE)


def request_pages(page: Page, script: str, template: str | None = None) -> Further | None:
    """The pager of one listing page where a script fetches the rows; None where no such parameters stand in it."""
    return _dataproxy(page) or _jpaas(page, script) or _paging_nav(page, template) or gkmlpt_pages(page.url, script)


def pairs(text: str) -> dict[str, str]:
    """`{a:'1', "b": 2}` as scripts write it, flat, as texts."""
    return {found[1]: found[2] or found[3] or found[4] or "" for found in _PAIR.finditer(text)}


# -- jpaas --------------------------------------------------------------------------------------------------------


def _jpaas(page: Page, script: str) -> Further | None:
    lay = _LAY.search(script)
    if lay:
        values, rows = pairs(lay[1]), pairs(lay[2])
        size, count = _number(rows.get("rows")) or 15, _number(rows.get("count")) or 0
        first = 2 if count else 1  # a count of 0: the page came without rows, which its script would fetch
        return _jpaas_requests(page, values, values.get("unitUrl") or _JPAAS_URL, (first, size, count))
    best: tuple[int, dict[str, str], str] | None = None
    for element in page.root.iter():
        data = (element.get("querydata") or element.get("queryData")) if isinstance(element.tag, str) else None
        values = pairs(data) if data else {}
        if not {"webId", "pageId", "tplSetId"} <= values.keys():
            continue
        tag = values.get("tagId", "")
        rank = bool(_LIST_TAG.search(tag)) * 2 - bool(_MENU_TAG.search(tag)) * 3
        if rank > 0 and (best is None or rank > best[0]):
            best = (rank, values, element.get("uniturl") or element.get("url") or _JPAAS_URL)
    return _jpaas_requests(page, best[1], best[2], (1, PER_REQUEST, 0)) if best else None


def _jpaas_requests(page: Page, values: Mapping[str, str], unit: str, ask: tuple[int, int, int]) -> Further | None:
    first, size, count = ask
    url = absolute(page.base, unit)
    if url is None or "pageId" not in values:
        return None
    total = -(-count // size) if count else None
    asked = {key: values[key] for key in _JPAAS_KEYS if values.get(key)}
    steps = []
    for number in range(first, (min(total, MAX_PAGES) if total else first) + 1):
        numbered = json.dumps({"pageNo": number, "pageSize": size}, separators=(",", ":"))
        steps.append(Step(_with_query(url, {**asked, "paramJson": numbered})))
    return Further("jpaas", "inferred", total, tuple(steps), f"unit {values.get('tagId', '')!r} of {size} rows a page")


def next_request(url: str, *, has_rows: bool, total_pages: int | None) -> Step | None:
    """The request behind one that brought rows: the same with the next number; None at the end, or without a number.

    Read from the address itself (paramJson of jpaas, `page`, `pageNo`, `pageIndex` …), so that a listing whose total is
    not known is walked until a page brings nothing.
    """
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    for position, (name, value) in enumerate(query):
        if name == "paramJson":
            try:
                inner: dict[str, Any] = json.loads(value)
                number = int(inner["pageNo"])
            except (ValueError, KeyError, TypeError):
                return None
            changed = json.dumps({**inner, "pageNo": number + 1}, separators=(",", ":"))
        elif re.fullmatch(r"(?i)page|page_?no|page_?index|page_?num|curr?ent_?page|curr?page|pn", name):
            if not value.isdecimal() or len(value) > 6:
                continue
            number, changed = int(value), str(int(value) + 1)
        else:
            continue
        if not has_rows or number >= MAX_PAGES or (total_pages is not None and number >= total_pages):
            return None
        query[position] = (name, changed)
        return Step(urlunsplit(parts._replace(query=urlencode(query))), guessed=total_pages is None)
    return None


# -- dataproxy (jcms) -----------------------------------------------------------------------------------------------


def _dataproxy(page: Page) -> Further | None:
    for element in page.root.iter("script"):
        text = element.text or ""
        if "<datastore" in text and len(text) < 8_000_000:
            return dataproxy_pages(text, page)
    return None


def dataproxy_pages(text: str, page: Page) -> Further | None:
    """Requests for the records of a <datastore> that are not in it."""
    group = re.search(r"<nextgroup>.{0,40}?href=\\?[\"']?([^\"'>\s]+)", text, re.DOTALL)
    records = len(re.findall(r"<record>", text))
    total = _number((re.search(r"<totalrecord>\s*(\d{1,7})", text) or [None, None])[1]) or _jpage_total(page)
    address = absolute(page.base, group[1].replace("&amp;", "&")) if group else None
    if address is None or total is None or total <= records:
        return None
    parts = urlsplit(address)
    form = tuple((k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k != "page")
    form = form if any(k == "col" for k, _ in form) else (("col", "1"), *form)
    steps = []
    for start in range(records + 1, min(total, MAX_PAGES * _DATAPROXY_ROWS) + 1, _DATAPROXY_ROWS):
        end = min(start + _DATAPROXY_ROWS - 1, total)
        query = urlencode({"startrecord": start, "endrecord": end, "perpage": _DATAPROXY_ROWS})
        steps.append(Step(urlunsplit(parts._replace(query=query)), form=form))
    pages = 1 + len(steps)
    return Further("dataproxy", "inferred", pages, tuple(steps), f"{total} record(s), {records} of them in the page")


def _jpage_total(page: Page) -> int | None:
    """`totalRecord: 136` of the call that draws the pager, where the datastore has no total of its own."""
    for element in page.root.iter("script"):
        found = re.search(r"\btotalRecord\s*[:=]\s*[\"']?(\d{1,7})", element.text or "")
        if found:
            return int(found[1])
    return None


# -- showPagingNav (Hebei) ------------------------------------------------------------------------------------------


def _paging_nav(page: Page, template: str | None) -> Further | None:
    for element in page.root.iter("input"):
        value = element.get("value") or ""
        if not (element.get("id") or "").startswith("pagingProp") or len(value) > 10_000:
            continue
        try:
            values = json.loads(value)
        except ValueError:
            continue
        total = values.get("totalPages") if isinstance(values, dict) else None
        if not isinstance(total, int) or isinstance(total, bool) or total < 2:
            continue
        reason = f"{values.get('totalElements')} rows on {total} pages; the address of the request is not in the page"
        return Further("paging_nav", "unknown", total, _declared_steps(page, template, values, total), reason)
    return None


def _declared_steps(page: Page, template: str | None, values: Mapping[str, Any], total: int) -> tuple[Step, ...]:
    """The source's own word for an address that only a script elsewhere knows: `{page}` and the keys of the JSON."""
    known = {key: quote(str(value), safe="") for key, value in values.items()}
    known["AppUrl"] = str(values.get("AppUrl") or "")
    steps = []
    for number in range(2, min(total, MAX_PAGES) + 1) if template else ():
        text = (template or "").replace("{page}", str(number))
        url = absolute(page.base, re.sub(r"\{(\w+)\}", lambda found: known.get(found[1], ""), text))
        if url:
            steps.append(Step(url))
    return tuple(steps)


# -- gkmlpt (Guangdong) ---------------------------------------------------------------------------------------------


def gkmlpt_pages(url: str, script: str = "") -> Further | None:
    """The requests behind `…/gkmlpt/index#612`. script: of the page, for the site's number (SITE_ID)."""
    column = _GKMLPT.search(url)
    if column is None:
        return None
    root = url[: url.index("/gkmlpt/")]
    site = re.search(r"[\"']?SITE_ID[\"']?\s*[:=]\s*[\"']?(\d{1,9})", script)
    query = {"page": "1", **({"sid": site[1]} if site else {})}
    step = Step(f"{root}/gkmlpt/api/all/{column[1]}?{urlencode(query)}")
    return Further("gkmlpt", "stated" if site else "inferred", None, (step,), f"column {column[1]} of the directory")


# -- helpers --------------------------------------------------------------------------------------------------------


def _with_query(url: str, values: Mapping[str, str]) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query="&".join(filter(None, [parts.query, urlencode(values)])), fragment=""))


def _number(text: object) -> int | None:
    return int(str(text)) if text is not None and str(text).isdecimal() and len(str(text)) < 8 else None
