"""Names, numbers and words of a query that an index does not have, so that they can be told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from indexer.documents.citations.resolve import base_name, is_generic
from indexer.text.analysis import BIGRAMS, WORDS, bigrams, ranked
from indexer.text.folding import HAN
from searcher.query.notices import Notice
from searcher.ranking.name_spotting import TYPE
from searcher.ranking.query_terms import QueryText
from searcher.ranking.short_names import LAW_ALONE
from searcher.ranking.statistics import Statistics
from searcher.ranking.synonyms import Cut

_MARKED = re.compile(r"[<《〈](?P<name>[^<>《》〈〉]{2,60})[>》〉]")
_CODELESS = re.compile(
    rf"(?<![{HAN}])[〔\[(【](?P<year>[12]\d{{3}})[〕\])】]第?\s?(?P<serial>\d{{1,5}})号"
)
_LOOSE = re.compile(
    rf"(?P<code>(?:[{HAN}]\s*){{1,8}}[发函字电规办通释令复秘综政委])\s*(?P<year>(?:19|20)\d\d)\s+"
    r"第?\s*(?P<serial>\d{1,5})\s*号"
)
# Ways, doings and views, which no law is called by.
_ORDINARY = re.compile(
    "(?:[方办做看用立执司违合非依普守枉算手想疗语书说技打写读提设无犯知佛加减乘除守释国修变历兵心针章戏]法"
    "|什么法|哪些条例)$|[本该各此][法条]"
)
_RARE = 50  # a word is rare that at most one in so many sections has


class NamedPlace(NamedTuple):
    """The characters of a text, half-open, that name something that the index holds."""

    start: int
    end: int


def numbers_not_held(text: str, held: Sequence[NamedPlace]) -> Iterator[str]:
    """Yields the document numbers in a folded text that do not lie in ``held`` places."""
    if "号" not in text:
        return
    from indexer.documents.metadata import find_numbers  # most queries do without

    found = [(span.start, span.end, number) for span, number in find_numbers(text)]
    for pattern in (_CODELESS, _LOOSE):
        for match in pattern.finditer(text):
            if not _overlaps(match.start(), match.end(), found):
                code = "".join((match.groupdict().get("code") or "").split())
                number = f"{code}〔{match['year']}〕{int(match['serial'])}号"
                found.append((match.start(), match.end(), number))
    for start, end, number in sorted(found):
        if not _overlaps(start, end, held):
            yield number


def laws_not_held(text: str, held: Sequence[NamedPlace], cut: Cut) -> Iterator[str]:
    """Yields the laws in a folded text that do not lie in ``held`` places.

    They are names between 《》, and texts of their own of four characters or more that end in 法 or
    条例; ``cut`` gives the words of a text.
    """
    marked: list[NamedPlace] = []
    for match in _MARKED.finditer(text):
        marked.append(NamedPlace(*match.span()))
        name = base_name(match["name"])
        named = TYPE.search(name) and not is_generic(name)
        if named and not _overlaps(match.start(), match.end(), held):
            yield f"《{match['name']}》"
    for match in LAW_ALONE.finditer(text):
        name = match["name"]
        if (
            len(name) < 4
            or not name.endswith(("法", "法典", "条例"))
            or is_generic(base_name(name))
        ):
            continue
        last = cut(name)[-1]
        if _ORDINARY.search(name) or _ORDINARY.search(last):
            continue
        if not _overlaps(match.start("name"), match.end("name"), [*held, *marked]):
            yield name


def unknown_words(texts: Iterable[QueryText], statistics: Statistics) -> tuple[Notice, ...]:
    """Returns a notice that names the words that occur nowhere, if no rare word of texts occurs.

    A word that is sought in another form too (`searcher.ranking.synonyms`) is not unknown.
    """
    unknown: dict[str, None] = {}
    for text in texts:
        formed = {form.form for form in text.forms}
        for word in text.words:
            if len(word) < 2 or any(word in form for form in formed):
                continue
            frequency = statistics.frequency((WORDS, word))
            if frequency and frequency * _RARE <= statistics.count:
                return ()
            if not frequency and not _stands(word, statistics):
                unknown[word] = None
    if not unknown:
        return ()
    verb = "occurs" if len(unknown) == 1 else "occur"
    return (Notice("unknown words", f"{'、'.join(unknown)} {verb} nowhere in this index"),)


def _stands(word: str, statistics: Statistics) -> bool:
    """Returns True if some section has a word that is cut otherwise in all texts."""
    pairs = [(BIGRAMS, pair) for pair in ranked(bigrams(word))]
    return bool(pairs) and statistics.count_holding(word, pairs) > 0


def _overlaps(
    start: int, end: int, places: Iterable[tuple[int, ...] | tuple[int, int, str]]
) -> bool:
    return any(place[0] < end and start < place[1] for place in places)
