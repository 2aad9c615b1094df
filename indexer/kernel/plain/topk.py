"""The best sections of a sum of BM25 terms: what ``topk.c`` and ``search.c`` do, unpruned."""

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
    """Returns the ``k`` best (score, section), the best first, equal ones by section.

    The score of a section is the sum over the terms, from the heaviest on (equal ones in their
    order), of ``weight * (tf / (tf + norm))`` with ``norm = a + c * length``. Only sections of
    ``filter`` count, if there is one, and only scores not below ``floor``. Sections that no term
    scores are left out, unless ``zeros`` asks for those of the filter. The scale of a field is for
    pruning: an upper bound of what impacts grew by since the bounds of the blocks were written.
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
