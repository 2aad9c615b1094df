"""The plain kernel: all functions of the compiled one, gathered from files that mirror its own.

It is used where the compiled kernel was not built, and the compiled kernel is tested against it:
both give the same bytes, and the same scores to the last bit, because doubles are added in the same
order. It prunes nothing and is as simple as possible, but makes every check against damage and
raises the same ValueErrors.
"""

from __future__ import annotations

from indexer.kernel.plain.analyse import analyse, fold, words
from indexer.kernel.plain.cut import cut, cutter
from indexer.kernel.plain.evidence import evidence
from indexer.kernel.plain.excerpt import excerpt
from indexer.kernel.plain.find import find
from indexer.kernel.plain.fold import fold_codes
from indexer.kernel.plain.invert import finish
from indexer.kernel.plain.log_terms import add_bigrams, add_words, inverter
from indexer.kernel.plain.lookup import decode, fill, lookup, narrow, overlap
from indexer.kernel.plain.merge import merge
from indexer.kernel.plain.pack import pack
from indexer.kernel.plain.scan import scan, unpack
from indexer.kernel.plain.sets import conjoin, count, disjoin, expand, group, subtract, tally
from indexer.kernel.plain.snippet import snippet
from indexer.kernel.plain.topk import topk
from indexer.kernel.plain.trie import trie
from indexer.kernel.plain.wording import wording

__all__ = [
    "add_bigrams",
    "add_words",
    "analyse",
    "conjoin",
    "count",
    "cut",
    "cutter",
    "decode",
    "disjoin",
    "evidence",
    "excerpt",
    "expand",
    "fill",
    "find",
    "finish",
    "fold",
    "fold_codes",
    "group",
    "inverter",
    "lookup",
    "merge",
    "narrow",
    "overlap",
    "pack",
    "scan",
    "snippet",
    "subtract",
    "tally",
    "topk",
    "trie",
    "unpack",
    "wording",
    "words",
]
