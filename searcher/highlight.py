"""Stand-in until the real one lands."""

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class Snippet:
    """x"""

    text: str
    highlights: tuple[tuple[int, int], ...]

    def html(self) -> str:
        return escape(self.text)

    def ansi(self) -> str:
        out = []
        last = 0
        for a, b in self.highlights:
            out.append(self.text[last:a] + "\x1b[1;31m" + self.text[a:b] + "\x1b[0m")
            last = b
        return "".join(out) + self.text[last:]
