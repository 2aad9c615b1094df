"""Reads the facts that a document states of itself: title, 发文字号, issuers, dates and more.

`indexer.documents.metadata.metadata` reads it all; it is not imported here, for a query needs only
numbers."""

from indexer.documents.dates import find_dates, parse_date
from indexer.documents.metadata.doc_numbers import canonical_number, find_numbers

__all__ = ["canonical_number", "find_dates", "find_numbers", "parse_date"]
