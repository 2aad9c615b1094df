"""Finds the citations in a text: names in 《》, numbers and articles, with their places.

``find_citations(text)`` is pure and total and takes linear time.
`indexer.documents.citations.resolve` identifies the cited documents among the documents at hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from indexer.documents.lexicon import STATE
from indexer.documents.lexicon.document_types import CITED_TYPE
from indexer.documents.metadata import find_numbers
from indexer.documents.model import Span
from indexer.numerals import NUMERAL_CHARACTERS, to_chinese, to_int

_GAP = "[ \u3000]?"
_NUMERAL = rf"[{NUMERAL_CHARACTERS}]{{1,9}}"
_AND = "、|以及|或者|[和与及或至到]"
_MEMBER = rf"{_GAP}第?{_GAP}[（(]?{_GAP}{_NUMERAL}{_GAP}[）)]?{_GAP}"
_SUB = r"(?:之[一二三四五六七八九十]{1,3})?"
# 第三条, 第三、四条, 第（一）、（二）项, （四）项; 第三条款 and 第三条件 are other words.
_GROUP = re.compile(
    rf"(?P<joint>{_AND})?(?P<members>{_GAP}(?:第|[（(]|(?<=[至到])){_MEMBER}(?:(?:{_AND}){_MEMBER}){{0,30}})"
    rf"(?P<unit>[条款项目])(?![款例约件目])(?P<sub>{_SUB})"
)
_EACH = re.compile(rf"(?P<joint>{_AND})?(?P<mark>第?{_GAP}[（(]?{_GAP}(?P<value>{_NUMERAL}))")
# Every alternative begins with one character outside its group, because only then does the search
# skip quickly from one to the next.
_ANCHOR = re.compile(
    rf"《(?P<name>)|第(?P<article>{_GAP}{_NUMERAL}{_GAP}条{_SUB}(?![款例约件]))"
    rf"|第(?P<several>{_NUMERAL}(?:(?:{_AND})第?{_NUMERAL}){{1,30}}条(?![款例约件]))"
    rf"|前(?P<before>[一二两三四五六七八九十]?[条款项])(?![目例约])"
    rf"|本(?P<this>条)(?={_GAP}第{_NUMERAL}[款项])"
)
_GOES_ON = re.compile(r"[、至到和与及或的中第款]|以及|规定|修改|改为|增加|删|移")
_LINE_MARKS = " \t\u3000\xa0#*>"
_RANK = {"条": 0, "款": 1, "项": 2, "目": 3}
_MAX_RANGE = 300  # a longer range is an error of the text; only its two ends are kept

_BRACKET = re.compile("[《》。]")
_MAX_NAME = 200
_MAX_DEPTH = 4
_NOTE = re.compile(
    r"\s?[（(](?P<inside>[^（()）]{0,60}(?:[（(][^（()）]{0,30}[）)][^（()）]{0,60}){0,2})[）)]"
)
_SHORT = re.compile(
    r"以下(?:[简统合通]称|称)(?:为|作)?[：:]?\s?[“”\"「『《〈]?(?P<short>[^“”\"」』》〉（）()，。；\s]{2,30})"
)
_TYPE = f"(?:{CITED_TYPE})"
_OWN = re.compile(
    rf"本(?<![基日版原]本)(?:实施|暂行|试行|若干|补充)?{_TYPE}{_GAP}(?:正文|附则)?{_GAP}$"
)
_THAT = re.compile(rf"(?:该|上述|前述){_TYPE}{_GAP}$")
_ENDS = rf"{_TYPE}(?:[（(][一二三四五六七八九十]{{1,3}}[）)])?"
# `_BARE` can only match a text that ends like this. Most texts do not, which this tells faster.
_ENDS_NAMED = re.compile(rf"{_ENDS}{_GAP}$")
_BARE = re.compile(rf"(?P<run>[\u4e00-\u9fff]{{0,40}}{_ENDS}){_GAP}$")
# Words that stand before a bare name in a sentence; but not 和 in 共和国 or 对 in 对外贸易法.
_BEFORE_NAME = re.compile(
    r".*(?:依照|依据|根据|按照|遵照|参照|比照|违反|适用|符合|属于|触犯|构成|执行|援引|引用|修改|删除|"
    r"以及|或者|认定为?|指定|关于|涉及|超过|我国|修正后|修订后|(?<!共)和|(?<!行)为|(?<!基)因|"
    r"(?<![国所私公占])有|[与及或以按将在依的是])(?!外)"
)
# The codes most often cited without 《》; no other law's name ends like theirs.
_CODE = re.compile(
    rf"(?:{STATE})?(?:宪法|刑法|民法典|民法通则|刑事诉讼法|民事诉讼法|行政诉讼法|专利法|商标法)$"
)
_NO_NAME = re.compile(
    rf"(?:有关|相关|其他|其它|上述|前述|该|本|各|此|原|新|旧|所有|国家)*{_TYPE}"
    r"|.{0,2}(?:方法|违法|非法|合法|司法|执法|无法|看法|做法|依法|立法|说法|普法|书法|手法)|.*基本规定"
)


@dataclass(frozen=True, slots=True)
class Reference:
    """An article, or a 款 or 项 of one, that a citation names.

    ``label`` is 第二百六十四条 or 第十七条之一, whichever numerals the text uses, or a relative
    one: 前款, 前条, 本条. References inside a range (第三条至第五条) are listed one by one and have
    the span of the whole range.
    """

    span: Span
    label: str
    paragraph: int | None = None  # 款
    item: int | None = None  # 项

    def __str__(self) -> str:
        """Returns the reference as it is written: 第三条第一款第（二）项."""
        paragraph = f"第{to_chinese(self.paragraph)}款" if self.paragraph else ""
        item = f"第（{to_chinese(self.item)}）项" if self.item else ""
        return self.label + paragraph + item


@dataclass(frozen=True, slots=True)
class Citation:
    """A document cited at ``span`` by name, by number or both, with the articles named.

    ``name`` stands as written, without 《》, line breaks and spaces; brackets inside it are 〈〉.
    ``full_name`` is the name it abbreviates, if the text states it ("以下简称《解释》", 该法).
    ``number`` is canonical. ``self_reference`` marks 本法第三条, 第三条 without a name, and 前款:
    they refer to the citing document itself (in a 修改决定, to the law it amends); ``name`` is then
    None.
    """

    span: Span
    name: str | None = None
    number: str | None = None
    articles: tuple[Reference, ...] = ()
    self_reference: bool = False
    full_name: str | None = None

    @property
    def target(self) -> str | None:
        """The fullest known name of the cited document."""
        return self.full_name or self.name


def find_citations(text: str) -> tuple[Citation, ...]:
    """Returns every citation in ``text``, in order, without overlaps.

    Headings of articles (第三条 at the start of a line) are no citations. Names in 《》 include
    those of newspapers and certificates, because nothing in the text distinguishes them. Names
    without 《》 (刑法第三条) are found if an article follows.
    """
    return tuple(_Reader(text).run())


class _Reader:
    """A single pass over a text, with the short names defined so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.numbers = list(_disjoint(_numbers(text)))
        self.next_number = 0
        self.short: dict[str, str] = {}
        self.last_name: str | None = None

    def run(self) -> Iterator[Citation]:
        end = 0
        while found := _ANCHOR.search(self.text, end):
            citation: Citation | None = None
            kind, (start, resume) = found.lastgroup, found.span()
            if kind == "name":
                citation, resume = self._named(start, resume)
            elif kind in ("before", "this"):
                citation = self._relative(found)
            elif not (kind == "article" and self._is_heading(start, resume)):
                citation = self._articles(start, end)
            before = citation.span.start if citation else start
            yield from self._lone_numbers(before)
            end = max(resume, citation.span.end) if citation else resume
            if citation:
                yield self._with_numbers(citation, end)
        yield from self._lone_numbers(len(self.text))

    def _is_heading(self, start: int, end: int) -> bool:
        """Returns True if the article at ``start`` is a heading: at a line's start, or apart."""
        text, left = self.text, start
        while left and text[left - 1] in _LINE_MARKS:
            left -= 1
        if left == 0 or text[left - 1] in "\r\n":
            return not _GOES_ON.match(text, end)
        apart = text[start - 1].isspace() or text[start - 1] in '“"'
        return apart and text[end : end + 1].isspace()

    def _named(self, start: int, after: int) -> tuple[Citation | None, int]:
        close = _closing(self.text, start)
        name = _tidy(self.text[start + 1 : close - 1]) if close else ""
        if not close or not name:
            return None, after
        end, note_end, short = self._note(close)
        references, last = _references(self.text, note_end)
        if short:
            self.short[short] = name
        full = self.short.get(name)
        self.last_name = full or name
        span = Span(start, last if references else end)
        full = full if full != name else None
        return Citation(span, name, None, references, False, full), max(span.end, note_end)

    def _note(self, close: int) -> tuple[int, int, str | None]:
        """Returns the ends of the citation and of the bracket after it, and the short name."""
        note = _NOTE.match(self.text, close)
        if not note:
            return close, close, None
        short = _SHORT.search(note["inside"])
        if short:
            names = short["short"].split("、")
            return note.end(), note.end(), _tidy(names[0]) if len(names) == 1 else None
        if self._number_in(close, note.end()) or re.fullmatch(
            r"[0-9０-９年月日修正订公布施行版试暂草案以下同.\-]{2,20}", note["inside"]
        ):
            return note.end(), note.end(), None
        return close, close, None

    def _number_in(self, start: int, end: int) -> bool:
        place = self.next_number
        while place < len(self.numbers) and self.numbers[place][0].end <= end:
            if self.numbers[place][0].start >= start:
                return True
            place += 1
        return False

    def _articles(self, start: int, floor: int) -> Citation:
        references, end = _references(self.text, start)
        before = self.text[max(floor, start - 45) : start]
        if own := _OWN.search(before):
            return Citation(
                Span(start - len(before) + own.start(), end), None, None, references, True
            )
        if that := _THAT.search(before):
            if self.last_name:
                begin = start - len(before) + that.start()
                said = _tidy(that[0])
                return Citation(Span(begin, end), said, None, references, False, self.last_name)
        elif name := self._bare(before):
            meant = self.short.get(name)
            self.last_name = meant or name
            begin = start - len(before) + before.rindex(name)
            return Citation(Span(begin, end), name, None, references, False, meant)
        return Citation(Span(start, end), None, None, references, True)

    def _bare(self, before: str) -> str | None:
        """Returns the name without 《》 with which ``before`` ends, if any."""
        found = _BARE.search(before) if _ENDS_NAMED.search(before) else None
        if not found:
            return None
        run = found["run"]
        for begin in range(len(run) - 1):
            if run[begin:] in self.short:
                return run[begin:]
        if code := _CODE.search(run):
            return str(code[0])
        lead = _BEFORE_NAME.match(run)
        name = run[lead.end() :] if lead else run
        if len(name) < 2 or len(name) > 25 or _NO_NAME.fullmatch(name):
            return None
        return name

    def _relative(self, found: re.Match[str]) -> Citation:
        label = found[0]
        first = Reference(Span(*found.span()), label)
        references, end = _references(self.text, found.end(), first, _RANK[label[-1]])
        return Citation(Span(found.start(), end), None, None, references, True)

    def _lone_numbers(self, before: int) -> Iterator[Citation]:
        while self.next_number < len(self.numbers):
            span, number = self.numbers[self.next_number]
            if span.end > before:
                return
            self.next_number += 1
            yield Citation(span, None, number)

    def _with_numbers(self, citation: Citation, end: int) -> Citation:
        """Returns ``citation`` with the numbers that stand inside it."""
        number = None
        while self.next_number < len(self.numbers):
            span, found = self.numbers[self.next_number]
            if span.start >= end:
                break
            self.next_number += 1
            number = number or found
        return replace(citation, number=number) if number else citation


