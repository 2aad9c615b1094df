"""What stands around and between the outlines of a text: 目录, 落款, 附件, quotations."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from indexer.documents.model import Kind
from indexer.documents.outline.labels import Label, Style
from indexer.documents.outline.lines import DAY, Line
from indexer.documents.outline.table_of_contents import contents, end_of_contents

_DATE = re.compile(rf"(?:[^。；：，]{{0,40}}[\s）)])?{DAY}(?:\s*[（(].{{0,20}}[）)])?$")
_ATTACHMENT = re.compile(
    r"附\s*(?P<word>[件录表])"
    r"(?:\s*(?P<number>[0-9０-９]{1,2}(?:[-—][0-9]{1,2})?(?![年月0-9])|[一二三四五六七八九十]{1,3}(?=[\s:：.．、—-]|$)))?"
    r"\s*[-—:：.．、]?\s*(?P<name>(?![一二三四五六七八九十0-9第中所的:：.．、]).{0,60})$"
)
_LIST = re.compile(r"附\s*[件表]?\s*[0-9０-９一二三四五六七八九十]{0,3}\s*[:：]")
_NOTES = re.compile(r"[备]?注\s*[:：]\s*(?:1|１|$)")
_PAPER = re.compile(
    r"(?:表|书|清单|名单|目录|标准|指引|指南|模板|式样|样式|样表|办法|方案|细则|规范|规程|要点|"
    r"条件|限额|图|函|证明|说明|报告|材料|doc|docx|xls|xlsx|pdf|wps|zip|rar)(?:[（(].{1,12}[）)])?$",
    re.IGNORECASE,
)
_COMPLETE = re.compile(
    r"(?:办法|规定|条例|细则|规则|方案|意见|措施|通知|决定|规划|计划|纲要|制度|标准|指南|指引|要点|"
    r"规范|规程|章程|预案|解释|批复|答复|安排|决议|通告|纪要|清单|目录|名单|报告|公告|通报|政策|说明|协议|守则|表|书|函|图)"
    r"(?:[（(].{1,14}[）)])?$"
)
_NUMBER = re.compile(r"[〔﹝\[［（(]\s*\d{4}\s*[〕﹞\]］）)]\s*第?\s*\d+\s*号$")
_AFTER_DATE = re.compile(
    r"[（(【\[]|抄\s*[送报]|主送|公开(?:方式|属性|类别)|信息公开|附件?\s*[:：]|联系(?:人|电话|方式)|"
    r".{0,40}印发$|首页|关闭|打印|分享|来源|责任编辑|编辑|上一篇|下一篇|相关"
)
_NAMED = re.compile("《([^《》]{3,50})》")
_PROSE = re.compile("[。；;：:，]|[、！？!?]$")
_STOPS = "。；;：:，,！？!?、"
_SHORT = 36
_HEAD = 80
_NEAR = 12
_QUOTE = 60
_AHEAD = 300


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


@dataclass(slots=True)
class Frame:
    """The marks of a text, and the labels that are none (by their index)."""

    lines: list[Line]
    labels: list[Label]
    by_line: dict[int, int]
    marks: list[Mark] = field(default_factory=list)
    dropped: set[int] = field(default_factory=set)

    def label_at(self, line: int) -> Label | None:
        """The label on ``line`` that was not dropped."""
        index = self.by_line.get(line, -1)
        return None if index < 0 or index in self.dropped else self.labels[index]


def frame(lines: list[Line], labels: list[Label]) -> Frame:
    """Find what stands around the outlines in ``lines``; ``labels`` are the possible ones."""
    found = Frame(lines, labels, {label.line: index for index, label in enumerate(labels)})
    _mark_contents(found)
    _drop_quoted(found)
    _drop_lists(found)
    _mark_enclosed(found)
    found.marks.sort(key=lambda mark: mark.line)
    return found


def _mark_contents(found: Frame) -> None:
    for line, entries in contents(found.lines, found.labels):
        found.dropped.update(entries)
        behind = end_of_contents(found.lines, found.labels, entries)
        found.marks.append(Mark("contents", line, end=behind))
        if found.label_at(behind) is None and behind < len(found.lines):
            found.marks.append(Mark("preamble", behind))


def _drop_quoted(found: Frame) -> None:
    """Drop labels in quotations over several lines, unless they run on from those outside."""
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
    for index, (_, _, text) in enumerate(lines):
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


def _runs_on(found: Frame, before: int, label: Label) -> bool:
    for index in range(before - 1, max(before - 1 - _QUOTE, -1), -1):
        if found.labels[index].style == label.style and index not in found.dropped:
            return label.number == (found.labels[index].number[0] + 1,)
    return False


def _drop_lists(found: Frame) -> None:
    """Drop the numbers of attachment lists (附件：1.… 2.…) and of table notes (注：1.…)."""
    head = -1
    notes = False
    for index, line in enumerate(found.lines):
        text = line.text
        if text[0] in "附备注" and (_is_list(text) or _NOTES.match(text[:_SHORT])):
            head, notes = index, text[0] != "附"
            continue
        if head < 0:
            continue
        label = found.label_at(index)
        if label is None:
            # a name broken over lines, or one behind its number
            if notes or not _is_title(text) or _DATE.match(text):
                head = -1
        elif (
            label.style == Style.ARABIC
            and (notes or _is_title(label.rest))
            and (label.number[0] > 1 or index == head + 1)
        ):
            found.dropped.add(found.by_line[index])
        else:
            head = -1


def _is_list(text: str) -> bool:
    return text[0] == "附" and _LIST.match(text[:_SHORT]) is not None


def _is_title(text: str) -> bool:
    return len(text) <= 60 and not text.endswith(tuple("。；;：:"))


def _mark_enclosed(found: Frame) -> None:
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
        elif label is None and len(text) <= _SHORT + 24 and text[-1] not in _STOPS:
            named = prose and _squeeze(text) in names and _restarts(found, index)
            if named or (signed and _is_head(found, index)):
                head = Mark("attachment", index, _name(found, index))
            elif prose and _DATE.match(text) and _restarts(found, index):
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


def _contents_lines(found: Frame) -> set[int]:
    listed: set[int] = set()
    for mark in found.marks:
        if mark.kind == "contents":
            listed.update(range(mark.line, mark.end))
    return listed


def _restarts(found: Frame, line: int) -> bool:
    """Whether the next label behind ``line``, if any, is the first of a list."""
    low = bisect_left(found.labels, line, key=lambda label: label.line)
    for index in range(low, min(low + _AHEAD, len(found.labels))):
        if index not in found.dropped:
            return found.labels[index].number[0] == 1
    return True


def _signature_start(found: Frame, date: int) -> int:
    start = date
    while start > 0 and date - start < 40:
        before = found.lines[start - 1].text
        listed = found.by_line.get(start - 1, -1) in found.dropped
        short = len(before) <= _SHORT and not _PROSE.search(before)
        if not (listed or _is_list(before) or (short and found.label_at(start - 1) is None)):
            break
        start -= 1
    return _drop_papers(found, start)


def _drop_papers(found: Frame, end: int) -> int:
    """Drop a list of attachments above the signature that has lost its 附件 line."""
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


def _attachment(found: Frame, index: int, signed: bool) -> Mark | None:
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


def _is_head(found: Frame, index: int) -> bool:
    above = found.label_at(index - 1)
    if above is not None and not above.rest:  # 第一部分, with its heading on the next line
        return False
    return not _AFTER_DATE.match(found.lines[index].text) and _has_text(found, index + 1)


def _has_text(found: Frame, start: int, signed: bool = True) -> bool:
    """Whether running text or an outline comes soon, before the next attachment or signature."""
    for index in range(start, min(start + _NEAR, len(found.lines))):
        text = found.lines[index].text
        if _names_attachment(text):
            return False
        if not signed and len(text) < 60 and _DATE.match(text):
            return False
        if len(text) > _SHORT and text[-1] in "。；：:":
            return True
        if (label := found.label_at(index)) is not None:
            return label.number == (1,)
    return False


def _name(found: Frame, index: int) -> str:
    """The title that starts at ``index``: often broken over lines, complete with its 文种."""
    lines = found.lines[index : index + 7]
    if lines and len(lines[0].text) <= _HEAD and _NUMBER.search(lines[0].text):
        lines = lines[1:]
    joined = ""
    for line in lines:
        text = _squeeze(line.text)
        if text[0] in "（(" or len(text) > 60 or text[-1] in _STOPS:
            break
        joined += text
        if _COMPLETE.search(text):
            return joined
    return _squeeze(lines[0].text)[:60] if lines else ""


def _squeeze(text: str) -> str:
    return "".join(text.split())
