"""The result of a reader: the text of a file, and warnings about what the text lacks."""

from __future__ import annotations

from dataclasses import dataclass, replace

_MOST_OF_A_KIND = 8  # warnings with one code that a file gives one by one

# Every code with its message; {n} stands for the count and {detail} for the detail.
MESSAGES = {
    "misnamed": "the file is {detail}, whatever its name says, and was read as such",
    "replaced-bytes": "bytes that are no characters, shown as U+FFFD: {n} (first: {detail})",
    "dropped-controls": "control characters that were dropped: {n}",
    "no-text": "gave no text",
    "unreadable-text": "has text that is not readable (a font without Unicode)",
    "turned-text": "characters of watermarks that were left out: {n}",
    "stamps": "characters of annotations and form fields, added behind the page: {n}",
    "no-numbers": "automatic numbers of paragraphs that are not read: {n}; save the file as .docx",
    "no-notes": "footnotes that were left out: {n}",
    "no-part": "{detail} could not be read and was left out",
    "broken-part": "{detail} is broken; the text before it was kept",
    "ocr": "was read by optical character recognition and may hold errors",
}


@dataclass(frozen=True, slots=True)
class ReadWarning:
    """One thing that a reader left out, capped or guessed.

    ``code`` is a key of MESSAGES, stable for programs; ``place`` names the page or part, empty for
    the whole file; ``count`` says how many times it happened; ``detail`` completes the message.
    """

    code: str
    place: str = ""
    count: int = 1
    detail: str = ""

    @property
    def message(self) -> str:
        """The warning as one line for a person."""
        said = MESSAGES[self.code].format(n=self.count, detail=self.detail)
        return f"{self.place}: {said}" if self.place else said


class Warnings:
    """Collects the warnings of one file."""

    def __init__(self) -> None:
        self._found: dict[str, list[ReadWarning]] = {}

    def add(self, code: str, place: str = "", count: int = 1, detail: str = "") -> None:
        """Note a warning; a count of 0 notes nothing."""
        if count:
            assert code in MESSAGES
            self._found.setdefault(code, []).append(ReadWarning(code, place, count, detail))

    def extend(self, warnings: tuple[ReadWarning, ...], place: str) -> None:
        """Note the ``warnings`` of a part of the file that is called ``place``."""
        for warning in warnings:
            where = f"{place}, {warning.place}" if warning.place else place
            self._found.setdefault(warning.code, []).append(replace(warning, place=where))

    def all(self) -> tuple[ReadWarning, ...]:
        """Returns the warnings in the order of their first codes.

        Many of one code become a single one with the sum of their counts.
        """
        return tuple(warning for each in self._found.values() for warning in _summed(each))


def _summed(found: list[ReadWarning]) -> list[ReadWarning]:
    if len(found) <= _MOST_OF_A_KIND:
        return found
    first, *others = found
    place = f"{first.place} and {len(others)} others" if first.place else ""
    return [replace(first, place=place, count=sum(warning.count for warning in found))]


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a file, as one string.

    ``format`` is one of FORMATS. A text or Markdown file comes exactly as decoded, with its line
    ends and without its byte order mark; the other formats give one line per paragraph, each
    ended by ``\\n``. ``encoding`` is the Python codec that decoded a text, Markdown or HTML file,
    None for the formats that state their own encoding. ``warnings`` tell what the text lacks.
    """

    text: str
    format: str
    encoding: str | None = None
    warnings: tuple[ReadWarning, ...] = ()
