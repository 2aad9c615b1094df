"""Bytes -> characters, never by a guess that would show as mojibake.

A byte order mark decides. Without one, strict UTF-8 is tried first: text in another encoding
passes for it next to never. GB18030, Big5 and UTF-16 decode almost anything, so they are believed
only if what they give looks like Chinese: of the characters beyond ASCII and blanks, the share
that are everyday ones (see ``_everyday``) must be EVERYDAY_SHARE at least, and the best share wins.
Measured on 1,553 policy documents and laws, the right encoding scores 0.96 or more, a wrong one
0.58 at most; of 4,504 scraps of 10 to 40 characters, in three encodings each, none was misread
and 2 were refused. This tells the encodings of Chinese apart; Japanese or Korean in their EUC
forms may pass for Chinese unless the file names its charset.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from functools import cache
from pathlib import Path

from indexer.errors import UndecodableText

EVERYDAY_SHARE = 0.8
CONTROL_SHARE = 0.01  # stray control characters a text may hold; binary data has 10 % and more

# The longer marks first: that of UTF-16-LE begins that of UTF-32-LE.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_CANDIDATES = ("gb18030", "cp950", "big5hkscs", "utf-16-le", "utf-16-be")
_FOREIGN = frozenset({"euc_jp", "shift_jis", "cp932", "euc_kr", "cp949"})
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "cp950"}

_CONTROL = re.compile("[\0-\x08\x0e-\x1f\x7f]")
_THREE_BYTES = re.compile("[\u0800-\U0010ffff]")  # and more, in UTF-8
_PUNCTUATION = (
    "、。·—…“”‘’〔〕〈〉《》「」『』【】（），．：；？！％○〇×－～／＋＝℃①②③④⑤⑥⑦⑧⑨⑩﹝﹞•§©"
    "０１２３４５６７８９"
)


def decode(data: bytes, path: Path, declared: str | None = None) -> tuple[str, str]:
    """The characters of ``data`` and the Python codec that read them; a byte order mark is dropped.

    ``declared`` is a charset the file names for itself: it is tried after UTF-8, and believed if it
    reads the bytes, plausibly where it is Chinese. A declared single-byte charset is not: it reads
    anything. Raises UndecodableText, naming the first bad byte (from 0) where the encoding itself
    is clear.
    """
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return _strict(data, len(mark), codec, path), codec
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse_broken_utf8(data, error, path)
    else:
        if _is_text(text) and not _is_scrap(text, data):
            return text, "utf-8"
    named = _codec(declared)
    if named in _FOREIGN and (text := _whole(data, named)):
        return text, named
    if named in _CANDIDATES and _score(data, named) >= EVERYDAY_SHARE:
        return data.decode(named), named
    return _detect(data, path)


def _strict(data: bytes, start: int, codec: str, path: Path) -> str:
    try:
        text = data[start:].decode(codec)
    except UnicodeDecodeError as error:
        position = start + error.start
        reason = f"marked as {codec}, but byte {position} is not valid in it"
        raise UndecodableText(path, reason) from None
    if not _is_text(text):
        raise UndecodableText(path, f"marked as {codec}, but holds control characters, not text")
    return text


def _codec(declared: str | None) -> str:
    try:
        name = codecs.lookup((declared or "").strip()).name
    except (LookupError, ValueError):  # no such charset, or not a name
        return ""
    return _SUPERSETS.get(name, name)


def _whole(data: bytes, codec: str) -> str:
    """``data`` read by ``codec``, empty if it does not read all of it or gives no text."""
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        return ""
    return text if _is_text(text) else ""


def _refuse_broken_utf8(data: bytes, error: UnicodeDecodeError, path: Path) -> None:
    """Raise if ``data`` is UTF-8 but for a few bytes: no other encoding should then be tried.

    Chinese in GB18030 or Big5 gives more than one broken byte for each lucky character; the bound
    of four characters for a broken byte is twice the most seen in 763 scraps of policy text.
    """
    lossy = data.decode("utf-8", errors="replace")
    broken = lossy.count("\ufffd")
    whole = sum(1 for char in lossy if char > "\x7f") - broken
    if whole < 4 * broken:
        return
    line = data.count(b"\n", 0, error.start) + 1
    reason = f"broken UTF-8 at byte {error.start} (line {line}); {broken} such in the file"
    raise UndecodableText(path, reason) from None


def _is_scrap(text: str, data: bytes) -> bool:
    """Whether ``text``, which is ``data`` read as UTF-8, is rather a few Han in GB18030.

    The four bytes of 通知 pass for two letters of UTF-8; Chinese in UTF-8 takes three bytes each.
    """
    if text.isascii() or _THREE_BYTES.search(text):
        return False
    if 2 * sum(char > "\x7f" for char in text) < len(text):
        return False
    return _score(data, "gb18030") >= EVERYDAY_SHARE


def _detect(data: bytes, path: Path) -> tuple[str, str]:
    scores = {codec: _score(data, codec) for codec in _CANDIDATES}
    best = max(_CANDIDATES, key=scores.__getitem__)
    if scores[best] >= EVERYDAY_SHARE:
        return data.decode(best), best
    if b"\0" in data:
        raise UndecodableText(path, "binary data, not text")
    reason = "neither UTF-8, GB18030, Big5 nor UTF-16 reads it as Chinese; save it as UTF-8"
    raise UndecodableText(path, reason)


def _score(data: bytes, codec: str) -> float:
    """How far ``codec`` reads ``data`` as Chinese or ASCII text: 0 (not at all) to 1."""
    text = _whole(data, codec)
    return _share(Counter(text)) if text else 0.0


def everyday_share(text: str) -> float:
    """The share of everyday characters among those beyond ASCII and blanks; 1 if there are none."""
    return _share(Counter(text))


def _share(counts: Counter[str]) -> float:
    beyond = {char: n for char, n in counts.items() if char > "\x7f" and not char.isspace()}
    if not beyond:
        return 1.0
    everyday = _everyday()
    return sum(n for char, n in beyond.items() if char in everyday) / sum(beyond.values())


def _is_text(text: str) -> bool:
    return "\0" not in text and len(_CONTROL.findall(text)) <= CONTROL_SHARE * len(text)


@cache
def _everyday() -> frozenset[str]:
    """The 3,755 commonest Han (level 1 of GB 2312), 5,401 of Big5's level 1, and punctuation."""
    simplified = _rows("gb2312", range(0xB0, 0xD8), range(0xA1, 0xFF))
    trails = [*range(0x40, 0x7F), *range(0xA1, 0xFF)]
    traditional = _rows("big5", range(0xA4, 0xC6), trails) | _rows("big5", (0xC6,), trails[:63])
    return frozenset(_PUNCTUATION) | simplified | traditional


def _rows(codec: str, leads: range | tuple[int, ...], trails: range | list[int]) -> frozenset[str]:
    pairs = (bytes((lead, trail)) for lead in leads for trail in trails)
    return frozenset("".join(pair.decode(codec, errors="ignore") for pair in pairs))
