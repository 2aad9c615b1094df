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
_MOST_CHARACTERS = 100  # of a word: each makes every place where the word might stand slower
_MOST_WEIGHTS = SPLIT - 1
_FREQUENCY = 10**12  # the highest allowed; all words of jieba together have 60 million

_LINE = re.compile(r"(?P<word>\S.*?)(?:\s+(?P<frequency>[0-9]+))?(?:\s+[a-z]+)?", re.ASCII)
_NOT_WORD = re.compile(rf"[{HAN}]+\s")
_CUT = re.compile(f"[{chr(FIRST)}-{chr(LAST)}]+")
_STATES = "BEMS"
_NEVER = -3.14e100  # finalseg's MIN_FLOAT


class UserWord(NamedTuple):
    """A folded word and its frequency; None stands for enough to be cut out of any text."""

    text: str
    frequency: int | None


@dataclass(frozen=True, slots=True)
class UserDictionary:
    """The words that a user adds to jieba's dictionary; equal digests mean equal words."""

    path: Path
    digest: str
    words: tuple[UserWord, ...]

    @property
    def idle(self) -> tuple[str, ...]:
        """The words that have no effect, because they are not all Chinese characters.

        Texts are cut at letters and digits before the dictionary is asked.
        """
        return tuple(word.text for word in self.words if not _CUT.fullmatch(word.text))


def read_user_dictionary(path: Path) -> UserDictionary:
    """Returns the words in a UTF-8 file of jieba's format.

    Every line has a word, then its frequency, then a tag. The frequency may be left out; 0 says
    that the word is never to be made. The tag is ignored. Raises SourceError, which names the line
    at fault.
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
        """Writes the dictionary to the file ``path``, which must not exist."""
        write_columns(path, self.columns, self.facts)


def make_tables(user: UserDictionary | None = None) -> Tables:
    """Returns jieba's dictionary with the words of ``user``, as ``jieba.load_userdict`` adds them.

    Without ``user``, it is jieba's alone. Raises SourceError if the user's words have too many
    different frequencies.
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
    """Returns the folder of jieba without importing it, which takes longer than the tables do."""
    spec = find_spec("jieba")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def _plain_words(data: bytes) -> tuple[dict[str, int], int]:
    """Returns the words of jieba's dictionary with their frequencies, and the sum of these.

    ``data`` is the text of the dictionary: on each line a word, its frequency and a tag.
    """
    columns = data.decode().split()
    frequencies = list(map(int, columns[1::3]))
    return dict(zip(columns[::3], frequencies, strict=True)), sum(frequencies)


def _with_words(words: Iterable[UserWord]) -> tuple[dict[str, int], int]:
    """Returns the same as `_plain_words` with a user's words added.

    jieba works out the frequency of a word that states none.
    """
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
    """Returns a tokenizer of jieba, whose dictionary is read from the package and not from a cache.

    The cache is a marshal file with a predictable name in the shared temporary folder: anyone who
    writes it first can run code in the process that reads it.
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
    """Returns one of finalseg's tables of log probabilities, by its name."""
    path = _jieba() / "finalseg" / f"prob_{name}.py"
    spec = spec_from_file_location(f"jieba_prob_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.P


def check_words(dictionary: Dictionary, user: UserDictionary) -> None:
    """Raises IndexIncompatible if ``dictionary`` was made with other words than ``user`` has."""
    if dictionary.user != user.digest:
        raise IndexIncompatible(
            f"the index was not made with the words that {user.path} has now: "
            "run `policysearch index --rebuild`"
        )
