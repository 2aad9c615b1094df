"""Reads the wording of a text clause by clause, as ``wording.c`` does.

The wording consists of letters, digits and Chinese characters, by the table of
`indexer.kernel.plain.analyse`. Blanks and zero-width characters are skipped; any other character
ends a clause.
"""

from __future__ import annotations

import re
from array import array
from zlib import crc32

from indexer.kernel.constants import BLANK, NOTHING
from indexer.kernel.plain.analyse import Table, Unknown
from indexer.kernel.types import Buffer

_HIDDEN = re.compile("[\u200b-\u200f\u2060\ufeff]")


def wording(table: Buffer, text: str) -> tuple[bytes, bytes, int] | None:
    """Returns the wording in UTF-8, the CRC-32 of each clause, and the number of characters.

    A lone surrogate becomes a question mark. The result is None if a character is unknown. The CRCs
    are those of zlib, 32 bits each; indexes store them, so that another hash would be another
    format.
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
