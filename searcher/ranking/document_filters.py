"""Decides if a clause about title, number, issuers, kind, region or date is true of a document.

Everything here is pure.
"""

from __future__ import annotations

from functools import lru_cache

from indexer.text.folding import fold, strip_blanks
from searcher.ranking.plan import DatedWithin, DocumentMatch, FieldHolds, OfDocuments
from searcher.ranking.statistics import DocumentFacts


def is_true_of(clause: DocumentMatch, document: DocumentFacts) -> bool:
    """Returns True if a clause about documents is true of ``document``."""
    match clause:
        case FieldHolds(field, wanted, at_start, exactly):
            texts = (field_text(field, value) for value in _values(document, field))
            if exactly:
                return wanted in texts
            if at_start:
                return any(text.startswith(wanted) for text in texts)
            return any(wanted in text for text in texts)
        case DatedWithin(first, last):
            date = document.date
            return bool(date) and first <= int(date.replace("-", "")) <= last
        case OfDocuments(ids):
            return document.id in ids


def _values(document: DocumentFacts, field: str) -> tuple[str, ...]:
    match field:
        case "title":
            return (document.title,)
        case "number":
            return (document.doc_number,)
        case "issuer":
            return document.issuers
        case "type":
            return (document.doc_type,)
        case "region":
            from indexer.documents.regions import regions_of  # most searches need none

            return regions_of(document.title, document.issuers)
    raise AssertionError(field)


@lru_cache(65_536)
def field_text(field: str, text: str) -> str:
    """Returns ``text`` in the form in which values of ``field`` are compared.

    It is folded and without blanks; a document's number is in normal form as well.
    """
    if field == "number":
        from indexer.documents.metadata import canonical_number  # most queries need none

        text = canonical_number(text) or text
    return strip_blanks(fold(text))
