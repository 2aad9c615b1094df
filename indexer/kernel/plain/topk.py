"""Ranks sections by a sum of BM25 terms, as ``topk.c`` and ``search.c`` do, without pruning."""

from __future__ import annotations

import heapq

from indexer.kernel.bm25 import impact
from indexer.kernel.constants import TF_VALUE
from indexer.kernel.plain.postings import blocks, lengths_of
from indexer.kernel.plain.sets import members
from indexer.kernel.types import Buffer, ScoredField, ScoredTerm


def topk(
    sections: int,
    k: int,
    filter: Buffer | None,
    zeros: bool,
    floor: float,
    fields: tuple[ScoredField, ...],
    terms: tuple[ScoredTerm, ...],
) -> list[tuple[float, int]]:
    """Returns the ``k`` best (score, section), best first, equal scores by section.

    The score of a section is the sum of ``weight * (tf / (tf + norm))`` over the terms, with ``norm
    = a + c * length``. Terms are added from the heaviest on, equal ones in their order. Only
    sections in ``filter`` count, if there is one, and only scores not below ``floor``. Sections
    without any of the terms are left out, unless ``zeros`` asks for all sections of the filter. The
    scale of a field serves pruning only: it is an upper bound of how much impacts have grown since
    the bounds of the blocks were written.
    """
    scores = dict.fromkeys(members(filter), 0.0) if zeros and filter is not None else {}
    for number, (_, df, offset, size), weight in sorted(terms, key=lambda term: -term[2]):
        postings, data, a, c, _ = fields[number]
        lengths = lengths_of(data, sections)
        for block in blocks(postings, offset, size, df, sections):
            for doc, code in zip(block.docs, block.codes, strict=True):
                if filter is None or filter[doc >> 3] >> (doc & 7) & 1:
                    part = weight * impact(TF_VALUE[code], a, c, lengths[doc])
                    scores[doc] = scores.get(doc, 0.0) + part
    hits = [
        (-score, doc)
        for doc, score in scores.items()
        if score > 0.0 or (zeros and filter is not None)
    ]
    best = heapq.nsmallest(k, (hit for hit in hits if -hit[0] >= floor))
    return [(-score, doc) for score, doc in best]
