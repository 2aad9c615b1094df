"""Text to terms: jieba words for meaning, character bigrams for what words miss.

Words are jieba's, default mode, over runs of Chinese characters; digits and letters are cut here,
because jieba and rjieba differ on them. rjieba cuts some ten times as fast with the same words on
such runs; jieba is the reference, and the fallback where rjieba is not installed.

Bigrams are pairs of neighbouring characters of the squeezed text. Those that rank are indexed: they
find what the segmentation hides, and the sections where a phrase may stand.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from importlib.metadata import version
from importlib.util import find_spec
from typing import NamedTuple

from indexer.normalize import HAN, arabic, fold, squeeze

Cut = Callable[[str], list[str]]

# To be raised when documents are read, folded or cut otherwise in a way that patterns do not show:
# an index made before asks to be rebuilt.
RULES = 3
_DICTIONARY_TOTAL = 60_101_967  # all frequencies of jieba's dictionary, added up

_RUN = re.compile(rf"([{HAN}]+)|\d+(?:\.\d+)*|[^\W\d_{HAN}]+")
# Both characters must be letters, digits or Han, and one of them Han, for a bigram to say
# something of a text's subject.
_RANKED = re.compile(rf"[{HAN}][\w{HAN}]|\w[{HAN}]")


@dataclass(frozen=True, slots=True)
class Segmenter:
    """A word cutter. ``name`` says which, of what version and dictionary; ``load`` gives ``cut``.

    Loading takes 0.1 s (rjieba) to 1 s (jieba), so it waits for the first text to cut.
    ``load_dictionary`` gives what cuts by the dictionary alone, guessing no new words, and how
    often the texts that the dictionary was made from have a word of it.
    """

    name: str
    load: Callable[[], Cut]
    load_dictionary: Callable[[], tuple[Cut, Callable[[str], int]]]


def rjieba_segmenter() -> Segmenter:
    """rjieba, whose dictionary is compiled in."""

    def load() -> Cut:
        import rjieba

        cut: Cut = rjieba.cut
        return cut

    def load_dictionary() -> tuple[Cut, Callable[[str], int]]:
        import rjieba

        def frequency(word: str) -> int:
            return rjieba.suggest_freq(word) if rjieba.has_word(word) else 0

        return partial(rjieba.cut, hmm=False), frequency

    return Segmenter(f"rjieba {version('rjieba')}", load, load_dictionary)


def jieba_segmenter() -> Segmenter:
    """jieba itself, its dictionary read from its package and never from a cache file.

    jieba caches a marshal file under a predictable name in the shared temporary folder:
    whoever writes it first owns the process that reads it.
    """
    import jieba

    tokenizer = jieba.Tokenizer()
    with tokenizer.get_dict_file() as dictionary:
        digest = hashlib.sha256(dictionary.read()).hexdigest()

    def load() -> Cut:
        with tokenizer.get_dict_file() as dictionary:
            tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(dictionary)
        tokenizer.initialized = True
        cut: Cut = tokenizer.lcut
        return cut

    def load_dictionary() -> tuple[Cut, Callable[[str], int]]:
        load()
        return partial(tokenizer.lcut, HMM=False), lambda word: tokenizer.FREQ.get(word, 0)

    return Segmenter(f"jieba {version('jieba')} {digest[:12]}", load, load_dictionary)


@cache
def segmenter() -> Segmenter:
    """The segmenter of this process: rjieba where it is installed, else jieba."""
    return rjieba_segmenter() if find_spec("rjieba") else jieba_segmenter()


@cache
def _cut() -> Cut:
    return segmenter().load()


def cut_words(text: str) -> list[str]:
    """``text`` cut by the segmenter, blanks and punctuation kept: joined, the pieces are it."""
    return _cut()(text)


@cache
def _dictionary() -> tuple[Cut, Callable[[str], int]]:
    return segmenter().load_dictionary()


def cut_known(text: str) -> list[str]:
    """``text`` cut into words of the segmenter's dictionary and single characters."""
    return _dictionary()[0](text)


def usual(word: str) -> float:
    """The share a word has of the texts that the segmenter's dictionary was made from."""
    return _dictionary()[1](word) / _DICTIONARY_TOTAL


def words(folded: str) -> list[str]:
    """The words of a folded text, in order, repeats included: numbers in digits, lower case."""
    found: list[str] = []
    cut = _cut()
    for match in _RUN.finditer(arabic(folded)):
        if match[1]:
            found += cut(match[1])
        else:
            found.append(match[0])
    return found


def bigrams(squeezed: str) -> list[str]:
    """The bigrams of a squeezed text, the one at position i beginning at its character i."""
    return list(map(str.__add__, squeezed, squeezed[1:]))


def ranked(bigrams: list[str]) -> list[str]:
    """Those bigrams that rank: Han with Han, letter or digit."""
    return [bigram for bigram in bigrams if _RANKED.match(bigram)]


@cache
def fingerprint() -> str:
    """What terms depend on: equal fingerprints, equal terms. Every index states it."""
    rules = hashlib.sha256(f"{RULES} {_RUN.pattern} {_RANKED.pattern}".encode()).hexdigest()
    return f"{segmenter().name}, rules {rules[:12]}"


@cache
def classes() -> bytes:
    """What `ranked` takes characters below U+20000 for (`indexer.codec.twin.add_bigrams`)."""
    characters = "".join(map(chr, range(0x20000)))
    table = bytearray(0x20000)
    for pattern, code in ((r"\w+", 1), (f"[{HAN}]+", 3)):
        for match in re.finditer(pattern, characters):
            table[match.start() : match.end()] = bytes([code]) * len(match[0])
    return bytes(table)


# BM25F: what a word weighs in the title and in a heading over the section, the body being 1.
# Eighths are exact.
TITLE_WEIGHT = 1
HEADING_WEIGHT = 1
# A heading with nothing of its own below it says nothing that the sections under it, which have
# it above them, do not: less than one of these that says as much.
BARE_HEADING_WEIGHT = 0.25


class Part(NamedTuple):
    """A part of what a unit ranks by: its words, its squeezed text, the weight of its terms."""

    words: list[str]
    squeezed: str
    weight: float


def analyse(
    context: str, headings: Iterable[str], body: str, *, bare: bool = False
) -> tuple[Part, Part, Part]:
    """A unit's body, its document's context, and the headings it stands under, ready to index.

    The context is the title with what else tells of what the document is about. ``bare`` says that
    the body is but a heading, which ``headings`` then leaves out.
    """
    return (
        _part(body, BARE_HEADING_WEIGHT if bare else 1),
        _part_of_many(context, TITLE_WEIGHT),
        _part_of_many("\n".join(headings), HEADING_WEIGHT),
    )


def _part(text: str, weight: float) -> Part:
    folded = fold(text)
    return Part(words(folded), squeeze(folded), weight)


_part_of_many = lru_cache(256)(_part)  # titles and headings come again, unit after unit
