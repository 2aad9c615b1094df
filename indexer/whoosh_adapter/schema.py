"""The fields of the index for Whoosh, and how its query parser cuts text for them.

``words`` and ``bigrams`` are searched. Whoosh writes neither, so that their fields only cut the
text of queries as the index cut its documents. A quoted text becomes a phrase of `Quoted` pieces
that remember the text between the quotes: it is looked for in the text of the sections as it
stands, whichever words the pieces are (`indexer.whoosh_adapter.planner`).

All other fields are facts to show, to sort by and to group by (`FACTS`), and ``text``, which is
shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from whoosh import columns, fields, formats
from whoosh.analysis import Token

from indexer.errors import IndexStateError
from indexer.storage.schema import BIGRAMS, WORDS
from indexer.text.analysis import Analyzer, bigrams
from indexer.text.folding import arabic, fold, strip_blanks

TEXT = "text"
# The stored fields of a section besides its text; sections can be sorted and grouped by each.
FACTS = ("document", "anchor", "title", "doc_number", "issuers", "date", "doc_type")


class Quoted(str):
    """A piece of a phrase that a user put in quotes; ``quotation`` is the whole phrase, folded."""

    __slots__ = ("quotation",)

    quotation: str

    def __new__(cls, piece: str, quotation: str) -> Quoted:
        """A piece of a quotation."""
        made = super().__new__(cls, piece)
        made.quotation = quotation
        return made

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        """Returns the arguments for a copy: Whoosh copies queries to normalize them."""
        return str(self), self.quotation


def whoosh_schema(analyzer: Analyzer) -> fields.Schema:
    """Returns the fields of an index whose texts ``analyzer`` cut."""
    return fields.Schema(
        **{
            WORDS: TermsField(formats.Frequency(), lambda text: analyzer.words(fold(text))),
            BIGRAMS: TermsField(formats.Positions(), _pairs),
            TEXT: TextField(analyzer),
            **{name: FactField() for name in FACTS},
        }
    )


def _pairs(text: str) -> list[str]:
    return bigrams(strip_blanks(fold(text)))


class TermsField(fields.FieldType):  # type: ignore[misc]
    """A searched field; ``cut`` returns the terms of a text in the order of the text."""

    def __init__(self, format: formats.Format, cut: Callable[[str], list[str]]) -> None:
        super().__init__(format, self._tokens, scorable=True)
        self._cut = cut

    def _tokens(self, text: str, **_: object) -> Iterator[Token]:
        for position, term in enumerate(self._cut(text)):
            yield Token(text=term, pos=position, boost=1.0, stopped=False)

    def tokenize(self, value: str, **options: Any) -> Iterator[Token]:
        """Yields the tokens of the text ``value``; in a phrase of a query, they are `Quoted`."""
        if options.get("mode") != "query":
            yield from self._tokens(value)
            return
        quotation = strip_blanks(fold(value))
        for position, piece in enumerate(self._cut(value) or [quotation] if quotation else []):
            yield Token(
                text=Quoted(piece, quotation),
                pos=position,
                boost=1.0,
                stopped=False,
                startchar=0,
                endchar=len(value),
            )

    def process_text(
        self, text: str, mode: str = "", tokenize: bool = True, **_: object
    ) -> Iterator[str]:
        """Yields the terms of ``text``; a pattern or the end of a range stays whole."""
        if tokenize:
            yield from self._cut(text)
        elif folded := strip_blanks(fold(text)):
            yield folded

    def to_bytes(self, value: str | bytes) -> bytes:
        """Returns the term ``value`` in the form in which the index stores it."""
        return value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")

    def from_bytes(self, value: bytes) -> str:
        """Returns the term that the bytes ``value`` store."""
        return value.decode("utf-8", "surrogatepass")


class TextField(fields.STORED):  # type: ignore[misc]
    """The text of a section as it stands in its document, to be shown and highlighted."""

    def __init__(self, analyzer: Analyzer) -> None:
        super().__init__()
        self.analyzer = self.cut
        self._analyzer = analyzer

    def cut(self, text: str, **_: object) -> Iterator[Token]:
        """Yields the words of a text and all between them, with their places in it."""
        at = 0
        for position, piece in enumerate(self._analyzer.pieces(text)):
            folded = arabic(strip_blanks(fold(piece)))
            yield Token(text=folded, pos=position, startchar=at, endchar=at + len(piece))
            at += len(piece)

    def process_text(self, *_: object, **__: object) -> NoReturn:
        """Raises IndexStateError: only ``words`` and ``bigrams`` are searched."""
        raise IndexStateError(
            f"the field {TEXT!r} is shown, not searched: search {WORDS!r} or {BIGRAMS!r}"
        )


class FactField(fields.FieldType):  # type: ignore[misc]
    """A fact of a section or of its document: shown, sorted and grouped by, but not searched."""

    indexed = False
    stored = True
    scorable = False
    multitoken_query = "default"

    def __init__(self) -> None:
        self.format = None
        self.analyzer = None
        self.vector = None
        self.column_type = columns.VarBytesColumn()

    def process_text(self, *_: object, **__: object) -> NoReturn:
        """Raises IndexStateError: only `searcher.Searcher` filters by facts."""
        raise IndexStateError(
            f"facts of documents are shown, sorted and grouped by, not searched: search {WORDS!r} "
            f"or {BIGRAMS!r}, or filter with searcher.Searcher"
        )

    def to_bytes(self, value: Any) -> Any:
        """Returns ``value`` unchanged, since nothing is written."""
        return value

    def from_bytes(self, value: Any) -> Any:
        """Returns ``value`` unchanged, since nothing was written."""
        return value

    def from_column_value(self, value: Any) -> Any:
        """Returns ``value`` unchanged; it is the name of a group."""
        return value
