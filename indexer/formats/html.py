"""Web pages: the article, without the navigation and furniture of the site around it.

The extraction is our own because it has to know the pages of Chinese government sites: the card
of facts above a 公文 belongs to the text, the widgets (字体：大中小, 打印, 分享到) do not.
General extractors such as trafilatura drop the first and keep some of the second.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from indexer.errors import SourceTooLarge
from indexer.formats.html_tree import Node, Page, parse, walk
from indexer.formats.limits import Limits
from indexer.formats.source import Source, Warnings
from indexer.formats.text import decode

_CHARSET = re.compile(
    rb"""(?:<meta[^<>]*?charset|<\?xml[^<>]*?encoding)\s*=\s*["']?([\w.:-]+)""", re.I
)
_PROSE = re.compile(r"[，。；：、]")
# The article is not widened to a parent element that adds text of this kind.
_SITE = re.compile(
    r"版权所有|ICP备|公网安备|网站标识码|主办单位：|承办单位：|设为首页|加入收藏|网站地图|无障碍|(?:当前|您的|所在)位置"
)
_CONTAINERS = frozenset(
    {"html", "body", "div", "article", "section", "main", "form", "center", "fieldset"}
    | {"table", "tbody", "tr", "td", "ucapcontent"}
)
_CORE = 0.6  # share of the page's prose that the heart of the article holds at least
_LONG = 20  # least characters of a text that counts as prose without punctuation
_CELL_LINES = 10  # a cell of more lines is a column of the page, not an entry
_LINKED = 0.3  # added text with a greater share of linked characters is navigation

_WIDGETS = re.compile(
    r"[【\[（(]?字[体号](?:大小)?\s*+[：:]\s*+(?:[【\[（(]*+(?:[特超]?大|默认|中|小)[\]】）)|/\s]*+){2,}"
    r"|[【\[]\s*(?:打印|关闭|纠错|收藏|返回|分享|我要纠错|推荐)[^】\]]{0,4}[】\]]"
)
_NOISE = re.compile(
    r"(?:打印|打印本页|打印此页|关闭|关闭窗口|关闭本页|返回|返回顶部|返回首页|收藏|加入收藏|我要纠错|纠错|下载文字版"
    r"|分享|分享到|微信|微博|扫一扫.*|用微信.*扫.*|[上下]一[篇条页]\s*[:：].*|[【\[\]】|/>\s·])+"
    r"|(?:您?当前(?:的)?|您(?:现在)?(?:的|所在的?)?|所在)位置\s*[:：].*"
    r"|分享(?:(?:到|至)\s*[:：]?|\s*[:：]).*"
    r"|(?=.*(?:版权所有|备案号|ICP备|公网安备|网站标识码))(?:主办|承办|版权|备案|\S{0,9}ICP备|网站标识).*"
    r"|(?:浏览|阅读|点击)(?:次数|数|量)?\s*[:：]?\s*\d*\s*次?"
)
_NOISE_CHARS = 80  # a longer line is text, whatever it begins with
_RELATED = re.compile(
    r"[\s【\[]*(?:相关(?:链接|阅读|新闻|文章|解读|稿件|信息|文件|推荐|附件下载)|延伸阅读|推荐阅读|热点推荐)[\s】\]：:]*"
)
_ZERO_WIDTH = re.compile("[\u200b-\u200d\u2060\ufeff\u00ad]")
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_TITLE_LINES = 4  # lines a title may be broken into
_TITLES = ("articletitle", "og:title")
_SITE_NAME = re.compile(r"(?:网|网站|门户|平台|首页|人民政府|详情|正文)$")
_TITLE_SITE = re.compile(r"\s*[_|]\s*|\s+[-–—]+\s+|--+")


_Line = tuple[str, int]  # a line, and the number of its characters that are in links


_Row = list[tuple[list[_Line], int]]  # the lines of each cell, and the rows that it spans
_Spans = dict[int, tuple[list[_Line], int]]


