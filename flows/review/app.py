"""The routes of the page: what is asked for, what is decided, and where one goes next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from typing import Final
from urllib.parse import urlencode

from flows import errors
from flows.review.desk import Desk, correction_entry
from flows.review.document import DocumentView, find_document
from flows.review.painter import Painter
from flows.review.render import WIDTH, Look, prepare, render_document, render_list, render_trouble
from flows.review.server import Answer, Asked
from flows.review.shelf import Row, Shelf
from flows.review.values import Kind, Task
from flows.review.words import CORRECTION_REASONS, LANGUAGES, REASONS, WITNESSES
from flows.reviews import Verdict, guard_of_finding, sayable
from normalize.strict import MAX_TEXT

HERE: Final = Path(__file__).resolve().parent
STATIC: Final = {
    "/static/review.css": ("review.css", "text/css; charset=utf-8"),
    "/static/review.js": ("review.js", "text/javascript; charset=utf-8"),
}
SAID: Final = frozenset({"confirm", "reject", "flag", "correct", "undo", "nothing"})
VIEWS: Final = 4  # documents kept as they are shown
STEPS: Final = 20_000  # beyond, no number of a task or page is meant


@dataclass
class ReviewApp:
    """The documents of a shelf, what is to be looked at in them, and the desk the decisions go to."""

    shelf: Shelf
    desk: Desk
    tasks: Sequence[Task]
    kind: Kind
    language: str
    painter: Painter = field(default_factory=Painter)
    seen: set[tuple[str, str]] = field(default_factory=set)  # issues that were shown: they take no verdict
    _documents: dict[str, Row] = field(default_factory=dict)
    _view: dict[str, DocumentView] = field(default_factory=dict)
    _counts: dict[str, dict[str, int]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._documents = {row["document_sha256"]: row for row in self.shelf.documents()}

    def warm_up(self) -> None:
        """Do what the first page would wait for."""
        prepare()
        self.url_of_next(0)

    # ------------------------------------------------------------------------------------------------------------- get

    def get(self, asked: Asked) -> Answer:
        try:
            return self._get(asked)
        except errors.Trouble as trouble:
            return self._trouble(trouble, asked)

    def _get(self, asked: Asked) -> Answer:
        if asked.path in STATIC:
            name, kind = STATIC[asked.path]
            return Answer(HTTPStatus.OK, (HERE / name).read_bytes(), kind, {"Cache-Control": "private, max-age=60"})
        if asked.path == "/favicon.ico":
            return Answer(HTTPStatus.NO_CONTENT)
        parts = [part for part in asked.path.split("/") if part]
        if not parts:
            return self._list(asked)
        if parts[0] == "lang" and len(parts) == 2 and parts[1] in LANGUAGES:
            cookie = f"yujue_lang={parts[1]}; SameSite=Strict; Path=/; HttpOnly"
            return _to(_local(asked.fields.get("back", "/")), {"Set-Cookie": cookie})
        if parts[0] == "next" and len(parts) == 2 and parts[1].isdecimal():
            return _to(self.url_of_next(min(int(parts[1]), STEPS)))
        if parts[0] == "task" and len(parts) == 2 and parts[1].isdecimal() and 1 <= int(parts[1]) <= len(self.tasks):
            return _to(self.url_of_task(int(parts[1])))
        if parts[0] in ("d", "picture") and len(parts) == 3 and parts[2].isdecimal() and len(parts[2]) <= 6:
            sha256 = find_document(parts[1], self._documents)
            if sha256 is not None and parts[0] == "picture":
                return self._picture(sha256, int(parts[2]))
            if sha256 is not None:
                return self._document(asked, sha256, int(parts[2]))
        return self._trouble(errors.usage("没有这一页", "there is no such page"), asked, HTTPStatus.NOT_FOUND)

    def _list(self, asked: Asked) -> Answer:
        judged = self.desk.verdicts()
        is_done = self.done_ones()
        done = sum(is_done(task) for task in self.tasks)
        findings, issues = self.counts("findings"), self.counts("issues")
        said: dict[str, int] = {}
        for sha256, _ in judged:
            said[sha256] = said.get(sha256, 0) + 1
        text = render_list(
            self._look(asked), list(self._documents.values()), findings, issues, said, len(self.tasks), done
        )
        return Answer(HTTPStatus.OK, text.encode())

    def _document(self, asked: Asked, sha256: str, number: int) -> Answer:
        view = self.view(sha256)
        if not 1 <= number <= len(view.leaves):
            return self._trouble(errors.usage("没有这一页", "there is no such page"), asked, HTTPStatus.NOT_FOUND)
        chosen = view.choose(asked.fields.get("at"), asked.fields.get("f"), asked.fields.get("i"))
        leaf = view.leaves[number - 1]
        if chosen.issue is not None:
            self.seen.add((sha256, chosen.issue["issue_id"]))
        picture = None
        if leaf.page is not None:
            picture = self.painter.picture(sha256, partial(self.shelf.body, sha256), leaf.page, WIDTH)
        task = asked.fields.get("t", "")
        position = int(task) if task.isdecimal() and 1 <= int(task[:6]) <= len(self.tasks) else None
        text = render_document(
            self._look(asked), view, leaf, chosen, picture, position, self.desk.verdicts(), self.desk.fixes()
        )
        return Answer(HTTPStatus.OK, text.encode())

    def _picture(self, sha256: str, page: int) -> Answer:
        picture = self.painter.picture(sha256, partial(self.shelf.body, sha256), page, WIDTH)
        if picture is None:
            return Answer(HTTPStatus.NOT_FOUND)
        return Answer(HTTPStatus.OK, picture.png, "image/png", {"Cache-Control": "private, max-age=86400, immutable"})

    # ------------------------------------------------------------------------------------------------------------ post

    def post(self, asked: Asked) -> Answer:
        try:
            if asked.path == "/undo":
                last = self.desk.undo()
                return _to(_with(last.url, said="undo") if last else _with(self._back(asked), said="nothing"))
            if asked.path in ("/decide", "/correct"):
                return self._decide(asked)
        except errors.Trouble as trouble:
            return self._trouble(trouble, asked, HTTPStatus.BAD_REQUEST)
        return self._trouble(errors.usage("没有这一页", "there is no such page"), asked, HTTPStatus.NOT_FOUND)

    def _decide(self, asked: Asked) -> Answer:
        sha256 = find_document(asked.fields.get("document", ""), self._documents)
        if sha256 is None:
            raise errors.usage("没有这个文件", "there is no such document")
        view, fields = self.view(sha256), asked.fields
        chosen = view.choose(fields.get("at"), fields.get("f"), None)
        back = self._back(asked)
        if asked.path == "/correct":
            self._correct(view, chosen.value.name if chosen.value else "", fields, back)
            return _to(_with(back, said="correct"))
        word, reason = fields.get("verdict", ""), fields.get("reason", "")
        if word not in ("confirm", "reject", "flag") or reason not in REASONS:
            raise errors.usage("请选择判断与理由", "choose a verdict and a reason")
        note = sayable(fields.get("note", ""), limit=MAX_TEXT)
        if word == "flag" and not note:
            raise errors.usage("存疑须写说明", "a flag needs a note")
        about: dict[str, str]
        if chosen.finding is not None:
            about = {"fingerprint": chosen.finding["fingerprint"], "expects": guard_of_finding(chosen.finding)}
        elif chosen.value is not None:
            about = {"fact_id": chosen.value.name, "expects": chosen.value.printed}
        else:
            raise errors.usage("先选一个数值或检查结果", "select a value or a finding first")
        if len(about["expects"]) > MAX_TEXT:
            raise errors.usage("所印文字过长，不能作为凭据", "the printed text is too long to guard a verdict")
        verdict = Verdict(
            document_sha256=sha256,
            verdict=word,  # type: ignore[arg-type]
            reason=reason,  # type: ignore[arg-type]
            reviewer=self.desk.reviewer,
            reviewed_on=self.desk.today().isoformat(),
            note=note,
            **about,
        )
        self.desk.judge(verdict, view.county, back)
        return _to(_with(self._after(fields, view, back), said=word))

    def _correct(self, view: DocumentView, name: str, fields: dict[str, str], back: str) -> None:
        value = view.values.get(name)
        if value is None or not view.can_correct(value):
            raise errors.usage("此处不能订正", "this cannot be corrected here")
        place = value.name.partition(".")[2]
        text, note, why = (sayable(fields.get(key, ""), limit=500) for key in ("text", "note", "why"))
        if not note or not why:
            raise errors.usage("订正须写明依据与原因", "a correction needs its witness and why")
        if fields.get("reason") not in CORRECTION_REASONS or fields.get("kind") not in WITNESSES:
            raise errors.usage("请选择理由与依据", "choose a reason and a witness")
        if text == value.printed:
            raise errors.usage("与所读相同，无需订正", "that is what was read: nothing to correct")
        entry = correction_entry(
            {
                "id": self.desk.new_id(view.county, view.sha256, place),
                "document": view.sha256,
                "place": place,
                "printed": view.as_read(value),
                "text": text,
                "reason": fields["reason"],
                "kind": fields["kind"],
                "note": note,
                "by": self.desk.reviewer,
                "on": self.desk.today().isoformat(),
                "why": why,
            }
        )
        self.desk.correct(entry, view.county, value.name, back)

    # ------------------------------------------------------------------------------------------------- where to go next

    def _back(self, asked: Asked) -> str:
        return _local(asked.fields.get("back", "/"))

    def _after(self, fields: dict[str, str], view: DocumentView, back: str) -> str:
        """After a verdict: the next task where a task was judged, the next value where a value was."""
        task = fields.get("t", "")
        if task.isdecimal() and 1 <= int(task[:6]) <= len(self.tasks):
            about = self.tasks[int(task) - 1]
            if about.sha256 == view.sha256 and about.name in (fields.get("f"), fields.get("at")):
                return self.url_of_next(int(task))
        if not fields.get("f"):
            following = view.following(fields.get("at", ""))
            if following is not None:
                more = {"t": task} if task else {}
                return f"/d/{view.sha256[:16]}/{view.leaf_of(following)}?{urlencode({'at': following.name, **more})}"
        return back

    def done_ones(self) -> Callable[[Task], bool]:
        """Tells of a task whether it is judged (an issue: was shown, or its value was corrected), as the files are."""
        judged = self.desk.verdicts().keys()
        corrected = {(one.document, one.place) for one in self.desk.fixes()}

        def is_done(task: Task) -> bool:
            key = (task.sha256, task.name)
            place = task.name.partition(".")[2] if task.kind == "fact" else task.place
            return key in judged or key in self.seen or (task.sha256, place) in corrected

        return is_done

    def url_of_next(self, after: int) -> str:
        """Address of the next task that is not done, from number `after` on and round; the list where all are."""
        count, is_done = len(self.tasks), self.done_ones()
        for step in range(count):
            number = (after + step) % count
            if not is_done(self.tasks[number]):
                return self.url_of_task(number + 1)
        return "/?said=done"

    def url_of_task(self, number: int) -> str:
        task = self.tasks[number - 1]
        view = self.view(task.sha256)
        leaf = view.leaf_at(task.place) or 1
        about = {"finding": "f", "fact": "at", "issue": "i"}[task.kind]
        return f"/d/{task.sha256[:16]}/{leaf}?{urlencode({about: task.name, 't': number})}"

    # ------------------------------------------------------------------------------------------------------------ parts

    def view(self, sha256: str) -> DocumentView:
        """The document as it is shown; the last few are kept."""
        with self._lock:
            if sha256 not in self._view:
                while len(self._view) >= VIEWS:
                    self._view.pop(next(iter(self._view)))
                self._view[sha256] = DocumentView.of(sha256, self.shelf.tables(sha256))
            return self._view[sha256]

    def counts(self, table: str) -> dict[str, int]:
        """Document → checks that fail and are not rejected, or issues."""
        if table in self._counts:
            return self._counts[table]
        frame = self.shelf.rows(table, columns=("document_sha256", "outcome", "human_verdict"))
        if frame.is_empty():
            return {}
        if table == "findings":
            frame = frame.filter(frame["outcome"] == "fails")
            if "human_verdict" in frame.columns:
                frame = frame.filter(frame["human_verdict"].ne_missing("reject"))
        grouped = frame.group_by("document_sha256").len().iter_rows()
        self._counts[table] = {str(name): int(count) for name, count in grouped if name is not None}
        return self._counts[table]

    def _look(self, asked: Asked) -> Look:
        chosen = asked.cookies.get("yujue_lang", self.language)
        said = asked.fields.get("said")
        return Look(
            language=chosen if chosen in LANGUAGES else self.language,
            secret=asked.form_secret,
            reviewer=self.desk.reviewer,
            here=_with(asked.path, **{name: one for name, one in asked.fields.items() if name != "said"}),
            said=said if said in SAID or said == "done" else None,
            shelf=self.shelf.name,
            kind=self.kind,
            n_tasks=len(self.tasks),
            today=dt.date.today().isoformat(),
        )

    def _trouble(self, trouble: errors.Trouble, asked: Asked, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> Answer:
        look = self._look(asked)
        text = render_trouble(look, trouble.zh if look.language == "zh" else trouble.en, self._back(asked))
        return Answer(status, text.encode())


def _to(url: str, headers: dict[str, str] | None = None) -> Answer:
    return Answer(HTTPStatus.SEE_OTHER, headers={"Location": url, **(headers or {})})


def _local(url: str) -> str:
    """An address of this page, and no other's; `/` for anything else."""
    ours = url.startswith("/") and not url.startswith(("//", "/\\")) and url.isascii() and url.isprintable()
    return url if ours and len(url) < 2000 and "\\" not in url else "/"


def _with(url: str, **fields: str) -> str:
    path, _, query = url.partition("?")
    kept = [pair for pair in query.split("&") if pair and pair.partition("=")[0] not in fields]
    added = urlencode(fields)
    joined = "&".join([*kept, *([added] if added else [])])
    return f"{path}?{joined}" if joined else path
