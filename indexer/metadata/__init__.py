"""What a document says of itself: title, 发文字号, issuers, dates, 文种, 主送机关 and the rest.

`indexer.metadata.reader` reads it all; it is not imported here, for a query needs only numbers.
"""

from indexer.metadata.dates import find_dates, parse_date
from indexer.metadata.numbers import canonical_number, find_numbers

__all__ = ["canonical_number", "find_dates", "find_numbers", "parse_date"]
