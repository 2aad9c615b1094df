"""Known items: the documents and articles that a query names, which come first in its results.

A query names a document by its 文号, whole or in part (国发2020年1号, 〔2020〕1号,
浙委办发 32号), or by one of its names (刑法, 《中华人民共和国刑法》, a title as other documents
cite it). It names an article after or beside the document (刑法264条, 《刑法》第二百六十四条).
Only documents in the index are recognised; nothing is guessed about others. Of several versions
the newest comes first; copies with one 文号 come in the order of their ids.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from indexer.numerals import NUMERAL_CHARACTERS, to_chinese
from indexer.text.folding import HAN, fold
from searcher.query.nodes import Boolean, Near, Node, Phrase, Words
from searcher.ranking.document_names import CODED, EXACT, OF_THE_WHOLE, part_of_number
from searcher.ranking.name_spotting import NameText
from searcher.ranking.plan import Target
from searcher.ranking.question_words import without_asking
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

    @property
    def documents(self) -> tuple[DocumentFacts, ...]:
        return tuple(document for choice in self.choices for document in choice)


class KnownItems:
    """Recognises the documents of an index, and their articles, that a query names."""

    def __init__(self, statistics: Statistics) -> None:
        self._statistics = statistics

    def targets(self, query: Node, synonyms: Synonyms, cut: Cut) -> tuple[Target, ...]:
        """Returns what ``query`` names, best first; nothing if the index has none of it.

        A section counts in the first target that has it. If no document has a name, its
        ``synonyms`` are tried, as in 消法55条; ``cut`` returns the words of a text.
        """
        text = _UNFINISHED.sub(r"\1号", fold(_text_of(query)[:_MAX_TEXT]))
        items = self._items(text)
        for other in () if items else synonyms.rewritings(text, cut):
            if items := self._items(other):
                text = other
                break
        if not items:
            return ()
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

    def _items(self, text: str) -> list[_Item]:
        return _with_articles(text, [*self._numbered(text), *self._named(text)])

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
            return []
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

    def _named(self, text: str) -> list[_Item]:
        plain = NameText(text)
        names = self._statistics.names_in(plain.text)
        items: list[_Item] = []
        before = len(plain.text)
        for end in plain.ends():
            if end > before:
                continue
            for start in range(max(0, end - _MAX_NAME), end - 1):
                name = plain.text[start:end]
                if name in names and plain.sets_apart(start, end):
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
