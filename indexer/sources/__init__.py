"""Files -> text: ``read_source`` and what it gives."""

from indexer.sources.model import DEFAULT_LIMITS, Limits, Source
from indexer.sources.reader import SUFFIXES, read_source

__all__ = ["DEFAULT_LIMITS", "SUFFIXES", "Limits", "Source", "read_source"]
