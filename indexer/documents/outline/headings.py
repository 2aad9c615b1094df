"""The heading of a section: on its own line, or run in before the text.

Whether a first sentence is a heading shows among its siblings: a list has headings or it has
none. So headings are read for all the sections of one list together.
"""

from __future__ import annotations

import re
from collections import defaultdict
from enum import Enum
from typing import NamedTuple

from indexer.documents.labels import Label, Style
from indexer.documents.lines import BLANK, Line
from indexer.documents.model import Kind
from indexer.documents.outline.tree import Node

_OWN_LINE = 80
_CLOSED = 60
_RUN_IN = 50
# The share of a list that must have something like a heading for its first sentences to be some.
_SHARE = 0.6
_SURE = 0.75
_LIKELY = 32
_LEAD = 20
_BODY_LENGTH = 12
_TOPIC = 8
_SENTENCE_LENGTH = 30
_TORN = 3

_B = f"[{BLANK}]"
_BLANKS = re.compile(r"(?<![A-Za-z0-9])\s+|\s+(?![A-Za-z0-9])")
_STOP = re.compile("[。：:]")
_ATTRIBUTION = re.compile(r"[（(][^（）()]{2,120}[)）]\s*$")
_BRACKETS = frozenset("（(【〔")
_BRACKETED = re.compile(rf"{_B}*[（(【〔]([^（）()【】〔〕]{{2,40}})[)）】〕]")
# Full sentences and lead-ins, which state or announce and do not name a topic.
_SENTENCE = re.compile(
    "应当|应该|不得|可以|下列|以下|如下|是指|，包括|，属于|本(?:通知|意见|办法|规定|方案|细则|决定|措施|条例)自"
)
_ASKS_FOR = re.compile("请(?![示求])|[我本](?:部|局|委|厅|办|院)")
_NORM = re.compile("对.{6,}，|凡|本")
_DIGITS = "0123456789０１２３４５６７８９"
_PIECE = re.compile("[\u4e00-\u9fff](?![到在为对从由按经以是将请])[\u4e00-\u9fff]{1,5}")
_YEAR = re.compile(rf"[{_DIGITS}]{{4}}年")
_FIGURE = re.compile(rf"[{_DIGITS}.%％—\-]+$")
_UNITS = frozenset("年月日个项家人名万亿元倍件条套小天时岁周分点号级次种类米吨、，。）-—%％G")
_QUESTION = re.compile(rf"(?:记者)?问{_B}*[:：]{_B}*([^？?。]{{2,120}}(?:[？?。]|$|(?={_B}答)))")
_RULE = re.compile("应当|应该|不得|可以|必须|须按|，应|的，|各.{0,40}要")
_ANNOUNCES = re.compile(
    "修改为|改为|增加|作为|删[去除]|规定|包括|如下|下列|以下|具备|是指|即$|例如$|[为是有]$|要求$|情形|条件$"
)
# Words that want the name of a document behind them.
_HANGS = re.compile("(?:按照|根据|依据|依照|参照|遵照|符合|填写|关于)$")
_SUBJECT = re.compile("(?:单位|部门|企业|机构|主体|政府|机关|地区)$")
_PREDICATE = re.compile("[要应将须需可]|负责|按照|于\\d|不得")
# Bodies and people alone are the subject of a sentence, not its topic.
_BODY = re.compile(
    "(?:各级|各|有关|相关|广大|全[国省市县区]).{0,6}"
    "(?:党委|党组|政府|部门|单位|机关|地区|干部|群众|企业)$"
)


class Form(Enum):
    """The ways in which a possible heading stands in the text."""

    LINE = 1  # a line without a closing stop
    CLOSED = 2  # a line that is one sentence
    RUN_IN = 3  # the first sentence of a line
    ASKED = 4  # the question of an interview
    NONE = 5


class _Read(NamedTuple):
    text: str
    form: Form
    followed: bool


