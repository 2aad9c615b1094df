"""Zip containers of XML parts (docx, ofd), read within bounds.

The standard library reads zip and XML; this module adds the bounds that hostile files make
necessary. defusedxml refuses the same document type declarations and bounds nothing else.
"""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile
import zlib
from pathlib import Path
from xml.etree import ElementTree

from indexer.errors import SourceError, SourceTooLarge
from indexer.formats.limits import Limits

Element = ElementTree.Element

_CENTRAL_ENTRY = b"PK\x01\x02"
_UNICODE = 0x800  # flag of a member whose name is UTF-8
# Elements and attributes take some 150 bytes of memory each, but one or two in a packed file: more
# than this for each byte of the file is a bomb.
_ELEMENTS_FLOOR, _ELEMENTS_PER_BYTE = 100_000, 8
_RATIO_FLOOR = 2**20  # a bomb below a MiB does no harm, and sparse XML may deflate 500 fold
# The errors that zipfile and its decompressors raise for broken, encrypted or exotic members.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    NotImplementedError,
    ValueError,
    UnicodeError,
)


class Archive:
    """The members of a zip file in memory.

    The bounds of ``limits`` hold for all members read through one Archive together. Every method
    raises SourceError for a broken or encrypted member and SourceTooLarge at a limit.
    """

    def __init__(self, data: bytes, path: Path, limits: Limits) -> None:
        self._path, self._limits = path, limits
        self._unpacked = self._packed = 0
        self._elements = 0
        most = _ELEMENTS_FLOOR + _ELEMENTS_PER_BYTE * len(data)
        self._most_elements = min(limits.xml_elements, most)
        # The count comes before zipfile builds an object for each member.
        if data.count(_CENTRAL_ENTRY) > limits.members:
            raise SourceTooLarge(path, f"over {limits.members:,} files in the container")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _BROKEN as error:
            raise SourceError(path, f"not a whole zip container ({_said(error)})") from error
        # Some producers write a backslash, a leading slash, or other case than their references.
        self._names = {_key(info.filename): info for info in self._zip.infolist()}

    def read(self, name: str) -> bytes | None:
        """Returns the bytes of the member ``name``, whatever its case; None if there is none.

        Raises SourceError for a broken or encrypted member, SourceTooLarge at a limit.
        """
        info = self._names.get(_key(name))
        if info is None:
            return None
        if info.flag_bits & 0x1:
            raise SourceError(self._path, "protected with a password; save it without")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise SourceError(self._path, f"{name} is packed in a way that is not read")
        budget = self._limits.unpacked_bytes - self._unpacked
        packed = self._packed + info.compress_size
        bound = max(_RATIO_FLOOR, packed * self._limits.ratio) - self._unpacked
        try:
            with self._zip.open(info) as member:
                data = member.read(max(0, min(budget, bound)) + 1)
        except _BROKEN as error:
            raise SourceError(self._path, f"broken part {name} ({_said(error)})") from error
        if len(data) > bound:
            raise SourceTooLarge(self._path, f"{name} unpacks over {self._limits.ratio} fold")
        if len(data) > budget:
            limit = self._limits.unpacked_bytes
            raise SourceTooLarge(self._path, f"unpacks to over {limit:,} bytes")
        self._unpacked += len(data)
        self._packed = packed
        return data

    def files(self) -> list[tuple[str, bool]]:
        """Returns the names of all files, not folders, and whether they are marked as Unicode."""
        return [
            (info.filename, bool(info.flag_bits & _UNICODE))
            for info in self._names.values()
            if not info.is_dir()
        ]

    def xml(self, name: str) -> Element | None:
        """Returns the root of the XML member ``name``, or None if there is no such member.

        The names of elements and attributes are without their namespace. A document type
        declaration is refused: none of the formats has one, and its entities can expand a few
        bytes to gigabytes.
        """
        data = self.read(name)
        if data is None:
            return None
        builder = _BoundedBuilder(self._limits.xml_depth, self._most_elements, self._elements)
        parser = ElementTree.XMLParser(target=builder)
        try:
            parser.feed(data)
            root = parser.close()
        except _LimitMet as met:
            raise SourceTooLarge(self._path, f"{name}: {met}") from None
        except (ElementTree.ParseError, ValueError, LookupError) as error:
            raise SourceError(self._path, f"broken XML in {name} ({_said(error)})") from error
        self._elements = builder.elements
        return root

    def relations(self, part: str) -> dict[str, str]:
        """Returns the internal targets of an Office part by the last word of their type."""
        folder, base = posixpath.split(part)
        root = self.xml(posixpath.join(folder, "_rels", f"{base}.rels"))
        return {
            relation.get("Type", "").rpartition("/")[2]: resolve(folder, relation.get("Target", ""))
            for relation in (root if root is not None else ())
            if relation.get("TargetMode") != "External"
        }

    def targets(self, part: str) -> dict[str, str]:
        """Returns the internal targets of an Office part by the id of the relation."""
        folder, base = posixpath.split(part)
        root = self.xml(posixpath.join(folder, "_rels", f"{base}.rels"))
        return {
            relation.get("Id", ""): resolve(folder, relation.get("Target", ""))
            for relation in (root if root is not None else ())
            if relation.get("TargetMode") != "External"
        }

    def check(self) -> None:
        """Raise SourceTooLarge or SourceError if the members would unpack beyond the bounds.

        For libraries that open the container themselves: zipfile never gives more of a member than
        the size it states, which is what this counts.
        """
        total = 0
        for info in self._names.values():
            if info.flag_bits & 0x1:
                raise SourceError(self._path, "protected with a password; save it without")
            bound = max(_RATIO_FLOOR, info.compress_size * self._limits.ratio)
            if info.file_size > bound:
                name, ratio = info.filename, self._limits.ratio
                raise SourceTooLarge(self._path, f"{name} unpacks over {ratio} fold")
            total += info.file_size
        if total > self._limits.unpacked_bytes:
            limit = self._limits.unpacked_bytes
            raise SourceTooLarge(self._path, f"unpacks to over {limit:,} bytes")


def resolve(folder: str, target: str) -> str:
    """Returns the member that ``target`` names from ``folder``; a leading slash means the root."""
    return posixpath.normpath(posixpath.join("/", folder, target.replace("\\", "/"))).lstrip("/")


def _key(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").casefold()


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__


class _LimitMet(Exception):
    pass


class _BoundedBuilder(ElementTree.TreeBuilder):
    """Builds a tree of local names within bounds and refuses document type declarations.

    ``elements`` counts elements and attributes, those of earlier trees included.
    """

    def __init__(self, most_depth: int, most_elements: int, elements: int) -> None:
        super().__init__()
        self._most_depth, self._most_elements = most_depth, most_elements
        self.elements, self._depth = elements, 0

    def start(self, tag: str, attrs: dict[str, str]) -> Element:
        self._depth += 1
        self.elements += 1 + len(attrs)
        if self._depth > self._most_depth:
            raise _LimitMet(f"XML nested over {self._most_depth} deep")
        if self.elements > self._most_elements:
            raise _LimitMet(f"over {self._most_elements:,} XML elements and attributes")
        return super().start(_local(tag), {_local(name): value for name, value in attrs.items()})

    def end(self, tag: str) -> Element:
        self._depth -= 1
        return super().end(_local(tag))

    def doctype(self, name: str, pubid: str, system: str) -> None:  # noqa: ARG002
        raise ValueError("a document type declaration is not allowed")


def _local(name: str) -> str:
    return name.rpartition("}")[2]
