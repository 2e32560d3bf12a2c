"""Files people write (corrections, verdicts), read strictly: every scalar is text, every key is known, bounds hold.

No YAML types, anchors, aliases or tags; size and depth are bounded: a file may come from anywhere. Whatever is not as
expected ends the reading with file, line, key and what was expected.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, get_args

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, NodeEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

MAX_BYTES: Final = 2_000_000
MAX_DEPTH: Final = 6
MAX_TEXT: Final = 2_000

SHA256: Final = re.compile(r"[0-9a-f]{64}")
CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")


class FileTrouble(ValueError):  # noqa: N818 - names what was found
    """A file that cannot be used: one line naming file, line, key and what was expected."""

    def __init__(self, file: str, line: int | None, key: str, message: str) -> None:
        self.file, self.line, self.key = file, line, key
        where = f"{file}:{line}" if line is not None else file
        super().__init__(" ".join((f"{where}: {key}: {message}" if key else f"{where}: {message}").split()))


class StrictReader:
    """Takes the values out of the nodes of one file. trouble: the FileTrouble it raises."""

    def __init__(self, file: str, trouble: type[FileTrouble], max_bytes: int = MAX_BYTES) -> None:
        self.file, self.trouble, self.max_bytes = file, trouble, max_bytes

    def fail(self, node: Node | None, key: str, message: str) -> FileTrouble:
        line = node.start_mark.line + 1 if node is not None and node.start_mark is not None else None
        return self.trouble(self.file, line, key, message)

    def listed(self, raw: bytes, name: str) -> list[Node]:
        """The entries of the one list a file holds, under `name`; none where it is empty."""
        root = self._compose(raw)
        if root is None:
            return []
        top = self.mapping(root, "", (name,), (name,))[name]
        if isinstance(top, ScalarNode) and top.value in ("", "~", "null"):
            return []
        return self.items(top, name)

    def mapping(self, node: Node, key: str, known: Iterable[str], required: Iterable[str]) -> dict[str, Node]:
        names = list(known)
        if not isinstance(node, MappingNode):
            raise self.fail(node, key, f"expected a mapping with {', '.join(names)}")
        found: dict[str, Node] = {}
        for name_node, value in node.value:
            name = name_node.value if isinstance(name_node, ScalarNode) else None
            at = f"{key}.{str(name)[:40]}" if key else str(name)[:40]
            if name not in names:
                near = difflib.get_close_matches(str(name)[:40], names, n=1, cutoff=0.5)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise self.fail(name_node, at, f"unknown key{hint} (expected: {', '.join(names)})")
            if name in found:
                raise self.fail(name_node, at, "expected once; it stands here a second time")
            found[str(name)] = value
        missing = [name for name in required if name not in found]
        if missing:
            raise self.fail(node, f"{key}.{missing[0]}" if key else missing[0], "expected, but it is missing")
        return found

    def items(self, node: Node, key: str) -> list[Node]:
        if not isinstance(node, SequenceNode):
            raise self.fail(node, key, "expected a list")
        return list(node.value)

    def text(self, node: Node, key: str, *, blank: bool = False) -> str:
        if not isinstance(node, ScalarNode):
            raise self.fail(node, key, "expected a text")
        value = str(node.value)
        if len(value) > MAX_TEXT or CONTROL.search(value):
            raise self.fail(node, key, f"expected at most {MAX_TEXT} characters, none of them a control character")
        if not blank and not value.strip():
            raise self.fail(node, key, "expected a text that is not blank")
        return value

    def matching(self, node: Node, key: str, pattern: re.Pattern[str], expected: str) -> str:
        value = self.text(node, key)
        if not pattern.fullmatch(value):
            raise self.fail(node, key, f"expected {expected}, not {value[:80]!r}")
        return value

    def sha256(self, node: Node, key: str) -> str:
        return self.matching(node, key, SHA256, "a sha256 of 64 hexadecimal digits")

    def one_of(self, node: Node, key: str, vocabulary: Any) -> Any:
        value, words = self.text(node, key), [str(word) for word in get_args(vocabulary)]
        if value not in words:
            raise self.fail(node, key, f"expected one of {', '.join(words)}, not {value[:80]!r}")
        return value

    def day(self, node: Node, key: str) -> str:
        value = self.text(node, key)
        try:
            return dt.date.fromisoformat(value).isoformat()
        except ValueError:
            raise self.fail(node, key, f"expected a day such as 2026-11-23, not {value[:80]!r}") from None

    # -------------------------------------------------------------------------------------------------- the file

    def _compose(self, raw: bytes) -> Node | None:
        if len(raw) > self.max_bytes:
            raise self.trouble(self.file, None, "", f"larger than {self.max_bytes} bytes")
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
            raise self.trouble(self.file, line, "", "expected UTF-8 text") from error
        try:
            self._refuse_what_a_list_does_not_need(text)
            root: Node | None = YAML(typ="safe", pure=True).compose(text)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            problem = (error.problem or "not YAML").splitlines()[0]
            raise self.trouble(self.file, mark.line + 1 if mark else None, "", f"not valid YAML: {problem}") from error
        except (YAMLError, ValueError, RecursionError) as error:
            if isinstance(error, FileTrouble):
                raise
            raise self.trouble(self.file, None, "", f"not valid YAML: {str(error).splitlines()[0][:200]}") from error
        return root

    def _refuse_what_a_list_does_not_need(self, text: str) -> None:
        """Refuse anchors, aliases, tags, depth and further documents, before anything is built."""
        depth = 0
        for event in YAML(typ="safe", pure=True).parse(text):
            line = event.start_mark.line + 1 if event.start_mark is not None else None
            if isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor is not None):
                raise self.trouble(self.file, line, "", "anchors and aliases are not expected here")
            if getattr(event, "tag", None) is not None:
                raise self.trouble(self.file, line, "", "tags (!…) are not expected here")
            depth += isinstance(event, CollectionStartEvent)
            depth -= isinstance(event, CollectionEndEvent)
            if depth > MAX_DEPTH:
                raise self.trouble(self.file, line, "", f"nested deeper than {MAX_DEPTH} levels")


def read_bounded(path: Path, trouble: type[FileTrouble], max_bytes: int = MAX_BYTES) -> bytes:
    """The bytes of a file, one more than is allowed at most. Raises the trouble where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(max_bytes + 1)
    except OSError as error:
        raise trouble(path.name, None, "", f"cannot be read: {error.strerror}") from error
