"""Documents for growth, made from numbers: the same ones everywhere.

A document is a law of articles. Its words are of jieba's dictionary, the most frequent first, drawn
by Zipf's law in two regimes (Ferrer i Cancho and Solé, 2001): p(rank) falls as rank^-0.7 up to rank
250, as rank^-1.4 after. With lognormal lengths of articles (median 37 words) and of documents
(median 38 articles) this is what 500 Chinese laws and regulations gave.
"""

from __future__ import annotations

import random
import re
from bisect import bisect
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import accumulate
from multiprocessing import get_context
from pathlib import Path

from indexer.text.folding import HAN
from peers.engine import CORES

_RANKS = 200_000
_BREAK, _HEAD, _TAIL = 250, 0.7, 1.4
_WORDS = (3.62, 0.9, 600)  # of an article: mu, sigma, the most
_ARTICLES = (3.63, 0.84, 400)
_CLAUSE = 9  # words from one stop to the next
_DIGITS = "零一二三四五六七八九"


@cache
def _vocabulary() -> tuple[Sequence[str], Sequence[float]]:
    """Words, and what their chances add up to."""
    entry = re.compile(f"([{HAN}]{{1,4}}) ([0-9]+) ")
    text = files("jieba").joinpath("dict.txt").read_text(encoding="utf-8")
    counted = [(int(count), word) for word, count in entry.findall(text)]
    words = [word for _, word in sorted(counted, key=lambda pair: (-pair[0], pair[1]))[:_RANKS]]
    scale = _BREAK ** (_TAIL - _HEAD)
    chances = (
        rank**-_HEAD if rank <= _BREAK else scale * rank**-_TAIL
        for rank in range(1, len(words) + 1)
    )
    return words, list(accumulate(chances))


def document(number: int) -> str:
    """The text of a document."""
    chance = random.Random(number)
    count = _length(chance, *_ARTICLES)
    title = f"{''.join(_draw(chance, 4))}管理条例（第{_numeral(number + 1)}号）"
    articles = (f"第{_numeral(n + 1)}条　{_article(chance)}" for n in range(count))
    return "\n".join((title, *articles)) + "\n"


def _length(chance: random.Random, mu: float, sigma: float, most: int) -> int:
    return min(max(round(chance.lognormvariate(mu, sigma)), 3), most)


def _article(chance: random.Random) -> str:
    words = _draw(chance, _length(chance, *_WORDS))
    clauses = ("".join(words[i : i + _CLAUSE]) for i in range(0, len(words), _CLAUSE))
    return "，".join(clauses) + "。"


def _draw(chance: random.Random, count: int) -> list[str]:
    words, sums = _vocabulary()
    draw, total = chance.random, sums[-1]
    return [words[bisect(sums, draw() * total, 0, len(words) - 1)] for _ in range(count)]


def _numeral(number: int) -> str:
    """A number below 100,000,000 in Chinese."""
    if number >= 10_000:
        high, low = divmod(number, 10_000)
        gap = "零" if 0 < low < 1_000 else ""
        return _numeral(high) + "万" + gap + (_numeral(low) if low else "")
    text, skipped = "", False
    for place, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if digit:
            text += ("零" if skipped and text else "") + _DIGITS[digit] + name
        skipped = not digit
    return text.removeprefix("一") if text.startswith("一十") else text


def write(folder: Path, sections: int) -> int:
    """Write documents until there are ``sections`` articles; how many documents that took."""
    folder.mkdir(parents=True)
    done = documents = 0
    with get_context("spawn").Pool(CORES, _name_folder, (folder,)) as pool:
        while done < sections:
            more = max((sections - done) // 54, 1)  # articles of a document, on average
            done += sum(pool.imap(_write, range(documents, documents + more), 64))
            documents += more
    return documents


def _name_folder(folder: Path) -> None:
    global _folder
    _folder = folder


def _write(number: int) -> int:
    text = document(number)
    place = _folder / f"{number // 1000:04}"
    place.mkdir(exist_ok=True)
    (place / f"{number:07}.txt").write_text(text, encoding="utf-8")
    return text.count("\n") - 1