def headings(nodes: list[Node], kinds: list[Kind], lines: list[Line], ends: list[int]) -> list[str]:
    """Returns the heading of each node, empty where it has none.

    ``ends`` holds the line behind each node's own text. The stop that closes a heading and the
    blanks that spread it (总　则) are not part of it.
    """
    groups: dict[int, list[tuple[int, _Read]]] = defaultdict(list)
    lists: dict[Style, tuple[int, int, int]] = {}
    result = [""] * len(nodes)
    torn = _is_torn(lines)
    for index, (node, kind) in enumerate(zip(nodes, kinds, strict=True)):
        if kind == "item":
            continue
        if kind == "article":
            if node.label.rest[:1] in _BRACKETS and (found := _BRACKETED.match(node.label.rest)):
                result[index] = strip_blanks(found[1])
            continue
        read = _read(node, nodes, index, lines, ends[index], torn)
        if kind == "heading" and node.label.style != Style.TITLE:
            groups[_first_of_list(nodes, index, lists)].append((index, read))
        else:
            result[index] = strip_blanks(read.text)
    for members in groups.values():
        share = sum(_is_likely(read) for _, read in members) / len(members)
        for index, read in members:
            result[index] = strip_blanks(_choose(read, share))
    return result


def _first_of_list(nodes: list[Node], index: int, lists: dict[Style, tuple[int, int, int]]) -> int:
    """The node that begins the list of node ``index``: one parent's, or numbered on across them.

    ``lists`` holds the first node, the parent and the last number of the latest list of a style.
    """
    label, parent = nodes[index].label, nodes[index].parent
    first, known, last = lists.get(label.style, (index, parent, 0))
    if parent != known and label.number[0] != last + 1:
        first = index
    lists[label.style] = (first, parent, label.number[0])
    return first


def _read(
    node: Node, nodes: list[Node], index: int, lines: list[Line], end: int, torn: bool
) -> _Read:
    label = node.label
    below = index + 1 < len(nodes) and nodes[index + 1].parent == index
    rest, line = _joined(label, lines, end, torn)
    followed = below or line < end
    if label.style <= Style.DIVISION or label.style == Style.TITLE:
        title = rest.partition("。")[0]
        return _Read(title if len(title) <= _OWN_LINE else "", Form.LINE, followed)
    return _Read(*_form(rest), followed)


def _joined(label: Label, lines: list[Line], end: int, torn: bool) -> tuple[str, int]:
    """Returns the text behind ``label``, stray line breaks mended, and the line behind that."""
    rest, line = label.rest, label.line + 1
    sentence = False  # one that goes on to its stop
    while line < end:
        following = lines[line].text
        sentence = len(rest) < _OWN_LINE and (sentence or _is_unfinished(rest, following))
        fragment = torn and line + 1 < end and _is_fragment(rest, following)
        if rest and not (sentence or fragment or _is_broken(rest, lines, line, end)):
            break
        rest += following
        sentence = sentence and _STOP.search(following) is None
        line += 1
    return rest, line


def _is_torn(lines: list[Line]) -> bool:
    """Returns True if line breaks part the sentences of a text: lines were put together."""
    return sum(len(line.pieces) > 1 for line in lines) >= _TORN


def _is_fragment(one: str, two: str) -> bool:
    """Returns True if ``two`` is the rest of the heading ``one`` in a torn text: 加强组织⏎保障."""
    return (
        len(one) <= _LEAD
        and _PIECE.fullmatch(one[-1:] + two) is not None
        and one[-1:] not in _UNITS
    )


def _is_unfinished(one: str, two: str) -> bool:
    """Returns True if ``two`` continues the sentence of ``one``: 按照⏎《办法》, 各单位⏎要重视."""
    if two[0] == "《":
        return _HANGS.search(one) is not None
    return len(one) <= _BODY_LENGTH and bool(_SUBJECT.search(one) and _PREDICATE.match(two))


