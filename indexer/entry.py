"""What an index keeps of a document, made of the document alone: pure, and so done anywhere.

It goes from one process to another as bytes, without pickle.
"""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from indexer.analysis import Analyzer, Part
from indexer.document import Document, Unit
from indexer.links import Links, decode_links, encode_links, links_of
from indexer.record import Row, encode_document

_OPENING = 300  # characters


class Terms(NamedTuple):
    """What the units of a document rank by. A part that several units have stands once.

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

    def encode(self) -> tuple[bytes, bytes]:
        """Two pieces of bytes that `decode` takes: all but the record, and the record."""
        links = encode_links([self.links]).hex()
        plain = (self.row, links, self.hashes.tolist(), *self.terms)
        text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "surrogatepass"), self.record

    @classmethod
    def decode(cls, data: bytes, record: bytes) -> Entry:
        """The entry that `encode` was asked of."""
        row, links, hashes, parts, units, texts = json.loads(data.decode("utf-8", "surrogatepass"))
        row[_ISSUERS] = tuple(row[_ISSUERS])
        return cls(
            Row(*row),
            record,
            decode_links(bytes.fromhex(links))[0],
            array("Q", hashes),
            Terms(tuple(map(Part._make, parts)), tuple(map(tuple, units)), tuple(texts)),
        )


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
    numbers: dict[Part, int] = {}
    units = tuple(document.units())
    ranked = tuple(
        tuple(numbers.setdefault(part, len(numbers)) for part in parts)
        for parts in _analysed(document, units, analyzer)
    )
    return Terms(tuple(numbers), ranked, tuple(unit.span.of(document.text) for unit in units))


def _analysed(
    document: Document, units: Iterable[Unit], analyzer: Analyzer
) -> Iterator[tuple[Part, ...]]:
    facts = [_title(document), *(issuer.value for issuer in document.metadata.issuers)]
    context = "\n".join(facts)
    for number, unit in enumerate(units):
        body = unit.span.of(document.text)
        own = unit.section.label + unit.section.heading if unit.section.heading else ""
        yield analyzer.analyse(context, unit.headings, body, own=own)
        if number == 0 and _opens(document):
            context = "\n".join((*facts, body[:_OPENING]))


def _opens(document: Document) -> bool:
    """Whether a document's first unit says what the others leave unsaid.

    The opening of a 公文 does: whose it is, where, of what. Articles stand for themselves, and a
    law opens with its history and contents.
    """
    return all(section.kind != "article" for section in document.sections)


def _title(document: Document) -> str:
    return document.metadata.title.value if document.metadata.title else ""


def _hash(squeezed: str) -> int:
    encoded = squeezed.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(encoded, digest_size=8).digest())
