"""The manifest: the one file that says what an index consists of. It is JSON and never run as code.

    policysearch 1 <CRC-32 of the second line, in hex>
    {"generation": …, "analyzer": …, "sources": […], "segments": […], "groups": …,
     "dictionary": …, "user_dictionary": …}

Only files that the manifest names belong to the index; others are left over from interrupted
writers.
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
PREVIOUS = "manifest-previous.json"  # of the generation before the newest
_MAGIC = "policysearch"


@dataclass(frozen=True, slots=True)
class File:
    """A file of the index: its name in the folder, and its size and CRC-32 when it was written."""

    name: str
    size: int
    crc: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the index whose files never change.

    ``deleted`` has the ordinals of its deleted documents, in ascending order.
    """

    id: str
    section_count: int
    files: tuple[File, ...]
    deleted: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Root:
    """A source that the index remembers; the ids of its documents begin with ``name``.

    ``path`` is absolute, or relative to the folder that contains the index.
    """

    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The state of an index after a commit, which is one generation."""

    generation: int = 0
    analyzer: str = ""
    sources: tuple[Root, ...] = ()
    segments: tuple[Segment, ...] = ()
    groups: File | None = None  # the families: `indexer.storage.families`
    dictionary: File | None = None  # words are cut by it; None only before the first commit
    user_dictionary: str = ""  # the file of the user's words in it, a path as in `Root`

    @property
    def files(self) -> tuple[File, ...]:
        """Every file of the generation except the manifest."""
        shared = tuple(file for file in (self.groups, self.dictionary) if file)
        return (*(file for segment in self.segments for file in segment.files), *shared)

    def source_of(self, id: str) -> str:
        """Returns the path of the file that the document ``id`` was read from.

        The path is absolute, or relative to the folder that contains the index, as in `Root`. For a
        document that came from no source, it is the id itself.
        """
        name, _, rest = id.partition("/")
        for root in self.sources:
            if root.name == name:
                return f"{root.path}/{rest}" if rest else root.path
        return id

    def encode(self) -> bytes:
        """Returns the contents of the manifest's file."""
        facts = asdict(self)
        facts["segments"] = [  # "units" is the format's name for sections
            {"units" if name == "section_count" else name: value for name, value in segment.items()}
            for segment in facts["segments"]
        ]
        body = json.dumps(facts, separators=(",", ":"))
        return f"{_MAGIC} {FORMAT_VERSION} {zlib.crc32(body.encode()):08x}\n{body}\n".encode()

    @classmethod
    def decode(cls, data: bytes) -> Manifest:
        """Returns the manifest that `encode` wrote as ``data``.

        Raises IndexIncompatible for another format and IndexDamaged.
        """
        try:
            head, body, _ = data.decode().split("\n")
            magic, version, crc = head.split(" ")
            if magic != _MAGIC or not re.fullmatch("[0-9]{1,9}", version):
                raise ValueError
        except ValueError:
            raise IndexDamaged("the manifest was not written by policysearch") from None
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
            raise IndexDamaged(
                "the manifest does not describe an index, though its checksum is right"
            ) from None


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
    """Returns the manifest ``name`` (NAME or PREVIOUS) of the index in ``folder``.

    Raises IndexNotFound if there is none, IndexDamaged, and IndexIncompatible.
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
    """Returns a line that says how a file differs from what was written; None if it does not."""
    try:
        crc = 0
        with (folder / file.name).open("rb") as stream:
            while chunk := stream.read(1 << 20):
                crc = zlib.crc32(chunk, crc)
    except OSError as error:
        return f"{file.name}: {error.strerror}"
    return None if crc == file.crc else f"{file.name}: its checksum differs from what was written"
