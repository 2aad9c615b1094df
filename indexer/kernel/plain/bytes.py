"""Reads numbers and bytes from memory that may be damaged, as ``bytes.h`` does."""

from __future__ import annotations

from indexer.kernel.types import Buffer


class Reader:
    """Reads LEB128 numbers and bytes one after the other. Raises ValueError past the end."""

    def __init__(self, data: Buffer, start: int = 0, end: int | None = None) -> None:
        self.data = data
        self.at = start
        self.end = len(data) if end is None else end

    def byte(self) -> int:
        """Returns the next byte. Raises ValueError past the end."""
        if self.at >= self.end:
            raise ValueError("postings are damaged")
        self.at += 1
        return self.data[self.at - 1]

    def number(self) -> int:
        """Returns the next LEB128 number. Raises ValueError past the end or if it is too long."""
        value = 0
        for shift in range(0, 35, 7):
            byte = self.byte()
            value |= (byte & 127) << shift
            if byte < 128:
                if value >= 2**32:
                    break
                return value
        raise ValueError("a number is damaged")

    def bytes(self, size: int) -> bytes:
        """Returns the next ``size`` bytes. Raises ValueError if there are fewer."""
        if size > self.end - self.at:
            raise ValueError("postings are damaged")
        self.at += size
        return bytes(self.data[self.at - size : self.at])


def put_number(out: bytearray, value: int) -> None:
    """Appends ``value`` to ``out`` as a LEB128 number."""
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