_NUMBER_REACH = 200  # no number begins further in front of its 号, organs included


def _numbers(text: str) -> Iterator[tuple[Span, str]]:
    """Yields the result of `find_numbers`, which only reads the surroundings of each 号."""
    start = end = text.find("号")
    while end >= 0:
        start = max(0, end - _NUMBER_REACH)
        following = text.find("号", end + 1)
        while 0 <= following <= end + _NUMBER_REACH:
            end, following = following, text.find("号", following + 1)
        for span, number in find_numbers(text[start : end + 10]):
            yield Span(start + span.start, start + span.end), number
        end = following


def _disjoint(numbers: Iterator[tuple[Span, str]]) -> Iterator[tuple[Span, str]]:
    end = 0
    for span, number in numbers:
        if span.start >= end:
            end = span.end
            yield span, number


def _closing(text: str, start: int) -> int | None:
    """Returns the end of the 《…》 that opens at ``start``; None if it is not closed."""
    depth = 0
    for bracket in _BRACKET.finditer(text, start, start + _MAX_NAME):
        if bracket[0] == "。":
            return None
        depth += 1 if bracket[0] == "《" else -1
        if depth > _MAX_DEPTH:
            return None
        if depth == 0:
            return None if text.count("\n", start, bracket.end()) > 2 else bracket.end()
    return None


