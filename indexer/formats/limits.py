"""What a reader delivers and the bounds it works within."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a file, as one string.

    ``format`` is one of text, markdown, html, pdf, docx, ofd. A text or Markdown file comes exactly
    as decoded, line ends included, less its byte order mark; the other formats come with a line per
    paragraph, parted by ``\\n``. ``encoding`` is the Python codec that read the characters of a
    text, Markdown or HTML file, and None for the formats that carry their own.
    """

    text: str
    format: str
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what one file may cost; a file that meets one raises SourceTooLarge.

    The defaults hold every document of the kind this project indexes many times over: the longest
    code of law is under a million characters, the longest plan a few hundred pages.
    """

    file_bytes: int = 128 * 2**20  # of the file itself
    text_chars: int = 32 * 2**20  # of the text read from it
    pages: int = 5_000  # of a PDF or OFD
    page_chars: int = 200_000  # on one page of these, where 2,000 are many
    unpacked_bytes: int = 256 * 2**20  # of what is read from a zip container, together
    ratio: int = 250  # unpacked to packed, of a member beyond 1 MiB; text deflates 5 to 50 fold
    members: int = 20_000  # files in a zip container
    html_tags: int = 1_000_000  # of a web page
    xml_depth: int = 256  # nested elements
    xml_elements: int = 3_000_000  # of all parts read; each costs some 300 bytes of memory
    seconds: float = 60.0  # of work on a PDF
    memory_bytes: int = 4 * 2**30  # of address space for a PDF, where the system can bound it


DEFAULT_LIMITS = Limits()
