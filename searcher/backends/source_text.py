"""The text of a section, for backends that have it as a string."""

from __future__ import annotations

from array import array

from indexer.kernel import kernel
from indexer.kernel.types import FoldedText, Needles, SnippetParts
from indexer.text.folding import without_blanks


class SourceText:
    """A `searcher.backends.backend.SectionText` made from the source text of a section."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def folded(self) -> FoldedText:
        """Returns the text, and its folded form with the offsets in the text."""
        folding = without_blanks(self._text)
        starts, ends = (array("I", places).tobytes() for places in (folding.starts, folding.ends))
        return FoldedText(self._text, folding.text, starts, ends)

    def excerpt(self, needles: Needles, weights: bytes, width: int) -> SnippetParts | None:
        """Returns the snippet that shows ``needles`` best; None if the text has none of them."""
        folded = self.folded()
        matches = kernel.find(folded.folded, folded.starts, folded.ends, *needles)
        return kernel.snippet(folded.source, matches, weights, width) if matches else None
