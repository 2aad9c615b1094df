"""Numbers that the compiled kernel, the plain kernel and their callers share.

The C files repeat those that they need; tests check that both kernels give the same bytes.
"""

from __future__ import annotations

GONE = 2**32 - 1
"""The new number of a section that a merge leaves out."""

# --- characters -----------------------------------------------------------------------------------

CHARACTERS = 0x20000
"""Characters in the table by which texts are folded and cut, and in that of the classes."""

SELECTORS = (0xE0100, 0xE01EF)
"""The variation selectors behind the table, first and last. They fold to nothing."""

NOTHING, LETTER, DIGIT, HAN, BLANK = range(5)
"""The kinds of characters."""

KNOWN = 1 << 31
"""The bit of an entry of the table that is set where the character is known."""

KIND = 24
"""The lowest bit of the kind in an entry; below are 21 bits of what the character folds to."""

LAST_HAN = 0x3FFFF
"""The last Chinese character; all behind the table up to it are Chinese."""

FIRST, LAST = 0x4E00, 0x9FD5
"""The first and the last character that jieba cuts; any other is a word of its own."""

SPLIT = 0x8000
"""The bit in the value of a word that the hidden Markov model must not make."""

# --- postings -------------------------------------------------------------------------------------

DICT_BLOCK = 32
"""Terms of a dictionary that share front coding."""

INDEX_ENTRY = 3
"""Numbers of 64 bits in the index of a dictionary for each block of terms."""


def _eighths(code: int) -> int:
    if code < 128:
        return code
    group, step = divmod(code - 128, 32)
    return (128 << group) + step * (4 << group)


TF_EIGHTHS = tuple(_eighths(code) for code in range(256))
"""The term frequency that each code stands for, in eighths."""

TF_VALUE = tuple(eighths / 8.0 for eighths in TF_EIGHTHS)
"""The term frequency that each code stands for."""
