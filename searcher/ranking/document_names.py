"""The names and numbers by which a query may refer to a document. Everything here is pure.

A backend lists every document under its names (`names_of`) and its numbers (`number_keys`), and the
recognition of known items (`searcher.ranking.known_items`) looks there.
"""

from __future__ import annotations

import re

from indexer.documents.citations.resolve import is_generic, name_ranks
from indexer.numerals import to_int
from searcher.ranking.name_spotting import TYPE

EXACT = 1  # the highest rank of a name that leaves out no more than the edition
OF_THE_WHOLE = 9  # the rank of a code's name where it stands for one of the code's parts

_PART_ENDS = ("编", "总则", "分则", "附则")
_PART = re.compile(r"(?P<whole>.+(?:法典|法|条例))(?:.{2,6}编|[总分附]则)")
CODED = re.compile(r"(?P<code>.*)〔(?P<year>\d{4})〕(?P<serial>\d+)号")
_ORDER = re.compile(r"(?P<code>.*(?:令|公告|通告))(?:(?P<year>\d{4})年)?第(?P<serial>\d+)号")


def names_of(title: str) -> dict[str, int]:
    """Returns the names that a document with this ``title`` goes by, each with its rank.

    The lower the rank, the more exact the name. A part of a code (民法典合同编) also goes by the
    name of the code, with the rank OF_THE_WHOLE.
    """
    names: dict[str, int] = {}
    for name, rank in name_ranks(title).items():
        names.setdefault(name, rank)
        if name.endswith(_PART_ENDS) and (part := _PART.fullmatch(name)):
            names.setdefault(part["whole"], OF_THE_WHOLE)
    return names


def name_pieces(text: str) -> set[str]:
    """Returns pieces of ``text`` such that every name that stands in it has at least one of them.

    The pieces are all groups of three neighbouring characters, and the names of two characters,
    such as 刑法.
    """
    pairs = (text[at : at + 2] for at in range(len(text) - 1))
    names = {pair for pair in pairs if TYPE.search(pair) and not is_generic(pair)}
    return names | {text[at : at + 3] for at in range(len(text) - 2)}


def number_keys(number: str) -> set[str]:
    """Returns the keys of a document's number: the whole, and the number without code or year."""
    parts = CODED.fullmatch(number) or _ORDER.fullmatch(number)
    if not parts:
        return {number} - {""}
    keys = {number, part_of_number(parts["serial"], code=parts["code"])}
    if parts["year"]:
        keys.add(part_of_number(parts["serial"], year=parts["year"]))
    return keys


def part_of_number(serial: str, *, code: str | None = None, year: str | None = None) -> str:
    """Returns the key of a partial number: ``serial`` with either the ``year`` or the ``code``."""
    return f"〔{year}〕{to_int(serial)}号" if year else f"{code} {to_int(serial)}号"
