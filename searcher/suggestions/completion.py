"""Completions while a person is typing: titles, 文号, terms and headings of an index.

Titles and 文号 come from the list of documents, terms from the dictionary of words. Headings are in
compressed records, so that only those of the best sections for the text are read.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, pairwise, takewhile
from typing import Literal

from indexer.documents.citations.resolve import base_name
from indexer.storage.schema import BIGRAMS, WORDS
from indexer.text.folding import fold, strip_blanks
from searcher.backends.backend import Backend
from searcher.ranking.plan import InOrder, Plan
from searcher.ranking.query_terms import as_weights
from searcher.ranking.statistics import Names
from searcher.suggestions.pinyin import syllables_of

Kind = Literal["title", "number", "term", "heading"]
_MAX_PREFIX = 60  # characters; the rest is ignored
_MAX_NAMES = 400  # the most names of documents to look at
_READ = 60  # sections whose headings are read
_MAX_HEADING = 40  # characters; longer headings are left out
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")


@dataclass(frozen=True, slots=True)
class Completion:
    """A text of an index that begins with the typed text or contains it.

    ``count`` is the number of documents with this title or number, the number of sections with this
    term, or the number of sections with this heading among those that were read.
    """

    text: str
    kind: Kind
    count: int


class Suggester:
    """Completes prefixes from an index. Threads may share it."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    @cached_property
    def _names(self) -> Names:
        return self._backend.all_names()

    def suggest(self, prefix: str, limit: int) -> tuple[Completion, ...]:
        """Returns at most ``limit`` completions of ``prefix``, each text once.

        Titles, terms and headings that begin with the prefix come first, then titles and headings
        that contain it further on. 文号 come before all others if the prefix has digits or
        brackets, else after them. Within each kind, the most frequent come first, and no kind takes
        more than half of the places while others have completions left. Letters are also read as
        the pinyin of titles, in full or by initials.
        """
        text = strip_blanks(fold(prefix[:_MAX_PREFIX]))
        if not text:
            return ()
        titles = self._titles(text)
        headings = self._headings(text)
        beginning, holding = _parted(titles, text)
        first, later = _parted(headings, text)
        groups = [
            beginning,
            [*self._spoken(text)] if set(text) <= _LETTERS else [],
            self._terms(text),
            first,
            holding,
            later,
        ]
        groups.insert(0 if re.search(r"[\d\[]", text) else len(groups), self._numbers(text))
        return _chosen(groups, limit)

    # --- titles and numbers ---------------------------------------------------------------------

    @cached_property
    def _sorted(self) -> list[tuple[str, str]]:
        """Sorted pairs of a folded text (a name, or the title it stands for) and the name."""
        found = {(strip_blanks(fold(name)), name) for name in self._names}
        found |= {(strip_blanks(fold(self._title(name))), name) for name in self._names}
        return sorted(found)

    @cached_property
    def _lines(self) -> str:
        return "\n" + "\n".join(folded for folded, _ in self._sorted) + "\n"

    def _titles(self, text: str) -> list[Completion]:
        """Returns the titles of names that begin with ``text``, and of names that contain it."""
        start = bisect_left(self._sorted, (text,))
        begun = takewhile(lambda pair: pair[0].startswith(text), self._sorted[start:])
        names = [name for _, name in islice(begun, _MAX_NAMES)]
        names += islice(self._holding(text), _MAX_NAMES - len(names))
        return self._titled(names)

    def _holding(self, text: str) -> Iterator[str]:
        at = self._lines.find(text)
        while at >= 0:
            number = bisect_left(self._starts, at + 1) - 1
            yield self._sorted[number][1]
            at = self._lines.find(text, self._starts[number + 1])

    @cached_property
    def _starts(self) -> list[int]:
        """The offset in the lines at which each name begins, and the end of the last one."""
        starts = [1]
        for folded, _ in self._sorted:
            starts.append(starts[-1] + len(folded) + 1)
        return starts

    def _titled(self, names: Iterable[str]) -> list[Completion]:
        """Returns the title of each name's newest document, the most frequent name first."""
        found: dict[str, set[str]] = {}
        for name in dict.fromkeys(names):
            ids = (one.document.id for one in self._names[name])
            found.setdefault(self._title(name), set()).update(ids)
        ordered = sorted(found, key=lambda title: (-len(found[title]), len(title), title))
        return [Completion(title, "title", len(found[title])) for title in ordered]

    def _title(self, name: str) -> str:
        documents = (one.document for one in self._names[name])
        return max(documents, key=lambda document: (document.date, document.id)).title

    def _spoken(self, letters: str) -> Iterator[Completion]:
        """Yields the titles of names whose pinyin begins with ``letters``."""
        yield from self._titled(name for folded, name in self._sorted if _is_read(folded, letters))

    @cached_property
    def _counted_numbers(self) -> list[tuple[str, Completion]]:
        counts = Counter(one.doc_number for one in self._backend.documents() if one.doc_number)
        found = [Completion(number, "number", count) for number, count in counts.items()]
        found.sort(key=lambda one: (-one.count, one.text))
        return [(_bare(one.text), one) for one in found]

    def _numbers(self, text: str) -> list[Completion]:
        wanted = _bare(text)
        return [one for bare, one in self._counted_numbers if bare.startswith(wanted)]

    # --- terms and headings ---------------------------------------------------------------------

    def _terms(self, text: str) -> list[Completion]:
        found = [
            Completion(term, "term", count)
            for term, count in self._backend.expand(WORDS, text)
            if len(term) > 1 and term != text
        ]
        return sorted(found, key=lambda one: (-one.count, one.text))

    def _headings(self, text: str) -> list[Completion]:
        if len(text) < 2:
            return []
        pairs = {(BIGRAMS, a + b): 1.0 for a, b in pairwise(text)}
        found = self._backend.carry_out(Plan(as_weights(pairs), match=InOrder((text,))))
        shown = self._backend.show(hit.section for hit in found.top(_READ))
        headings = [one.card.heading for one in shown]
        counts = Counter(
            heading
            for heading in headings
            if text in strip_blanks(fold(heading)) and len(heading) <= _MAX_HEADING
        )
        completions = [Completion(text, "heading", count) for text, count in counts.items()]
        return sorted(completions, key=lambda one: (-one.count, len(one.text), one.text))


