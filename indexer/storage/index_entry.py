"""The entry of a document: everything that an index keeps of it, made from the document alone.

Making an entry reads and writes no files, so that any process can do it. Entries go from one
process to another as bytes, without pickle.
"""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple

from indexer.documents.model import Document
from indexer.formats import ReadWarning
from indexer.storage.links import Links, decode_links, encode_links, links_of
from indexer.storage.records import DocumentRow, encode_document
from indexer.text.analysis import Analyzer, TermSource

_OPENING = 300  # characters


class Terms(NamedTuple):
    """The terms of the sections of a document.

    ``parts`` are the texts that terms come from: the body of each section, and contexts and
    headings, each of which is stored once, however many sections share it. ``sections`` has the
    positions of each section's parts, the body first. ``texts`` are the texts of the sections in
    the document.
    """

    parts: tuple[TermSource, ...]
    sections: tuple[tuple[int, ...], ...]
    texts: tuple[str, ...]

    def bodies(self) -> Iterator[str]:
        """Yields the body of each section, folded and without blanks."""
        return (self.parts[numbers[0]].without_blanks for numbers in self.sections)


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A document ready to be written.

    ``row`` has no offset and size yet; ``hashes`` has a hash of 64 bits for the text of each
    section.
    """

    row: DocumentRow
    record: bytes
    links: Links
    hashes: array[int]
    terms: Terms
    warnings: tuple[ReadWarning, ...] = ()  # of the file's reader; told, not kept

    @property
    def digest(self) -> str:
        """The digest of the document."""
        return self.row.digest

    def encode(self) -> tuple[bytes, bytes, bytes]:
        """Returns the three arguments of `decode`: facts, texts and the record."""
        parts = self.terms.parts
        words, without_blanks = (
            [part.words for part in parts],
            [part.without_blanks for part in parts],
        )
        texts = (*words, *without_blanks, *self.terms.texts)
        links = encode_links([self.links]).hex()
        sizes = list(map(len, texts))
        weights = [part.weight for part in parts]
        warned = [astuple(warning) for warning in self.warnings]
        facts = (
            *(self.row, links, self.hashes.tolist(), weights, self.terms.sections, sizes),
            warned,
        )
        return _bytes(json.dumps(facts, ensure_ascii=False)), _bytes("".join(texts)), self.record

    @classmethod
    def decode(cls, facts: bytes, texts: bytes, record: bytes) -> IndexEntry:
        """Returns the entry that `encode` turned into ``facts``, ``texts`` and ``record``."""
        row, links, hashes, weights, sections, sizes, warned = json.loads(_text(facts))
        row[_ISSUERS] = tuple(row[_ISSUERS])
        joined = _text(texts)
        each = [joined[start:end] for start, end in pairwise(accumulate(sizes, initial=0))]
        count = len(weights)
        parts = map(TermSource, each[:count], each[count : 2 * count], weights)
        return cls(
            DocumentRow(*row),
            record,
            decode_links(bytes.fromhex(links))[0],
            array("Q", hashes),
            Terms(tuple(parts), tuple(map(tuple, sections)), tuple(each[2 * count :])),
            tuple(ReadWarning(*warning) for warning in warned),
        )


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")


_ISSUERS = DocumentRow._fields.index("issuers")


def entry_of(document: Document, analyzer: Analyzer) -> IndexEntry:
    """Returns the entry of ``document``, whose words ``analyzer`` cuts."""
    terms = terms_of(document, analyzer)
    metadata = document.metadata
    date = metadata.date or metadata.published
    row = DocumentRow(
        id=document.id,
        digest=document.digest,
        title=_title(document),
        doc_number=metadata.doc_number.value if metadata.doc_number else "",
        issuers=tuple(issuer.value for issuer in metadata.issuers),
        date=date.value if date else "",
        doc_type=metadata.doc_type.value if metadata.doc_type else "",
        section_count=len(terms.sections),
        offset=0,
        size=0,
    )
    hashes = array("Q", map(_hash, terms.bodies()))
    record, links = encode_document(document), links_of(document.text)
    return IndexEntry(row, record, links, hashes, terms, document.warnings)


def terms_of(document: Document, analyzer: Analyzer) -> Terms:
    """Returns the terms of the sections of ``document``, whose words ``analyzer`` cuts."""
    parts: list[TermSource] = []
    numbers: dict[TermSource, int] = {}  # the positions of parts that several sections share
    sections: list[tuple[int, ...]] = []
    texts: list[str] = []
    for text, (body, *others) in _analysed(document, analyzer):
        first = len(parts)
        parts.append(body)
        for part in others:
            if part not in numbers:
                numbers[part] = len(parts)
                parts.append(part)
        sections.append((first, *map(numbers.__getitem__, others)))
        texts.append(text)
    return Terms(tuple(parts), tuple(sections), tuple(texts))


def _analysed(
    document: Document, analyzer: Analyzer
) -> Iterator[tuple[str, tuple[TermSource, ...]]]:
    """Yields the text of each section, and its parts, the body first."""
    facts = [_title(document), *(issuer.value for issuer in document.metadata.issuers)]
    context, opening = "\n".join(facts), ""
    for number, section in enumerate(document.search_sections()):
        text = section.span.of(document.text)
        own = section.section.label + section.section.heading if section.section.heading else ""
        parts = analyzer.analyse(context, section.headings, text, own=own, opening=opening)
        yield text, parts
        if number == 0 and _opens(document):
            opening = text[:_OPENING]


def _opens(document: Document) -> bool:
    """Returns True if the first section of a document is context for the others.

    The opening of a 公文 names the organ, the place and the matter that its items are about. The
    articles of a law need no such context; a law opens with its history and its table of contents.
    """
    return all(section.kind != "article" for section in document.sections)


def _title(document: Document) -> str:
    return document.metadata.title.value if document.metadata.title else ""


def _hash(without_blanks: str) -> int:
    return int.from_bytes(hashlib.blake2b(_bytes(without_blanks), digest_size=8).digest())