_INNER = str.maketrans("《》＜＞<>", "〈〉〈〉〈〉")


def _tidy(name: str) -> str:
    return "".join(name.split()).replace("\u200b", "").translate(_INNER)


def _references(
    text: str, start: int, first: Reference | None = None, rank: int = -1
) -> tuple[tuple[Reference, ...], int]:
    """Returns the articles, 款 and 项 listed from ``start`` on, and the end of the list."""
    references = [first] if first else []
    end = start
    while group := _GROUP.match(text, end):
        unit = group["unit"]
        joined = group["joint"] is not None and bool(references)
        if (group["joint"] is not None) != joined or (not references and unit != "条"):
            break
        if references and not joined and _RANK[unit] <= rank:
            break
        base = references[-1] if references else None
        members = _members(group, base, unit, joined)
        if not members:
            break
        if base and not joined:
            references.pop()
        references += members
        rank, end = _RANK[unit], group.end()
    return tuple(references), end


def _members(
    group: re.Match[str], base: Reference | None, unit: str, joined: bool
) -> list[Reference]:
    """Returns the references of one group (第三、四条; 第（一）项) after ``base``."""
    begin = group.start("members")
    marks = list(_EACH.finditer(group["members"]))
    found: list[Reference] = []
    for place, mark in enumerate(marks):
        value = to_int(mark["value"])
        if value is None or value >= 10**8:
            return []
        last = place == len(marks) - 1
        span = Span(begin + mark.start("mark"), group.end() if last else begin + mark.end("mark"))
        if base and not joined and place == 0:
            span = Span(base.span.start, span.end)
        made = _made(base, unit, value, group["sub"] if last else "", span)
        joint = mark["joint"] if place else group["joint"]
        previous = found[-1] if found else base
        if joint in ("至", "到") and previous:
            found += _between(previous, made, unit)
        found.append(made)
    return found


def _made(base: Reference | None, unit: str, value: int, sub: str, span: Span) -> Reference:
    if unit == "条":
        return Reference(span, f"第{to_chinese(value)}条{sub}")
    if base is None:
        return Reference(span, "", *((value, None) if unit == "款" else (None, value)))
    if unit == "款":
        return Reference(span, base.label, value)
    if unit == "项":
        return Reference(span, base.label, base.paragraph, value)
    return Reference(span, base.label, base.paragraph, base.item)


_LABEL = re.compile(r"第(.+)条$")


def _between(first: Reference, last: Reference, unit: str) -> list[Reference]:
    """Returns the references between the ends of a range, each with the span of the range."""
    low, high = _value(first, unit), _value(last, unit)
    if low is None or high is None or not 1 < high - low <= _MAX_RANGE:
        return []
    span = Span(first.span.start, last.span.end)
    return [_made(first, unit, value, "", span) for value in range(low + 1, high)]


def _value(reference: Reference, unit: str) -> int | None:
    if unit == "款":
        return reference.paragraph
    if unit == "项":
        return reference.item
    label = _LABEL.match(reference.label)
    return to_int(label[1]) if label and reference.paragraph is reference.item is None else None
