"""What stands around and between the outlines of a text: 目录, 落款, 附件 and copies."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from indexer.document import Kind
from indexer.outline.labels import Label, Style
from indexer.outline.lines import DAY, Line

_HAN = "一二三四五六七八九十"
_CONTENTS = re.compile(r"目\s*[录次]\s*[:：]?$")
_DATE = re.compile(rf"(?:.{{0,40}}[\s）)])?{DAY}(?:\s*[（(].{{0,20}}[）)])?$")
_ATTACHMENT = re.compile(
    rf"附\s*(?:件|录|表)?\s*(?P<number>[0-9０-９]{{1,2}}|[{_HAN}]{{1,3}})?\s*[-:：.．、]?\s*"
    rf"(?P<name>(?![-0-9０-９]).{{0,60}})$"
)
_LIST = re.compile(r"附\s*[件表]\s*[0-9０-９一二三四五六七八九十]{0,3}\s*[:：]")
_AFTER_DATE = re.compile(
    r"[（(【\[]|抄\s*送|印发|主送|公开(?:方式|属性|类别)|附件?\s*[:：]|联系(?:人|电话)|.{0,30}印发$"
)
_STOPS = "。；;：:，,！？!?、"
_SHORT = 36


@dataclass(frozen=True, slots=True)
class Mark:
    """A section without a label: it starts on ``line``. ``number`` is an attachment's own."""

    kind: Kind
    line: int
    name: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Frame:
    """The marks of a text in order, and the labels that are none (by their index)."""

    marks: list[Mark]
    dropped: set[int]


def frame(lines: list[Line], labels: list[Label]) -> Frame:
    """Find what stands around the outlines in ``lines``; ``labels`` are the possible ones."""
    by_line = {label.line: index for index, label in enumerate(labels)}
    dropped: set[int] = set()
    marks: list[Mark] = []
    marks += _contents(lines, labels, by_line, dropped)
    _lists(lines, labels, by_line, dropped)
    marks += _enclosed(lines, labels, by_line, dropped)
    marks.sort(key=lambda mark: mark.line)
    return Frame(marks, dropped)


def _contents(
    lines: list[Line], labels: list[Label], by_line: dict[int, int], dropped: set[int]
) -> list[Mark]:
    marks = []
    for index, line in enumerate(lines):
        if line.text[0] != "目" or not _CONTENTS.match(line.text):
            continue
        first = next((i for i, label in enumerate(labels) if label.line > index), None)
        if first is None:
            continue
        again = next(
            (
                i
                for i in range(first + 1, len(labels))
                if labels[i].style == labels[first].style
                and labels[i].number == labels[first].number
                and labels[i].rest[:2] == labels[first].rest[:2]
            ),
            None,
        )
        if again is None:
            continue
        marks.append(Mark("contents", index))
        dropped.update(range(first, again))
        after = labels[again - 1].line + 1
        if after < labels[again].line:
            marks.append(Mark("preamble", after))
    return marks


def _lists(
    lines: list[Line], labels: list[Label], by_line: dict[int, int], dropped: set[int]
) -> None:
    """Drop the numbers of attachment lists (附件：1.… 2.…) and of table notes (注：1.…)."""
    inside = False
    for index, line in enumerate(lines):
        label = by_line.get(index)
        if line.text[0] in "附注" and (_LIST.match(line.text) or re.match("注[:：]", line.text)):
            inside = True
        elif label is not None and labels[label].style == Style.ARABIC and inside:
            dropped.add(label)
        else:
            inside = False


def _enclosed(
    lines: list[Line], labels: list[Label], by_line: dict[int, int], dropped: set[int]
) -> list[Mark]:
    marks: list[Mark] = []
    prose = False
    signed = False
    for index, line in enumerate(lines):
        text = line.text
        is_label = index in by_line and by_line[index] not in dropped
        if text[0] == "附" and prose and (mark := _attachment(lines, index, by_line)):
            marks.append(mark)
            signed = prose = False
        elif signed and not is_label and _is_head(lines, index):
            marks.append(Mark("attachment", index, _name(lines, index)))
            signed = prose = False
        elif prose and not is_label and len(text) < 60 and _DATE.match(text):
            if _restarts(labels, index, dropped):
                marks.append(Mark("signature", _signature_start(lines, index, by_line, dropped)))
                signed, prose = True, False
        elif len(text) > _SHORT or is_label:
            prose = True
    return marks


def _restarts(labels: list[Label], line: int, dropped: set[int]) -> bool:
    low = bisect_left(labels, line, key=lambda label: label.line)
    for index in range(low, len(labels)):
        if index not in dropped:
            return labels[index].number[0] == 1
    return True


def _signature_start(
    lines: list[Line], date: int, by_line: dict[int, int], dropped: set[int]
) -> int:
    start = date
    while start > 0 and date - start < 40:
        before = lines[start - 1].text
        label = by_line.get(start - 1)
        listed = label is not None and label in dropped
        if listed or _LIST.match(before):
            start -= 1
        elif label is None and len(before) <= _SHORT and before[-1] not in _STOPS:
            start -= 1
        else:
            break
    return start


def _attachment(lines: list[Line], index: int, by_line: dict[int, int]) -> Mark | None:
    found = _ATTACHMENT.match(lines[index].text)
    if not found or lines[index].text[-1] in _STOPS[:2]:
        return None
    if not _has_text(lines, index + 1):
        return None
    return Mark("attachment", index)


def _is_head(lines: list[Line], index: int) -> bool:
    text = lines[index].text
    if _AFTER_DATE.match(text) or text[-1] in _STOPS or len(text) > 60:
        return False
    return _has_text(lines, index + 1)


def _has_text(lines: list[Line], start: int) -> bool:
    """Whether running text comes soon, before the next attachment."""
    for line in lines[start : start + 12]:
        if line.text.startswith("附"):
            return False
        if len(line.text) > _SHORT and line.text[-1] in "。；：:":
            return True
    return False


def _name(lines: list[Line], index: int) -> str:
    parts = []
    for line in lines[index : index + 4]:
        if line.text[0] in "（(第一" or len(line.text) > _SHORT + 10 or line.text[-1] in _STOPS:
            break
        parts.append("".join(line.text.split()))
    return "".join(parts)
