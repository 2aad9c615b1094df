"""Highlights of a hit: the words, bigrams and quotations of a query in the text of a section."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whoosh import query as wq
from whoosh.analysis import Token
from whoosh.highlight import Highlighter, top_fragments

from indexer.storage.schema import BIGRAMS, WORDS
from indexer.text.folding import without_blanks
from indexer.whoosh_adapter.planner import quotation_of
from indexer.whoosh_adapter.schema import TEXT


class SectionHighlighter(Highlighter):  # type: ignore[misc]
    """Highlights the fields ``text`` and ``title``, and any text that is given.

    Neither searched field stores a text of its own: highlights of ``words`` and ``bigrams`` are
    those of ``text``. Fragmenters, scorers and formatters are Whoosh's.
    """

    def highlight_hit(
        self, hitobj: Any, fieldname: str, text: str | None = None, top: int = 3, minscore: int = 1
    ) -> str:
        """Returns the ``top`` fragments of a field of a hit, with what was searched for marked.

        Whole words are marked, even if a bigram or a quotation is only a part of them. Raises
        KeyError if the hit has no such field.
        """
        if text is None:
            text = hitobj[TEXT if fieldname in (WORDS, BIGRAMS) else fieldname]
        results = hitobj.results
        words, texts = _wanted(results.q, results.searcher.reader())
        cut = results.searcher.schema[TEXT].analyzer
        tokens = self._merge_matched_tokens(_marked(text, cut(text), words, texts))
        fragments = self.fragmenter.fragment_tokens(text, tokens)
        fragments = top_fragments(fragments, top, self.scorer, self.order, minscore=minscore)
        output: str = self.formatter.format(fragments)
        return output


def _wanted(query: Any, reader: Any) -> tuple[set[str], set[str]]:
    """Returns the words of a query, and the texts that it looks for wherever they stand."""
    words: set[str] = set()
    texts: set[str] = set()
    for leaf in _leaves(query):
        if quotation := quotation_of(leaf):
            texts.add(quotation)
            continue
        for field, term in leaf.existing_terms(reader, expand=True):
            found = term.decode("utf-8", "surrogatepass") if isinstance(term, bytes) else term
            (words if field == WORDS else texts).add(found)
    return words, texts


def _leaves(query: Any) -> Iterator[Any]:
    """Yields the leaves of a query, except those that a section must not have."""
    if isinstance(query, wq.Not):
        return
    if isinstance(query, wq.AndNot):
        yield from _leaves(query.a)
    elif query.is_leaf():
        yield query
    else:
        for child in query.children():
            yield from _leaves(child)


def _marked(
    text: str, tokens: Iterator[Token], words: set[str], texts: set[str]
) -> Iterator[Token]:
    folding = without_blanks(text)
    marked = bytearray(len(text))
    for wanted in texts:
        at = folding.text.find(wanted) if wanted else -1
        while at >= 0:
            start, end = folding.source(at, at + len(wanted))
            marked[start:end] = b"\1" * (end - start)
            at = folding.text.find(wanted, at + 1)
    for token in tokens:
        token.matched = token.text in words or any(marked[token.startchar : token.endchar])
        yield token
