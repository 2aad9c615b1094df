"""What a query asks of documents: their title, number, issuers, kind, region and date. Pure."""

from __future__ import annotations

from functools import lru_cache

from indexer.storage.records import DocumentRow
from indexer.text.folding import fold, strip_blanks
from searcher.query.parser import DateRange, Everything, Node, Phrase, Prefix, Words


def row_matches(query: Node, row: DocumentRow) -> bool:
    """Whether a node about documents (a field, a date, everything) is true of one."""
    match query:
        case Everything():
            return True
        case DateRange():
            return bool(row.date) and query.first <= int(row.date.replace("-", "")) <= query.last
        case Words(field=str(field)) | Phrase(field=str(field)):
            wanted = _field_text(field, query.text)
            return any(wanted in _field_text(field, value) for value in _values(row, field))
        case Prefix(field=str(field)):
            wanted = _field_text(field, query.text)
            return any(_field_text(field, v).startswith(wanted) for v in _values(row, field))
    raise AssertionError(query)


def _values(row: DocumentRow, field: str) -> tuple[str, ...]:
    match field:
        case "title":
            return (row.title,)
        case "number":
            return (row.doc_number,)
        case "issuer":
            return row.issuers
        case "type":
            return (row.doc_type,)
        case "region":
            from indexer.documents.regions import regions_of  # most searches do without

            return regions_of(row.title, row.issuers)
    raise AssertionError(field)


@lru_cache(65_536)
def _field_text(field: str, text: str) -> str:
    if field == "number":
        from indexer.documents.metadata import canonical_number  # most queries do without

        text = canonical_number(text) or text
    return strip_blanks(fold(text))
