"""Making the dictionary of an index: jieba's own, and the words a user adds to it."""

from __future__ import annotations

import hashlib
import re
from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from math import log
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from indexer.codec.cutting import FIRST, LAST, SPLIT
from indexer.codec.layout import Buffer, write_columns
from indexer.dictionary import Dictionary
from indexer.errors import IndexIncompatible, SourceError, SourceTooLarge, UndecodableText
from indexer.normalize import HAN, arabic, fold

if TYPE_CHECKING:
    import jieba

_MOST_BYTES = 32_000_000  # of a user's dictionary
_MOST_CHARACTERS = 100  # of a word: each costs at every place where it might stand
_MOST_WEIGHTS = SPLIT - 1
_FREQUENCY = 10**12  # the highest; that of all words of jieba together is 60 million

_LINE = re.compile(r"(?P<word>\S.*?)(?:\s+(?P<frequency>[0-9]+))?(?:\s+[a-z]+)?", re.ASCII)
_NOT_WORD = re.compile(rf"[{HAN}]+\s")
_CUT = re.compile(f"[{chr(FIRST)}-{chr(LAST)}]+")
_STATES = "BEMS"
_NEVER = -3.14e100  # finalseg's MIN_FLOAT


class UserWord(NamedTuple):
    """A word, folded, and how frequent it is; None: enough to be cut out of what stands around."""

    text: str
    frequency: int | None


@dataclass(frozen=True, slots=True)
class UserDictionary:
    """What a user adds to jieba's dictionary. Equal digests, equal words.

    ``idle`` are those that are not all Chinese characters: texts are cut at letters and digits
    before the dictionary is asked, so that they can never be found.
    """

    path: Path
    digest: str
    words: tuple[UserWord, ...]

    @property
    def idle(self) -> tuple[str, ...]:
        """The words that have no effect."""
        return tuple(word.text for word in self.words if not _CUT.fullmatch(word.text))


def read_user_dictionary(path: Path) -> UserDictionary:
    """The dictionary in a file of jieba's format: a word a line, then its frequency, then a tag.

    UTF-8. The frequency may be left out; at 0, the word is not to be made at all. The tag says
    nothing here. Raises SourceError, which names the line.
    """
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= _MOST_BYTES else b""
    except OSError as error:
        raise SourceError(path, error.strerror or str(error)) from error
    if size > _MOST_BYTES:
        raise SourceTooLarge(path, f"is larger than {_MOST_BYTES:,} bytes")
    words = []
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        try:
            text = line.decode().strip()
        except UnicodeDecodeError:
            raise UndecodableText(path, f"line {number} is not UTF-8") from None
        if text:
            words.append(_user_word(path, number, text))
    digest = hashlib.sha256(repr(words).encode()).hexdigest()
    return UserDictionary(path, digest, tuple(words))


def _user_word(path: Path, number: int, line: str) -> UserWord:
    match = _LINE.fullmatch(line)
    if not match or _NOT_WORD.match(match["word"]):
        raise SourceError(path, f"line {number} is not a word, a frequency and a tag: {line[:40]}")
    if len(match["word"]) > _MOST_CHARACTERS:
        raise SourceError(path, f"the word in line {number} has over {_MOST_CHARACTERS} characters")
    frequency = match["frequency"]
    if frequency and (len(frequency) > len(str(_FREQUENCY)) or int(frequency) > _FREQUENCY):
        raise SourceError(path, f"the frequency in line {number} is over {_FREQUENCY:,}")
    word = UserWord(arabic(fold(match["word"])), int(frequency) if frequency else None)
    if not word.text.strip():
        raise SourceError(path, f"line {number} has no word: {line[:40]}")
    return word


class Tables(NamedTuple):
    """A dictionary ready to be written."""

    columns: Mapping[str, Buffer]
    facts: Mapping[str, Any]

    def write(self, path: Path) -> None:
        """Write its file, which must not exist."""
        write_columns(path, self.columns, self.facts)


def make_tables(user: UserDictionary | None = None) -> Tables:
    """jieba's dictionary with a user's words in it, as ``jieba.load_userdict`` adds them.

    Takes a second the first time. Raises SourceError where the user's words are too many.
    """
    if user is None:
        return _tables((), "", "")
    try:
        return _tables(user.words, user.path.name, user.digest)
    except OverflowError:
        reason = f"has more than {_MOST_WEIGHTS:,} different frequencies"
        raise SourceError(user.path, reason) from None


