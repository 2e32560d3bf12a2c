"""From what is selected to HTML. Every text of a document is escaped; an address of one is a link only if http(s)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from flows.findings import MARKS
from flows.review.document import Chosen, DocumentView
from flows.review.leaves import Grid, Leaf, Piece
from flows.review.painter import Picture
from flows.review.shelf import Row
from flows.review.values import Value
from flows.review.words import CORRECTION_REASONS, KEYS, REASONS, WITNESSES, WORDS
from flows.reviews import Verdict
from normalize.correction import Correction

HERE: Final = Path(__file__).resolve().parent
WIDTH: Final = 1700  # pixels of a picture: sharp at twice the width of its pane
MAX_LISTED: Final = 400  # documents on the list
MAX_VALUES: Final = 1500
MAX_CHECKS: Final = 60
MAX_PLACES: Final = 80
MAX_LONG: Final = 600  # characters of a text in a cell of the page
BLANK_HOMES: Final = frozenset({"amount"})


@dataclass(frozen=True)
class Look:
    """What every page has. here: its own address; said: what was just done."""

    language: str
    secret: str
    reviewer: str
    here: str
    said: str | None
    shelf: str
    kind: str
    n_tasks: int
    today: str

    def word(self, name: str) -> str:
        return WORDS[name][0 if self.language == "zh" else 1]


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters["amount"] = lambda value: "" if value is None else f"{value:,.2f}"
    made.filters["short"] = lambda text: text if len(text) <= MAX_LONG else f"{text[:MAX_LONG]}…"
    made.globals["marks"] = MARKS
    return made


def prepare() -> None:
    """Compile the templates."""
    for name in ("list.html", "document.html"):
        _environment().get_template(name)


def _page(name: str, look: Look, **more: Any) -> str:
    at = 0 if look.language == "zh" else 1

    def chosen(words: Mapping[str, tuple[str, str]]) -> dict[str, str]:
        return {name: pair[at] for name, pair in words.items()}

    return (
        _environment()
        .get_template(name)
        .render(
            look=look,
            t=look.word,
            reasons=chosen(REASONS),
            correction_reasons=chosen(CORRECTION_REASONS),
            witnesses=chosen(WITNESSES),
            keys=[(key, (zh, en)[at]) for key, zh, en in KEYS],
            other_language="en" if look.language == "zh" else "zh",
            **more,
        )
    )


def render_trouble(look: Look, message: str, back: str) -> str:
    return _page("trouble.html", look, message=message, back=back, title=look.word("review"))


def render_list(  # noqa: PLR0917 - what the list is made of
    look: Look,
    documents: Sequence[Row],
    findings: Mapping[str, int],
    issues: Mapping[str, int],
    judged: Mapping[str, int],
    n_tasks: int,
    n_done: int,
) -> str:
    rows = [
        {
            "url": f"/d/{row['document_sha256'][:16]}/1",
            "title": row["title_printed"] or row["notice_title"] or row["filename"] or row["document_sha256"][:16],
            "org": row.get("org_name") or "",
            "year": row.get("fiscal_year") or "",
            "kind": row["kind"],
            "fails": findings.get(row["document_sha256"], 0),
            "issues": issues.get(row["document_sha256"], 0),
            "judged": judged.get(row["document_sha256"], 0),
        }
        for row in documents[:MAX_LISTED]
    ]
    left_out = max(0, len(documents) - MAX_LISTED)
    return _page(
        "list.html", look, rows=rows, left_out=left_out, n_tasks=n_tasks, n_done=n_done, title=look.word("review")
    )


def render_document(  # noqa: PLR0917 - what the page is made of
    look: Look,
    view: DocumentView,
    leaf: Leaf,
    chosen: Chosen,
    picture: Picture | None,
    task: int | None,
    verdicts: Mapping[tuple[str, str], Verdict],
    fixes: Sequence[Correction],
) -> str:
    """The page of one leaf. picture: of its page, if there is one; task: number of what is being looked at."""
    said = {name: one for (sha256, name), one in verdicts.items() if sha256 == view.sha256}
    paper = _Paper(view, leaf, chosen, task)
    document = view.document
    values = view.on_leaf.get(leaf.number, [])
    at = chosen.value.name if chosen.value else ""
    ahead, behind = _neighbours(view, leaf, chosen.value)
    return _page(
        "document.html",
        look,
        title=document["title_printed"] or document["notice_title"] or document["filename"] or view.sha256[:16],
        view=view,
        leaf=leaf,
        n_leaves=len(view.leaves),
        paper=paper,
        picture=picture,
        picture_url=f"/picture/{view.sha256[:16]}/{leaf.page}",
        drawn=paper.drawn(picture),
        task=task,
        chosen=chosen,
        at=at,
        finding_url=paper.url_of(chosen.value, keep_finding=True) if chosen.value else look.here,
        values=values[:MAX_VALUES],
        values_left_out=max(0, len(values) - MAX_VALUES),
        ahead=paper.url_of(ahead) if ahead else None,
        behind=paper.url_of(behind) if behind else None,
        checks=view.checks_of(chosen.value)[:MAX_CHECKS] if chosen.value else [],
        statement=view.statement_of(chosen.value) if chosen.value else None,
        said=said,
        subject_verdict=said.get(chosen.finding["fingerprint"] if chosen.finding else at),
        correction=_correction_of(view, chosen.value, fixes),
        same=view.same_as_difference(chosen.finding) if chosen.finding else [],
        places=paper.places_of(chosen.finding) if chosen.finding else [],
        published=_safe_link(document["url"] or document["landing_url"]),
        is_grid=lambda block: isinstance(block, Grid),
        usual_reason="ocr" if "ocr" in str(document["method"]) else "grid",
        language_of=0 if look.language == "zh" else 1,
    )


@dataclass
class _Paper:
    """The left side: pieces of the leaf with what is known of each, and the addresses they lead to."""

    view: DocumentView
    leaf: Leaf
    chosen: Chosen
    task: int | None

    def __post_init__(self) -> None:
        finding = self.chosen.finding
        self.concerned = set(finding["places"] or ()) if finding else set()
        self.suspects = set(finding["suspects"] or ()) if finding else set()

    def value_at(self, piece: Piece) -> Value | None:
        return self.view.by_place.get(piece.place)

    def classes(self, piece: Piece) -> str:
        """Names of classes: ours alone, never a text of the document."""
        value = self.value_at(piece)
        names = ["v" if value else "x"]
        if value is not None and value.outcome is not None:
            names.append(f"o-{value.outcome}")
        if piece.place == self.chosen.place:
            names.append("sel")
        if piece.place in self.suspects:
            names.append("suspect")
        elif piece.place in self.concerned or piece.place.partition(".")[0] in self.concerned:
            names.append("in")
        if piece.kind in ("heading", "page_field"):
            names.append(piece.kind)
        if piece.home in ("header", "caption", "column_number"):
            names.append("h")
        return " ".join(names)

    def url_of(self, value: Value | None, *, keep_finding: bool = False) -> str:
        if value is None:
            return ""
        return self._url(self.view.leaf_of(value), value.name, keep_finding=keep_finding)

    def url_of_piece(self, piece: Piece) -> str:
        value = self.value_at(piece)
        return self.url_of(value, keep_finding=piece.place in self.concerned) if value else ""

    def url_of_place(self, place: str) -> str | None:
        """The address of a place of the finding, which stays selected."""
        leaf = self.view.leaf_at(place)
        value = self.view.by_place.get(place)
        return None if leaf is None else self._url(leaf, value.name if value else place, keep_finding=True)

    def url_of_leaf(self, number: int) -> str:
        return self._url(number, "", keep_finding=True)

    def url_of_finding(self, finding: Row) -> str:
        places = [*(finding["suspects"] or ()), *(finding["places"] or ())]
        leaf = next((one for place in places if (one := self.view.leaf_at(place))), 1)
        fields = {"f": finding["fingerprint"]} | ({"t": str(self.task)} if self.task else {})
        return f"/d/{self.view.sha256[:16]}/{leaf}?{urlencode(fields)}"

    def url_of_issue(self, issue: Row) -> str:
        leaf = self.view.leaf_at(issue["place"]) or (issue["page"] if self.leaf.page is not None else None) or 1
        fields = {"i": issue["issue_id"]} | ({"t": str(self.task)} if self.task else {})
        return f"/d/{self.view.sha256[:16]}/{leaf}?{urlencode(fields)}"

    def _url(self, leaf: int, name: str, *, keep_finding: bool) -> str:
        fields = {"at": name} if name else {}
        if keep_finding and self.chosen.finding is not None:
            fields["f"] = self.chosen.finding["fingerprint"]
        if self.task is not None:
            fields["t"] = str(self.task)
        query = urlencode(fields)
        return f"/d/{self.view.sha256[:16]}/{leaf}" + (f"?{query}" if query else "")

    def places_of(self, finding: Row) -> list[dict[str, Any]]:
        """Places of a finding with the text of each: as many texts as there are places, in the same order."""
        places, texts = list(finding["places"] or ()), list(finding["evidence"] or ())
        paired = len(places) == len(texts)
        would = dict(zip(finding["suspects"] or (), finding["suspect_texts"] or (), strict=False))
        return [
            {
                "place": place,
                "url": self.url_of_place(place),
                "text": texts[number] if paired else self._text_at(place),
                "here": place == self.chosen.place,
                "suspect": place in would,
                "would": would.get(place),
                "statement": self._statement_at(place),
            }
            for number, place in enumerate(places[:MAX_PLACES])
        ]

    def _text_at(self, place: str) -> str:
        value = self.view.by_place.get(place)
        return f"{value.line} {value.printed}" if value else ""

    def _statement_at(self, place: str) -> str:
        value = self.view.by_place.get(place)
        return str(value.row.get("statement_title") or "") if value else ""

    def drawn(self, picture: Picture | None) -> dict[str, Any] | None:
        """Size of the page and its boxes, in points; None where the leaf is no page."""
        if self.leaf.page is None:
            return None
        boxed = [piece for piece in self.leaf.pieces if piece.box is not None]
        width = max([200.0, *(piece.box[2] + 20 for piece in boxed if piece.box)])
        height = max([200.0, *(piece.box[3] + 20 for piece in boxed if piece.box)])
        if picture is not None:
            width, height = picture.width, picture.height
        return {"width": round(width, 1), "height": round(height, 1), "boxes": [_box(piece) for piece in boxed]}


def _box(piece: Piece) -> dict[str, Any]:
    assert piece.box is not None
    x0, y0, x1, y1 = piece.box
    x0, x1, y0, y1 = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
    lines = piece.text.splitlines() or [""]
    size = max(3.0, min(9.0, (y1 - y0) / len(lines) * 0.8))
    return {
        "piece": piece,
        "x": round(x0, 1),
        "y": round(y0, 1),
        "w": round(max(1.0, x1 - x0), 1),
        "h": round(max(1.0, y1 - y0), 1),
        "size": round(size, 1),
        "lines": [(round(y0 + size * (n + 1) * 1.1, 1), line) for n, line in enumerate(lines[:40])],
    }


def _neighbours(view: DocumentView, leaf: Leaf, value: Value | None) -> tuple[Value | None, Value | None]:
    """The values j and k lead to: beside the selected one; else the first of this leaf or a later one, and none."""
    if value is not None:
        return view.following(value.name), view.preceding(value.name)
    later = [one for number in sorted(view.on_leaf) if number >= leaf.number for one in view.on_leaf[number][:1]]
    return (later[0] if later else None), None


def _correction_of(view: DocumentView, value: Value | None, fixes: Sequence[Correction]) -> Correction | None:
    if value is None:
        return None
    place = value.name.partition(".")[2]
    return next((one for one in fixes if one.document == view.sha256 and one.place == place), None)


def _safe_link(url: str | None) -> str | None:
    """An address that may stand in a link; None for any that is not of the web."""
    if not url:
        return None
    try:
        return url if urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None