def _bare(number: str) -> str:
    """Returns a 文号 without the marks that people type in different ways."""
    return re.sub(r"[\[\]()年第号]", "", strip_blanks(fold(number)))


def _parted(
    completions: Sequence[Completion], text: str
) -> tuple[list[Completion], list[Completion]]:
    """Returns the completions that begin with ``text``, themselves or by a name, and the others."""
    parts: tuple[list[Completion], list[Completion]] = ([], [])
    for one in completions:
        forms = (strip_blanks(fold(one.text)), strip_blanks(fold(base_name(one.text))))
        parts[not any(form.startswith(text) for form in forms)].append(one)
    return parts


def _chosen(groups: Sequence[Sequence[Completion]], limit: int) -> tuple[Completion, ...]:
    """Returns the best of ``groups`` in their order.

    No group gives more than half while others have some left.
    """
    taken: dict[str, tuple[int, int, Completion]] = {}
    for most in (-(-limit // 2), limit):
        for place, group in enumerate(groups):
            for rank, one in enumerate(group[:most]):
                if len(taken) < limit:
                    taken.setdefault(strip_blanks(fold(one.text)), (place, rank, one))
    return tuple(one for _, _, one in sorted(taken.values(), key=lambda item: item[:2]))


def _is_read(name: str, letters: str) -> bool:
    """Returns True if a name's syllables, or their initials, begin with ``letters``."""
    reached = {0}
    for char in name:
        onward: set[int] = set()
        for syllable in syllables_of(char) or (char,):
            for at in reached:
                if syllable.startswith(letters[at:]):
                    return True
                if letters.startswith(syllable, at):
                    onward.add(at + len(syllable))
                initials = (syllable[0], syllable[:2] if syllable[1:2] == "h" else syllable[0])
                onward |= {at + len(i) for i in initials if letters.startswith(i, at)}
        if not onward:
            return False
        reached = onward
    return False
