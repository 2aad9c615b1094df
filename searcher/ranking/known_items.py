"""Known items: the documents and articles that a query names, which come first in its results.

A query names a document by its 文号, whole or in part (国发2020年1号, 〔2020〕1号,
浙委办发 32号), or by a name it goes by (刑法, 《中华人民共和国刑法》, a title as others
cite it, the end of a title that is typed alone), and articles of it behind or beside that
(刑法264条, 《刑法》第二百六十四条). Only what is at hand is recognised; what is named and is not at
hand is told (`searcher.ranking.names_not_held`). Of several versions the newest comes first; copies
of one 文号 come in the order of their ids.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from indexer.numerals import NUMERAL_CHARACTERS, to_chinese
from indexer.text.folding import HAN, fold, strip_blanks
from searcher.query.nodes import Boolean, Near, Node, Phrase, Words
from searcher.query.notices import Notice
from searcher.ranking.document_names import CODED, EXACT, OF_THE_WHOLE, part_of_number
from searcher.ranking.name_spotting import NameText
from searcher.ranking.names_not_held import NamedPlace, laws_not_held, numbers_not_held
from searcher.ranking.plan import Target
from searcher.ranking.question_words import without_asking
from searcher.ranking.short_names import full_name
from searcher.ranking.statistics import DocumentFacts, Named, Statistics
from searcher.ranking.synonyms import Cut, Synonyms

_MAX_TEXT = 1_000  # characters of a query in which names are looked for
_MAX_NAME = 120
_MAX_DOCUMENTS = 20  # that one item may stand for

_Choices = tuple[tuple[DocumentFacts, ...], ...]

_NUMERAL = rf"[{NUMERAL_CHARACTERS}]{{1,9}}"
_BEHIND = re.compile(
    rf"[\s>]*(?:[的中]\s?)?(?:(?P<marked>第\s?{_NUMERAL}\s?条)|(?P<bare>{_NUMERAL}\s?条))"
)
_LONE_NUMBER = re.compile(r"(?<=[法典例定则释>])\s*(?P<value>(?!19|20\d\d)\d{1,4})\s*$")
_BESIDE = re.compile(rf"第\s?{_NUMERAL}\s?条(?:之[一二三四五六七八九十])?|\d{{1,4}}\s?条")
# 款 and 项 that no 第 introduces: 39条1项
_UNMARKED = re.compile(r"(?<![第\d])(?=\d{1,4}\s?[条款项])")
# Words about an item that do not ask for anything in it.
_ABOUT = re.compile(
    "第.{1,6}[款项目条]|文件|全文|内容|原文|查询?|文号|号|我国|中国|现行|最新|新|根据|依据|按照|依照|违反|"
    "关于|规定|要求|的"
)

# Words that stand before a number in a query, and with which no number begins.
_WANTED = re.compile(
    "^(?:请问?|帮我|我要|给我)*(?:查询|查找|查看|查一下|查|搜索|搜|下载|看看|找)(?=..)"
)
_OPEN, _CLOSE = r"[〔\[(【]\s?", r"年?\s?[〕\])】]\s?"
_UNFINISHED = re.compile(rf"({_OPEN}[12]\d{{3}}{_CLOSE}第?\s?\d{{1,5}})(?!\d|\s?号)")
# Blanks may stand anywhere in a number: 国 发〔 2 0 2 0 〕 1 2 号.
_SPACED = re.compile(r"[〔\[(【]\s*(?:\d\s*){4}年?\s*[〕\])】]\s*第?\s*(?:\d\s*){1,5}号?")
# A blank may stand for a bracket, and 号 be left out: 国发 2020 1号, 国发2020 1.
_LOOSE = re.compile(
    rf"(?P<code>[{HAN}][{HAN}\s]{{0,24}})?[〔\[(【]?\s?(?P<year>(?:19|20)\d\d)"
    r"(?:\s?年?\s?[〕\])】]\s*第?|\s?年\s*第?|\s+第?|\s*第)\s*"
    r"(?P<serial>\d{1,5})\s*(?P<mark>号)?(?!\s*[\d年月日条款])"
)
_CODELESS = rf"(?<![{HAN}]){_OPEN}(?P<year>[12]\d{{3}}){_CLOSE}第?\s?(?P<serial>\d{{1,5}})\s?号"
_YEARLESS = rf"(?<![{HAN}])(?P<code>[{HAN}]{{2,25}})\s*第?\s?(?P<serial>\d{{1,5}})\s?号"


@dataclass(frozen=True, slots=True)
class _Item:
    """A span of a text that names documents, and perhaps articles in them.

    The likeliest of the ``choices`` comes first; the documents of one choice are parts of one
    whole.
    """

    start: int
    end: int
    choices: _Choices
    articles: tuple[str, ...] = ()
    read_as: str = ""  # the whole name, where the text has its end only

    @property
    def documents(self) -> tuple[DocumentFacts, ...]:
        return tuple(document for choice in self.choices for document in choice)


class Known(NamedTuple):
    """The documents and articles that a query names, and what should be said about its names."""

    targets: tuple[Target, ...] = ()
    notices: tuple[Notice, ...] = ()


class KnownItems:
    """Recognises the documents of an index, and their articles, that a query names."""

    def __init__(self, statistics: Statistics) -> None:
        self._statistics = statistics

    def find(self, query: Node, synonyms: Synonyms, cut: Cut) -> Known:
        """Returns what ``query`` names, best first; no targets where it names nothing at hand.

        A section counts in the first target that has it. If no document has a name, its
        ``synonyms`` are tried, as in 消法55条; ``cut`` returns the words of a text.
        """
        text = _SPACED.sub(lambda found: strip_blanks(found[0]), fold(_text_of(query)[:_MAX_TEXT]))
        text = _UNFINISHED.sub(r"\1号", text)
        typed, items = text, self._items(text, cut)
        for other in () if items else synonyms.rewritings(text, cut):
            if items := self._items(other, cut):
                text = other
                break
        items = items or self._short(text)
        notices = self._notices(typed, items, cut) if text == typed else ()
        return Known(self._targets(text, items) if items else (), notices)

    def _targets(self, text: str, items: Sequence[_Item]) -> tuple[Target, ...]:
        steps = [[article] for item in items for article in self._articles(item)]
        chosen = {
            tuple(document.id for document in choice): choice
            for item in items
            for choice in item.choices
        }
        heads = [
            [_aim(document, min(1, document.section_count)) for document in choice]
            for choice in chosen.values()
        ]
        wholes = [
            [_aim(document, document.section_count, certain=False) for document in choice]
            for choice in chosen.values()
        ]
        if _asks_more(text, items):
            steps += map(list.__add__, heads, wholes)
        else:
            steps += [[head] for those in heads for head in those]
            steps += wholes
        return tuple(
            replace(target, level=len(steps) - place)
            for place, step in enumerate(steps)
            for target in step
        )

    def _items(self, text: str, cut: Cut) -> list[_Item]:
        return _with_articles(text, [*self._numbered(text), *self._named(text, cut)])

    def _short(self, text: str) -> list[_Item]:
        """Returns the law that the text names by the end of its name."""
        found = full_name(text, self._statistics)
        if not found:
            return []
        item = _Item(found.start, found.end, _of_name(found.named), read_as=found.name)
        return _with_articles(text, [item])

    def _notices(self, text: str, items: Sequence[_Item], cut: Cut) -> tuple[Notice, ...]:
        found = [
            Notice("recognised", f"{text[one.start : one.end]} is read as {one.read_as}")
            for one in items
            if one.read_as
        ]
        places = [NamedPlace(one.start, one.end) for one in items]
        missing = [*numbers_not_held(text, places), *laws_not_held(text, places, cut)]
        missing += [
            f"{item.documents[0].title}{label}"
            for item in items
            for label in item.articles
            if not any(self._articles(replace(item, articles=(label,))))
        ]
        found += [Notice("not held", f"{name} is not in this index") for name in missing]
        return tuple(found)

    def _articles(self, item: _Item) -> Iterator[Target]:
        for label in item.articles:
            for document in item.documents:
                for place, found in enumerate(self._statistics.sections(document.id)):
                    section = found.section
                    if section.kind == "article" and section.path[-1] == label:
                        name = f"{document.title}{label}"
                        yield Target(document.id, range(place, place + 1), 0, True, name)
                        break

    # --- numbers ----------------------------------------------------------------------------

    def _numbered(self, text: str) -> list[_Item]:
        if "号" not in text:
            return self._loosely_numbered(text)
        from indexer.documents.metadata import find_numbers  # most queries do without

        items = [
            _Item(span.start, span.end, choices)
            for span, number in find_numbers(text)
            if (choices := self._of_number(number))
        ]
        parts = (match for part in (_CODELESS, _YEARLESS) for match in re.finditer(part, text))
        for match in () if items else parts:
            if choices := self._of_number(part_of_number(**match.groupdict())):
                return [_Item(*match.span(), choices)]
        return items or self._loosely_numbered(text)

    def _loosely_numbered(self, text: str) -> list[_Item]:
        """Returns the documents of numbers that lack a bracket or their 号, if they are held."""
        items: list[_Item] = []
        for match in _LOOSE.finditer(text):
            rest = f"〔{match['year']}〕{int(match['serial'])}号"
            words = (match["code"] or "").split()
            for first in range(len(words)):
                if choices := self._of_number("".join(words[first:]) + rest):
                    items.append(_Item(*match.span(), choices))
                    break
            else:
                key = part_of_number(match["serial"], year=match["year"])
                if not words and match["mark"] and (choices := self._of_number(key)):
                    items.append(_Item(*match.span(), choices))
        return items

    def _of_number(self, number: str) -> _Choices:
        numbered = self._statistics.numbered
        found: Sequence[DocumentFacts] = numbered(number)
        if not found:
            number = _WANTED.sub("", number)
            found = numbered(number)
        coded = CODED.fullmatch(number)
        if not found and coded and coded["code"]:  # 政办发〔2020〕1号 of 京政办发〔2020〕1号
            found = numbered(part_of_number(coded["serial"], year=coded["year"]))
            found = [document for document in found if document.doc_number.endswith(number)]
        # All versions of a law keep the number of the order that promulgated it. Documents with
        # the same code, year and serial are one text, whichever date each copy states.
        if coded and coded["code"]:
            return tuple((document,) for document in _by_id(found))
        return _newest_first(found)

    # --- names ------------------------------------------------------------------------------

    def _named(self, text: str, cut: Cut) -> list[_Item]:
        plain = NameText(text, cut)
        names = self._statistics.names_in(plain.text)
        items: list[_Item] = []
        before = len(plain.text)
        for end in plain.ends():
            if end > before:
                continue
            for start in range(max(0, end - _MAX_NAME), end - 1):
                name = plain.text[start:end]
                if name not in names or not plain.sets_apart(start, end):
                    continue
                titles = (one.document.title for one in names[name])
                if plain.is_unbroken(start, end, titles):
                    items.append(_Item(*plain.source(start, end), _of_name(names[name])))
                    before = start
                    break
        return items[::-1]


def _aim(document: DocumentFacts, sections: int, *, certain: bool = True) -> Target:
    """Returns the first ``sections`` sections of a document as a target; its level is set later."""
    return Target(document.id, range(sections), 0, certain, document.title)


def _of_name(named: Sequence[Named]) -> _Choices:
    documents = [one.document for one in named]
    if all(one.rank == OF_THE_WHOLE for one in named):
        # The general part of a code comes before its other parts.
        general = [document for document in documents if document.title.endswith("总则")]
        parts = {document.id: document for document in (*general, *_by_id(documents))}
        return (tuple(parts.values()),)
    exact = [one.document for one in named if one.rank <= EXACT]
    return _newest_first(exact or documents)


def _by_id(documents: Iterable[DocumentFacts]) -> list[DocumentFacts]:
    return sorted(documents, key=lambda document: document.id)[:_MAX_DOCUMENTS]


def _newest_first(documents: Iterable[DocumentFacts]) -> _Choices:
    ordered = sorted(documents, key=lambda document: document.id)
    ordered.sort(key=lambda document: document.date, reverse=True)
    return tuple((document,) for document in ordered[:_MAX_DOCUMENTS])


def _text_of(query: Node) -> str:
    """Returns the text that a query looks for in sections, as typed, without what it excludes."""
    match query:
        case Boolean():
            return " ".join(filter(None, map(_text_of, (*query.must, *query.should))))
        case Words(field=None) | Phrase(field=None):
            return query.text
        case Near():
            return " ".join(leaf.text for leaf in query.leaves)
    return ""


def _with_articles(text: str, items: Sequence[_Item]) -> list[_Item]:
    """Returns ``items`` with the articles named after each, or anywhere beside a single item."""
    found = [_with_articles_behind(text, item) for item in items]
    if len(found) == 1 and not found[0].articles:
        item = found[0]
        outside = text[: item.start] + "\n" + text[item.end :]
        beside = [_labels(match[0]) for match in _BESIDE.finditer(outside)]
        return [replace(item, articles=tuple(label for labels in beside for label in labels))]
    return found


def _with_articles_behind(text: str, item: _Item) -> _Item:
    if alone := _LONE_NUMBER.match(text, item.end):
        label = f"第{to_chinese(int(alone['value']))}条"
        return replace(item, end=alone.end(), articles=(label,))
    match = _BEHIND.match(text, item.end)
    if not match:
        return item
    start = match.start(match.lastgroup or 0)
    return replace(item, end=match.end(), articles=_labels(text[start : start + 80]))


def _labels(text: str) -> tuple[str, ...]:
    """Returns the labels of the articles cited at the start of ``text``, with or without 第."""
    from indexer.documents.citations.find import find_citations  # most queries do without

    marked = _UNMARKED.sub("第", text)
    marked = marked if marked.startswith("第") else f"第{marked}"
    cited = find_citations(f"《法》{marked}")
    return tuple(dict.fromkeys(one.label for one in cited[0].articles)) if cited else ()


def _asks_more(text: str, items: Sequence[_Item]) -> bool:
    """Returns True if ``text`` asks for more than ``items``."""
    rest = list(text)
    for item in items:
        rest[item.start : item.end] = " " * (item.end - item.start)
    left = _ABOUT.sub(" ", _BESIDE.sub(" ", "".join(rest)))
    return bool(left.strip()) and re.search(r"\w", without_asking(left)) is not None
