"""The fields of an index. A unit of retrieval is what Whoosh calls a document.

A document's own facts (title, number, issuers, dates, its sections and text) stand once per
document in the catalogue beside the terms (`indexer.storage.store`); the sections of a document
follow one another in the index, so that a filter on documents is a filter on ranges of sections.
"""

from __future__ import annotations

FORMAT_VERSION = 5  # raised when an index written before can no longer be read

WORDS = "words"
BIGRAMS = "bigrams"
