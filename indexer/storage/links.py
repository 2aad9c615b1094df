"""The links from a document to others: its fingerprint and its citations, stored beside its row.

Commits compare fingerprints and lookups follow citations; a search reads neither.
"""

from __future__ import annotations

import json
import struct
import zlib
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate, pairwise

from indexer.documents.citations.find import find_citations
from indexer.documents.versions.fingerprint import Fingerprint, fingerprint
from indexer.errors import IndexDamaged

_COUNT = struct.Struct("<I")


@dataclass(frozen=True, slots=True)
class Cite:
    """A document that is cited ``count`` times by its ``name``, its ``number`` (文号), or both."""

    name: str | None
    number: str | None
    count: int


@dataclass(frozen=True, slots=True)
class Links:
    """The links of a document. ``cites`` has only other documents, the most cited first."""

    fingerprint: Fingerprint
    cites: tuple[Cite, ...]


def links_of(text: str) -> Links:
    """Returns the links of a document with this ``text``."""
    counts = Counter(
        (citation.target, citation.number)
        for citation in find_citations(text)
        if not citation.self_reference
    )
    cites = tuple(Cite(*target, count) for target, count in counts.most_common())
    return Links(fingerprint(text), cites)


def encode_links(links: Iterable[Links]) -> bytes:
    """Returns the links of several documents as bytes, in the order given.

    They begin with the number of documents and the size of each fingerprint (32 bits each). The
    fingerprints follow, then the citations of all documents as JSON compressed by zlib. A commit
    can therefore read the fingerprints alone.
    """
    links = list(links)
    prints = [one.fingerprint.to_bytes() for one in links]
    cites = [[(c.name, c.number, c.count) for c in one.cites] for one in links]
    text = json.dumps(cites, ensure_ascii=False, separators=(",", ":"))
    head = array("I", (len(prints), *map(len, prints))).tobytes()
    return b"".join((head, *prints, zlib.compress(text.encode(), 6)))


def decode_fingerprints(data: bytes) -> list[Fingerprint]:
    """Returns the fingerprints of the links in ``data``. Raises IndexDamaged."""
    with _reading():
        starts = _starts(data)
        return [Fingerprint.from_bytes(data[start:end]) for start, end in pairwise(starts)]


def decode_links(data: bytes) -> list[Links]:
    """Returns the links that `encode_links` wrote as ``data``. Raises IndexDamaged."""
    prints = decode_fingerprints(data)
    with _reading():
        cites = json.loads(zlib.decompress(data[_starts(data)[-1] :]))
        return [
            Links(fingerprint, tuple(Cite(*cite) for cite in its))
            for fingerprint, its in zip(prints, cites, strict=True)
        ]


def _starts(data: bytes) -> list[int]:
    """Returns the offset at which each fingerprint begins, and the end of the last one."""
    (count,) = _COUNT.unpack_from(data)
    first = _COUNT.size * (count + 1)
    sizes = array("I", data[_COUNT.size : first])
    if len(sizes) != count or first + sum(sizes) > len(data):
        raise ValueError("it is cut off")
    return [*accumulate(sizes, initial=first)]


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except (zlib.error, struct.error, ValueError, TypeError, RecursionError) as error:
        raise IndexDamaged(f"the links of a segment cannot be read: {error}") from None
