"""Synonyms and short forms: the other forms that a text of a query may have in documents.

They come from UTF-8 text files that anyone can read and write, with one group on each line:

    # a comment, as is what follows a blank and a #
    version 1
    国办 = 国务院办公厅
    两办 => 中共中央办公厅、国务院办公厅 = 中办、国办

Forms joined by = stand for each other. A form before => is also sought as the forms after it, but
not the other way round: this is for a form that means more than one thing. ``version`` is the
version of this format; the line may be missing. Blanks, width, case and traditional characters make
no difference. A form may stand in several groups and is then sought as the forms of all of them. A
form is not sought as a longer one that contains it, because it finds that anyway: 中国证监会 is
also sought as 证监会, but not the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from indexer.errors import SynonymError
from indexer.text.folding import fold, strip_blanks

Cut = Callable[[str], list[str]]

FORMAT = "1"
LONGEST = 40  # the most characters of a form
_SHIPPED = Path(__file__).with_name("synonyms.txt")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_VERSION = re.compile(r"version\s+(\S+)")


class Found(NamedTuple):
    """A form at characters ``start`` to ``end`` of a folded text, and its other forms."""

    start: int
    end: int
    form: str
    others: tuple[str, ...]


class Synonyms:
    """The groups of one or more files, to be looked up in folded texts.

    ``table`` has every form, folded and without blanks, with the other forms it is sought as.
    """

    def __init__(self, groups: Iterable[tuple[str, tuple[str, ...]]]) -> None:
        """Takes pairs of a form and its other forms; the same form may come several times."""
        others: dict[str, dict[str, None]] = {}
        for form, more in groups:
            found = [other for other in more if form not in other]
            if found:
                others.setdefault(form, {}).update(dict.fromkeys(found))
        self.table: Mapping[str, tuple[str, ...]] = {f: tuple(more) for f, more in others.items()}
        self._sizes: dict[str, list[int]] = {}  # by first character, longest first
        for form in sorted(self.table, key=lambda form: (-len(form), form)):
            sizes = self._sizes.setdefault(form[0], [])
            if len(form) not in sizes:
                sizes.append(len(form))
        self._candidates = lru_cache(256)(self._find_candidates)  # a search asks several times

    @classmethod
    def open(cls, path: str | Path | None = None) -> Synonyms:
        """Returns the groups shipped with the package and, if given, those of the file ``path``.

        Raises SynonymError, which names the line, if the file cannot be read or is malformed.
        """
        shipped = _shipped()
        return shipped if path is None else cls((*shipped.table.items(), *_read(Path(path))))

    def of(self, text: str) -> tuple[str, ...]:
        """Returns the other forms that the whole of ``text`` is sought as, in order."""
        return self.table.get(strip_blanks(fold(text)), ())

    def find(self, folded: str, cut: Cut) -> list[Found]:
        """Returns the forms in a folded text from left to right, the longest first; none overlap.

        A form counts only if it begins and ends where words do: 全国办公 does not contain 国办.
        ``cut`` returns the words and the characters between them.
        """
        candidates = self._candidates(folded)
        if not candidates:
            return []
        borders = {0, *accumulate(map(len, cut(folded)))}
        found: list[Found] = []
        for one in candidates:
            fits = one.start in borders and one.end in borders
            if fits and (not found or found[-1].end <= one.start):
                found.append(one)
        return found

    def rewritings(self, folded: str, cut: Cut) -> list[str]:
        """Returns copies of a folded text in which one form is replaced by one of its others."""
        return [
            folded[: one.start] + other + folded[one.end :]
            for one in self.find(folded, cut)
            for other in one.others
        ]

    def _find_candidates(self, folded: str) -> tuple[Found, ...]:
        """Returns all forms in a folded text, even those that begin or end inside a word."""
        return tuple(
            Found(start, start + len(form), form, self.table[form])
            for start, first in enumerate(folded)
            for size in self._sizes.get(first, ())
            if (form := folded[start : start + size]) in self.table
        )


@cache
def _shipped() -> Synonyms:
    return Synonyms(_read(_SHIPPED))


def _read(path: Path) -> list[tuple[str, tuple[str, ...]]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SynonymError(path, 0, error.strerror or str(error)) from None
    except UnicodeDecodeError as error:
        raise SynonymError(
            path, error.object.count(b"\n", 0, error.start) + 1, "not UTF-8"
        ) from None
    groups: list[tuple[str, tuple[str, ...]]] = []
    for number, line in enumerate(fold(text.replace("\r\n", "\n")).split("\n"), 1):
        try:
            groups += _groups(_COMMENT.sub("", line).strip())
        except ValueError as error:
            raise SynonymError(path, number, str(error)) from None
    return groups


def _groups(line: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yields the groups of a folded line. Raises ValueError, whose text says what is wrong."""
    if version := _VERSION.fullmatch(line):
        if version[1] != FORMAT:
            raise ValueError(f"version {version[1]} is not supported, only version {FORMAT}")
    elif "=>" in line:
        left, right = line.split("=>", 1)
        (form, *more), others = _forms(left), _forms(right)
        if more or form in others or "=>" in right:
            raise ValueError("a line with => has exactly one form before it and others after it")
        yield form, tuple(others)
    elif line:
        forms = _forms(line)
        if len(forms) < 2:
            raise ValueError("two forms with = or => between them are expected")
        for form in forms:
            yield form, tuple(other for other in forms if other != form)


def _forms(text: str) -> list[str]:
    forms = [strip_blanks(part) for part in text.split("=")]
    for form in forms:
        if not re.search(r"[^\W_].*[^\W_]", form):
            raise ValueError(f"{form!r} is not a form, which has two letters or digits at least")
        if len(form) > LONGEST:
            raise ValueError(f"a form has more than {LONGEST} characters")
        if forms.count(form) > 1:
            raise ValueError(f"{form} stands in the group twice")
    return forms
