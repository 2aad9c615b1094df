"""The fields that Whoosh is given, and how its query parser cuts text for them.

``words`` and ``bigrams`` are searched. Neither is written by Whoosh, so what their fields do is cut
the text of queries as the index cut its documents. A quoted text becomes a phrase of `Quoted`
pieces, which remember the text between the quotes: it is sought in the text of the sections as it
stands, whatever words the pieces are (`indexer.whoosh_adapter.planner`).

All other fields are facts to show, to sort and to group by (`FACTS`), and ``text``, to show.
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
# The stored fields of a section but for its text; sections are sorted and grouped by any of them.
FACTS = ("document", "anchor", "title", "doc_number", "issuers", "date", "doc_type")


class Quoted(str):
    """A piece of a phrase that a user put into quotes; ``quotation`` is all of it, folded."""

    __slots__ = ("quotation",)

    quotation: str

    def __new__(cls, piece: str, quotation: str) -> Quoted:
        """A piece of a quotation."""
        made = super().__new__(cls, piece)
        made.quotation = quotation
        return made

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        """Returns the arguments a copy is made with: Whoosh copies queries to normalize them."""
        return str(self), self.quotation


def whoosh_schema(analyzer: Analyzer) -> fields.Schema:
    """Returns the fields of an index whose text ``analyzer`` cut."""
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
    """A field that is searched; ``cut`` gives the terms of a text in the order of the text."""

    def __init__(self, format: formats.Format, cut: Callable[[str], list[str]]) -> None:
        super().__init__(format, self._tokens, scorable=True)
        self._cut = cut

    def _tokens(self, text: str, **_: object) -> Iterator[Token]:
        for position, term in enumerate(self._cut(text)):
            yield Token(text=term, pos=position, boost=1.0, stopped=False)

    def tokenize(self, value: str, **options: Any) -> Iterator[Token]:
        """Yields the tokens of a text; those of a phrase of a query are `Quoted`."""
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
        """Yields the terms of a text; all of it where it is a pattern or the end of a range."""
        if tokenize:
            yield from self._cut(text)
        elif folded := strip_blanks(fold(text)):
            yield folded

    def to_bytes(self, value: str | bytes) -> bytes:
        """Returns a term as the index writes it."""
        return value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")

    def from_bytes(self, value: bytes) -> str:
        """Returns a term as the index reads it."""
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
        """Raises IndexStateError: a text is searched by its words or its bigrams."""
        raise IndexStateError(
            f"the field {TEXT!r} is shown, not searched: search {WORDS!r} or {BIGRAMS!r}"
        )


class FactField(fields.FieldType):  # type: ignore[misc]
    """A fact of a section or of its document: shown, sorted and grouped by, never searched."""

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
        """Raises IndexStateError: facts are filtered by `searcher.Searcher` only."""
        raise IndexStateError(
            f"facts of documents are shown, sorted and grouped by, not searched: search {WORDS!r} "
            f"or {BIGRAMS!r}, or filter with searcher.Searcher"
        )

    def to_bytes(self, value: Any) -> Any:
        """Returns the value: nothing is written."""
        return value

    def from_bytes(self, value: Any) -> Any:
        """Returns the value: nothing was written."""
        return value

    def from_column_value(self, value: Any) -> Any:
        """Returns the value, which names a group."""
        return value
