"""What a document says of itself: title, 发文字号, issuers, dates, 文种, 主送机关 and the rest."""

from indexer.metadata.dates import find_dates, parse_date
from indexer.metadata.numbers import canonical_number, find_numbers
from indexer.metadata.reader import read_metadata

__all__ = ["canonical_number", "find_dates", "find_numbers", "parse_date", "read_metadata"]
