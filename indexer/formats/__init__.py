"""Reading files: ``read_source`` turns a file of any supported format into a ``Source``."""

from indexer.formats.limits import DEFAULT_LIMITS, Limits
from indexer.formats.members import members, read_member
from indexer.formats.read import read_source
from indexer.formats.sniff import FORMATS, SUFFIXES
from indexer.formats.source import ReadWarning, Source

__all__ = [
    "DEFAULT_LIMITS",
    "FORMATS",
    "SUFFIXES",
    "Limits",
    "ReadWarning",
    "Source",
    "members",
    "read_member",
    "read_source",
]
