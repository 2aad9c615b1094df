"""Names of documents in a text: places where one may stand and is set apart from the rest.

A name is never read across a blank or a mark of the text, unless the title itself has the mark, the
name is spaced letter by letter (劳 动 法), or a long title that is set apart on both sides was
broken into lines. Where no mark ends a name, a word of the text must end there: 保险法定代理人 does
not name 保险法.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache
from itertools import accumulate, pairwise

from indexer.documents.citations.resolve import base_name, is_generic
from indexer.documents.lexicon.document_types import DOCUMENT_TYPES
from indexer.text.folding import HAN, fold

_MAX_ENDS = 200  # places of a query where names are looked for
_STATE = "中华人民共和国"

_TYPES = "|".join(sorted((*DOCUMENT_TYPES, "法典", "编", "总则"), key=len, reverse=True))
_TYPE_ALONE = re.compile(f"(?:{_TYPES})")
TYPE = re.compile(f"(?:{_TYPES})(?:（[^（）]{{1,12}}）)*")
# Words that may stand before a name without belonging to it.
_LEAD_IN = re.compile(
    "(?:依照|依据|根据|按照|遵照|参照|违反|触犯|适用|符合|属于|执行|印发|转发|以及|或者|我国|中国|国家|现行|请问|"
    "什么是|如何理解|最新|修订后|修正后|[和与及或按照在依的是对从以把将用查新旧原])$"
)
# Words that make the name before them the beginning of a longer one: 劳动合同法实施条例.
_GOES_ON = re.compile(
    "实施(?:条例|细则|办法|规定|意见)|的?(?:司法)?解释|的?修正案|条例|细则|办法|草案"
)
_NO_WORD = re.compile(r"[^\w（）]")
# Words whose front looks like the end of a law's name, whatever the analyzer makes of them.
_WORD_OF_LAW = re.compile("法(?:人|院|律|官|庭|治|规(?!定)|定(?!义))")
_BEHIND_A_NAME = re.compile(f"规定|[第的中]|[^{HAN}]")
_BOOK_MARKS = re.compile("[<>《》〈〉]*")
_BROKEN = 12  # characters of a name from which on a blank in it may be the end of a line


class NameText:
    """A text in the normal form of names: without marks, blanks and 中华人民共和国."""

    def __init__(self, text: str, cut: Callable[[str], list[str]] = list) -> None:
        """Takes a folded text; ``cut`` gives its words and all that stands between them."""
        self._source = text
        self._cut_source = cut
        kept = [(place, plain) for place, each in enumerate(text) if (plain := _plain(each))]
        whole = "".join(plain for _, plain in kept)
        gone = {n for found in re.finditer(_STATE, whole) for n in range(*found.span())}
        kept = [pair for n, pair in enumerate(kept) if n not in gone]
        self.text = "".join(plain for _, plain in kept)
        self._places = [place for place, _ in kept]
        # The places right after 《, from which a name reaches as far as 》.
        self._opened = {
            n for n, place in enumerate(self._places) if place and text[place - 1] in "<《〈"
        }

    def ends(self) -> list[int]:
        """Returns the offsets where names may end, the last one first: after a 文种 and at cuts."""
        ends = {place for found in TYPE.finditer(self.text) for place in found.span()}
        ends |= {found.end() for found in _TYPE_ALONE.finditer(self.text)}
        return sorted(ends | self._cuts, reverse=True)[:_MAX_ENDS]

    @cached_property
    def _cuts(self) -> set[int]:
        """The offsets at which the source has marks or blanks between two kept characters."""
        cuts = {0, len(self.text)}
        for found in _NO_WORD.finditer(self.text):
            cuts.update(found.span())
        between = enumerate(pairwise(self._places), 1)
        return cuts.union(place for place, (before, after) in between if after - before > 1)

    def sets_apart(self, start: int, end: int) -> bool:
        """Returns True if the characters ``start`` to ``end`` are a name and not part of a word.

        The offsets are those of ``text``, half-open.
        """
        name = self.text[start:end]
        if is_generic(name):
            return False
        begins = start in self._cuts or name.startswith("关于")
        ends = end in self._cuts
        if not ends and not self._ends_a_word(end):
            return False
        if begins and ends and len(name) > 3:
            return True
        goes_on = start in self._opened or _GOES_ON.match(self.text, end)
        if not TYPE.search(name) or (goes_on and not ends):
            return False
        return begins or bool(_LEAD_IN.search(self.text, 0, start))

    def is_unbroken(self, start: int, end: int, titles: Iterable[str]) -> bool:
        """Returns True if no blank or mark parts what stands from ``start`` to ``end``.

        A mark parts nothing that stands at this place in one of ``titles``, which have the name.
        """
        parted = {
            place - start: between
            for place in range(start + 1, end)
            if (between := self._between(place))
        }
        if not parted or all(map(_BOOK_MARKS.fullmatch, parted.values())):
            return True
        if all(map(str.isspace, parted.values())):
            spaced = len(parted) == end - start - 1
            apart = start in self._cuts and end in self._cuts
            if spaced or (apart and end - start >= _BROKEN):
                return True
        name = self.text[start:end]
        return any(parted.keys() <= _parted_places(title, name) for title in titles)

    def _between(self, place: int) -> str:
        """Returns what the source has between a character and the one before it."""
        return self._source[self._places[place - 1] + 1 : self._places[place]].replace(_STATE, "")

    def _ends_a_word(self, end: int) -> bool:
        """Returns True if no word of the source goes on behind ``end``."""
        if _WORD_OF_LAW.match(self.text, end - 1):
            return False
        return bool(_BEHIND_A_NAME.match(self.text, end)) or self.source(0, end)[1] in self._borders

    @cached_property
    def _borders(self) -> set[int]:
        """The places of the source where words begin and end."""
        return {*accumulate(map(len, self._cut_source(self._source)))}

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Returns the half-open span in the source of the characters ``start`` to ``end``."""
        return self._places[start], self._places[end - 1] + 1


@lru_cache(1_024)
def _parted_places(title: str, name: str) -> frozenset[int]:
    """Returns the places of ``name`` before which ``title`` has a blank or a mark."""
    text = NameText(fold(title))
    start = text.text.find(name)
    if start < 0:
        return frozenset()
    places = range(start + 1, start + len(name))
    return frozenset(place - start for place in places if text._between(place))


@lru_cache(16_384)
def _plain(character: str) -> str:
    return base_name(character)
