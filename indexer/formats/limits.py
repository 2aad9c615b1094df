"""The bounds that every reader works within."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on the cost of reading one file; a file beyond one of them raises SourceTooLarge.

    The defaults leave ample room for every document of the kinds this project indexes: the longest
    code of law has under a million characters, the longest plan a few hundred pages.
    """

    file_bytes: int = 128 * 2**20  # of the file itself
    text_chars: int = 32 * 2**20  # of the text read from it
    pages: int = 5_000  # of a PDF or OFD
    page_chars: int = 200_000  # on one page of a PDF or OFD, where 2,000 are many
    unpacked_bytes: int = 256 * 2**20  # read from all members of a zip container together
    ratio: int = (
        250  # unpacked to packed size of what is read, over 1 MiB; text deflates 5 to 50 fold
    )
    members: int = 20_000  # files in a zip container
    html_tags: int = 1_000_000  # of a web page
    xml_depth: int = 256  # of nested elements
    xml_elements: int = 6_000_000  # and attributes, in all parts read; each costs 150 bytes or so
    parts: int = 1_000  # members of an archive, attachments of a mail, read as documents
    nesting: int = 3  # archives and mails inside one another
    cells: int = 5_000_000  # of a workbook
    seconds: float = 60.0  # of processor time for a PDF
    memory_bytes: int = 4 * 2**30  # of address space for a PDF, where the system can bound it


DEFAULT_LIMITS = Limits()
