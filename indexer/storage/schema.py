"""The searched fields of an index, and the version of its format.

The facts of a document (title, number, issuers, dates, sections, text) are stored once, beside the
terms. The sections of a document are adjacent in the index, so that a filter on documents is a
filter on ranges of sections.
"""

from __future__ import annotations

from indexer.text.analysis import BIGRAMS as BIGRAMS
from indexer.text.analysis import WORDS as WORDS

FORMAT_VERSION = 5  # raise it when older indexes can no longer be read
