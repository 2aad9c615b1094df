"""The tokens of a query; `searcher/query/README.md` describes the language.

All positions are characters of the query, from 0, half-open. Nothing here looks at a character
more than a bounded number of times, so that the work is linear in the query.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from indexer.errors import QueryError
from searcher.query.dates import find_end

MAX_DEPTH = 32

# The fields of documents that a clause can name, each with all its names.
FIELDS: dict[str, tuple[str, ...]] = {
    "title": ("title", "标题", "题名"),
    "issuer": ("issuer", "发文机关", "发文单位", "发布部门", "发布机关", "制定机关"),
    "number": ("number", "文号", "发文字号", "发布文号"),
    "type": ("type", "类型", "文种"),
    "region": ("region", "地区", "区域"),
    "document": ("document", "全文", "同篇"),
    "date": ("date", "日期", "成文日期", "发文日期"),
}
# The traditional characters in these names: making the table of all of them takes 50 ms.
_SIMPLIFIED = str.maketrans("標題發機關單佈門製號類種", "标题发机关单布门制号类种")
_CANONICAL = {alias: name for name, aliases in FIELDS.items() for alias in aliases}

# The kinds of tokens that may be read at a position, besides text and quotations.
_SIGN, _OPERATOR, _GROUP, _FIELD = 1, 2, 4, 8
_ANYTHING = _SIGN | _OPERATOR | _GROUP | _FIELD

_CONTROLS = dict.fromkeys((*range(32), *range(127, 160)), " ")
# The full-width exclamation mark ends Chinese sentences, so that it is never an operator.
_FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if code != 0xFF01}
_FOLD |= {ord("“"): ord('"')}
_FOLD |= dict.fromkeys(_CONTROLS, ord(" "))
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_CLOSERS = {"「": "」", "『": "』"}
# A pasted text may break off after one of these marks, and nobody types one to open a group.
_OPENING = "“「『（"
_OPERATING = frozenset({"+", "-", "AND", "OR", "NOT", "NEAR", "field"})

# All patterns are applied to the folded query.
_BLANKS = re.compile(r"\s+")
_DOUBLE_QUOTE = re.compile('["”]')
_SIGN_MARK = re.compile(r'[-+!](?![-+!])(?=["”「『(]|\*+(?:[\s)]|$)|[^\s"”「『()]*[^\W_])')
_OPERATOR_WORD = re.compile(r'(AND|OR|NOT|NEAR|&&|\|\|)(?=[\s()"”「『]|$)')
_NEAR_WORD = re.compile(r'(?:NEAR|近)/(\d+)(?=[\s()"”「『]|$)')
_NEARNESS = re.compile(r"~(\d+)(?!\w)")  # directly after a quotation
_OPERATORS = {"&&": "AND", "||": "OR"}
_LABEL = re.compile(r"\([\d〇○零一二三四五六七八九十百千两]+\)")
_FIELD_NAME = re.compile(f"({'|'.join(_CANONICAL)}):", re.IGNORECASE)
_LONGEST_NAME = max(map(len, _CANONICAL))
_PLAIN = re.compile(r'[^\s()"”「『]+')
_NO_BLANK = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Token:
    """A token and the half-open span of the query that it was read from.

    ``kind`` is one of ``( ) + - AND OR NOT NEAR * field word phrase prefix end``. ``text`` is the
    field's canonical name, the text of a word, phrase or prefix, the number of NEAR or "". A
    quotation with ``~n`` gives phrases with NEAR between them. ``glued`` says that no blank or
    bracket stands between a word, phrase or prefix and the one before it.
    """

    kind: str
    start: int
    end: int
    text: str = ""
    glued: bool = False


def tokenize(query: str) -> list[Token]:
    """Returns the tokens of ``query``, the last one of kind ``end``.

    Text without letters, digits or Chinese characters gives no token. The parentheses within a
    word are balanced. Every ``)`` token closes a ``(`` token, but not every ``(`` token is closed.
    Raises QueryError for an unclosed quotation beside an operator, and for more than MAX_DEPTH open
    parentheses.
    """
    lexer = _Lexer(query)
    while lexer.position < len(query):
        lexer.step()
    return lexer.finish()


def has_unclosed_quotation(query: str) -> bool:
    """Returns True if ``query`` has a quotation mark that nothing closes. Raises as `tokenize`."""
    if not re.search('["＂“「『]', query):
        return False
    lexer = _Lexer(query)
    while lexer.position < len(query):
        lexer.step()
    return lexer.unclosed is not None


def fold(text: str) -> str:
    """Returns ``text`` of the same length, with blanks for controls and ASCII for full width."""
    return text.translate(_FOLD)


def has_content(text: str) -> bool:
    """Returns True if ``text`` has a letter, digit or Chinese character, or a sign of some: ㎡."""
    spelt = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return any(char.isalnum() or char == "○" for char in spelt)  # ○ is the zero of many dates


class _Lexer:
    """Reads one query: every step reads a token, or characters that give none."""

    def __init__(self, query: str) -> None:
        self.query = query
        self.folded = fold(query)
        self.position = 0
        self.tokens: list[Token] = []
        self.allowed = _ANYTHING
        self.opened: list[int] = []  # the tokens of the groups that are open
        self.unclosed: QueryError | None = None  # for the first mark that is not closed
        self.missing: set[str] = set()  # marks that do not occur further on
        self.inner = 0  # parentheses opened within the present run of text
        self.glued = False

    def step(self) -> None:
        """Reads on from ``position``, by at least one character."""
        for rule in (
            self._blanks,
            self._quotation,
            self._sign,
            self._operator,
            self._bracket,
            self._field,
        ):
            if rule():
                return
        self._word()

    def finish(self) -> list[Token]:
        """Returns all tokens. In a query without operators, unclosed marks are punctuation."""
        if any(token.kind in _OPERATING for token in self.tokens):
            if self.unclosed:
                raise self.unclosed
        else:
            for number in reversed(self.opened):
                if self.query[self.tokens[number].start] in _OPENING:
                    del self.tokens[number]
        self.tokens.append(Token("end", len(self.query), len(self.query)))
        return self.tokens

    def _mark(self, kind: str, end: int, allowed: int, text: str = "") -> bool:
        self.tokens.append(Token(kind, self.position, end, text))
        self._go_on(end, allowed)
        return True

    def _go_on(self, end: int, allowed: int) -> None:
        self.position, self.allowed, self.glued, self.inner = end, allowed, False, 0

    def _text(self, kind: str, start: int, end: int, text: str) -> None:
        self.tokens.append(Token(kind, start, end, text, self.glued))
        self.glued = True

    def _error(self, reason: str) -> QueryError:
        return QueryError(self.query, self.position, reason)

    def _blanks(self) -> bool:
        if found := _BLANKS.match(self.folded, self.position):
            self._go_on(found.end(), _ANYTHING)
        elif self.query[self.position] in _INVISIBLE:
            self.position += 1
        else:
            return False
        return True

    def _quotation(self) -> bool:
        mark = self.folded[self.position]
        if mark not in '"”「『':
            return False
        end = self._closing(mark)
        if end < 0 and mark != "”":
            self._leave_open(mark)
        if end < 0 or (mark == "”" and self.query[end] == "“"):
            self.position += 1  # it neither opens nor closes a quotation: it is punctuation
            self.allowed = 0
            return True
        if self._near_quotation(end):
            return True
        text = self.query[self.position + 1 : end].translate(_CONTROLS).strip()
        self.allowed = 0
        if has_content(text):
            self._text("phrase", self.position, end + 1, text)
            self.allowed = _OPERATOR
        self.position = end + 1
        return True

    def _leave_open(self, mark: str) -> None:
        """Notes that nothing closes a mark, which is an error only beside operators."""
        opening = self.query[self.position]
        wanted = _CLOSERS.get(mark, "”" if opening == "“" else '"')
        error = self._error(f"the quotation is not closed: {wanted} is missing")
        self.unclosed = self.unclosed or error

    def _near_quotation(self, end: int) -> bool:
        """Reads a quotation followed by ``~n``, whose parts must stand that near each other."""
        found = _NEARNESS.match(self.folded, end + 1)
        parts = [*_NO_BLANK.finditer(self.folded, self.position + 1, end)] if found else []
        parts = [part for part in parts if has_content(part[0])]
        if not found or len(parts) < 2:
            return False
        self.glued = False
        for number, part in enumerate(parts):
            if number:
                self.tokens.append(Token("NEAR", end + 1, found.end(), found[1]))
            text = self.query[slice(*part.span())]
            self.tokens.append(Token("phrase", *part.span(), text))
        self._go_on(found.end(), _OPERATOR)
        return True

    def _closing(self, mark: str) -> int:
        if closer := _CLOSERS.get(mark):
            if closer in self.missing:
                return -1
            end = self.query.find(closer, self.position + 1)
            if end < 0:
                self.missing.add(closer)
            return end
        found = _DOUBLE_QUOTE.search(self.folded, self.position + 1)
        return found.start() if found else -1

    def _sign(self) -> bool:
        if not (self.allowed & _SIGN and _SIGN_MARK.match(self.folded, self.position)):
            return False
        kind = "+" if self.folded[self.position] == "+" else "-"
        return self._mark(kind, self.position + 1, _GROUP | _FIELD)

    def _operator(self) -> bool:
        if not self.allowed & _OPERATOR:
            return False
        if found := _NEAR_WORD.match(self.folded, self.position):
            return self._mark("NEAR", found.end(), _ANYTHING, found[1])
        if found := _OPERATOR_WORD.match(self.folded, self.position):
            return self._mark(_OPERATORS.get(found[1], found[1]), found.end(), _ANYTHING)
        return False

    def _bracket(self) -> bool:
        char = self.folded[self.position]
        if char == ")" and self.opened and not self.inner:
            self.opened.pop()
            return self._mark(")", self.position + 1, _OPERATOR | _GROUP | _FIELD)
        if char != "(" or not self.allowed & _GROUP or _LABEL.match(self.folded, self.position):
            return False
        self.opened.append(len(self.tokens))
        if len(self.opened) > MAX_DEPTH:
            raise self._error(f"more than {MAX_DEPTH} parentheses within each other")
        return self._mark("(", self.position + 1, _ANYTHING)

    def _field(self) -> bool:
        if not self.allowed & _FIELD:
            return False
        head = self.folded[self.position : self.position + _LONGEST_NAME + 1]
        found = _FIELD_NAME.match(head.translate(_SIMPLIFIED)) if ":" in head else None
        if not found:
            return False
        name = _CANONICAL[found[1].lower()]
        self._mark("field", self.position + found.end(), _GROUP, name)
        if name == "date":
            self._dates()
        return True

    def _dates(self) -> None:
        """Reads the dates after a field name as one word, even with blanks in them."""
        blanks = _BLANKS.match(self.folded, self.position)
        start = blanks.end() if blanks else self.position
        end = find_end(self.folded, start)
        if end > start:
            self._text("word", start, end, self.query[start:end])
            self.position = end
            self.allowed = 0

    def _word(self) -> None:
        start = self.position
        lone = bool(self.allowed)
        cuts = self._run_to_end_of_word()
        end = self.position
        stars = self.folded[start:end].strip("*") == ""
        if stars and lone and (end == len(self.query) or self.folded[end] not in '"”「『'):
            self.tokens.append(Token("*", start, end))
            return
        for cut in [*cuts, end]:
            self._piece(start, cut)
            start = cut + 1

    def _run_to_end_of_word(self) -> list[int]:
        """Goes to the end of the word and returns the offsets of its unbalanced parentheses."""
        folded = self.folded
        opened: list[int] = []
        single: list[int] = []
        self.allowed = 0
        while self.position < len(folded):
            char = folded[self.position]
            if char == "(":
                opened.append(self.position)
            elif char == ")" and opened:
                opened.pop()
            elif char == ")" and (self.inner or not self.opened):
                self.inner = max(0, self.inner - 1)
                single.append(self.position)
            elif found := _PLAIN.match(folded, self.position):
                self.position = found.end()
                continue
            else:
                break
            self.position += 1
        self.inner += len(opened)
        return sorted(single + opened)

    def _piece(self, start: int, end: int) -> None:
        raw = self.query[start:end]
        start += len(raw) - len(raw.lstrip(_INVISIBLE))
        text = raw.strip(_INVISIBLE)
        if not has_content(text):
            return
        end = start + len(text)
        if text.endswith(("*", "＊")):
            self._text("prefix", start, end, text.strip("*＊" + _INVISIBLE))
        else:
            self._text("word", start, end, text)
