"""The wording of a text, clause by clause, as ``wording.c`` reads it.

What counts are letters, digits and Chinese characters, as the table of
`indexer.kernel.plain.analyse` has it. Blanks and zero-width characters are passed over; any other
character ends a clause."""

from __future__ import annotations

import re
from array import array
from zlib import crc32

from indexer.kernel.constants import BLANK, NOTHING
from indexer.kernel.plain.analyse import Table, Unknown
from indexer.kernel.types import Buffer

_HIDDEN = re.compile("[\u200b-\u200f\u2060\ufeff]")


def wording(table: Buffer, text: str) -> tuple[bytes, bytes, int] | None:
    """The wording in UTF-8, the CRC-32 of each clause (32 bits each), the wording's characters.

    Half a surrogate is written as a question mark. None where a character is unknown.
    """
    kinds = Table(table)
    clauses = [""]
    try:
        for char in text:
            kind = kinds.kind(char)
            if kind == NOTHING and not _HIDDEN.match(char):
                clauses.append("")
            elif kind not in (NOTHING, BLANK):
                clauses[-1] += char
    except Unknown:
        return None
    encoded = [clause.encode("utf-8", "replace") for clause in clauses if clause]
    hashes = array("I", map(crc32, encoded))
    return b"".join(encoded), hashes.tobytes(), sum(map(len, clauses))
