"""A tree of the structure of an HTML page, built in linear time and memory whatever the markup.

The parser covers the part of HTML that matters for text: blocks, tables, links, and end tags that
are implied or missing. It is our own because the libraries are not bounded. lexbor (selectolax
1.0.2) builds a second copy of every formatting element still open at each new block, as HTML5
prescribes: `<p><b c=1>x</p><p><b c=2>x</p>…` costs 295 MB at 21 KB of markup, 1.1 GB at 44 KB and
4.5 GB and 11 s at 89 KB. A bound on nesting does not catch it, because few elements are open at
any moment. 20,000 nested `<div>` take 1.7 s and four times that when doubled, 20,000 unclosed `<b>`
7.5 s. lxml drops all text below 256 levels. A page that can stop an index run is a worse fault
than one that is read slightly wrong.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_DEPTH = 200  # deeper elements are merged into the one at this depth

_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "center", "details", "div", "fieldset"}
    | {"figcaption", "figure", "footer", "form", "header", "hr", "html", "main", "nav", "p", "pre"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "section", "summary", "ucapcontent"}
    | {"dd", "dir", "dl", "dt", "li", "menu", "ol", "ul"}
    | {"caption", "table", "tbody", "td", "tfoot", "th", "thead", "tr"}
)
_DROPPED = frozenset({"template", "svg", "nav", "footer", "aside", "select", "button", "object"})
_RAW = frozenset({"script", "style", "textarea", "iframe", "noscript", "xmp", "title"})
_VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "base", "col", "wbr", "area"})
# A start tag (the key) ends an open element of the first set, unless one of the second is open
# inside it.
_CELLS = frozenset({"td", "th"})
_GROUPS = frozenset({"thead", "tbody", "tfoot"})
_TABLE = frozenset({"table"})
_ENDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "li": (frozenset({"li"}), frozenset({"ul", "ol", "menu", "dir", "table"})),
    "dt": (frozenset({"dt", "dd"}), frozenset({"dl", "table"})),
    "dd": (frozenset({"dt", "dd"}), frozenset({"dl", "table"})),
    "td": (_CELLS, _TABLE | {"tr"}),
    "th": (_CELLS, _TABLE | {"tr"}),
    "tr": (frozenset({"tr"}), _TABLE),
    "a": (frozenset({"a"}), _TABLE | _CELLS),
}
_ENDS.update(dict.fromkeys(_GROUPS, (_GROUPS, _TABLE)))
_P = (frozenset({"p"}), _TABLE | _CELLS)
_TABLE_PARTS = _CELLS | _GROUPS | {"tr"}
_FENCES = _TABLE | _CELLS  # an end tag inside a cell closes nothing outside it

_MARKUP = re.compile(r"<(?=[a-zA-Z/!?])")
_TAG = re.compile(
    r"<(/?)([a-zA-Z][^\s/<>\"']*+)"
    r"([^<>\"']*+(?:\"[^\"]*+\"[^<>\"']*+|'[^']*+'[^<>\"']*+)*+)>"
    r"|<(/?)([a-zA-Z][^\s/<>\"']*+)([^<>]*+)>"  # a quote that never closes
)
_ATTRIBUTE = re.compile(r"([a-zA-Z][\w:-]*+)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++))")
_FILES = re.compile(r"\.(?:pdf|docx?|wps|xlsx?|et|ofd|zip|rar|7z|pptx?|txt)\W*$", re.IGNORECASE)
_ROWSPAN = re.compile(r"\browspan\s*+=\s*+[\"']?(\d{1,4})", re.IGNORECASE)
_MOST_ROWS = 1000  # that a cell spans
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)


@dataclass(slots=True)
class Node:
    """An element with its children in order, or a text, which has no tag.

    ``link`` is True inside a link to another page.
    """

    tag: str
    link: bool = False
    text: str = ""
    rowspan: int = 1  # of a cell
    children: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Page:
    """The tree of a page's visible elements, its <title>, and its <meta> by lower-case name."""

    root: Node
    title: str = ""
    meta: dict[str, str] = field(default_factory=dict)


def parse(text: str) -> Page:
    """Returns the page in the HTML ``text``, without scripts, navigation, footers, hidden parts."""
    builder = _Builder()
    position = 0
    while match := _MARKUP.search(text, position):
        start = match.start()
        builder.text(text[position:start])
        position = _markup(text, start, builder)
    builder.text(text[position:])
    return builder.page


