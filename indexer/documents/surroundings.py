"""Finds the parts around the outline of a text: 目录, 落款, 附件, quotations, copies.

`read_surroundings` finds them once. The readers of outline and metadata both start from its result,
so that they agree on where lines begin, where a signature stands and what is attached.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from indexer.documents.dates import DATE, parse_date
from indexer.documents.labels import Label, Style, labels
from indexer.documents.lexicon import CLAUSE_ENDS, COUNTING
from indexer.documents.lexicon.document_types import ATTACHED_PAPER, ENCLOSED_TYPE
from indexer.documents.lines import Line, read_lines
from indexer.documents.model import Kind
from indexer.documents.organs import is_organ, part_organs
from indexer.documents.repeats import Repeat, repeats_among, take_copies
from indexer.documents.script import simplified
from indexer.documents.table_of_contents import contents, end_of_contents

_NUMERAL = f"0-9０-９{COUNTING}"
_ATTACHMENT = re.compile(
    r"附\s*(?P<word>[件录表])"
    r"(?:\s*(?P<number>[0-9０-９]{1,2}(?:[-—][0-9]{1,2})?(?![年月0-9])|[一二三四五六七八九十]{1,3}(?=[\s:：.．、—-]|$)))?"
    r"\s*[-—:：.．、]?\s*(?P<name>(?![一二三四五六七八九十0-9第中所的:：.．、]).{0,60})$"
)
_LIST = re.compile(
    rf"附\s*[件表]?\s*[{_NUMERAL}]{{0,3}}\s*[:：]\s*(?:(?P<item>[0-9０-９]{{1,2}})\s*[.．、]\s*)?"
    rf"|附\s*件\s*[{_NUMERAL}]{{1,3}}\s*[.．、]\s*|附\s*件\s+(?P<first>1)\s*[.．、]\s*"
)
_LINKS = re.compile(r"下载|[:：]|\.")
_AGAIN = re.compile(r"附件\s*\d{0,2}\s*[:：]?\s*")
_NOTES = re.compile(r"[备]?注\s*[:：]\s*(?:1|１|$)")
_PAPER = re.compile(rf"(?:{ATTACHED_PAPER})(?:[（(].{{1,12}}[）)])?$", re.IGNORECASE)
_COMPLETE = re.compile(rf"(?:{ENCLOSED_TYPE})(?:[（(].{{1,14}}[）)])?$")
_NUMBER = re.compile(r"[〔﹝\[［（(]\s*\d{4}\s*[〕﹞\]］）)]\s*第?\s*\d+\s*号$")
_AFTER_DATE = re.compile(
    r"[（(【\[]|抄\s*[送报]|主送|公开(?:方式|属性|类别)|信息公开|附件?\s*[:：]|联系(?:人|电话|方式)|"
    r".{0,40}印发$|首页|关闭|打印|分享|来源|责任编辑|编辑|上一篇|下一篇|相关"
)
_NAMED = re.compile("《([^《》]{3,50})》")
_PROSE = re.compile("[。；;：:，]|[、！？!?]$")
_NO_TITLE_END = f"{CLAUSE_ENDS}！？!?、"
_SHORT = 36
_HEAD = 80
_NEAR = 12
_QUOTE = 60
_AHEAD = 300
_MAX_CLOSING = 100  # characters of a line that may close a 落款: organs and date together
_MAX_NAME = 150  # characters of the name of an attachment
_REMARK = re.compile(r"\s*[）)]?\s*(?:[（(][^（）()]{0,20}[)）])?")
_FRONT = re.compile(r"[^。；：，]{0,40}[\s）)]")
_HISTORY = re.compile(r"中华民国.{1,12}年.{1,12}日")
_FOOTER_LINES = 40
_FOOTER = re.compile(r"(?:【?\s*(?:返回顶部|关闭窗口|打印本页|关闭)\s*】?|©|版权所有|分享：?)$")


@dataclass(frozen=True, slots=True)
class Mark:
    """A section without a label: it starts on ``line``.

    ``number`` is what an attachment is called by (附件1); ``end`` the line behind a 目录.
    """

    kind: Kind
    line: int
    name: str = ""
    number: str = ""
    end: int = 0


@dataclass(frozen=True, slots=True)
class Closing:
    """A line that ends with a date, as a 落款 does.

    ``line`` is its index, ``start`` and ``end`` are the characters of the date, ``date`` is its ISO
    8601 form, and ``front`` is the number of characters before it, without blanks and brackets.
    ``signs`` is True if a text may end here: a date in brackets, or only in figures, signs nothing.
    """

    line: int
    start: int
    end: int
    date: str
    front: int
    signs: bool


@dataclass(frozen=True, slots=True)
class AttachmentList:
    """A list of attachments (附件：1.… 2.…) that begins on ``line``.

    ``names`` are the line and the first character of each name on it.
    """

    line: int
    names: tuple[tuple[int, int], ...]


@dataclass(slots=True)
class Surroundings:
    """The lines of a text and the parts around its outline.

    ``source`` is the text as it stands, ``text`` its simplified form, which is read. ``lines`` are
    the lines that are no copies, ``copies`` the starts of copies and of the text after them.
    ``labels`` are the possible labels, ``dropped`` the indices of those that are none. ``footer``
    is the index of the line after the text proper.
    """

    source: str
    text: str
    lines: list[Line]
    repeats: tuple[Repeat, ...]
    copies: list[tuple[int, bool]]
    labels: list[Label]
    by_line: dict[int, int]
    closings: dict[int, Closing] = field(default_factory=dict)
    lists: list[AttachmentList] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    dropped: set[int] = field(default_factory=set)
    footer: int = 0

    def label_at(self, line: int) -> Label | None:
        """Returns the label on ``line`` that was not dropped."""
        index = self.by_line.get(line, -1)
        return None if index < 0 or index in self.dropped else self.labels[index]


def read_surroundings(text: str) -> Surroundings:
    """Returns the lines of ``text`` with what stands around its outlines, in linear time."""
    source, text = text, simplified(text)
    lines = read_lines(text)
    repeats = repeats_among(lines)
    copies = take_copies(lines, repeats)
    possible = labels(lines)
    by_line = {label.line: index for index, label in enumerate(possible)}
    found = Surroundings(source, text, lines, repeats, copies, possible, by_line)
    found.closings = {closing.line: closing for closing in _closings(lines)}
    found.footer = _footer(lines)
    _drop_history(found)
    _mark_contents(found)
    _drop_quoted(found)
    _find_lists(found)
    _mark_enclosed(found)
    found.marks.sort(key=lambda mark: mark.line)
    return found


def _footer(lines: list[Line]) -> int:
    for index in range(max(3, len(lines) - _FOOTER_LINES), len(lines)):
        if _FOOTER.match(lines[index].text):
            return index
    return len(lines)


def _closings(lines: list[Line]) -> Iterator[Closing]:
    """The lines that end with a date: alone, behind organs, or behind a blank or a bracket."""
    for index, line in enumerate(lines):
        text = line.text
        if len(text) > _MAX_CLOSING or ("日" not in text and not text[-1].isdigit()):
            continue
        match = DATE.search(text)
        if not match or not _REMARK.fullmatch(text, match.end()):
            continue
        date = parse_date(match[0])
        front = text[: match.start()].rstrip("（( \t\u3000\xa0")
        apart = not front or _FRONT.fullmatch(text, 0, match.start()) or part_organs(front)
        if date and apart:
            written = match["year"] or (index and part_organs(lines[index - 1].text))
            signs = bool(written and (front or match.start() == 0))
            yield Closing(index, match.start(), match.end(), date, len(front), signs)


def _drop_history(found: Surroundings) -> None:
    """Drops the numbers of a history above the articles: 1.中华民国一百零四年二月四日…公布."""
    for index, label in enumerate(found.labels):
        if label.style == Style.ARTICLE:
            break
        if label.style == Style.ARABIC and _HISTORY.match(label.rest):
            found.dropped.add(index)


def _mark_contents(found: Surroundings) -> None:
    for line, entries in contents(found.lines, found.labels):
        found.dropped.update(entries)
        behind = end_of_contents(found.lines, found.labels, entries)
        found.marks.append(Mark("contents", line, end=behind))
        if found.label_at(behind) is None and behind < len(found.lines):
            found.marks.append(Mark("preamble", behind))


def _drop_quoted(found: Surroundings) -> None:
    """Drops labels in quotations over several lines, unless they run on from those outside."""
    places = [label.line for label in found.labels]
    for opened, closed in _quotations(found.lines):
        inside = range(bisect_right(places, opened), bisect_right(places, closed))
        styles: set[Style] = set()
        for index in inside:
            label = found.labels[index]
            if label.style not in styles and _runs_on(found, inside.start, label):
                break
            styles.add(label.style)
            found.dropped.add(index)


def _quotations(lines: list[Line]) -> Iterator[tuple[int, int]]:
    """The first and last lines of quotations over several lines."""
    opened = -1
    for index, (_, _, text, _) in enumerate(lines):
        if "“" not in text and "”" not in text:
            continue
        balance = text.count("“") - text.count("”")
        if opened >= 0 and text[0] == "“":  # each paragraph of a quotation opens it anew
            balance -= 1
        if balance > 0 and (opened < 0 or index - opened > _QUOTE):
            opened = index
        elif balance < 0:
            if opened >= 0 and index - opened <= _QUOTE:
                yield opened, index
            opened = -1


def _runs_on(found: Surroundings, before: int, label: Label) -> bool:
    for index in range(before - 1, max(before - 1 - _QUOTE, -1), -1):
        if found.labels[index].style == label.style and index not in found.dropped:
            return label.number == (found.labels[index].number[0] + 1,)
    return False


def _find_lists(found: Surroundings) -> None:
    """Finds the lists of attachments; their numbers, and those of table notes, are no labels."""
    index = 0
    while index < len(found.lines):
        text = found.lines[index].text
        head = _LIST.match(text) if text[0] == "附" else None
        if head:
            index = _take_list(found, index, head)
        elif text[0] in "备注" and _NOTES.match(text[:_SHORT]):
            index = _take_notes(found, index)
        else:
            index += 1


def _take_notes(found: Surroundings, head: int) -> int:
    """Drops the labels of the notes under a table, which begin on line ``head``."""
    index = head + 1
    while (label := _listed(found, index, head)) is not None:
        found.dropped.add(found.by_line[label.line])
        index += 1
    return index


def _take_list(found: Surroundings, head: int, match: re.Match[str]) -> int:
    """Takes the list of attachments that begins on line ``head``; return the line behind it.

    Names stand behind their number, or on the line after it where a page has torn the list.
    """
    names: list[tuple[int, int]] = []
    sure = "件" in match[0]
    bare = _keep_name(names, found.lines[head], head, match.end(), sure)
    index = head + 1
    while index < len(found.lines):
        text = found.lines[index].text
        if label := _listed(found, index, head):
            found.dropped.add(found.by_line[index])
            again = _AGAIN.match(text, len(text) - len(label.rest))
            at = again.end() if again else len(text) - len(label.rest)
            bare = _keep_name(names, found.lines[index], index, at, sure)
        elif found.label_at(index) or index in found.closings or _LIST.match(text):
            break
        elif bare and len(text) <= _MAX_NAME and "。" not in text and not is_organ(text):
            bare = _keep_name(names, found.lines[index], index, 0, sure)
        elif not (_is_title(text) and _goes_on(found, index, head)):  # a name over two lines
            break
        index += 1
    found.lists.append(AttachmentList(head, tuple(names)))
    return index


def _keep_name(
    names: list[tuple[int, int]], line: Line, index: int, start: int, sure: bool
) -> bool:
    """Keeps what stands from character ``start`` on as a name; return whether there is nothing.

    Below 附： rather than 附件：, which is not ``sure`` to name papers, only the whole name of one
    counts.
    """
    text = line.text
    named = sure or _PAPER.search(text) or _COMPLETE.search(text) or text[-1] == "》"
    if start < len(text) and named and not _LINKS.match(text, start):
        names.append((index, start))
    return start == len(text)


def _goes_on(found: Surroundings, index: int, head: int) -> bool:
    """Returns True if the list that began on line ``head`` goes on soon behind line ``index``."""
    return any(_listed(found, later, head) for later in range(index + 1, index + 3))


def _listed(found: Surroundings, index: int, head: int) -> Label | None:
    """The label on line ``index`` where it numbers a name of the list that began on ``head``."""
    label = found.label_at(index)
    if label is None or label.style != Style.ARABIC or label.depth:
        return None
    notes = found.lines[head].text[0] != "附"
    first = label.number[0] > 1 or index == head + 1
    return label if first and (notes or _is_title(label.rest)) else None


def _is_list(text: str) -> bool:
    return text[0] == "附" and _LIST.match(text[:_SHORT]) is not None


def _is_title(text: str) -> bool:
    return len(text) <= 60 and not text.endswith(tuple("。；;：:"))


def _mark_enclosed(found: Surroundings) -> None:
    names: set[str] = set()
    prose = signed = False
    listed = _contents_lines(found)
    for index, line in enumerate(found.lines):
        if index in listed:
            continue
        text = line.text
        label = found.label_at(index)
        head = None
        if (prose or signed) and _names_attachment(text):
            head = _attachment(found, index, signed)
        elif label is None and len(text) <= _SHORT + 24 and text[-1] not in _NO_TITLE_END:
            named = prose and _squeeze(text) in names and _restarts(found, index)
            if named or (signed and _is_head(found, index)):
                head = Mark("attachment", index, _name(found, index))
            elif prose and _signs(found, index) and _restarts(found, index):
                found.marks.append(Mark("signature", _signature_start(found, index)))
                signed, prose = True, False
                continue
        if head is not None:
            found.marks.append(head)
            signed = prose = False
            names.clear()
        elif label is not None or "。" in text or text[-1] in "：；":
            prose = True
            signed = signed and label is None
            if "《" in text and len(names) < 20:
                names.update(map(_squeeze, _NAMED.findall(text)))


def _signs(found: Surroundings, index: int) -> bool:
    return index in found.closings and found.closings[index].signs


def _contents_lines(found: Surroundings) -> set[int]:
    listed: set[int] = set()
    for mark in found.marks:
        if mark.kind == "contents":
            listed.update(range(mark.line, mark.end))
    return listed


def _restarts(found: Surroundings, line: int) -> bool:
    """Returns True if the next label behind ``line``, if any, is the first of a list."""
    low = bisect_left(found.labels, line, key=lambda label: label.line)
    for index in range(low, min(low + _AHEAD, len(found.labels))):
        if index not in found.dropped:
            return found.labels[index].number[0] == 1
    return True


def _signature_start(found: Surroundings, date: int) -> int:
    start = date
    while start > 0 and date - start < 40:
        before = found.lines[start - 1].text
        listed = found.by_line.get(start - 1, -1) in found.dropped
        short = len(before) <= _SHORT and not _PROSE.search(before)
        if not (listed or _is_list(before) or (short and found.label_at(start - 1) is None)):
            break
        start -= 1
    return _drop_papers(found, start)


def _drop_papers(found: Surroundings, end: int) -> int:
    """Drops a list of attachments above the signature that has lost its 附件 line."""
    start = end
    named = False
    while (label := found.label_at(start - 1)) is not None and label.style == Style.ARABIC:
        if not _is_title(label.rest):
            return end
        named = named or _PAPER.search(label.rest) is not None
        start -= 1
        if label.number == (1,):
            break
    if (
        not named
        or found.label_at(start) is None
        or found.labels[found.by_line[start]].number != (1,)
    ):
        return end
    found.dropped.update(found.by_line[index] for index in range(start, end))
    return start


def _attachment(found: Surroundings, index: int, signed: bool) -> Mark | None:
    """The head of an attachment; before the signature it is rather an item of their list."""
    text = found.lines[index].text
    match = _ATTACHMENT.match(text)
    if match is None or text[-1] in "。；;" or not _has_text(found, index + 1, signed):
        return None
    name = _squeeze(match["name"]) or _name(found, index + 1)
    number = match["number"]
    return Mark("attachment", index, name, f"附{match['word']}{number}" if number else "")


def _names_attachment(text: str) -> bool:
    return text[0] == "附" and len(text) <= _HEAD and _ATTACHMENT.match(text) is not None


def _is_head(found: Surroundings, index: int) -> bool:
    above = found.label_at(index - 1)
    if above is not None and not above.rest:  # 第一部分, with its heading on the next line
        return False
    return not _AFTER_DATE.match(found.lines[index].text) and _has_text(found, index + 1)


def _has_text(found: Surroundings, start: int, signed: bool = True) -> bool:
    """Returns True if text or an outline comes soon, before another attachment or signature."""
    for index in range(start, min(start + _NEAR, len(found.lines))):
        text = found.lines[index].text
        if _names_attachment(text):
            return False
        if not signed and _signs(found, index):
            return False
        if len(text) > _SHORT and text[-1] in "。；：:":
            return True
        if (label := found.label_at(index)) is not None:
            return label.number == (1,)
    return False


def _name(found: Surroundings, index: int) -> str:
    """The title that starts at ``index``: often broken over lines, complete with its 文种."""
    lines = found.lines[index : index + 7]
    if lines and len(lines[0].text) <= _HEAD and _NUMBER.search(lines[0].text):
        lines = lines[1:]
    joined = ""
    for line in lines:
        text = _squeeze(line.text)
        if text[0] in "（(" or len(text) > 60 or text[-1] in _NO_TITLE_END:
            break
        joined += text
        if _COMPLETE.search(text):
            return joined
    return _squeeze(lines[0].text)[:60] if lines else ""


def _squeeze(text: str) -> str:
    return "".join(text.split())
