"""Parses a query into a tree of frozen nodes, and writes a tree as a query.

`README.md` beside this module describes the language for users: its grammar, the meaning of every
clause, and which queries are errors. A person may type or paste anything: the text of a document is
a valid query as it stands, and little of it is read as an operator.
"""

from __future__ import annotations

from indexer.errors import QueryError
from searcher.query.dates import DateError, read_range, write_range
from searcher.query.lexer import FIELDS, MAX_DEPTH, Token, fold, tokenize
from searcher.query.nodes import (
    Boolean,
    DateRange,
    Everything,
    Near,
    Node,
    Phrase,
    Prefix,
    Value,
    Words,
)

__all__ = [
    "FIELDS",
    "MAX_CLAUSES",
    "MAX_DEPTH",
    "MAX_DISTANCE",
    "MAX_EXPANSIONS",
    "MAX_LENGTH",
    "MAX_NEAR",
    "MAX_TIED",
    "NEAR",
    "Boolean",
    "DateRange",
    "Everything",
    "Near",
    "Node",
    "Phrase",
    "Prefix",
    "Words",
    "parse",
    "to_string",
]

MAX_LENGTH = 10_000
MAX_CLAUSES = 1_024
MAX_EXPANSIONS = 1_000
NEAR = 20  # characters, if the query states no distance
MAX_DISTANCE = 1_000
MAX_NEAR = 8
MAX_TIED = 64  # each may have to be looked for in every section

_TEXT = ("word", "phrase", "prefix")
_ITEM = (*_TEXT, "*", "(")
_SAYS_NOTHING = "empty query: it has no letter, digit or Chinese character"

_EVERYTHING = Everything()
_Clause = tuple[str, Node]


def parse(text: str) -> Node:
    """Returns the tree of the query ``text``. Raises QueryError, and nothing else, if it has none.

    The span of a node is its place in ``text``, without its field and sign.
    """
    if len(text) > MAX_LENGTH:
        raise QueryError(text, MAX_LENGTH, f"longer than {MAX_LENGTH:,} characters")
    node = _Parser(text).sequence(None)
    if node is None:
        raise QueryError(text, 0, _SAYS_NOTHING)
    _check_depth(text, node)
    return node


def to_string(node: Node) -> str:
    """Returns the canonical query for a ``node`` that `parse` made, which parses to an equal node.

    It names every field, so that it may be longer than the original query, and too long for
    `parse`.
    """
    if not isinstance(node, Boolean):
        return _leaf_string(node)
    implied = node.must == (_EVERYTHING,) and not node.should
    parts = [] if implied else [f"+{_operand(part)}" for part in node.must]
    if node.should:
        parts.append(" OR ".join(map(_operand, node.should)))
    parts += [f"-{_operand(part)}" for part in node.must_not]
    return " ".join(parts)


def _operand(node: Node) -> str:
    return f"({to_string(node)})" if isinstance(node, Boolean) else _leaf_string(node)


def _leaf_string(node: Words | Phrase | Prefix | Value | Near | DateRange | Everything) -> str:
    if isinstance(node, Everything):
        return "*"
    if isinstance(node, Near):
        items = (_operand(Boolean(should=item) if item[1:] else item[0]) for item in node.items)
        return f" NEAR/{node.distance} ".join(items)
    if isinstance(node, DateRange):
        return f"date:{write_range(node.first, node.last)}"
    name = f"{node.field}:" if node.field else ""
    if isinstance(node, Phrase | Value):
        return name + _quoted(node.text)
    kind, text = ("prefix", node.text + "*") if isinstance(node, Prefix) else ("word", node.text)
    # Directly after an empty quotation, nothing is read as an operator.
    tokens = [(token.kind, token.text) for token in tokenize(f"{text} +{text}")[:-1]]
    plain = tokens == [(kind, node.text), ("+", ""), (kind, node.text)]
    return name + ("" if plain else '""') + text


def _quoted(text: str) -> str:
    if not any(mark in text for mark in '"＂“”'):
        return f'"{text}"'
    return f"『{text}』" if "」" in text else f"「{text}」"


