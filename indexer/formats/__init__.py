"""Reading files: ``read_source`` turns a file of any supported format into a ``Source``."""

from indexer.formats.limits import DEFAULT_LIMITS, Limits, Source
from indexer.formats.read import SUFFIXES, read_source

__all__ = ["DEFAULT_LIMITS", "SUFFIXES", "Limits", "Source", "read_source"]