@dataclass(slots=True)
class _Weight:
    """Counts of the characters below an element, blanks apart: all, inside links, in prose."""

    chars: int = 0
    linked: int = 0
    prose: int = 0

    def add(self, other: _Weight) -> None:
        self.chars += other.chars
        self.linked += other.linked
        self.prose += other.prose


def read_html(data: bytes, path: Path, limits: Limits, charset: str | None = None) -> Source:
    """Returns the article of the page ``data``, one line per paragraph.

    ``charset`` is the one that a mail names; otherwise the page's own declaration counts.

    The first line is the title, taken from the page's head where the article lacks it. A table row
    becomes one line with tabs between its cells. Lines have no blanks at their ends. Raises
    SourceTooLarge for more tags than ``limits`` allow and UndecodableText.
    """
    if data.count(b"<") > limits.html_tags:
        raise SourceTooLarge(path, f"over {limits.html_tags:,} tags")
    warnings = Warnings()
    found = _CHARSET.search(data, 0, 4096)
    declared = charset or (found[1].decode("latin-1") if found else None)
    text, encoding = decode(data, path, declared, warnings)
    page = parse(text)
    lines = _trimmed(_lines(_article(page.root)))
    lines = _titled(_title(page), lines)
    return Source("".join(f"{line}\n" for line in lines), "html", encoding, warnings.all())


def _titled(title: str, lines: list[str]) -> list[str]:
    """Returns ``lines`` with ``title`` on one line of its own, put first where it was missing."""
    wanted = _bare(title)
    for count in range(1, min(len(lines), _TITLE_LINES) + 1):
        if _bare("".join(lines[:count])) == wanted:
            return [title, *lines[count:]]
    if not title or wanted in _bare("".join(lines[:12])):
        return lines
    return [title, *lines]


def _bare(text: str) -> str:
    return "".join(text.split())


def _title(page: Page) -> str:
    """Returns the title in the page's head; empty where the head names only the site."""
    whole = (page.meta.get(name, "") for name in _TITLES)
    for title in (*whole, _TITLE_SITE.split(page.title)[0]):
        if title and not _SITE_NAME.search(title):
            return title
    return ""


def _article(root: Node) -> Node:
    """Returns the element that holds the page's article.

    The search goes down to the smallest container with most of the prose, then up again while the
    parent adds text of the article and nothing of the site.
    """
    weights = _weigh(root)
    total = weights[id(root)].prose
    chain = [root]
    while heart := _child(chain[-1], weights, total * _CORE):
        chain.append(heart)
    best = chain.pop()
    while chain and _belongs(chain[-1], best, weights):
        best = chain.pop()
    return best


def _child(node: Node, weights: dict[int, _Weight], least: float) -> Node | None:
    for child in node.children:
        if child.tag in _CONTAINERS and weights[id(child)].prose >= max(least, 1):
            return child
    return None


def _weigh(root: Node) -> dict[int, _Weight]:
    """Returns the weight of every element by the identity of its node."""
    weights: dict[int, _Weight] = {}
    above: list[_Weight] = [_Weight()]
    for node, opening in walk(root):
        if not node.tag:
            size = len(_bare(node.text))
            prose = not node.link and (size >= _LONG or _PROSE.search(node.text) is not None)
            above[-1].add(_Weight(size, size * node.link, size * prose))
        elif opening:
            weights[id(node)] = _Weight()
            above.append(weights[id(node)])
        else:
            done = above.pop()
            above[-1].add(done)
    return weights


def _belongs(parent: Node, inner: Node, weights: dict[int, _Weight]) -> bool:
    """Return True if the text of ``parent`` outside ``inner`` belongs to the article."""
    outer, within = weights[id(parent)], weights[id(inner)]
    if outer.linked - within.linked > _LINKED * (outer.chars - within.chars):
        return False
    beside = (child for child in parent.children if child is not inner)
    texts = (node.text for child in beside for node, _ in walk(child))
    return not any(_SITE.search(text) for text in texts)


