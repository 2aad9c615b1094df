"""The manifest: the one file that says what an index consists of. JSON, and never code.

    policysearch 1 <CRC-32 of the second line, in hex>
    {"generation": …, "analyzer": …, "sources": […], "segments": […], "groups": …,
     "dictionary": …, "user_dictionary": …}

An index is what its manifest says; files it does not name are left-overs of a writer that died.
"""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from indexer.errors import IndexDamaged, IndexIncompatible, IndexNotFound
from indexer.storage.schema import FORMAT_VERSION

NAME = "manifest.json"
PREVIOUS = "manifest-previous.json"  # that of the generation before
_MAGIC = "policysearch"


@dataclass(frozen=True, slots=True)
class File:
    """A file of the index, as it was written."""

    name: str
    size: int
    crc: int


@dataclass(frozen=True, slots=True)
class Segment:
    """An immutable part of the index. ``deleted`` lists rows of its catalogue, rising."""

    id: str
    section_count: int
    files: tuple[File, ...]
    deleted: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Root:
    """A source the index remembers: documents are named ``name/…``. ``path`` is absolute, or
    relative to the folder that holds the index."""

    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The state of an index after a commit."""

    generation: int = 0
    analyzer: str = ""
    sources: tuple[Root, ...] = ()
    segments: tuple[Segment, ...] = ()
    groups: File | None = None  # what the documents of all segments have to do with each other
    dictionary: File | None = None  # what words are cut by; none only before the first commit
    user_dictionary: str = ""  # where the user's words in it come from, as in `Root`; or nowhere

    @property
    def files(self) -> tuple[File, ...]:
        """Every file of the index but the manifest."""
        shared = tuple(file for file in (self.groups, self.dictionary) if file)
        return (*(file for segment in self.segments for file in segment.files), *shared)

    def source_of(self, id: str) -> str:
        """Returns the file that the document ``id`` was read from.

        The path is absolute, or relative to the folder that holds the index, as in `Root`. Where
        the document came from no source, it is the id itself.
        """
        name, _, rest = id.partition("/")
        for root in self.sources:
            if root.name == name:
                return f"{root.path}/{rest}" if rest else root.path
        return id

    def encode(self) -> bytes:
        """The bytes of the manifest's file."""
        facts = asdict(self)
        facts["segments"] = [  # "units" is the format's name for sections
            {"units" if name == "section_count" else name: value for name, value in segment.items()}
            for segment in facts["segments"]
        ]
        body = json.dumps(facts, separators=(",", ":"))
        return f"{_MAGIC} {FORMAT_VERSION} {zlib.crc32(body.encode()):08x}\n{body}\n".encode()

    @classmethod
    def decode(cls, data: bytes) -> Manifest:
        """The manifest in ``data``. Raises IndexIncompatible or IndexDamaged."""
        try:
            head, body, _ = data.decode().split("\n")
            magic, version, crc = head.split(" ")
            if magic != _MAGIC or not re.fullmatch("[0-9]{1,9}", version):
                raise ValueError
        except ValueError:
            raise IndexDamaged("the manifest is not one of policysearch's") from None
        if int(version) != FORMAT_VERSION:
            raise IndexIncompatible(
                f"the index has format {version}, this program reads {FORMAT_VERSION}: "
                "run `policysearch index --rebuild`"
            )
        if f"{zlib.crc32(body.encode()):08x}" != crc:
            raise IndexDamaged("the manifest is not what was written: its checksum differs")
        try:
            return _manifest(json.loads(body))
        except (ValueError, KeyError, TypeError, RecursionError):
            raise IndexDamaged("the manifest is none, though its checksum is right") from None


def _manifest(fields: Any) -> Manifest:
    return Manifest(
        generation=_number(fields["generation"]),
        analyzer=_text(fields["analyzer"]),
        sources=tuple(Root(_text(s["name"]), _text(s["path"])) for s in fields["sources"]),
        segments=tuple(
            Segment(
                _name(segment["id"]),
                _number(segment["units"]),
                tuple(map(_file, segment["files"])),
                tuple(map(_number, segment["deleted"])),
            )
            for segment in fields["segments"]
        ),
        groups=None if fields["groups"] is None else _file(fields["groups"]),
        dictionary=None if fields["dictionary"] is None else _file(fields["dictionary"]),
        user_dictionary=_text(fields["user_dictionary"]),
    )


def _file(fields: Any) -> File:
    return File(_name(fields["name"]), _number(fields["size"]), _number(fields["crc"]))


def _name(value: Any) -> str:
    """Returns the name of a file in the folder of the index, or the id of a segment.

    Raises ValueError for anything that could lead out of the folder: separators, ``..``, drives.
    """
    name = _text(value)
    if not re.fullmatch(r"[\w.-]+", name) or not name.strip("."):
        raise ValueError
    return name


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: Any) -> int:
    if not isinstance(value, int) or value < 0:
        raise TypeError
    return value


def read_manifest(folder: Path, name: str = NAME) -> Manifest:
    """The manifest of the index in ``folder``, or, under PREVIOUS, that of the generation before.

    Raises IndexNotFound where there is none, IndexDamaged, IndexIncompatible.
    """
    try:
        return Manifest.decode((folder / name).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        if name == NAME and (folder / PREVIOUS).exists():
            raise IndexDamaged(f"{NAME} is missing") from None
        raise IndexNotFound(
            f"there is no index at {folder}: run `policysearch index` first"
        ) from None
    except OSError as error:
        raise IndexDamaged(f"the manifest cannot be read: {error.strerror}") from None


def damage(folder: Path, file: File) -> str | None:
    """How a file differs from what was written; None if it does not."""
    try:
        crc = 0
        with (folder / file.name).open("rb") as stream:
            while chunk := stream.read(1 << 20):
                crc = zlib.crc32(chunk, crc)
    except OSError as error:
        return f"{file.name}: {error.strerror}"
    return None if crc == file.crc else f"{file.name}: its checksum differs from what was written"