@lru_cache(4)
def _tables(words: tuple[UserWord, ...], name: str, digest: str) -> Tables:
    tokenizer = jieba_tokenizer()
    forced = frozenset(text for text, frequency in words if frequency == 0)
    for text, frequency in words:
        if frequency == 0:  # jieba's add_word would note it for the whole process
            tokenizer.FREQ[text] = 0
            for end in range(1, len(text)):
                tokenizer.FREQ.setdefault(text[:end], 0)
        else:
            tokenizer.add_word(text, frequency)
    made_of = [_name(tokenizer), f"{name} {digest[:12]}"] if digest else [_name(tokenizer)]
    facts = {"name": " and ".join(made_of), "user": digest, "forced": bool(forced)}
    return Tables(_columns(tokenizer, forced), facts)


def jieba_tokenizer() -> jieba.Tokenizer:
    """jieba itself, its dictionary read from its package and never from the cache it keeps.

    That is a marshal file under a predictable name in the shared temporary folder: whoever writes
    it first owns the process that reads it.
    """
    import jieba

    tokenizer = jieba.Tokenizer()
    with tokenizer.get_dict_file() as file:
        tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(file)
    tokenizer.initialized = True
    return tokenizer


def _name(tokenizer: jieba.Tokenizer) -> str:
    import jieba

    with tokenizer.get_dict_file() as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    return f"jieba {jieba.__version__} {digest[:12]}"


def _columns(tokenizer: jieba.Tokenizer, forced: frozenset[str]) -> dict[str, Buffer]:
    frequencies: dict[str, int] = tokenizer.FREQ
    levels = _levels(frequencies)
    nodes = [node for level in levels for node in level]
    found = [frequencies.get(node, 0) for node in nodes]
    known = sorted({*found} - {0})
    if len(known) > _MOST_WEIGHTS:
        raise OverflowError
    numbers = {frequency: number for number, frequency in enumerate([0, *known])}
    values = array("H", map(numbers.__getitem__, found))
    if forced:
        for ordinal, node in enumerate(nodes):
            values[ordinal] |= SPLIT * (node in forced)
    total = log(tokenizer.total)
    return {
        "trie.characters": "".join([node[-1] for node in nodes]).encode("utf-16-le"),
        "trie.children": _children(levels).tobytes(),
        "trie.values": values.tobytes(),
        "weights": array("d", [log(frequency) - total for frequency in [1, *known]]).tobytes(),
        **_model(),
    }


def _levels(frequencies: Mapping[str, int]) -> list[list[str]]:
    """The beginnings of words by length, all single characters first, each length in order."""
    levels = [list(map(chr, range(FIRST, LAST + 1)))]
    longer = sorted(node for node in frequencies if len(node) > 1 and _CUT.fullmatch(node))
    for node in sorted(longer, key=len):
        if len(node) > len(levels):
            levels.append([])
        levels[-1].append(node)
    return levels


def _children(levels: list[list[str]]) -> array[int]:
    starts = accumulate(map(len, levels))
    children = array("I")
    for level, below, start in zip(levels, [*levels[1:], []], starts, strict=True):
        counts = Counter(node[:-1] for node in below)
        children.extend(list(accumulate([counts[node] for node in level], initial=start))[:-1])
    children.append(sum(map(len, levels)))
    return children


def _model() -> dict[str, Buffer]:
    from jieba.finalseg import emit_P, start_P, trans_P

    model = array("d", [start_P[state] for state in _STATES])
    for state in _STATES:
        model.extend(trans_P[state].get(following, _NEVER) for following in _STATES)
    emissions = array("d")
    for char in map(chr, range(FIRST, LAST + 1)):
        emissions.extend(emit_P[state].get(char, _NEVER) for state in _STATES)
    return {"model": model.tobytes(), "emissions": emissions.tobytes()}


def check_words(dictionary: Dictionary, user: UserDictionary) -> None:
    """Raises IndexIncompatible if an index with this dictionary has other words of a user."""
    if dictionary.user != user.digest:
        raise IndexIncompatible(
            f"the index was made without the words that {user.path} has now: "
            "run `policysearch index --rebuild`"
        )
