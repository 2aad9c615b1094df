"""A character in its place on a page, as readers of pages give it."""

from __future__ import annotations

from typing import NamedTuple


class Glyph(NamedTuple):
    """A character with its left and right edge, its baseline and its size."""

    char: str
    left: float
    right: float
    base: float
    em: float  # the height of the type, used for rows without a Han character
    turn: float = 0.0  # the direction of its line in quarter turns; places are along that line
