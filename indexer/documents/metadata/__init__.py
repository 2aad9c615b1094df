"""Reads the facts that a document states about itself: title, 发文字号, issuers, dates and more.

`indexer.documents.metadata.metadata` reads them all. It is not imported here, because a query only
needs numbers.
"""

from indexer.documents.dates import find_dates, parse_date
from indexer.documents.metadata.doc_numbers import canonical_number, find_numbers

__all__ = ["canonical_number", "find_dates", "find_numbers", "parse_date"]
