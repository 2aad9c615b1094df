"""Merges the dictionaries of several segments, as ``merge.c`` does."""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from indexer.kernel.constants import GONE
from indexer.kernel.plain.dictionary import Dictionary, terms_of
from indexer.kernel.plain.postings import blocks
from indexer.kernel.types import Buffer, InvertedField, MergeSource


def _source_terms(source: MergeSource) -> Iterator[tuple[bytes, MergeSource, int, int, int]]:
    for term, df, offset, size in terms_of(source[0], source[1]):
        yield term, source, df, offset, size


def merge(sources: tuple[MergeSource, ...], lengths: Buffer) -> InvertedField:
    """Returns one field made of several sources.

    The map of a source has the new number of each of its sections, or GONE. ``lengths`` are by new
    number, in eighths. Raises ValueError if a source is damaged or two sections get the same
    number.
    """
    new_lengths = array("I", bytes(lengths))
    dictionary = Dictionary(new_lengths)
    streams = heapq.merge(*map(_source_terms, sources), key=itemgetter(0))
    for term, group in groupby(streams, itemgetter(0)):
        postings = []
        for _, (_, _, data, numbers), df, offset, size in group:
            new = array("I", bytes(numbers))
            for block in blocks(data, offset, size, df, len(new)):
                pairs = zip(block.docs, block.codes, strict=True)
                postings += [(new[doc], code) for doc, code in pairs if new[doc] != GONE]
        postings.sort()
        docs = [doc for doc, _ in postings]
        if docs and (docs[-1] >= len(new_lengths) or len(set(docs)) < len(docs)):
            raise ValueError("a dictionary or its postings are damaged")
        if postings:
            dictionary.add(term, postings)
    return dictionary.result()
