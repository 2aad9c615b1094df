"""Logs the terms of sections, as ``log_terms.c`` does."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence

from indexer.kernel.constants import CHARACTERS, GONE
from indexer.kernel.types import Buffer


class Inverter:
    """The log of added sections: for each, its terms with their frequencies in eighths."""

    def __init__(self) -> None:
        self.sections: list[dict[bytes, int]] = []
        self.lengths: list[int] = []

    def add(self, parts: list[list[bytes]], weights: Buffer, sections: Buffer) -> None:
        """Adds sections, each with the terms of the parts that it names.

        A part that is named several times counts as often. Raises ValueError if the arguments do
        not belong together.
        """
        numbers = array("I", bytes(sections))
        if len(parts) != len(weights) or 0 in bytes(weights):
            raise ValueError("parts, weights and sections do not belong together")
        for named in list(_named(numbers, len(parts))):
            section: Counter[bytes] = Counter()
            for part in named:
                for term in parts[part]:
                    section[term] += weights[part]
            self.sections.append(section)
            self.lengths.append(min(section.total(), GONE))


def _named(numbers: Sequence[int], parts: int) -> Iterator[Sequence[int]]:
    at = 0
    while at < len(numbers):
        end = at + 1 + numbers[at]
        named = numbers[at + 1 : end]
        if end > len(numbers) or any(part >= parts for part in named):
            raise ValueError("parts, weights and sections do not belong together")
        yield named
        at = end


def inverter(seed: int) -> Inverter:
    """Returns an empty log.

    The ``seed`` makes the hashing of the compiled kernel unpredictable; it is ignored here.
    """
    del seed
    return Inverter()


def _split(parts: Buffer, weights: Buffer) -> list[bytes]:
    return bytes(parts).split(b"\1") if parts or weights else []


def add_words(log: Inverter, parts: Buffer, weights: Buffer, sections: Buffer) -> None:
    """Adds sections that rank by words.

    ``parts`` are words in UTF-8, with NUL between words and 1 between parts. ``weights`` has the
    weight of an occurrence in each part, in eighths (8 bits each). ``sections`` has for each
    section the number of its parts, followed by their numbers (32 bits each). Raises ValueError if
    these do not belong together.
    """
    every = _split(parts, weights)
    log.add([[word for word in part.split(b"\0") if word] for part in every], weights, sections)


def add_bigrams(
    log: Inverter, parts: Buffer, weights: Buffer, sections: Buffer, classes: Buffer
) -> None:
    """Adds sections that rank by bigrams: as `add_words`, but the parts are texts.

    ``classes`` has a byte for every character below U+20000: 1 for a letter or digit, 3 for Han, 0
    for any other. Characters from there to U+3FFFF are Han. A bigram ranks if neither character has
    0 and one is Han. Raises ValueError if the arguments do not belong together.
    """
    if len(classes) != CHARACTERS:
        raise ValueError("a table of 131072 classes is wanted")
    every = _split(parts, weights)
    log.add([list(_ranked_bigrams(part, classes)) for part in every], weights, sections)


def _ranked_bigrams(text: bytes, classes: Buffer) -> Iterator[bytes]:
    before, previous = 0, ""
    for character in text.decode("utf-8", "surrogatepass"):
        code = ord(character)
        now = classes[code] if code < CHARACTERS else 3 if code < 0x40000 else 0
        if before and now and before | now == 3:
            yield (previous + character).encode("utf-8", "surrogatepass")
        before, previous = now, character