class _Parser:
    """A recursive descent over the tokens; the lexer limits the depth of groups.

    A clause is a sign and a node: "-" excludes the node, "+" requires it, "" does neither.
    """

    def __init__(self, query: str) -> None:
        self.query = query
        self.tokens = tokenize(query)
        self.index = 0
        self.leaves = 0
        self.tied = 0

    @property
    def _ahead(self) -> Token:
        return self.tokens[self.index]

    def _take(self) -> Token:
        self.index += 1
        return self.tokens[self.index - 1]

    def _error(self, token: Token, reason: str) -> QueryError:
        return QueryError(self.query, token.start, reason)

    def sequence(self, name: str | None) -> Node | None:
        """Returns the node of all clauses up to the end of the group; ``name`` is their field."""
        must: list[Node] = []
        should: list[Node] = []
        must_not: list[Node] = []
        filters: list[Node] = []
        first, everything = True, False
        while self._ahead.kind not in (")", "end"):
            chain = self._joined("OR", name)
            if chain and chain[0][0] == "-" and (len(chain) == 1 or not first):
                must_not.append(chain.pop(0)[1])
            must += [node for sign, node in chain if sign == "+"]
            others = [_lacking(n) if sign == "-" else n for sign, n in chain if sign != "+"]
            node = _any_of(others, either=len(others) > 1)
            if isinstance(node, Everything):
                everything = True
            elif node:
                (filters if name is None and _is_filter(node) else should).append(node)
            first = False
        if filters and not must and (wanted := _any_of(should)):
            must, should = [wanted], []
        node = _combine([*must, *filters], should, must_not)
        return _EVERYTHING if everything and node is None else node

    def _both(self, name: str | None) -> _Clause | None:
        """Returns the clauses joined by AND as one clause; None if they say nothing."""
        clauses = self._joined("AND", name)
        if len(clauses) < 2:
            return clauses[0] if clauses else None
        must = [node for sign, node in clauses if sign != "-"]
        must_not = [node for sign, node in clauses if sign == "-"]
        node = _combine(must, [], must_not) if must else _any_of(must_not)
        if node is None:
            return None
        if not must:
            return "-", node
        return "+" if any(sign == "+" for sign, _ in clauses) else "", node

    def _joined(self, operator: str, name: str | None) -> list[_Clause]:
        """Returns the clauses joined by ``operator``; an empty list if there is none."""
        operand = self._both if operator == "OR" else self._clause
        if self._ahead.kind in ("AND", "OR", "NEAR"):
            raise self._error(self._ahead, f"{self._ahead.kind} has nothing before it")
        clause = operand(name)
        clauses = [clause] if clause else []
        while self._ahead.kind == operator:
            token = self._take()
            if not clauses:
                raise self._error(token, f"{operator} has nothing before it")
            clause = operand(name) if self._ahead.kind not in ("AND", "OR") else None
            if clause is None:
                raise self._error(token, f"{operator} has nothing after it")
            clauses.append(clause)
        return clauses

    def _clause(self, name: str | None) -> _Clause | None:
        """Returns an item with its sign; None if it says nothing."""
        token = self._ahead
        negative = False
        while self._ahead.kind == "NOT":
            self._take()
            negative = not negative
        sign = self._take().kind if self._ahead.kind in ("+", "-") else ""
        node = self._near(name)
        if node is None:
            if token.kind == "NOT":
                raise self._error(token, "NOT has nothing after it")
            return None
        if negative != (sign == "-"):
            return "-", node
        return sign if sign == "+" else "", node

    def _near(self, name: str | None) -> Node | None:
        """Returns an item, or several joined by NEAR; None if there is no item."""
        node = self._item(name)
        if node is None or not self._at_near():
            return node
        first = self._ahead
        items = [self._tied(first, node)]
        distance = self._distance(first)
        while self._at_near():
            token = self._take()
            if self._distance(token) != distance:
                raise self._error(token, "all NEAR in a row must have the same distance")
            if len(items) == MAX_NEAR:
                raise self._error(token, f"NEAR joins at most {MAX_NEAR} items")
            items.append(self._tied(token, self._item(name)))
        return Near(tuple(items), distance)

    def _at_near(self) -> bool:
        """Returns True if the next token is NEAR, or 近 used as an operator."""
        token = self._ahead
        if token.kind == "NEAR":
            return True
        if (token.kind, token.text, token.glued) != ("word", "近", False):
            return False
        before, after = self.tokens[self.index - 1], self.tokens[self.index + 1]
        return all(
            one.kind in ("phrase", bracket) or (one.kind == "word" and len(one.text) > 1)
            for one, bracket in ((before, ")"), (after, "("))
        )

    def _distance(self, token: Token) -> int:
        if token.kind == "word" or not token.text:
            return NEAR
        if len(token.text) > len(str(MAX_DISTANCE)) or int(token.text) > MAX_DISTANCE:
            raise self._error(token, f"NEAR allows {MAX_DISTANCE:,} characters at most")
        return int(token.text)

    def _tied(self, token: Token, node: Node | None) -> tuple[Words | Phrase, ...]:
        """Returns the alternatives of an item before or after NEAR."""
        if node is None:
            raise self._error(token, "NEAR has nothing after it")
        parts = _alternatives([node])
        leaves = tuple(part for part in parts if isinstance(part, Words | Phrase))
        if len(leaves) < len(parts):
            raise self._error(token, "NEAR joins only words, quotations and groups of these")
        if any(leaf.field for leaf in leaves):
            raise self._error(token, "NEAR looks within sections: a field cannot be used with it")
        self.tied += len(leaves)
        if self.tied > MAX_TIED:
            raise self._error(token, f"NEAR joins at most {MAX_TIED} words and quotations in all")
        return leaves

    def _item(self, name: str | None) -> Node | None:
        kind = self._ahead.kind
        if kind == "field":
            token = self._take()
            if self._ahead.kind in _ITEM:
                return self._item(token.text)
            return self._leaf(token, name)
        if kind == "(":
            return self._group(name)
        if kind == "*":
            self._take()
            return _EVERYTHING
        return self._run(name) if kind in _TEXT else None

    def _group(self, name: str | None) -> Node | None:
        opening = self._take()
        node = self.sequence(name)
        if self._take().kind == "end":
            raise self._error(opening, "the parenthesis is not closed: ) is missing")
        return node

    def _run(self, name: str | None) -> Node | None:
        nodes = [self._leaf(self._take(), name)]
        while self._ahead.kind in _TEXT and self._ahead.glued:
            nodes.append(self._leaf(self._take(), name))
        return _any_of(nodes)

    def _leaf(self, token: Token, name: str | None) -> Node:
        self.leaves += 1
        if self.leaves > MAX_CLAUSES:
            raise self._error(token, f"more than {MAX_CLAUSES:,} clauses")
        if name == "date":
            return self._dates(token)
        if token.kind == "phrase":
            return Phrase(token.text, name, token.start, token.end)
        if token.kind == "prefix":
            return Prefix(token.text, name, token.start, token.end)
        text = self.query[token.start : token.end] if token.kind == "field" else token.text
        return Words(text, name, token.start, token.end)

    def _dates(self, token: Token) -> DateRange:
        written = token.text.strip("()（）")
        start = max(token.start, self.query.find(written, token.start))
        try:
            first, last = read_range(fold(written) if token.kind in ("word", "phrase") else "")
        except DateError as error:
            raise QueryError(self.query, start + error.position, error.reason) from None
        return DateRange(first, last, token.start, token.end)


