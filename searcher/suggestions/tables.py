"""The tables of characters in ``data/``, each read when it is first needed.

A file is UTF-8 text. Lines that begin with ``#`` are comments; all other lines list words in order.
"""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).with_name("data")


def read_table(name: str) -> list[list[str]]:
    """Returns the words of each line of the file ``name``, without comments and empty lines."""
    lines = (_FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [line.split() for line in lines if line and not line.startswith("#")]
