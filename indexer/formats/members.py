"""The members of zip archives as files of their own.

A member is named as if the archive were a folder: ``notices/2023.zip/附件1.docx``. Archives within
archives are looked into as well, all within the bounds of `Limits`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from indexer.errors import SourceError, SourceTooLarge
from indexer.formats.archive import Archive
from indexer.formats.limits import DEFAULT_LIMITS, Limits
from indexer.formats.sniff import format_of_suffix, sniff
from indexer.formats.text import everyday_share

_ENCODINGS = ("utf-8", "gb18030", "cp932", "cp950")  # of names, the likeliest first
_HIDDEN = (".", "~$", "__MACOSX")  # beginnings of names that stand for no document


@dataclass(frozen=True, slots=True)
class Members:
    """The names of an archive's files, inner archives included, and what is wrong with others."""

    names: tuple[str, ...]
    failed: tuple[SourceError, ...]


def members(path: Path, limits: Limits = DEFAULT_LIMITS) -> Members | None:
    """Returns the members of the archive at ``path``, None if the file is of another format.

    Names that lead out of the archive and inner archives that are broken count as failed. Raises
    SourceError for an archive that cannot be read, SourceTooLarge for more members than ``limits``
    allow.
    """
    data = _bytes(path, limits)
    if sniff(data, format_of_suffix(path.name)) != "zip":
        return None
    failed: list[SourceError] = []
    names: list[str] = []
    for name in _names(_Folder(data, path, limits), "", failed, limits.nesting):
        names.append(name)
        if len(names) > limits.parts:
            raise SourceTooLarge(path, f"over {limits.parts:,} files in the archive")
    return Members(tuple(names), tuple(failed))


def read_member(path: Path, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """Returns the bytes of the member at ``path``, which leads through one archive or more.

    Raises SourceError if there is no such archive or member.
    """
    archive = next((parent for parent in path.parents if parent.is_file()), None)
    if archive is None:
        raise SourceError(path, "no such file")
    status = archive.stat()
    folder = _opened(archive, status.st_mtime_ns, status.st_size, limits)
    data = folder.find(path.relative_to(archive).as_posix(), limits.nesting)
    if data is None:
        raise SourceError(path, "no such member of the archive")
    return data


def _bytes(path: Path, limits: Limits) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(limits.file_bytes + 1)
    except OSError as error:
        raise SourceError(path, error.strerror or str(error)) from error
    if len(data) > limits.file_bytes:
        raise SourceTooLarge(path, f"over {limits.file_bytes:,} bytes")
    return data


@lru_cache(maxsize=1)  # members of one archive are read one after the other
def _opened(path: Path, _changed: int, _size: int, limits: Limits) -> _Folder:
    return _Folder(_bytes(path, limits), path, limits)


class _Folder:
    """An archive as a folder; archives in it are opened when they are met, and kept."""

    def __init__(self, data: bytes, path: Path, limits: Limits) -> None:
        self._data, self._path, self._limits = data, path, limits
        self.files = dict(_named(Archive(data, path, limits)))
        self._inner: dict[str, _Folder] = {}

    def read(self, name: str) -> bytes:
        """Returns the bytes of a member; the bounds hold for each one alone."""
        return Archive(self._data, self._path, self._limits).read(self.files[name]) or b""

    def inner(self, name: str) -> _Folder:
        """Returns the archive that the member ``name`` is."""
        if name not in self._inner:
            path = self._path / name
            data = self.read(name)
            if sniff(data, "zip") != "zip":
                raise SourceError(path, "not an archive")
            self._inner = {name: _Folder(data, path, self._limits)}
        return self._inner[name]

    def find(self, name: str, nesting: int) -> bytes | None:
        """Returns the bytes of the member ``name``, here or in an inner archive."""
        if name in self.files:
            return self.read(name)
        for outer in self.files:
            if nesting and name.startswith(f"{outer}/"):
                return self.inner(outer).find(name[len(outer) + 1 :], nesting - 1)
        return None


def _names(folder: _Folder, above: str, failed: list[SourceError], nesting: int) -> Iterator[str]:
    for name, stored in folder.files.items():
        if any(part.startswith(_HIDDEN) for part in name.split("/") if part != ".."):
            continue
        whole = posixpath.join(above, name)
        if ".." in name.split("/") or name.startswith("/") or "\0" in name:
            failed.append(SourceError(folder._path / "?", f"{stored!r} leads out of the archive"))
        elif name.lower().endswith(".zip"):
            if nesting == 0:
                failed.append(SourceTooLarge(folder._path / name, "archives nested too deep"))
                continue
            try:
                yield from _names(folder.inner(name), whole, failed, nesting - 1)
            except SourceError as error:
                failed.append(error)
        else:
            yield whole


def _named(archive: Archive) -> Iterator[tuple[str, str]]:
    """Yields the readable name of each file with the name that the archive stores."""
    for stored, is_unicode in archive.files():
        name = stored if is_unicode else _decoded(stored)
        yield name.replace("\\", "/"), stored


def _decoded(stored: str) -> str:
    """Returns a name that zipfile took for code page 437 in the encoding that suits it best."""
    if stored.isascii():
        return stored
    try:
        raw = stored.encode("cp437")
    except UnicodeEncodeError:
        return stored
    shares: dict[str, float] = {}
    for codec in _ENCODINGS:
        try:
            shares[raw.decode(codec)] = everyday_share(raw.decode(codec))
        except UnicodeDecodeError:
            continue
    return max(shares, key=shares.__getitem__) if shares else stored
