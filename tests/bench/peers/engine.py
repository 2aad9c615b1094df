"""What an engine does to be measured, and what all engines are given."""

from __future__ import annotations

import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from indexer.text.analysis import Analyzer, bigrams, ranked
from indexer.text.dictionary import Dictionary
from indexer.text.folding import arabic, fold, strip_blanks

TOP = 10
K1, B = 1.2, 0.75
CORES = os.cpu_count() or 1
SNIPPET = 150  # characters, about
_DICTIONARY = "PEERS_DICTIONARY"  # in the environment: `share_dictionary`


class Terms(NamedTuple):
    """The words and the ranking bigrams of a section, separated by blanks, and its text.

    The text is without blanks.
    """

    words: str
    bigrams: str
    without_blanks: str


class Text(NamedTuple):
    """A section as it is shown."""

    title: str  # of its document
    body: str


class Source(NamedTuple):
    """A document: its file and its sections."""

    path: str
    sections: Sequence[Text]


class Query(NamedTuple):
    """A query's distinct terms."""

    words: Sequence[str]
    bigrams: Sequence[str]


class Hit(NamedTuple):
    """What a reader is shown of a section."""

    title: str
    snippet: str


class Formula(NamedTuple):
    """An engine's BM25. Pooled: words and bigrams are terms of one field, with one length."""

    pooled: bool = False
    idf: str = "lucene"  # `reference.IDF`
    rounding: float = 1e-5  # how far lengths kept in a byte, or floats, move a score


class Engine(ABC):
    """An engine with an index in a folder: of terms without text, or of texts it can show.

    What is called ``prepare…`` is off the clock. Results of ``rank`` may be in the engine's own
    form: ``ids`` says which sections they are, numbered as they were given.
    """

    formula: ClassVar[Formula] = Formula()
    highlights: ClassVar[bool] = True
    grows: ClassVar[bool] = True  # documents can be added

    def __init__(self, folder: Path, kind: str) -> None:
        self.folder = folder
        self.kind = kind  # of the index: "terms" or "texts"
        self._own = threading.local()

    @classmethod
    @abstractmethod
    def version(cls) -> str:
        """Returns what is measured, as its maker numbers it."""

    def prepare_terms(self, sections: Sequence[Terms]) -> Any:
        """Sections in the form the engine takes ready terms in."""
        return sections

    @abstractmethod
    def index_terms(self, batches: Iterable[Any]) -> None:
        """Make an index that ranks, of batches from `prepare_terms`, and commit it."""

    def prepare_texts(self, source: Source) -> Any:
        """A document in the form the engine takes texts in. No segmentation here."""
        return source.sections

    @abstractmethod
    def index_texts(self, sources: Iterable[Any]) -> None:
        """Make an index that shows hits, of documents from `prepare_texts`, and commit it."""

    @abstractmethod
    def connect(self) -> Any:
        """The index, opened for one thread."""

    def open(self) -> None:
        """Open the index: from here on queries answer."""
        self._own = threading.local()
        _ = self.reader

    def open_once(self) -> None:
        """Open the index for a single query."""
        self.open()

    @property
    def reader(self) -> Any:
        """Returns what `connect` gives, once a thread."""
        try:
            return self._own.reader
        except AttributeError:
            self._own.reader = self.connect()
            return self._own.reader

    @abstractmethod
    def prepare(self, query: Query) -> Any:
        """A query of terms in the engine's own form."""

    @abstractmethod
    def rank(self, query: Any) -> Any:
        """The ten best sections of an index of terms."""

    @abstractmethod
    def ids(self, ranking: Any) -> list[int]:
        """The numbers of the sections of a ranking, best first."""

    @abstractmethod
    def hits(self, text: str) -> Sequence[Hit]:
        """Ten hits of an index of texts: a string in, what a reader is shown out."""

    def add(self, source: Source) -> None:
        """Add a document to the index of texts, commit it and make it found."""
        raise NotImplementedError

    @abstractmethod
    def sizes(self) -> Mapping[str, int]:
        """Bytes on disk: of an index of terms "ranking" and "phrases", of texts "stored"."""

    def total(self, *suffixes: str) -> int:
        """Bytes of the folder's files, or of those whose names end so."""
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return sum(p.stat().st_size for p in files if not suffixes or p.name.endswith(suffixes))


def share_dictionary(path: Path) -> None:
    """Write the dictionary that words are cut by to a file, for this process and its children."""
    from indexer.text.dictionary_build import make_tables  # a search does without

    make_tables().write(path)
    os.environ[_DICTIONARY] = str(path)


@cache
def _analyzer() -> Analyzer:
    if path := os.environ.get(_DICTIONARY):
        return Analyzer(Dictionary.open(Path(path)))
    from indexer.text.dictionary_build import make_tables

    return Analyzer(Dictionary(*make_tables()))


def words(folded: str) -> list[str]:
    """The words of a folded text, as this project cuts them."""
    return _analyzer().words(folded)


def terms_of(body: str) -> Terms:
    """The terms of a section."""
    folded = fold(body)
    without_blanks = strip_blanks(folded)
    return Terms(" ".join(words(folded)), " ".join(ranked(bigrams(without_blanks))), without_blanks)


def query_of(text: str) -> Query:
    """The terms of a query, each once."""
    folded = fold(text)
    pairs = ranked(bigrams(strip_blanks(folded)))
    return Query(list(dict.fromkeys(words(folded))), list(dict.fromkeys(pairs)))


class Spaced(NamedTuple):
    """A section for engines that cut at blanks and punctuation: shown and sought by ``words``."""

    words: str  # the folded text with a blank between any two words
    bigrams: str


def spaced(body: str) -> Spaced:
    """A section's text with its words set apart, and its bigrams."""
    folded = fold(body)
    text = arabic(folded)
    pieces = []
    end = 0
    for word in words(folded):
        start = text.index(word, end)
        pieces += (text[end:start], word)
        end = start + len(word)
    pieces.append(text[end:])
    pairs = ranked(bigrams(strip_blanks(folded)))
    return Spaced(" ".join(filter(None, pieces)), " ".join(pairs))


def pooled(query: Query) -> list[str]:
    """A query's terms as those of one field."""
    return [f"w{word}" for word in query.words] + [f"b{pair}" for pair in query.bigrams]


def pooled_terms(words: str, bigrams: str) -> list[str]:
    """A section's terms as those of one field."""
    return [f"w{word}" for word in words.split()] + [f"b{pair}" for pair in bigrams.split()]
