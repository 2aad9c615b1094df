"""The searched fields of an index, and the version of its format.

The facts of a document (title, number, issuers, dates, sections, text) stand once per document,
beside the terms. The sections of a document follow one another in the index, so that a filter on
documents is a filter on ranges of sections.
"""

from __future__ import annotations

from indexer.text.analysis import BIGRAMS as BIGRAMS
from indexer.text.analysis import WORDS as WORDS

FORMAT_VERSION = 5  # raised when an index that was written before can no longer be read
