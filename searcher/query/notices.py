"""Notices: what a person should know about an answer, since nothing is dropped or guessed silently.

Everything here is pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["recognised", "not held", "unknown words", "read as text", "nothing left"]


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence about an answer that a person should read beside its hits.

    ``kind`` is "recognised" for a name that the query has in another form; "not held" for a number,
    law or article that the index does not have; "unknown words" where none of the query's rare
    words occurs; "read as text" for what looks like an operator and is none; "nothing left" for
    filters that no match passes. ``text`` says it in a sentence.
    """

    kind: Kind
    text: str
