"""BM25: the formula, its parameters and its units, in one place.

The score of a section for a query is the sum over the query's terms of

    idf * (K1 + 1) * impact        with    impact = tf / (tf + norm)
    idf  = log(1 + (N - df + 0.5) / (df + 0.5))
    norm = K1 * (1 - B + B * length / average length) = a + c * length

after Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond", with
the idf of Lucene, which is never negative. ``N`` is the number of live sections, ``df`` how many of
them have the term, ``tf`` the frequency of the term in the section.

The terms of a field come from the parts of a section, its body and its titles, and each part has a
weight (BM25F): an occurrence counts as often as its part weighs. Weights and lengths are whole
numbers of eighths of an occurrence, so that sums are exact. A ``tf`` is in occurrences, stored in
8 bits, exact below 16 and rounded down above (`indexer.kernel.constants.TF_VALUE`).

So that whole ranges of sections can be passed over, each block of postings has an upper bound of
its impacts, in 63rds and rounded up. It holds for the average length of its segment. Where a
collection has another average, an impact grows by no more than the ratio of the two
(`bound_scale`).

``csrc/bm25.h`` states the parameters and the impact again, and ``csrc/search.c`` the sum. The tests
hold scores to the last bit: whoever changes the order of an addition here changes it there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

K1 = 1.2
"""The part of further occurrences of a term: at 0 none, at infinity as much as of the first."""

B = 0.75
"""The part of a section's length that counts against its terms: at 0 none, at 1 all."""

UNIT = 8
"""The weight of one occurrence in a part that counts once, in eighths: weights and lengths divided
by it are occurrences."""

MOST_BOUND = 63
"""The bound that stands for an impact of 1."""


def idf(sections: int, frequency: int) -> float:
    """Returns the inverse document frequency of a term that ``frequency`` of ``sections`` have."""
    return math.log(1 + (sections - frequency + 0.5) / (frequency + 0.5))


def norm(average: float) -> tuple[float, float]:
    """Returns (a, c): the norm of a section is ``a + c * length``.

    ``average`` is the average length of sections, in eighths as ``length`` is; 0 where all are
    empty.
    """
    return K1 * (1.0 - B), K1 * B / average if average else 0.0


def norm_of_lengths(lengths: Sequence[int]) -> tuple[float, float]:
    """Returns the `norm` of a segment whose sections have these lengths, in eighths.

    It is rounded as the compiled kernel rounds it, which `norm` of the average is not.
    """
    total = sum(lengths)
    return K1 * (1.0 - B), K1 * B * len(lengths) / total if total else 0.0


def impact(tf: float, a: float, c: float, length: int) -> float:
    """Returns the impact, below 1, of a term frequency in a section of ``length`` eighths."""
    return tf / (tf + (a + c * length))


def term_weight(idf: float, factor: float = 1.0) -> float:
    """Returns the weight of a term: times an impact, it is what the term adds to a score.

    ``factor`` is the weight that the query gives the term.
    """
    return idf * factor * (K1 + 1)


def bound_of(impact: float) -> int:
    """Returns the least bound, from 1 on, that stands for an impact and all below it."""
    return max(1, min(MOST_BOUND, math.ceil(impact * MOST_BOUND + 1e-9)))


def bound_scale(own: float, average: float) -> float:
    """Returns the factor that makes a segment's bounds hold in a collection.

    ``own`` is the average length in the segment, ``average`` that in the collection, both in
    eighths. The factor is rounded up.
    """
    return max(1.0, average / own) * (1 + 1e-12) if own else 1.0
