"""Making the dictionary of an index: jieba's own, and the words a user adds to it."""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from math import log
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from indexer.errors import IndexIncompatible, SourceError, SourceTooLarge, UndecodableText
from indexer.kernel import kernel
from indexer.kernel.constants import FIRST, LAST, SPLIT
from indexer.kernel.types import Buffer
from indexer.segments.format import write_columns
from indexer.text.dictionary import Dictionary
from indexer.text.folding import HAN, arabic, fold

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
    """The words that a user adds to jieba's dictionary. Equal digests, equal words.

    ``idle`` are the words that are not all Chinese characters: texts are cut at letters and digits
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

    Raises SourceError where the user's words are too many.
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
    data = (_jieba() / "dict.txt").read_bytes()
    frequencies, total = _with_words(words) if words else _plain_words(data)
    forced = frozenset(text for text, frequency in words if frequency == 0)
    made_of = [f"jieba {version('jieba')} {hashlib.sha256(data).hexdigest()[:12]}"]
    if digest:
        made_of.append(f"{name} {digest[:12]}")
    facts = {"name": " and ".join(made_of), "user": digest, "forced": bool(forced)}
    return Tables(_columns(frequencies, total, forced), facts)


def _jieba() -> Path:
    """The folder of jieba, which is not imported: that takes longer than making the tables."""
    spec = find_spec("jieba")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def _plain_words(data: bytes) -> tuple[dict[str, int], int]:
    """The words in jieba's dictionary, a word a line with its frequency and a tag; their sum."""
    columns = data.decode().split()
    frequencies = list(map(int, columns[1::3]))
    return dict(zip(columns[::3], frequencies, strict=True)), sum(frequencies)


def _with_words(words: Iterable[UserWord]) -> tuple[dict[str, int], int]:
    """The same with a user's words: jieba says how frequent those are that do not say it."""
    tokenizer = jieba_tokenizer()
    for text, frequency in words:
        if frequency == 0:  # jieba's add_word would note it for the whole process
            tokenizer.FREQ[text] = 0
            for end in range(1, len(text)):
                tokenizer.FREQ.setdefault(text[:end], 0)
        else:
            tokenizer.add_word(text, frequency)
    return tokenizer.FREQ, tokenizer.total


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


def _columns(
    frequencies: Mapping[str, int], total: int, forced: frozenset[str]
) -> dict[str, Buffer]:
    words = sorted(filter(_CUT.fullmatch, frequencies))
    found = list(map(frequencies.__getitem__, words))
    known = sorted({*found} - {0})
    if len(known) > _MOST_WEIGHTS:
        raise OverflowError
    numbers = {frequency: number for number, frequency in enumerate([0, *known])}
    values = array("H", map(numbers.__getitem__, found))
    if forced:
        for place, word in enumerate(words):
            values[place] |= SPLIT * (word in forced)
    text = "".join([word + "\0" for word in words]).encode("utf-16-le")
    characters, children, values_of_nodes = kernel.trie(text, values.tobytes())
    log_total = log(total)
    return {
        "trie.characters": characters,
        "trie.children": children,
        "trie.values": values_of_nodes,
        "weights": array("d", [log(one) - log_total for one in [1, *known]]).tobytes(),
        **_model(),
    }


def _model() -> dict[str, Buffer]:
    starts, changes, emitted = map(_probabilities, ("start", "trans", "emit"))
    model = array("d", [starts[state] for state in _STATES])
    for state in _STATES:
        model.extend(changes[state].get(following, _NEVER) for following in _STATES)
    emissions = array("d", [_NEVER]) * (len(_STATES) * (LAST - FIRST + 1))
    for number, state in enumerate(_STATES):
        for char, probability in emitted[state].items():
            if FIRST <= ord(char) <= LAST:
                emissions[len(_STATES) * (ord(char) - FIRST) + number] = probability
    return {"model": model.tobytes(), "emissions": emissions.tobytes()}


def _probabilities(name: str) -> Any:
    """A table of finalseg's."""
    path = _jieba() / "finalseg" / f"prob_{name}.py"
    spec = spec_from_file_location(f"jieba_prob_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.P


def check_words(dictionary: Dictionary, user: UserDictionary) -> None:
    """Raises IndexIncompatible if an index with this dictionary has other words of a user."""
    if dictionary.user != user.digest:
        raise IndexIncompatible(
            f"the index was made without the words that {user.path} has now: "
            "run `policysearch index --rebuild`"
        )