def _is_broken(one: str, lines: list[Line], line: int, end: int) -> bool:
    """Returns True if ``line`` continues ``one`` after a stray break at a number or in brackets."""
    two = lines[line].text
    if len(one) >= _OWN_LINE:
        return False
    if len(one) == 1 or one[-1] in "、（〔和与及" or two[0] in "、，。；：）》”%％":
        return True
    if one.count("《") > one.count("》") or one.count("（") > one.count("）"):
        return True
    if _YEAR.fullmatch(one):
        return True
    if one[-1] in _DIGITS:
        return two[0] in _UNITS or two[0] in _DIGITS
    if one[-1] in "于到至在从自为" and two[0] in _DIGITS:
        return True
    if not _FIGURE.match(two) or line + 1 == end or lines[line + 1].text[0] not in _UNITS:
        return False
    return len(one) > _TOPIC or len(two) < 4 or one[-1] in "于到至在从自以的"  # not 目标⏎2025⏎年


def _form(rest: str) -> tuple[str, Form]:
    if found := _BRACKETED.match(rest):
        return found[1], Form.RUN_IN
    if found := _QUESTION.match(rest):
        return found[1], Form.ASKED
    if _ASKS_FOR.match(rest):
        return "", Form.NONE
    plain = _ATTRIBUTION.sub("", rest).rstrip(BLANK) if "。" in rest or "；" in rest else rest
    stop = _STOP.search(plain)
    if not plain or (plain[-1] in "；;，," and (stop is None or stop[0] != "。")):
        return "", Form.NONE
    if stop is None:
        return _unstopped(plain)
    head = plain[: stop.start()]
    if stop.end() == len(plain):
        if plain[-1] != "。" and (len(head) > _LEAD or _ANNOUNCES.search(head)):
            return "", Form.NONE
        states = len(head) > _CLOSED or _states(head)
        return ("", Form.NONE) if states else (head, Form.CLOSED)
    if len(head) <= _BODY_LENGTH and _BODY.match(head):
        # 各级党委。政府和领导干部…: a slip of the pen within the heading
        stop = _STOP.search(plain, stop.end()) or stop
        head = plain[: stop.start()]
    lead_in = stop[0] != "。" and _ANNOUNCES.search(head)
    if len(head) > _RUN_IN or lead_in or "；" in head or _SENTENCE.search(head):
        return "", Form.NONE
    return head, Form.RUN_IN


def _unstopped(plain: str) -> tuple[str, Form]:
    """Returns a line without 。 as a heading, unless it is a reference (《…》) or too long."""
    refers = plain[0] == "《" and plain[-1] in "》）)"
    if len(plain) > _OWN_LINE or refers or _states(plain):
        return "", Form.NONE
    return plain, Form.LINE


def _states(line: str) -> bool:
    """Returns True if a line on its own states a rule and is no topic."""
    asks = line.endswith(("？", "?"))
    return not asks and len(line) > _SENTENCE_LENGTH and _RULE.search(line) is not None


def _is_likely(read: _Read) -> bool:
    """Returns True if ``read`` looks like a heading by itself: a topic, not an argument."""
    if read.form == Form.RUN_IN:
        clauses = read.text.count("，") + read.text.count(",")
        return clauses <= 1 and len(read.text) <= _LIKELY and not _NORM.match(read.text)
    return read.followed and read.form in (Form.LINE, Form.CLOSED)


def _choose(read: _Read, share: float) -> str:
    if read.form == Form.ASKED:
        return read.text
    if read.form == Form.LINE and (read.followed or share >= _SHARE):
        return read.text
    if _is_likely(read) and share >= _SHARE:
        return read.text
    return read.text if read.form == Form.RUN_IN and share >= _SURE else ""


def strip_blanks(heading: str) -> str:
    """Returns ``heading`` without the blanks that spread it (总　则) and its closing stop."""
    if _BLANKS.search(heading):
        heading = _BLANKS.sub("", heading)
    return heading.strip("。：: ")
