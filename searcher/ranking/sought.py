"""The texts that the excerpts of a query look for in its hits.

A quoted phrase is looked for as it stands. For any other text, its words, their synonyms and its
quantities in every form are looked for; in a section that has none of them, its pairs of characters
are, and those of phrases, by whose words a section can rank. Items of NEAR are looked for only
where they stand near each other. Excluded clauses and clauses about facts of documents give no
texts.
"""

from __future__ import annotations

from typing import NamedTuple

from indexer.text.analysis import WORDS
from searcher.query.nodes import Boolean, Near, Node, Phrase, Prefix, Words
from searcher.ranking.plan import Close, Sought
from searcher.ranking.query_terms import QueryText, QueryTexts
from searcher.ranking.statistics import Statistics


class _Texts(NamedTuple):
    """The texts to look for: by their words, as they stand, and near each other."""

    loose: list[QueryText]
    exact: list[QueryText]
    near: list[Close]


def find_sought(node: Node, texts: QueryTexts, statistics: Statistics) -> Sought:
    """Returns the texts that excerpts look for in the hits of the query ``node``.

    ``statistics`` give the weight of each text: the rarer its words, the higher.
    """
    found = _Texts([], [], [])
    _gather(node, texts, found)
    words = tuple(dict.fromkeys(word for text in found.loose for word in text.words))
    others = (o for text in found.loose for one in text.forms for o in one.others)
    exact = (*found.exact, *map(texts.of, others))
    phrases = tuple(text.plain for text in exact)
    near = [text for close in found.near for item in close.items for text in item]

    def weigh(word: str) -> float:
        return statistics.idf(statistics.frequency((WORDS, word)))

    weights = [weigh(word) for word in words]
    weights += [sum(map(weigh, texts.of(text).words)) for text in (*phrases, *near)]
    every = (one.terms[0] for text in found.loose for one in text.quantities)
    quantities = tuple(dict.fromkeys(every))
    weights += map(weigh, quantities)
    loose = tuple(text.plain for text in (*found.loose, *found.exact))
    return Sought(words, phrases, tuple(found.near), tuple(weights), loose, quantities)


def _gather(node: Node, texts: QueryTexts, found: _Texts) -> None:
    match node:
        case Boolean():
            for part in (*node.must, *node.should):
                _gather(part, texts, found)
        case Near():
            items = (tuple(texts.of(leaf.text).plain for leaf in item) for item in node.items)
            found.near.append(Close(tuple(items), node.distance))
        case Phrase(field=None | "document"):
            found.exact.append(texts.of(node.text))
        case Words(field=None | "title" | "document"):
            found.loose.append(texts.of(node.text))
        case Prefix(field=None | "document") | Phrase(field="title"):
            found.loose.append(texts.of(node.text))
