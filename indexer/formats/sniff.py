"""The format of a file by its content, because names lie.

Government sites serve HTML, RTF and .docx files under the name .doc, and offices rename files
without converting them. The suffix decides only among formats whose bytes look alike.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from pathlib import PurePath

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_BY_SUFFIX = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".shtml": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".docm": "docx",
    ".dotx": "docx",
    ".doc": "doc",
    ".dot": "doc",
    ".wps": "doc",
    ".wpt": "doc",
    ".rtf": "rtf",
    ".odt": "odt",
    ".ott": "odt",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xls": "xls",
    ".et": "xls",
    ".pptx": "pptx",
    ".pptm": "pptx",
    ".ppsx": "pptx",
    ".ppt": "ppt",
    ".pps": "ppt",
    ".dps": "ppt",
    ".ofd": "ofd",
    ".mht": "mail",
    ".mhtml": "mail",
    ".eml": "mail",
    ".zip": "zip",
}

FORMATS: frozenset[str] = frozenset(_BY_SUFFIX.values())
SUFFIXES: frozenset[str] = frozenset(_BY_SUFFIX)

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # the stream of a protected Office document
# A stream that only one of the formats in an OLE container has. Names are stored as UTF-16.
_STREAMS = (
    ("WordDocument", "doc"),
    ("PowerPoint Document", "ppt"),
    ("Workbook", "xls"),
    ("Book", "xls"),
)
_FOLDERS = (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx"))  # of Office containers
_CENTRAL_ENTRY = b"PK\x01\x02"
_MOST_MEMBERS = 20_000  # of a container that is looked into
_IMAGES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"BM")
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^<>]*>\s*)?(?:<!--.{0,2000}?-->\s*)*"
    rb"<(?:!doctype\s+html|html|head|meta|body)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_FRAGMENT = re.compile(rb"\s*<(?:p|div|table|span|h[1-6]|ul|ol)[\s>]", re.IGNORECASE)
_MAIL = re.compile(rb"(?:[!-9;-~]+:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){1,60}", re.IGNORECASE)
_MIME = re.compile(rb"^mime-version:|^content-type:\s*(?:multipart|message)/", re.I | re.M)
_HEAD = 4096  # bytes at the start of a file in which its mark is sought
# Formats whose files begin with bytes of their own: a file without them is something else.
CONTAINERS = frozenset({"docx", "xlsx", "pptx", "odt", "ofd", "zip"})
_MARKED = CONTAINERS | {"doc", "xls", "ppt", "rtf"}


def format_of_suffix(name: str) -> str | None:
    """Returns the format that the suffix of ``name`` stands for, or None if it is not known."""
    return _BY_SUFFIX.get(PurePath(name).suffix.lower())


def sniff(data: bytes, suffix_format: str | None) -> str | None:
    """Returns the format of the bytes ``data``.

    ``suffix_format`` is what `format_of_suffix` gives for the file's name; it is returned where the
    bytes do not contradict it. Besides FORMATS the result may be "image", "encrypted", "xlsb" or
    "ole" (another OLE container), none of which is read, or None.
    """
    head = data[:_HEAD]
    if head.startswith(OLE):
        return _ole(data, suffix_format)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip(data, suffix_format)
    if head.startswith(b"{\\rtf"):
        return "rtf"
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(_IMAGES):
        return "image"
    if suffix_format == "mail":
        return "mail"
    if suffix_format != "markdown" and _HTML.match(head):
        return "html"
    if suffix_format == "text" and _FRAGMENT.match(head) and head.count(b"</") >= 2:
        return "html"
    if (
        suffix_format in _MARKED | {"html"}
        and (block := _MAIL.match(head))
        and _MIME.search(block[0])
    ):
        return "mail"
    return suffix_format


def is_unmarked(data: bytes, format: str) -> bool:
    """Return True if ``format`` marks its files and ``data`` has no such mark."""
    if format == "pdf":
        return b"%PDF-" not in data[:1024]
    return format in _MARKED and not data.startswith((OLE, b"PK", b"{\\rtf"))


def _ole(data: bytes, suffix_format: str | None) -> str:
    if _ENCRYPTED in data:
        return "encrypted"
    found = [kind for name, kind in _STREAMS if (name + "\0").encode("utf-16-le") in data]
    if suffix_format in found:
        return suffix_format or ""
    return found[0] if found else "ole"


def _zip(data: bytes, suffix_format: str | None) -> str:
    container = suffix_format if suffix_format in CONTAINERS else "zip"
    if data.count(_CENTRAL_ENTRY) > _MOST_MEMBERS:
        return container
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {name.replace("\\", "/").lstrip("/").lower() for name in archive.namelist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error):
        return container  # its reader says how it is broken
    if "[content_types].xml" in names:
        for folder, kind in _FOLDERS:
            if any(name.startswith(folder) for name in names):
                return "xlsb" if "xl/workbook.bin" in names else kind
    if "ofd.xml" in names:
        return "ofd"
    if "content.xml" in names and "meta-inf/manifest.xml" in names:
        return "odt"
    return container
