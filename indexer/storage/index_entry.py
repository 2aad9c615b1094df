"""What an index keeps of a document, made of the document alone: pure, and so done anywhere.

It goes from one process to another as bytes, without pickle.
"""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple

from indexer.documents.model import Document
from indexer.storage.links import Links, decode_links, encode_links, links_of
from indexer.storage.records import Row, encode_document
from indexer.text.analysis import Analyzer, Part

_OPENING = 300  # characters


class Terms(NamedTuple):
    """What the units of a document rank by. The context and headings of several units stand once.

    ``units`` names the parts of each unit in reading order, that of its own text first; ``texts``
    are the units' own as they stand in the document.
    """

    parts: tuple[Part, ...]
    units: tuple[tuple[int, ...], ...]
    texts: tuple[str, ...]

    def bodies(self) -> Iterator[str]:
        """The squeezed text of each unit."""
        return (self.parts[numbers[0]].squeezed for numbers in self.units)


@dataclass(frozen=True, slots=True)
class Entry:
    """A document ready to be written. ``row`` has no place yet; ``hashes`` are of its units."""

    row: Row
    record: bytes
    links: Links
    hashes: array[int]
    terms: Terms

    @property
    def digest(self) -> str:
        """That of the document."""
        return self.row.digest

    def encode(self) -> tuple[bytes, bytes, bytes]:
        """Three pieces of bytes that `decode` takes: facts, texts, and the record."""
        parts = self.terms.parts
        words, squeezed = [part.words for part in parts], [part.squeezed for part in parts]
        texts = (*words, *squeezed, *self.terms.texts)
        links = encode_links([self.links]).hex()
        sizes = list(map(len, texts))
        weights = [part.weight for part in parts]
        facts = (self.row, links, self.hashes.tolist(), weights, self.terms.units, sizes)
        return _bytes(json.dumps(facts, ensure_ascii=False)), _bytes("".join(texts)), self.record

    @classmethod
    def decode(cls, facts: bytes, texts: bytes, record: bytes) -> Entry:
        """The entry that `encode` was asked of."""
        row, links, hashes, weights, units, sizes = json.loads(_text(facts))
        row[_ISSUERS] = tuple(row[_ISSUERS])
        joined = _text(texts)
        each = [joined[start:end] for start, end in pairwise(accumulate(sizes, initial=0))]
        count = len(weights)
        parts = map(Part, each[:count], each[count : 2 * count], weights)
        return cls(
            Row(*row),
            record,
            decode_links(bytes.fromhex(links))[0],
            array("Q", hashes),
            Terms(tuple(parts), tuple(map(tuple, units)), tuple(each[2 * count :])),
        )


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")


_ISSUERS = Row._fields.index("issuers")


def entry_of(document: Document, analyzer: Analyzer) -> Entry:
    """The entry of a document, its words cut by ``analyzer``."""
    terms = terms_of(document, analyzer)
    metadata = document.metadata
    date = metadata.date or metadata.published
    row = Row(
        id=document.id,
        digest=document.digest,
        title=_title(document),
        doc_number=metadata.doc_number.value if metadata.doc_number else "",
        issuers=tuple(issuer.value for issuer in metadata.issuers),
        date=date.value if date else "",
        doc_type=metadata.doc_type.value if metadata.doc_type else "",
        units=len(terms.units),
        offset=0,
        size=0,
    )
    hashes = array("Q", map(_hash, terms.bodies()))
    return Entry(row, encode_document(document), links_of(document.text), hashes, terms)


def terms_of(document: Document, analyzer: Analyzer) -> Terms:
    """The terms of the units of a document."""
    parts: list[Part] = []
    numbers: dict[Part, int] = {}  # of those that several units have
    units: list[tuple[int, ...]] = []
    texts: list[str] = []
    for text, (body, *others) in _analysed(document, analyzer):
        first = len(parts)
        parts.append(body)
        for part in others:
            if part not in numbers:
                numbers[part] = len(parts)
                parts.append(part)
        units.append((first, *map(numbers.__getitem__, others)))
        texts.append(text)
    return Terms(tuple(parts), tuple(units), tuple(texts))


def _analysed(
    document: Document, analyzer: Analyzer
) -> Iterator[tuple[str, tuple[Part, Part, Part]]]:
    """The text of each unit, and what it ranks by."""
    facts = [_title(document), *(issuer.value for issuer in document.metadata.issuers)]
    context = "\n".join(facts)
    for number, unit in enumerate(document.units()):
        text = unit.span.of(document.text)
        own = unit.section.label + unit.section.heading if unit.section.heading else ""
        yield text, analyzer.analyse(context, unit.headings, text, own=own)
        if number == 0 and _opens(document):
            context = "\n".join((*facts, text[:_OPENING]))


def _opens(document: Document) -> bool:
    """Whether a document's first unit says what the others leave unsaid.

    The opening of a 公文 does: whose it is, where, of what. Articles stand for themselves, and a
    law opens with its history and contents.
    """
    return all(section.kind != "article" for section in document.sections)


def _title(document: Document) -> str:
    return document.metadata.title.value if document.metadata.title else ""


def _hash(squeezed: str) -> int:
    return int.from_bytes(hashlib.blake2b(_bytes(squeezed), digest_size=8).digest())
