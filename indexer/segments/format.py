"""The bytes of a segment's file, format 3. All numbers are little-endian.

A file is a sequence of columns to be mapped into memory; each begins at a multiple of 64 bytes:

    8 bytes      magic, "PSCOLS" and the version of the format (16 bits)
    columns      padded with zeros
    directory    JSON: {"columns": {name: [offset, size]}, "facts": {...}}
    20 bytes     offset of the directory (64 bits), its size, its CRC-32 (32 bits each), "PEND"

The facts of a segment are its number of sections and, by field, the number of terms and the sum of
lengths. Its columns are:

    <field>.terms      dictionary
    <field>.index      for every 32nd term, 64 bits each: offset of its postings, offset in the
                       dictionary, its first eight bytes, the first one highest
    <field>.postings   postings of all terms, one after the other
    <field>.lengths    16 bits per section, or 32 where one needs more: its length in eighths
    text               the texts of all sections, as codes of symbols
    text.offsets       32 bits per section, and one more: the offset of its codes
    text.symbols       the strings of the symbols, UTF-8
    text.table         two entries of 32 bits per symbol: the place of its string as it stands in
                       the source, and of the folded string (without blanks, perhaps empty); a
                       place is an offset in text.symbols (24 bits) and a size (the low 8 bits)

A dictionary has its terms in UTF-8, in ascending order. Each term is: the number of bytes shared
with the term before (0 for every 32nd), the number of other bytes, these bytes, the document
frequency, the size of the postings. Numbers without a stated width are LEB128.

A symbol is a character, or a frequent string of up to 12 characters (`indexer.kernel.plain.pack`).
Its code is its number n, the most frequent symbol first: one byte up to 127; two bytes from there
to 32639, 128 + (n - 128) // 256 and (n - 128) % 256; beyond that, 255 and three bytes, the highest
first. The same codes give the source by the first entry of each symbol and, by the second, the
folded text that phrases are compared with: characters fold one by one.

A posting is a section and a code of its term frequency. Frequencies are in eighths: codes up to 127
are the number itself; above, each power of two has 32 steps, up to code 252 (rounded down).

A list of at most 128 postings, or of at most one in 192 sections of the segment, is a stream of
bits, the lowest first; the last byte is filled with zeros. Each posting is its gap (the number of
sections skipped since the posting before) and its code. A gap is w (4 bits) and gap + 1 - 2**w (w
bits), or 15 and the gap (32 bits). A code is 0 (1 bit) for 8, which is a frequency of 1; or 1 and n
(4 bits) for 16 + 8 * n; or 1, 15 and the code (8 bits).

A longer list consists of blocks, one for each range of 256 sections that has any posting: number of
blocks, size of the directory, directory, data. A block's entry in the directory has 16 bits. From
the lowest on, they are the number of codes other than 8 (3 bits), the number of postings minus 1 (5
bits), the number of ranges skipped (2 bits), and q (6 bits) with q/63 >= tf / (tf + norm) for all
postings. The greatest value of one of the first three means "this many or more"; the excess follows
the 16 bits. norm is that of `indexer.kernel.bm25`, with the average length in this segment. The
data of a block are the sections with code 8, the other sections, and the codes of these. A section
is the low byte of its number.

If the average length A of a collection differs from the average a of the segment, the bound becomes
q/63 * max(1, A/a) (`indexer.kernel.bm25.bound_scale`).
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from indexer.errors import IndexDamaged, IndexIncompatible
from indexer.kernel.types import Buffer

VERSION = 3
ALIGNMENT = 64
_HEAD = struct.Struct("<6sH")
_FOOT = struct.Struct("<QII4s")
_MAGIC = b"PSCOLS"
_END = b"PEND"


def write_columns(path: Path, columns: Mapping[str, Buffer], facts: Mapping[str, Any]) -> None:
    """Writes ``columns`` and ``facts`` to a new file ``path``, which must not exist.

    The caller flushes it to disk.
    """
    places: dict[str, tuple[int, int]] = {}
    with path.open("xb") as file:
        file.write(_HEAD.pack(_MAGIC, VERSION))
        for name, column in columns.items():
            file.write(bytes(-file.tell() % ALIGNMENT))
            places[name] = (file.tell(), len(column))
            file.write(column)
        directory = json.dumps({"columns": places, "facts": facts}, sort_keys=True).encode()
        foot = _FOOT.pack(file.tell(), len(directory), zlib.crc32(directory), _END)
        file.write(directory + foot)


class ColumnFile:
    """A file of columns, mapped into memory. Raises IndexDamaged, IndexIncompatible."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size < _HEAD.size + _FOOT.size:
                raise IndexDamaged(f"{path.name} is cut off")
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._all = memoryview(self._map)
        self.columns: dict[str, memoryview] = {}
        try:
            directory = self._directory()
            self.facts: dict[str, Any] = directory["facts"]
            for name, (offset, size) in directory["columns"].items():
                self.columns[name] = self._column(offset, size)
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            self.close()
            raise IndexDamaged(f"{path.name} cannot be read: {error}") from None
        except BaseException:
            self.close()
            raise

    def _directory(self) -> Any:
        magic, version = _HEAD.unpack_from(self._all)
        offset, size, crc, end = _FOOT.unpack_from(self._all, len(self._all) - _FOOT.size)
        if magic != _MAGIC or end != _END:
            raise ValueError("it is no file of columns")
        if version != VERSION:
            raise IndexIncompatible(f"{self.path.name} has format {version}, not {VERSION}")
        with self._column(offset, size) as directory:
            if zlib.crc32(directory) != crc:
                raise ValueError("the checksum of its directory differs")
            return json.loads(bytes(directory))

    def _column(self, offset: int, size: int) -> memoryview:
        if offset < 0 or size < 0 or offset + size > len(self._all) - _FOOT.size:
            raise ValueError("a column lies outside the file")
        return self._all[offset : offset + size]

    def close(self) -> None:
        """Unmaps the file; its columns must not be used any more.

        Columns that another thread still reads stay mapped until it is done.
        """
        views, self.columns = [*self.columns.values(), self._all], {}
        with suppress(BufferError):
            for view in views:
                view.release()
            self._map.close()
