"""Known items: the documents and articles a query names, to be answered with before all else.

A query names a document by its 文号, whole or in part (国发2020年1号, 〔2020〕1号,
浙委办发 32号), or by a name it goes by (刑法, 《中华人民共和国刑法》, a title as others
cite it), and articles of it behind or beside that (刑法264条, 《刑法》第二百六十四条).
Only what is at hand is recognised: of what the index does not have, nothing is guessed. Of several
versions the newest comes first; copies of one 文号 come in the order of their ids.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import accumulate, pairwise

from indexer.documents.citations.resolve import base_name, is_generic, name_ranks, without_marks
from indexer.documents.lexicon import DOCUMENT_TYPES
from indexer.documents.model import SearchSection
from indexer.numerals import NUMERAL_CHARACTERS, to_chinese, to_int
from indexer.storage.records import DocumentRow
from indexer.text.folding import HAN, fold
from searcher.query.parser import Boolean, Near, Node, Phrase, Words
from searcher.ranking.question_words import without_asking
from searcher.ranking.synonyms import Cut, Synonyms

_MAX_TEXT = 1_000  # characters of a query that are looked at
_MAX_NAME = 120
_MAX_ENDS = 200  # places of a query where names are looked for
_MAX_DOCUMENTS = 20  # that one item may mean
_MAX_PIECES = 200  # of a query that are looked for in all titles
_BETWEEN = "\0"  # titles
_STATE = "中华人民共和国"

_EXACT = 1  # the highest rank of a key that leaves out no more than the edition
_OF_THE_WHOLE = 9  # the rank of the name of a code for the parts it stands in
_PART_ENDS = ("编", "总则", "分则", "附则")
_PART = re.compile(r"(?P<whole>.+(?:法典|法|条例))(?:.{2,6}编|[总分附]则)")

_TYPES = "|".join(sorted((*DOCUMENT_TYPES, "法典", "编", "总则"), key=len, reverse=True))
_TYPE_ALONE = re.compile(f"(?:{_TYPES})")
_TYPE = re.compile(f"(?:{_TYPES})(?:（[^（）]{{1,12}}）)*")
# What may stand in front of a name that nothing else sets apart.
_LEAD_IN = re.compile(
    "(?:依照|依据|根据|按照|遵照|参照|违反|触犯|适用|符合|属于|执行|印发|转发|以及|或者|我国|中国|国家|现行|请问|"
    "什么是|如何理解|最新|修订后|修正后|[和与及或按照在依的是对从以把将用查新旧原])$"
)
# With this behind it, a name is the front of another one: 劳动合同法实施条例.
_GOES_ON = re.compile(
    "实施(?:条例|细则|办法|规定|意见)|的?(?:司法)?解释|的?修正案|条例|细则|办法|草案"
)
_NO_WORD = re.compile(r"[^\w（）]")

_NUMERAL = rf"[{NUMERAL_CHARACTERS}]{{1,9}}"
_BEHIND = re.compile(
    rf"[\s>]*(?:[的中]\s?)?(?:(?P<marked>第\s?{_NUMERAL}\s?条)|(?P<bare>{_NUMERAL}\s?条))"
)
_LONE_NUMBER = re.compile(r"(?<=[法典例定则释>])\s*(?P<value>(?!19|20\d\d)\d{1,4})\s*$")
_BESIDE = re.compile(rf"第\s?{_NUMERAL}\s?条(?:之[一二三四五六七八九十])?|\d{{1,4}}\s?条")
# 款 and 项 that no 第 introduces: 39条1项
_UNMARKED = re.compile(r"(?<![第\d])(?=\d{1,4}\s?[条款项])")
# What is said about an item without asking for anything in it.
_ABOUT = re.compile(
    "第.{1,6}[款项目条]|文件|全文|内容|原文|查询?|文号|号|我国|中国|现行|最新|新|根据|依据|按照|依照|违反|"
    "关于|规定|要求|的"
)

_CODED = re.compile(r"(?P<code>.*)〔(?P<year>\d{4})〕(?P<serial>\d+)号")
_ORDER = re.compile(r"(?P<code>.*(?:令|公告|通告))(?:(?P<year>\d{4})年)?第(?P<serial>\d+)号")
# Words of a query that lead up to a number and that no number begins with.
_WANTED = re.compile(
    "^(?:请问?|帮我|我要|给我)*(?:查询|查找|查看|查一下|查|搜索|搜|下载|看看|找)(?=..)"
)
_OPEN, _CLOSE = r"[〔\[(【]\s?", r"年?\s?[〕\])】]\s?"
_UNFINISHED = re.compile(rf"({_OPEN}[12]\d{{3}}{_CLOSE}第?\s?\d{{1,5}})(?!\d|\s?号)")
_CODELESS = rf"(?<![{HAN}]){_OPEN}(?P<year>[12]\d{{3}}){_CLOSE}第?\s?(?P<serial>\d{{1,5}})\s?号"
_YEARLESS = rf"(?<![{HAN}])(?P<code>[{HAN}]{{2,25}})\s*第?\s?(?P<serial>\d{{1,5}})\s?号"


_Aim = tuple[range, bool, str]  # a Target without its level
# Documents by every name they go by, with its rank: 0 is the most exact.
_Names = Mapping[str, Mapping[int, int]]


@dataclass(frozen=True, slots=True)
class Target:
    """Sections to put first, by number; those of a higher ``level`` (from 1) before others.

    ``certain`` ones are what was asked for, whatever words they have; the others are preferred
    among what matches. ``name`` says what was recognised.
    """

    sections: range
    level: int
    certain: bool
    name: str


@dataclass(frozen=True, slots=True)
class _Item:
    """A place of a text that names documents, by index, and perhaps articles of them.

    ``choices`` are the likeliest first; those of one choice are parts of one whole.
    """

    start: int
    end: int
    choices: tuple[tuple[int, ...], ...]
    articles: tuple[str, ...] = ()

    @property
    def documents(self) -> tuple[int, ...]:
        return tuple(index for choice in self.choices for index in choice)


class KnownItems:
    """Recognises what a query names among the documents ``rows``.

    ``firsts`` has the number of the first section of each; ``sections`` gives the sections of one
    by its index. Numbers are gathered at the first query that may need them, all names at the
    second one: a process that asks but once looks only at the titles that share something with its
    query.
    """

    def __init__(
        self,
        rows: Sequence[DocumentRow],
        firsts: Sequence[int],
        sections: Callable[[int], Sequence[SearchSection]],
    ) -> None:
        self._rows = rows
        self._firsts = firsts
        self._sections = sections
        self._queries = 0

    @property
    def names(self) -> Mapping[str, Sequence[int]]:
        """The names that documents go by, whole but for the edition, with the indices of these."""
        return _exact(self._by_name)

    def names_holding(self, texts: Iterable[str]) -> Mapping[str, Sequence[int]]:
        """Of `names` those that any of ``texts`` stands in, in normal form; others may be there."""
        return _exact(self._names_of(self._titled(texts)))

    def targets(self, query: Node, synonyms: Synonyms, cut: Cut) -> tuple[Target, ...]:
        """What ``query`` names, best first; a section counts in the first target that has it.

        A name that nothing goes by is sought as its ``synonyms``: 消法55条.
        """
        self._queries += 1
        text = _UNFINISHED.sub(r"\1号", fold(_text_of(query)[:_MAX_TEXT]))
        items = self._items(text)
        for other in () if items else synonyms.rewritings(text, cut):
            if items := self._items(other):
                text = other
                break
        if not items:
            return ()
        steps = [[article] for item in items for article in self._articles(item)]
        choices = dict.fromkeys(choice for item in items for choice in item.choices)
        heads = [[self._head(index) for index in choice] for choice in choices]
        wholes = [[self._whole(index) for index in choice] for choice in choices]
        if _asks_more(text, items):
            steps += map(list.__add__, heads, wholes)
        else:
            steps += [[head] for those in heads for head in those]
            steps += wholes
        return tuple(
            Target(sections, len(steps) - place, certain, name)
            for place, step in enumerate(steps)
            for sections, certain, name in step
        )

    def _items(self, text: str) -> list[_Item]:
        return _with_articles(text, [*self._numbered(text), *self._named(text)])

    def _head(self, index: int) -> _Aim:
        return self._numbers(index)[:1], True, self._rows[index].title

    def _whole(self, index: int) -> _Aim:
        return self._numbers(index), False, self._rows[index].title

    def _numbers(self, index: int) -> range:
        return range(self._firsts[index], self._firsts[index] + self._rows[index].section_count)

    def _articles(self, item: _Item) -> Iterator[_Aim]:
        for label in item.articles:
            for index in item.documents:
                for number, section in zip(
                    self._numbers(index), self._sections(index), strict=True
                ):
                    if section.section.kind == "article" and section.section.path[-1] == label:
                        yield range(number, number + 1), True, f"{self._rows[index].title}{label}"
                        break

    @cached_property
    def _by_number(self) -> dict[str, list[int]]:
        """Documents by their numbers, and by what is left of one without its code or year."""
        found: dict[str, list[int]] = {}
        for index, row in enumerate(self._rows):
            for key in _number_keys(row.doc_number):
                found.setdefault(key, []).append(index)
        return found

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
            if choices := self._of_number(_part_of_number(**match.groupdict())):
                return [_Item(*match.span(), choices)]
        return items

    def _of_number(self, number: str) -> tuple[tuple[int, ...], ...]:
        found = self._by_number.get(number, [])
        if not found:
            number = _WANTED.sub("", number)
            found = self._by_number.get(number, [])
        coded = _CODED.fullmatch(number)
        if not found and coded and coded["code"]:  # 政办发〔2020〕1号 of 京政办发〔2020〕1号
            found = self._by_number.get(f"〔{coded['year']}〕{coded['serial']}号", [])
            found = [index for index in found if self._rows[index].doc_number.endswith(number)]
        # A law keeps the number of the order that promulgated it through all its versions; what
        # has one code, year and serial is one text, whatever date each copy states.
        if coded and coded["code"]:
            return tuple((index,) for index in self._by_id(found))
        return self._newest_first(found)

    def _by_id(self, documents: Iterable[int]) -> list[int]:
        return sorted(documents, key=lambda index: self._rows[index].id)[:_MAX_DOCUMENTS]

    def _newest_first(self, documents: Iterable[int]) -> tuple[tuple[int, ...], ...]:
        ordered = sorted(documents, key=lambda index: self._rows[index].id)
        ordered.sort(key=lambda index: self._rows[index].date, reverse=True)
        return tuple((index,) for index in ordered[:_MAX_DOCUMENTS])

    @cached_property
    def _by_name(self) -> _Names:
        return self._names_of(range(len(self._rows)))

    def _names_of(self, documents: Iterable[int]) -> _Names:
        names: dict[str, dict[int, int]] = {}
        for index in documents:
            for key, rank in name_ranks(self._rows[index].title).items():
                names.setdefault(key, {}).setdefault(index, rank)
                if key.endswith(_PART_ENDS) and (part := _PART.fullmatch(key)):
                    names.setdefault(part["whole"], {}).setdefault(index, _OF_THE_WHOLE)
        return names

    def _names_in(self, plain: str) -> _Names:
        """The names that may stand in a text, with the documents that go by them."""
        if self._queries > 1 or len(pieces := _pieces(plain)) > _MAX_PIECES:
            return self._by_name
        return self._names_of(self._titled(pieces))

    def _titled(self, texts: Iterable[str]) -> list[int]:
        """The documents in whose titles any of ``texts`` stands."""
        titles, starts = self._titles
        found: set[int] = set()
        for text in texts:
            place = titles.find(text)
            while place >= 0:
                title = bisect_right(starts, place)
                found.add(title - 1)
                place = titles.find(text, starts[title])
        return sorted(found)

    @cached_property
    def _titles(self) -> tuple[str, list[int]]:
        """All titles as names are compared, and where each begins and the next one would."""
        titles = _BETWEEN.join(row.title.replace(_BETWEEN, " ") for row in self._rows)
        plain = without_marks(titles)
        return plain, [*accumulate((len(t) + 1 for t in plain.split(_BETWEEN)), initial=0)]

    def _named(self, text: str) -> list[_Item]:
        plain = _Plain(text)
        names = self._names_in(plain.text)
        items: list[_Item] = []
        before = len(plain.text)
        for end in plain.ends():
            if end > before:
                continue
            for start in range(max(0, end - _MAX_NAME), end - 1):
                name = plain.text[start:end]
                if name in names and plain.sets_apart(start, end):
                    items.append(_Item(*plain.source(start, end), self._of_name(names[name])))
                    before = start
                    break
        return items[::-1]

    def _of_name(self, ranks: Mapping[int, int]) -> tuple[tuple[int, ...], ...]:
        if all(rank == _OF_THE_WHOLE for rank in ranks.values()):
            # The general part of a code is its beginning.
            general = [index for index in ranks if self._rows[index].title.endswith("总则")]
            return (tuple(dict.fromkeys([*general, *self._by_id(ranks)])),)
        exact = [index for index, rank in ranks.items() if rank <= _EXACT]
        return self._newest_first(exact or ranks)


class _Plain:
    """A text as names are compared: without marks, blanks and 中华人民共和国."""

    def __init__(self, text: str) -> None:
        kept = [(place, plain) for place, each in enumerate(text) if (plain := _plain(each))]
        whole = "".join(plain for _, plain in kept)
        gone = {n for found in re.finditer(_STATE, whole) for n in range(*found.span())}
        kept = [pair for n, pair in enumerate(kept) if n not in gone]
        self.text = "".join(plain for _, plain in kept)
        self._places = [place for place, _ in kept]
        # Where 《 stands right in front: what follows is a name as far as 》.
        self._opened = {
            n for n, place in enumerate(self._places) if place and text[place - 1] in "<《〈"
        }

    def ends(self) -> list[int]:
        """Where names may end, from the last: behind a 文种, or where a text is cut."""
        ends = {place for found in _TYPE.finditer(self.text) for place in found.span()}
        ends |= {found.end() for found in _TYPE_ALONE.finditer(self.text)}
        return sorted(ends | self._cuts, reverse=True)[:_MAX_ENDS]

    @cached_property
    def _cuts(self) -> set[int]:
        """The places where something parts the characters around them in the source."""
        cuts = {0, len(self.text)}
        for found in _NO_WORD.finditer(self.text):
            cuts.update(found.span())
        between = enumerate(pairwise(self._places), 1)
        return cuts.union(place for place, (before, after) in between if after - before > 1)

    def sets_apart(self, start: int, end: int) -> bool:
        """Whether what stands from ``start`` to ``end`` is a name of its own."""
        name = self.text[start:end]
        if is_generic(name):
            return False
        begins = start in self._cuts or name.startswith("关于")
        ends = end in self._cuts
        if begins and ends and len(name) > 3:
            return True
        goes_on = start in self._opened or _GOES_ON.match(self.text, end)
        if not _TYPE.search(name) or (goes_on and not ends):
            return False
        return begins or bool(_LEAD_IN.search(self.text, 0, start))

    def source(self, start: int, end: int) -> tuple[int, int]:
        """The span in the source text of the characters from ``start`` to ``end``."""
        return self._places[start], self._places[end - 1] + 1


@lru_cache(16_384)
def _plain(character: str) -> str:
    return base_name(character)


def _exact(names: _Names) -> dict[str, list[int]]:
    found = {
        name: [index for index, rank in ranks.items() if rank <= _EXACT]
        for name, ranks in names.items()
    }
    return {name: indices for name, indices in found.items() if indices}


def _pieces(plain: str) -> set[str]:
    """What any name in a text has one of: three characters, or all of a name of two, as 刑法."""
    pairs = (plain[at : at + 2] for at in range(len(plain) - 1))
    names = {pair for pair in pairs if _TYPE.search(pair) and not is_generic(pair)}
    return names | {plain[at : at + 3] for at in range(len(plain) - 2)}


def _text_of(query: Node) -> str:
    """The text a query looks for in sections, as it was typed; nothing that is prohibited."""
    match query:
        case Boolean():
            return " ".join(filter(None, map(_text_of, (*query.must, *query.should))))
        case Words(field=None) | Phrase(field=None):
            return query.text
        case Near():
            return " ".join(leaf.text for leaf in query.leaves)
    return ""


def _with_articles(text: str, items: Sequence[_Item]) -> list[_Item]:
    """``items`` with the articles that stand behind each, or beside the only one."""
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
    """The articles cited at the start of ``text``, which need not say 第."""
    from indexer.documents.citations.find import find_citations  # most queries do without

    marked = _UNMARKED.sub("第", text)
    marked = marked if marked.startswith("第") else f"第{marked}"
    cited = find_citations(f"《法》{marked}")
    return tuple(dict.fromkeys(one.label for one in cited[0].articles)) if cited else ()


def _asks_more(text: str, items: Sequence[_Item]) -> bool:
    """Whether ``text`` has words besides ``items`` and what goes with them."""
    rest = list(text)
    for item in items:
        rest[item.start : item.end] = " " * (item.end - item.start)
    left = _ABOUT.sub(" ", _BESIDE.sub(" ", "".join(rest)))
    return bool(left.strip()) and re.search(r"\w", without_asking(left)) is not None


def _number_keys(number: str) -> set[str]:
    parts = _CODED.fullmatch(number) or _ORDER.fullmatch(number)
    if not parts:
        return {number} - {""}
    keys = {number, _part_of_number(parts["serial"], code=parts["code"])}
    if parts["year"]:
        keys.add(_part_of_number(parts["serial"], year=parts["year"]))
    return keys


def _part_of_number(serial: str, *, code: str | None = None, year: str | None = None) -> str:
    """The key of a number without its code or its year."""
    return f"〔{year}〕{to_int(serial)}号" if year else f"{code} {to_int(serial)}号"