def _markup(text: str, start: int, builder: _Builder) -> int:
    """Hands the markup at ``start`` to ``builder`` and returns the position after it."""
    if text.startswith("<!--", start):
        return _after(text, "-->", start + 4)
    if text[start + 1] in "!?":
        return _after(text, ">", start)
    match = _TAG.match(text, start)
    if match is None:
        builder.text("<")
        return start + 1
    closing, name, attributes = match.group(1, 2, 3) if match[2] else match.group(4, 5, 6)
    tag = name.lower()
    if closing:
        builder.end(tag)
        return match.end()
    if tag not in _RAW:
        builder.start(tag, attributes)
        return match.end()
    end = re.compile(f"</{tag}", re.IGNORECASE).search(text, match.end())
    if end is None:
        return len(text)
    if tag == "title" and not builder.page.title:
        builder.page.title = _plain(text[match.end() : end.start()])
    return _after(text, ">", end.start())


def _after(text: str, mark: str, start: int) -> int:
    found = text.find(mark, start)
    return len(text) if found < 0 else found + len(mark)


def _plain(text: str) -> str:
    return " ".join(html.unescape(text).split())


def _attributes(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, *values in _ATTRIBUTE.findall(text):
        found.setdefault(name.lower(), "".join(values))
    return found


class _Builder:
    def __init__(self) -> None:
        self.page = Page(Node("html"))
        self._stack = [self.page.root]
        self._has_pre = False
        self._hidden: list[str] = []  # the element left out and its namesakes open inside it

    def text(self, text: str) -> None:
        if text and not self._hidden:
            parent = self._stack[-1]
            for number, line in enumerate(self._shown_lines(html.unescape(text))):
                if number:
                    parent.children.append(Node("br"))
                parent.children.append(Node("", parent.link, line))

    def _shown_lines(self, text: str) -> list[str]:
        """Returns ``text`` as the lines that it is shown in: line ends count within <pre>."""
        if self._has_pre and any(node.tag == "pre" for node in self._stack):
            return text.splitlines() or [""]
        return [text]

    def start(self, tag: str, attributes: str) -> None:
        if tag == "meta":
            self._meta(_attributes(attributes))
        elif self._hidden and not (tag == self._hidden[0] and (tag in _ENDS or tag == "p")):
            if tag == self._hidden[0]:
                self._hidden.append(tag)
        elif tag in _DROPPED or (tag not in _VOID and self._is_hidden(attributes)):
            self._hidden = [tag]
        else:
            self._hidden = []  # <p>, <li> and their like end one that is hidden
            self._shown(tag, attributes)

    def _shown(self, tag: str, attributes: str) -> None:
        if tag in ("br", "img"):
            self._stack[-1].children.append(Node(tag))
        elif tag in _BLOCKS or tag == "a":
            self._open(tag, attributes)

    def _open(self, tag: str, attributes: str) -> None:
        if tag != "a":
            self._end(*_P)
        if tag in _ENDS:
            self._end(*_ENDS[tag])
        parent = self._stack[-1]
        node = Node(tag, parent.link or (tag == "a" and _is_link(_attributes(attributes))))
        self._has_pre = self._has_pre or tag == "pre"
        if tag in _CELLS and (span := _ROWSPAN.search(attributes)):
            node.rowspan = max(1, min(int(span[1]), _MOST_ROWS))
        parent.children.append(node)
        if tag not in _VOID and len(self._stack) < MAX_DEPTH:
            self._stack.append(node)

    def end(self, tag: str) -> None:
        if self._hidden:
            if tag == self._hidden[0]:
                self._hidden.pop()
        elif tag == "p" and not any(node.tag == "p" for node in self._stack):
            self._stack[-1].children.append(Node("p"))  # a stray </p> still parts two lines
        elif tag in _BLOCKS or tag == "a":
            fences = _TABLE if tag in _TABLE_PARTS else _FENCES
            self._end(frozenset({tag}), fences - {tag})

    def _end(self, tags: frozenset[str], fences: frozenset[str]) -> None:
        for index in range(len(self._stack) - 1, 0, -1):
            if self._stack[index].tag in tags:
                del self._stack[index:]
                return
            if self._stack[index].tag in fences:
                return

    def _meta(self, attributes: dict[str, str]) -> None:
        name = attributes.get("name") or attributes.get("property")
        if name:
            self.page.meta.setdefault(name.lower(), _plain(attributes.get("content", "")))

    @staticmethod
    def _is_hidden(attributes: str) -> bool:
        return "none" in attributes.lower() and _HIDDEN.search(attributes) is not None


def _is_link(attributes: dict[str, str]) -> bool:
    """Return True for an <a> to another page; the name of an enclosed file is article text."""
    target = attributes.get("href", "")
    return bool(target) and not _FILES.search(target.partition("?")[0])


def walk(root: Node) -> Iterator[tuple[Node, bool]]:
    """Yields ``root`` and every node below it: each as it opens (True), elements as they close."""
    stack = [(root, True)]
    while stack:
        node, opening = stack.pop()
        yield node, opening
        if opening and node.tag:
            stack.append((node, False))
            stack.extend((child, True) for child in reversed(node.children))
