"""Chinese characters that are mistaken for one another because of their shape."""

from __future__ import annotations

from functools import cache

from searcher.suggestions.tables import read_table


@cache
def _similar() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in read_table("similar_shapes.txt"):
        for group in line:
            for char in group:
                found[char] = found.get(char, "") + group.replace(char, "")
    return found


def similar_shapes(char: str) -> str:
    """Returns the characters that look like ``char``; "" if none is known.

    The relation is symmetric.
    """
    return _similar().get(char, "")
