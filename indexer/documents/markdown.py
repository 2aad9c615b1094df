"""Markdown in the head of a document: marks, front matter, and the heading that is the title.

The outline reads the ranks of headings itself (`indexer.documents.labels`); the readers of facts
need lines without marks. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexer.documents.labels import opens_section
from indexer.documents.lines import BLANK, Line, joined
from indexer.documents.model import Fact

_HEAD = 60  # lines among which front matter ends and the title stands
_TELLING = 80  # lines of which one must be Markdown for the text to be
_MARKED = re.compile(r"#{1,6}[ \t]+\S|\*\*\S|---$")
_FRONT = re.compile(rf"[{BLANK}]*(?:(?:#{{1,6}}|>+|[-*+])[{BLANK}]+)+")
_INLINE = re.compile(
    r"\*\*|__|`|<br\s*/?>|</?[a-z]+>|<!--.*?-->|\{#[^}]*\}"
    r"|!?\[(?P<text>[^\[\]]{0,200})\]\([^()]{0,400}(?:\([^()]{0,100}\)[^()]{0,100})?\)"
)
_TITLE = re.compile(r"(?P<marks>#{1,3})[ \t]+\S")
_CONTENTS = re.compile(r"目\s*[录次]|正文|序言|文档(?:信息|说明)|基本信息|元数据")
_KEY = re.compile(r"(?P<key>[A-Za-z_\u4e00-\u9fff]{1,12})[ \t]*[:：][ \t]*")
_QUOTES = "\"'“”‘’ "


def is_markdown(lines: Sequence[Line]) -> bool:
    """Returns True if the opening ``lines`` of a text are Markdown."""
    return any(_MARKED.match(line.text) for line in lines[:_TELLING])


def unmarked(line: Line) -> Line:
    """Returns ``line`` without the marks of Markdown; unchanged if it has nothing else."""
    text = line.text
    front = _FRONT.match(text)
    at = front.end() if front else 0
    parts: list[Line] = []
    for mark in _INLINE.finditer(text, at):
        if mark.start() > at:
            parts.append(line.part(at, mark.start()))
        at = mark.end()
        if mark["text"]:
            parts.append(line.part(*mark.span("text")))
    if at < len(text):
        parts.append(line.part(at))
    if len(parts) == 1 and len(parts[0].text) == len(text):
        return line
    whole = parts[0] if parts else line
    for part in parts[1:]:
        whole = joined(whole, part)
    length = len(whole.text.rstrip(BLANK + "*#"))
    return whole.part(0, length) if length else line


def read_front_matter(lines: Sequence[Line]) -> tuple[dict[str, Fact], int]:
    """Returns the facts between the two lines of --- that open a text, and the line after them.

    Keys are as written, in lower case. Without front matter there are no facts and the line is 0.
    """
    if not lines or lines[0].text != "---":
        return {}, 0
    end = next((at for at in range(1, min(len(lines), _HEAD)) if lines[at].text == "---"), 0)
    facts: dict[str, Fact] = {}
    for line in lines[1:end]:
        key = _KEY.match(line.text)
        if not key or key.end() == len(line.text):
            continue
        value = line.text[key.end() :]
        inner = value.strip(_QUOTES)
        if inner:
            start = key.end() + value.index(inner)
            facts.setdefault(key["key"].lower(), Fact(inner, line.span(start, start + len(inner))))
    return facts, end + 1 if end else 0


def title_heading(lines: Sequence[Line]) -> int:
    """Returns the index of the heading that is the title of a Markdown text; -1 if there is none.

    It is the first heading and stands above all running text; 目录 and numbered headings do not
    count.
    """
    for index, line in enumerate(lines[:_HEAD]):
        if not _TITLE.match(line.text):
            if len(line.text) > 120 or "。" in line.text:
                break
            continue
        text = unmarked(line).text
        return -1 if _CONTENTS.match(text) or opens_section(text) else index
    return -1