class _Lines:
    """Collects lines and counts, for each, the characters inside links to other pages."""

    __slots__ = ("_linked", "_parts", "done")

    def __init__(self) -> None:
        self.done: list[_Line] = []
        self._parts: list[str] = []
        self._linked = 0

    def add(self, node: Node) -> None:
        self._parts.append(node.text)
        self._linked += len(_bare(node.text)) if node.link else 0

    def end(self) -> None:
        text = _BLANKS.sub(" ", _ZERO_WIDTH.sub("", "".join(self._parts))).strip()
        if text:
            self.done.append((text, self._linked))
        self._parts.clear()
        self._linked = 0


def _lines(root: Node) -> list[_Line]:
    stack = [_Lines()]
    rows: list[_Row] = []
    tables: list[_Spans] = []
    for node, opening in walk(root):
        if not node.tag:
            stack[-1].add(node)
            continue
        if node.tag != "a":
            stack[-1].end()
        if node.tag == "table":
            if opening:
                tables.append({})
            else:
                tables.pop()
        elif node.tag == "tr":
            if opening:
                rows.append([])
            else:
                cells = _with_spans(rows.pop(), tables[-1] if tables else {})
                stack[-1].done.extend(_row(cells))
        elif node.tag in ("td", "th") and rows:
            if opening:
                stack.append(_Lines())
            else:
                rows[-1].append((stack.pop().done, node.rowspan))
    stack[-1].end()
    return stack[0].done


def _with_spans(row: _Row, spans: _Spans) -> list[list[_Line]]:
    """Returns the cells of ``row`` with those that span down from the rows above in their columns.

    ``spans`` holds, by column, such a cell and the number of rows that it still reaches; it is
    brought up to date. A cell of many lines lays out the page and is not repeated.
    """
    found: list[list[_Line]] = []
    waiting = list(reversed(row))
    above = dict(spans) if row else {}
    if row:
        spans.clear()
    while waiting or len(found) in above:
        lines, left = above[len(found)] if len(found) in above else waiting.pop()
        if left > 1 and len(lines) <= _CELL_LINES:
            spans[len(found)] = lines, left - 1
        found.append(lines)
    return found


def _row(cells: list[list[_Line]]) -> list[_Line]:
    """Returns a row as one line, or as the lines of its cells where the table is only layout.

    Each entry of a document's card (发文机关：| 国务院 | 成文日期：| …) becomes a line.
    """
    texts = [" ".join(text for text, _ in cell).replace("\t", " ") for cell in cells]
    labels, values = texts[::2], texts[1::2]
    card = all(not label or label.endswith(("：", ":")) for label in labels) and any(labels)
    if card and len(labels) == len(values):
        pairs = zip(labels, values, strict=True)
        return [(_bare(label) + value, 0) for label, value in pairs if value]
    filled = sum(1 for cell in cells if cell)
    if filled <= 1 or any(len(cell) > _CELL_LINES for cell in cells):
        return [line for cell in cells for line in cell]
    return [("\t".join(texts), sum(linked for cell in cells for _, linked in cell))]


def _trimmed(lines: list[_Line]) -> list[str]:
    """Returns ``lines`` without the site's widgets, breadcrumbs and lists of other pages."""
    for index, (text, _) in enumerate(lines):
        if _RELATED.fullmatch(text) and _mostly_links(lines[index + 1 :]):
            lines = lines[:index]
            break
    while lines and _leads_elsewhere(lines[0]):
        lines = lines[1:]
    while lines and _leads_elsewhere(lines[-1]):
        lines = lines[:-1]
    shown = (_WIDGETS.sub("", text).strip(" ") for text, _ in lines)
    return [text for text in shown if text and not _is_noise(text)]


def _is_noise(text: str) -> bool:
    return len(text) <= _NOISE_CHARS and _NOISE.fullmatch(text) is not None


def _mostly_links(lines: list[_Line]) -> bool:
    chars = sum(len(_bare(text)) for text, _ in lines)
    return sum(linked for _, linked in lines) >= chars / 2


def _leads_elsewhere(line: _Line) -> bool:
    text, linked = line
    return linked > len(_bare(text)) / 2
