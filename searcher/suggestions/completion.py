"""Completions: what stands in an index and begins with what was typed.

Titles and 文号 come from the catalogue, terms from the dictionary of words. Headings lie in the
compressed records: those of the sections that rank best for the text are read, not all.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, pairwise, takewhile
from typing import Literal

from indexer.documents.citations.resolve import base_name
from indexer.storage.schema import BIGRAMS, WORDS
from indexer.storage.snapshot import Snapshot
from indexer.text.folding import fold, strip_blanks
from searcher.suggestions.pinyin import readings

Kind = Literal["title", "number", "term", "heading"]
_MAX_PREFIX = 60
_MAX_NAMES = 400  # that begin so, or have it, are looked at
_READ = 60  # sections whose headings are read
_MAX_HEADING = 40
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")


@dataclass(frozen=True, slots=True)
class Completion:
    """A text of an index that begins with what was typed, or holds it.

    ``count`` says how much has it: documents have titles and numbers, sections terms and, of those
    that were read, headings.
    """

    text: str
    kind: Kind
    count: int


class Suggester:
    """Completes by a snapshot. ``names`` are the names of documents, with their indices."""

    def __init__(self, snapshot: Snapshot, names: Mapping[str, Collection[int]]) -> None:
        self._snapshot = snapshot
        self._names = names

    def suggest(self, prefix: str, limit: int) -> tuple[Completion, ...]:
        """At most ``limit`` completions of ``prefix``, each text once.

        What begins so stands before what only holds it: titles, terms, headings, and 文号 in front
        if the text has digits, else behind; of each the commonest first, and of none more than
        half while others have some. Letters are also read as pinyin of titles, whole or initials.
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
        """The names and the titles they stand for, folded, in order; each with its name."""
        found = {(strip_blanks(fold(name)), name) for name in self._names}
        found |= {(strip_blanks(fold(self._title(name))), name) for name in self._names}
        return sorted(found)

    @cached_property
    def _lines(self) -> str:
        return "\n" + "\n".join(folded for folded, _ in self._sorted) + "\n"

    def _titles(self, text: str) -> list[Completion]:
        """The titles of the names that begin with a text, then of those that hold it."""
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
        """Where each name begins in the lines, and where they end."""
        starts = [1]
        for folded, _ in self._sorted:
            starts.append(starts[-1] + len(folded) + 1)
        return starts

    def _titled(self, names: Iterable[str]) -> list[Completion]:
        """The titles of the newest documents of names, the commonest first, then the shortest."""
        found: dict[str, set[int]] = {}
        for name in dict.fromkeys(names):
            found.setdefault(self._title(name), set()).update(self._names[name])
        ordered = sorted(found, key=lambda title: (-len(found[title]), len(title), title))
        return [Completion(title, "title", len(found[title])) for title in ordered]

    def _title(self, name: str) -> str:
        rows = self._snapshot.rows
        newest = max(self._names[name], key=lambda index: (rows[index].date, rows[index].id))
        return rows[newest].title

    def _spoken(self, letters: str) -> Iterator[Completion]:
        """The titles of the names that are read so."""
        yield from self._titled(name for folded, name in self._sorted if _is_read(folded, letters))

    @cached_property
    def _counted_numbers(self) -> list[tuple[str, Completion]]:
        counts = Counter(row.doc_number for row in self._snapshot.rows if row.doc_number)
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
            for term, count in self._snapshot.terms.expand(WORDS, text)
            if len(term) > 1 and term != text
        ]
        return sorted(found, key=lambda one: (-one.count, one.text))

    def _headings(self, text: str) -> list[Completion]:
        if len(text) < 2:
            return []
        snapshot = self._snapshot
        pairs = [(BIGRAMS, a + b) for a, b in pairwise(text)]
        sections = snapshot.terms.holding(text, pairs)
        best = snapshot.terms.top(_READ, pairs, lambda section: section, sections)
        headings = [snapshot.card(section).heading for _, section in best]
        counts = Counter(
            heading
            for heading in headings
            if text in strip_blanks(fold(heading)) and len(heading) <= _MAX_HEADING
        )
        found = [Completion(heading, "heading", count) for heading, count in counts.items()]
        return sorted(found, key=lambda one: (-one.count, len(one.text), one.text))


def _bare(number: str) -> str:
    """A 文号 without the marks that are typed in many ways."""
    return re.sub(r"[\[\]()年第号]", "", strip_blanks(fold(number)))


def _parted(
    completions: Sequence[Completion], text: str
) -> tuple[list[Completion], list[Completion]]:
    """Those that begin with a text, or what names them does, and those that only hold it."""
    parts: tuple[list[Completion], list[Completion]] = ([], [])
    for one in completions:
        forms = (strip_blanks(fold(one.text)), strip_blanks(fold(base_name(one.text))))
        parts[not any(form.startswith(text) for form in forms)].append(one)
    return parts


def _chosen(groups: Sequence[Sequence[Completion]], limit: int) -> tuple[Completion, ...]:
    """The best of groups, in their order: half at most of any while others have some."""
    taken: dict[str, tuple[int, int, Completion]] = {}
    for most in (-(-limit // 2), limit):
        for place, group in enumerate(groups):
            for rank, one in enumerate(group[:most]):
                if len(taken) < limit:
                    taken.setdefault(strip_blanks(fold(one.text)), (place, rank, one))
    return tuple(one for _, _, one in sorted(taken.values(), key=lambda item: item[:2]))


def _is_read(name: str, letters: str) -> bool:
    """Whether a name begins with what is read as ``letters``: syllables or their initials."""
    reached = {0}
    for char in name:
        onward: set[int] = set()
        for syllable in readings(char) or (char,):
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
