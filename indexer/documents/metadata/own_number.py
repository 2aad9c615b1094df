"""The document's own number: above its body, in a label, or in the notes of a law. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from indexer.documents.lexicon.page_labels import NUMBER_LABELS
from indexer.documents.lines import Line
from indexer.documents.metadata import law_history as notes
from indexer.documents.metadata.doc_numbers import find_numbers
from indexer.documents.metadata.page import Page
from indexer.documents.metadata.title import title_authors, type_of
from indexer.documents.model import Fact, Span
from indexer.documents.organs import part_organs, usual_name

_MAX_ABOVE = 12  # lines of organs above the number of a joint order
_ORDER_WORD = re.compile(r"(?:令|公\s*告|通\s*告)$")
_YEAR = re.compile(r"^[〔\[]?([12]\d{3})\s*年?\s*[）)〕\]]?\s*第")  # （2015）第31号
_NAMELESS = ("令", "部令", "局令", "总局令", "署令", "委令")
_SHORT_ORGAN = re.compile(r"(?:省|市|自治区|州|县|区)?(?:人民)?政府(?=令|公告|通告)")


def read_number(page: Page) -> Fact | None:
    """Returns the canonical number of ``page`` itself; numbers that it cites do not count."""
    number = (
        _in_head(page) or _in_title(page) or _in_label(page) or notes.first_number(page.head.notes)
    )
    if number is None:
        return None
    if number.value.startswith(_NAMELESS):
        number = _named(page, number)
    short = _SHORT_ORGAN.match(number.value)  # 省政府令第94号 of a 青海省 rule
    if short and page.region:
        full = usual_name(short[0], page.region)
        return replace(number, value=full + number.value[short.end() :])
    return number


def _named(page: Page, number: Fact) -> Fact:
    """部令第33号 of a text that 环境保护部部务会议 passed: 环境保护部令第33号."""
    organs = "、".join(fact.value for fact in notes.adopters(page.head.notes, page.region))
    return replace(number, value=organs + number.value[number.value.index("令") :])


def _in_head(page: Page) -> Fact | None:
    for line in page.head.numbers:
        for span, number in find_numbers(line.text):
            return Fact(number, line.span(span.start, span.end))
        composed = _composed(page, line)
        if composed:
            return composed
    return None


def _composed(page: Page, line: Line) -> Fact | None:
    """第707号 under …令 or …公告: the number of that order."""
    words = _YEAR.sub(r"\1年第", line.text.strip("（()） "))
    whole = _with_organs_above(page, page.index(line), words)
    if whole or page.title is None or type_of(page.title.value) != "公告":
        return whole
    authors = "、".join(
        usual_name(page.title.value[start:end]) for start, end in title_authors(page.title)
    )
    return next(
        (Fact(authors + number, line.span()) for _, number in find_numbers(f"公告{words}")), None
    )


def _with_organs_above(page: Page, index: int, words: str) -> Fact | None:
    above = index - 1
    while above >= 0 and index - above <= _MAX_ABOVE:
        text = page.lines[above].text
        if not (part_organs(text) or _ORDER_WORD.search(text)):
            break
        words = re.sub(r"\s+", "", text) + " " + words
        above -= 1
    for span, number in find_numbers(re.sub(r"(?<=[令告]) +", "", words)):
        if span.start == 0:
            first = page.lines[above + 1].span()
            return Fact(number, first._replace(end=page.lines[index].span().end))
    return None


def _in_title(page: Page) -> Fact | None:
    """国发〔2019〕18号国务院关于…, …公告（2024年第39号）."""
    for line in (line for run in page.head.runs for line in run):
        for span, number in find_numbers(line.text):
            order = "〔" not in number
            last = span.end >= len(line.text) - 1
            aside = last and line.text[span.start - 1] in "（("  # …的通知（银发〔2024〕45号）
            if span.start == 0 or aside or (order and last):
                whole = _whole_order(page, line) if order and span.start == 0 else None
                return whole or Fact(number, line.span(span.start, span.end))
    return None


def _whole_order(page: Page, line: Line) -> Fact | None:
    """Returns one number for the two lines 财政部⏎税务总局公告2020年第8号."""
    index = page.index(line)
    if index and part_organs(page.lines[index - 1].text):
        return _with_organs_above(page, index, line.text)
    return None


def _in_label(page: Page) -> Fact | None:
    field = page.field(NUMBER_LABELS)
    if field is None or field.span is None:
        return None
    for span, number in find_numbers(field.value):
        start = field.span.start
        return Fact(number, Span(start + span.start, start + span.end))
    return None
