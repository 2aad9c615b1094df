"""Synonyms and short forms: which other forms a text of a query may take in documents.

They come from files anyone can read and write, UTF-8, a group a line:

    # a comment, as is what follows a blank and a #
    version 1
    国办 = 国务院办公厅
    两办 => 中共中央办公厅、国务院办公厅 = 中办、国办

Forms with = between them stand for each other. What stands before => is also sought as what stands
behind it, which is not sought as the former: for a form that means more than its group. ``version``
is that of this format; the line may be missing. Blanks, width, case and traditional characters make
no difference. A form may be in several groups: each adds to what it is sought as. What contains a
form is found by it anyway: 证监会 is not sought as 中国证监会, which is sought as 证监会.
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
LONGEST = 40  # characters of a form
_SHIPPED = Path(__file__).with_name("synonyms.txt")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_VERSION = re.compile(r"version\s+(\S+)")


class Found(NamedTuple):
    """A form at characters ``start`` to ``end`` of a folded text, and what else it is sought as."""

    start: int
    end: int
    form: str
    others: tuple[str, ...]


class Synonyms:
    """The groups of some files, to be looked up in folded texts.

    ``table`` has every form, folded and without blanks, with what else it is sought as.
    """

    def __init__(self, groups: Iterable[tuple[str, tuple[str, ...]]]) -> None:
        """Takes pairs as ``table`` has them; a form may come again."""
        others: dict[str, dict[str, None]] = {}
        for form, more in groups:
            found = [other for other in more if form not in other]
            if found:
                others.setdefault(form, {}).update(dict.fromkeys(found))
        self.table: Mapping[str, tuple[str, ...]] = {f: tuple(more) for f, more in others.items()}
        self._sizes: dict[str, list[int]] = {}  # of the forms with a first character, longest first
        for form in sorted(self.table, key=lambda form: (-len(form), form)):
            sizes = self._sizes.setdefault(form[0], [])
            if len(form) not in sizes:
                sizes.append(len(form))
        self._candidates = lru_cache(256)(self._find_candidates)  # a search asks several times

    @classmethod
    def open(cls, path: str | Path | None = None) -> Synonyms:
        """Returns the groups shipped with the package, and those of the file ``path``.

        Raises SynonymError.
        """
        shipped = _shipped()
        return shipped if path is None else cls((*shipped.table.items(), *_read(Path(path))))

    def of(self, text: str) -> tuple[str, ...]:
        """Returns what else the whole of ``text`` is sought as, in the order of the files."""
        return self.table.get(strip_blanks(fold(text)), ())

    def find(self, folded: str, cut: Cut) -> list[Found]:
        """Returns the forms in a folded text, in order, the longest from the left; none overlap.

        A form is one only where words begin and end: 全国办公 has no 国办. ``cut`` gives the words
        and what stands between them.
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
        """Returns a folded text with each form replaced by each of those it is sought as."""
        return [
            folded[: one.start] + other + folded[one.end :]
            for one in self.find(folded, cut)
            for other in one.others
        ]

    def _find_candidates(self, folded: str) -> tuple[Found, ...]:
        """Returns the forms wherever they stand, whether words begin and end there or not."""
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
    """Yields the groups of a folded line. Raises ValueError with what is wrong with it."""
    if version := _VERSION.fullmatch(line):
        if version[1] != FORMAT:
            raise ValueError(f"version {version[1]} is not known, only {FORMAT}")
    elif "=>" in line:
        left, right = line.split("=>", 1)
        (form, *more), others = _forms(left), _forms(right)
        if more or form in others or "=>" in right:
            raise ValueError("before one => stands one form, and behind it others")
        yield form, tuple(others)
    elif line:
        forms = _forms(line)
        if len(forms) < 2:
            raise ValueError("no = or => between two forms")
        for form in forms:
            yield form, tuple(other for other in forms if other != form)


def _forms(text: str) -> list[str]:
    forms = [strip_blanks(part) for part in text.split("=")]
    for form in forms:
        if not re.search(r"[^\W_].*[^\W_]", form):
            raise ValueError(f"{form!r} is no form: two letters, digits or characters are wanted")
        if len(form) > LONGEST:
            raise ValueError(f"a form of more than {LONGEST} characters")
        if forms.count(form) > 1:
            raise ValueError(f"{form} twice")
    return forms