def _is_filter(node: Node) -> bool:
    """Returns True if ``node`` has only clauses about documents: fields, dates, everything."""
    if isinstance(node, Boolean):
        return all(map(_is_filter, (*node.must, *node.should, *node.must_not)))
    if isinstance(node, Near):
        return False
    return isinstance(node, DateRange | Everything) or node.field is not None


def _lacking(node: Node) -> Node:
    return Boolean(must=(_EVERYTHING,), must_not=tuple(_alternatives([node])))


def _any_of(nodes: list[Node], *, either: bool = False) -> Node | None:
    return _combine([], nodes, [], either=either)


def _alternatives(nodes: list[Node]) -> list[Node]:
    """Returns ``nodes``, each one that only lists alternatives replaced by these."""
    parts: list[Node] = []
    for node in nodes:
        if isinstance(node, Boolean) and not node.must and not node.must_not:
            parts += node.should
        else:
            parts.append(node)
    return parts


def _combine(
    must: list[Node], should: list[Node], must_not: list[Node], *, either: bool = False
) -> Node | None:
    """Returns the simplest node of this meaning; None if there is nothing in it."""
    either = either or any(isinstance(node, Boolean) and node.either for node in should)
    required: list[Node] = []
    optional = _alternatives(should)
    prohibited = _alternatives(must_not)
    if not must and len(optional) == 1 and isinstance(optional[0], Boolean):
        must, optional = optional, []
    for node in must:
        if isinstance(node, Boolean) and node.must:
            required += node.must
            optional += node.should
            prohibited += node.must_not
        else:
            required.append(node)
    required = [node for node in required if node != _EVERYTHING] or required[:1]
    if len(required) == 1 and not optional and isinstance(whole := required[0], Boolean):
        # It has no must, or it would have been merged above.
        required, optional, either = [], list(whole.should), whole.either
        prohibited += whole.must_not
    if required:  # optional clauses only rank, and clauses about documents cannot
        optional = [node for node in optional if not _is_filter(node)]
    elif prohibited and optional and all(map(_is_filter, optional)):
        required = (
            optional if len(optional) == 1 else [Boolean(should=tuple(optional), either=either)]
        )
        optional = []
    if not required and not optional:
        if not prohibited:
            return None
        required.append(_EVERYTHING)
    if not prohibited and len(required) + len(optional) == 1:
        return (required + optional)[0]
    return Boolean(tuple(required), tuple(optional), tuple(prohibited), either)


def _check_depth(query: str, node: Node, depth: int = 0) -> None:
    """Raises QueryError if `to_string` would nest more parentheses than `parse` allows."""
    grouped = isinstance(node, Near) and any(len(item) > 1 for item in node.items)
    if depth > MAX_DEPTH and (grouped or isinstance(node, Boolean)):
        raise QueryError(query, _a_start(node), f"more than {MAX_DEPTH} groups within each other")
    if not isinstance(node, Boolean):
        return
    for part in (*node.must, *node.should, *node.must_not):
        _check_depth(query, part, depth + 1)


def _a_start(node: Node) -> int:
    """Returns the offset in the query at which a leaf of ``node`` starts."""
    while isinstance(node, Boolean):
        node = (*node.must, *node.should, *node.must_not)[-1]
    return 0 if isinstance(node, Everything) else node.start
