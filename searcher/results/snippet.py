"""A piece of text with its highlights, as it is shown. Spans are half-open, in characters."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.kernel import kernel
from indexer.kernel.types import Match, pack_matches

_CONTROLS = (*range(9), 0xB, 0xC, *range(0xE, 0x20), *range(0x7F, 0xA0))
_DIRECTIONS = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
HARMLESS = dict.fromkeys((*_CONTROLS, *_DIRECTIONS, *range(0xD800, 0xE000)), "\ufffd")
_ENTITIES = HARMLESS | str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"}
)
_FOR_TERMINALS = HARMLESS | {ord("\r"): "\ufffd"}
# The characters that these tables change; most texts have none of them.
_CHANGED = re.compile(
    "[&<>\"'\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069\\ud800-\\udfff]"
)
_ANSI_ON, _ANSI_OFF = "\x1b[1;33m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of text with the spans to highlight: sorted, disjoint, none empty."""

    text: str
    highlights: tuple[tuple[int, int], ...] = ()

    def pieces(self) -> Iterator[tuple[str, bool]]:
        """Yields the text in pieces with True if the piece is highlighted; no piece is empty."""
        done = 0
        for start, end in self.highlights:
            if done < start:
                yield self.text[done:start], False
            yield self.text[start:end], True
            done = end
        if done < len(self.text):
            yield self.text[done:], False

    def html(self, tag: str = "mark") -> str:
        """Returns HTML whose only markup is a ``tag`` around each highlight.

        Controls, marks of direction and lone surrogates become U+FFFD, as in `ansi`.
        """
        return self._marked(f"<{tag}>", f"</{tag}>", _ENTITIES)

    def ansi(self) -> str:
        """Returns text for a terminal, highlights in bold yellow, without any other control."""
        return self._marked(_ANSI_ON, _ANSI_OFF, _FOR_TERMINALS)

    def _marked(self, before: str, after: str, table: dict[int, str]) -> str:
        if _CHANGED.search(self.text):
            pieces = ((piece.translate(table), lit) for piece, lit in self.pieces())
            return "".join(f"{before}{piece}{after}" if lit else piece for piece, lit in pieces)
        parts: list[str] = []
        done = 0
        for start, end in self.highlights:
            parts += self.text[done:start], before, self.text[start:end], after
            done = end
        return "".join((*parts, self.text[done:]))


def pack_weights(weights: Sequence[float]) -> bytes:
    """Returns weights of needles, none of them negative, in the form that `make_snippet` takes.

    They are rounded to a millionth of the heaviest: sums of whole numbers are exact.
    """
    heaviest = max(weights, default=0) or 1
    return array("I", [round(weight / heaviest * 1_000_000) for weight in weights]).tobytes()


def make_snippet(
    text: str, matches: Sequence[Match], weights: Sequence[float], width: int = 120
) -> Snippet:
    """Returns the stretch of ``text``, at most ``width`` wide, that shows sorted ``matches`` best.

    `indexer.kernel.plain.snippet` defines which is best.
    """
    packed = pack_matches(matches)
    shown, highlights, _ = kernel.snippet(text, packed, pack_weights(weights), width)
    return Snippet(shown, highlights)
