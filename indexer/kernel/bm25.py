"""BM25: the formula, its parameters and its units, in one place.

The score of a section for a query is the sum over the query's terms of

    idf * (K1 + 1) * impact        with    impact = tf / (tf + norm)
    idf  = log(1 + (N - df + 0.5) / (df + 0.5))
    norm = K1 * (1 - B + B * length / average length) = a + c * length

after Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond", with
the idf of Lucene, which is never negative. ``N`` is the number of live sections, ``df`` how many of
them have the term, ``tf`` the frequency of the term in the section.

The terms of a field come from the parts of a section: its body and its titles. Each part has a
weight by which every occurrence in it is multiplied (BM25F). Weights and lengths are whole numbers
of eighths of an occurrence, so that sums are exact. A ``tf`` counts occurrences; it is stored in
8 bits, exact below 16 and rounded down above (`indexer.kernel.constants.TF_VALUE`).

Each block of postings has an upper bound of its impacts, in 63rds and rounded up, so that whole
ranges of sections can be skipped. The bound holds for the average length of its segment. In a
collection with another average, an impact grows at most by the ratio of the two (`bound_scale`).

``csrc/bm25.h`` repeats the parameters and the impact, and ``csrc/search.c`` the sum. The tests
compare scores to the last bit: a change in the order of additions here must be made there, too.
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

    ``average`` is the average length of sections, in eighths like ``length``; 0 if all are empty.
    """
    return K1 * (1.0 - B), K1 * B / average if average else 0.0


def norm_of_lengths(lengths: Sequence[int]) -> tuple[float, float]:
    """Returns the `norm` of a segment whose sections have these lengths, in eighths.

    It is rounded as in the compiled kernel, unlike the `norm` of the average.
    """
    total = sum(lengths)
    return K1 * (1.0 - B), K1 * B * len(lengths) / total if total else 0.0


def impact(tf: float, a: float, c: float, length: int) -> float:
    """Returns the impact, below 1, of a term frequency in a section of ``length`` eighths."""
    return tf / (tf + (a + c * length))


def term_weight(idf: float, factor: float = 1.0) -> float:
    """Returns the weight of a term; the weight times an impact is the term's part of a score.

    ``factor`` is the weight that the query gives the term.
    """
    return idf * factor * (K1 + 1)


def bound_of(impact: float) -> int:
    """Returns the least bound (from 1) that covers ``impact`` and all lower ones."""
    return max(1, min(MOST_BOUND, math.ceil(impact * MOST_BOUND + 1e-9)))


def bound_scale(own: float, average: float) -> float:
    """Returns the factor by which a segment's bounds are raised to hold in a collection.

    ``own`` is the average length in the segment, ``average`` that in the collection, both in
    eighths. The factor is rounded up.
    """
    return max(1.0, average / own) * (1 + 1e-12) if own else 1.0
