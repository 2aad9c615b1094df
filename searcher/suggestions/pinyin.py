"""Chinese characters and their readings, in pinyin without tones.

The letter v stands for ü. ``data/pinyin.txt`` has the characters of each syllable; a character that
is not there has no reading.
"""

from __future__ import annotations

import re
from functools import cache

from searcher.suggestions.tables import read_table

# The beginnings of syllables that many speakers do not distinguish.
_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))
_LONGEST = 6  # letters of a syllable


@cache
def _by_syllable() -> dict[str, str]:
    return dict(read_table("pinyin.txt"))


@cache
def _by_character() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for syllable, characters in _by_syllable().items():
        for char in characters:
            found[char] = (*found.get(char, ()), syllable)
    return found


@cache
def _by_sound() -> dict[str, str]:
    found: dict[str, str] = {}
    for syllable, characters in _by_syllable().items():
        found[sound_of(syllable)] = found.get(sound_of(syllable), "") + characters
    return found


def syllables_of(char: str) -> tuple[str, ...]:
    """Returns the syllables that ``char`` can be read as; () if none is known."""
    return _by_character().get(char, ())


def characters_read(syllable: str) -> str:
    """Returns the characters that can be read as ``syllable``; "" if it is no syllable.

    Common characters come first, in the order of GB 2312.
    """
    return _by_syllable().get(syllable, "")


def characters_sounding_like(syllable: str) -> str:
    """Returns the characters with readings that many speakers do not distinguish from ``syllable``.

    Characters with exactly this reading are included.
    """
    return _by_sound().get(sound_of(syllable), "")


def sound_of(syllable: str) -> str:
    """Returns one form for all syllables that many speakers do not distinguish.

    In this form, ``syllable`` has z for zh, c for ch, s for sh and l for n at the beginning, and n
    for ng at the end.
    """
    for written, spoken in _INITIALS:
        if syllable.startswith(written):
            syllable = spoken + syllable[len(written) :]
            break
    return syllable[:-1] if syllable.endswith("ng") else syllable


def split_pinyin(text: str) -> list[str] | None:
    """Returns the syllables of ``text``; None if it cannot be cut into syllables.

    ``text`` has letters in lower case; blanks or apostrophes may separate syllables. Of several
    ways to cut it, the one with the fewest syllables is taken, and of these the one with the
    longest first ones: xian is one syllable, xi'an two.
    """
    syllables: list[str] = []
    for part in re.split(r"[\s']+", text.strip()):
        found = _split(part)
        if found is None:
            return None
        syllables += found
    return syllables


def _split(letters: str) -> list[str] | None:
    known = _by_syllable()
    # best[i] is the best way to cut the letters from i on.
    best: list[list[str] | None] = [None] * len(letters) + [[]]
    for start in range(len(letters) - 1, -1, -1):
        for end in range(min(len(letters), start + _LONGEST), start, -1):
            rest = best[end]
            syllable = letters[start:end]
            if rest is None or syllable not in known:
                continue
            chosen = best[start]
            if chosen is None or len(rest) + 1 < len(chosen):
                best[start] = [syllable, *rest]
    return best[0]
