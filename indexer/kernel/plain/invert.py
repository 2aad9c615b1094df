"""Inverts the log of sections, as ``invert.c`` does."""

from __future__ import annotations

from array import array

from indexer.kernel.plain.dictionary import Dictionary
from indexer.kernel.plain.log_terms import Inverter
from indexer.kernel.plain.postings import tf_encode
from indexer.kernel.types import Buffer, InvertedField


def finish(log: Inverter, order: Buffer) -> InvertedField:
    """Returns the inverted log, in which section ``order[i]`` (32 bits each) has the number ``i``.

    Raises ValueError if ``order`` does not list every section once.
    """
    numbers = array("I", bytes(order))
    if sorted(numbers) != list(range(len(log.sections))):
        raise ValueError("the order is no permutation of the sections")
    lists: dict[bytes, list[tuple[int, int]]] = {}
    for doc, section in enumerate(numbers):
        for term, eighths in log.sections[section].items():
            lists.setdefault(term, []).append((doc, tf_encode(eighths)))
    dictionary = Dictionary([log.lengths[section] for section in numbers])
    for term in sorted(lists):
        dictionary.add(term, lists[term])
    return dictionary.result()
