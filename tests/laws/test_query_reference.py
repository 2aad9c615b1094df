"""Queries of our language find and rank what a slow, obvious evaluation says they do.

The reference reads a parsed query as `searcher/query/README.md` describes it, section by section,
in plain Python: texts by looking for them, scores by the formula of `searcher.ranking.planner`. It
takes from the engine what documents say (rows, sections, words) and which sections only repeat
another file's."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise, product

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from indexer.errors import QueryError
from indexer.storage.index_entry import terms_of
from indexer.storage.records import DocumentRow
from indexer.storage.schema import BIGRAMS, WORDS
from indexer.storage.snapshot import Snapshot
from indexer.text.analysis import bigrams, ranked
from indexer.text.folding import HAN, fold, strip_blanks
from indexer.text.quantities import find_quantities
from searcher.query.parser import (
    Boolean,
    DateRange,
    Everything,
    Near,
    Node,
    Phrase,
    Prefix,
    Words,
    parse,
)
from searcher.ranking.query_terms import ACROSS
from tests.support.corpora import VOCABULARY, Commit, committed, histories, under_the_plain_kernel
from tests.support.planning import found_in

K1, B = 1.2, 0.75
Term = tuple[str, str]
Hit = tuple[int, float]

# --- queries ------------------------------------------------------------------------------------

texts = st.sampled_from(
    [*VOCABULARY, "法", "理责", "ap", "app", "2020", "通知", "缺席", "河道管理"]
)
plain = st.one_of(texts, st.builds("{}{}".format, texts, texts))
quoted = plain.map("“{}”".format)
prefixes = plain.map("{}*".format)
near = st.one_of(
    st.builds("{} NEAR/{} {}".format, quoted, st.integers(0, 6), quoted),
    st.builds("“{} {} {}”~{}".format, texts, texts, texts, st.integers(0, 9)),
)
items = st.one_of(plain, plain, quoted, prefixes)
fields = st.one_of(
    st.builds("{}:{}".format, st.sampled_from(["标题", "全文"]), items),
    st.sampled_from(
        ["类型:通知", "-类型:意见", "发文机关:青山", "发文机关:人民", "发文机关:青山*"]
    ),
    st.builds("标题:({} {})".format, items, items),
    st.builds("日期:{}..{}".format, st.integers(2018, 2021), st.integers(2018, 2021)),
)


def compounds(queries: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operands = st.one_of(queries, queries.map("({})".format))
    shapes = ["{} {}", "{} AND {}", "{} OR {}", "+{} {}", "{} -{}", "NOT {} {}", "{} AND NOT {}"]
    return st.one_of(
        st.builds(str.format, st.sampled_from(shapes), operands, operands),
        st.builds("{} AND ({} OR {})".format, operands, operands, operands),
        queries.map("NOT {}".format),
    )


leaves = st.one_of(items, items, items, near, fields, st.just("*"))
queries = st.recursive(leaves, compounds, max_leaves=6)

# --- the reference ------------------------------------------------------------------------------


class Reference:
    """The sections of a snapshot, and what a query says of each."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.analyzer = snapshot.analyzer
        self.bodies: dict[int, str] = {}
        self.counts: dict[int, Counter[Term]] = {}
        self.rows: dict[int, DocumentRow] = {}
        for index, row in enumerate(snapshot.rows):
            terms = terms_of(snapshot.document(index), snapshot.analyzer)
            of_sections = zip(
                snapshot.numbering.sections_of(index), terms.texts, terms.sections, strict=True
            )
            for section, text, numbers in of_sections:
                self.bodies[section], self.rows[section] = strip_blanks(fold(text)), row
                self.counts[section] = counts_of(terms.parts[number] for number in numbers)
        self.sections = set(self.bodies) - snapshot.families.duplicate_sections
        self.lengths = {
            (field, section): sum(n for term, n in counts.items() if term[0] == field)
            for section, counts in self.counts.items()
            for field in (WORDS, BIGRAMS)
        }

    def hits(self, query: Node) -> list[Hit]:
        """Returns what matches, with its score, the best first."""
        terms = self.terms(query)
        scores = {section: self.score(section, terms) for section in self.match(query)}
        return sorted(scores.items(), key=lambda hit: (-hit[1], self.place(hit[0])))

    def place(self, section: int) -> tuple[str, int]:
        return self.rows[section].id, section

    # --- scores

    def score(self, section: int, terms: dict[Term, float]) -> float:
        return sum(weight * self.bm25(section, term) for term, weight in terms.items())

    def bm25(self, section: int, term: Term) -> float:
        n, field, tf = len(self.sections), term[0], self.counts[section][term]
        if not tf:
            return 0.0
        df = sum(term in self.counts[other] for other in self.sections)
        idf = math.log(1 + (n - df + 0.5) / (df + 0.5))
        average = sum(self.lengths[field, other] for other in self.sections) / n
        norm = K1 * (1 - B + B * self.lengths[field, section] / average)
        return idf * (K1 + 1) * tf / (tf + norm)

    def terms(self, query: Node) -> dict[Term, float]:
        terms: dict[Term, float] = {}
        for text in ranking_texts(query):
            words = self.words(text)
            inside = {pair for word in words for pair in bigrams(word)}
            weights = {(WORDS, word): 1.0 for word in words}
            for pair in ranked(bigrams(without_blanks(text))):
                weights[BIGRAMS, pair] = 1.0 if pair in inside else ACROSS
            for term, weight in weights.items():
                terms[term] = max(weight, terms.get(term, 0.0))
        return terms

    def words(self, text: str) -> list[str]:
        return self.analyzer.words(fold(text))

    # --- matches

    def match(self, query: Node, *, tied: bool = False) -> set[int]:
        """``tied``: an operator ties the words to others, so they stand to the letter."""
        match query:
            case Boolean():
                return self.match_boolean(query, tied)
            case Words(field=None) if tied:
                return self.literal(query.text) | self.of_documents(Phrase(query.text, "title"))
            case Words(field=None):
                terms = self.terms(query)
                found = {
                    section
                    for section in self.sections
                    if any(t in self.counts[section] for t in terms)
                }
                has_terms = len(without_blanks(query.text)) > 1 and terms
                return found if found or has_terms else self.literal(query.text)
            case Phrase(field=None):
                return self.literal(query.text)
            case Prefix(field=None):
                return self.beginning(query.text)
            case Near():
                items = [[without_blanks(leaf.text) for leaf in item] for item in query.items]
                gap = query.distance
                return {
                    section
                    for section in self.sections
                    if stand_near(self.bodies[section], items, gap)
                }
            case Words(field="document") | Phrase(field="document") | Prefix(field="document"):
                return self.of_whole_documents(query)
        return self.of_documents(query)

    def match_boolean(self, query: Boolean, tied: bool) -> set[int]:
        texts = [node for node in (*query.must, *query.should) if not is_of_document(node)]
        prohibited = not all(map(is_of_document, query.must_not))
        tied = tied or (len(texts) > 1 and bool(query.must)) or prohibited
        if query.must:
            found = set.intersection(*(self.match(node, tied=tied) for node in query.must))
        else:
            found = set().union(*(self.match(node, tied=tied) for node in query.should))
        return found.difference(*(self.match(node, tied=True) for node in query.must_not))

    def literal(self, text: str) -> set[int]:
        needle = without_blanks(text)
        return {section for section in self.sections if needle and needle in self.bodies[section]}

    def beginning(self, text: str) -> set[int]:
        """Han begins something wherever it stands; other words begin where words do."""
        first = without_blanks(text)
        if not first or re.fullmatch(f"[{HAN}]", first[-1]):
            return self.literal(text)
        return {
            section
            for section in self.sections
            if any(
                field == WORDS and word.startswith(first) for field, word in self.counts[section]
            )
        }

    def of_documents(self, query: Node) -> set[int]:
        return {section for section in self.sections if self.is_true_of(query, self.rows[section])}

    def of_whole_documents(self, query: Words | Phrase | Prefix) -> set[int]:
        """The sections of documents that have a text in any section, a repeated one too."""
        sections = Reference.__new__(Reference)
        sections.__dict__.update(self.__dict__, sections=set(self.bodies))
        found = sections.match(type(query)(query.text), tied=True)
        found |= sections.of_documents(type(query)(query.text, "title"))
        named = {self.rows[section].id for section in found}
        return {section for section in self.sections if self.rows[section].id in named}

    def is_true_of(self, query: Node, row: DocumentRow) -> bool:
        match query:
            case Everything():
                return True
            case DateRange():
                date = int(row.date.replace("-", "") or 0)
                return bool(date) and query.first <= date <= query.last
        values = {"title": (row.title,), "issuer": row.issuers, "type": (row.doc_type,)}
        wanted = without_blanks(query.text)
        texts = map(without_blanks, values[query.field])
        if isinstance(query, Prefix) and query.field != "title":
            return any(text.startswith(wanted) for text in texts)
        if query.field == "type" and not isinstance(query, Prefix):
            return any(wanted == text for text in texts)
        return any(wanted in text for text in texts)


def counts_of(parts: Iterable[tuple[str, str, int]]) -> Counter[Term]:
    """Returns how often a section has each term it ranks by, weighted by the parts it stands in."""
    counts: Counter[Term] = Counter()
    for words, text, eighths in parts:
        for word in filter(None, words.split("\0")):
            counts[WORDS, word] += eighths
        for pair in ranked(bigrams(text)):
            counts[BIGRAMS, pair] += eighths
    return Counter({term: n / 8 for term, n in counts.items()})


def ranking_texts(query: Node) -> Iterator[str]:
    match query:
        case Boolean():
            for node in (*query.must, *query.should):
                yield from ranking_texts(node)
        case Words(field=None | "title" | "document") | Phrase(field=None | "title" | "document"):
            yield query.text
        case Prefix(field=None | "title" | "document"):
            yield query.text
        case Near():
            yield from (leaf.text for leaf in query.leaves)


def is_of_document(query: Node) -> bool:
    match query:
        case Boolean():
            return all(map(is_of_document, (*query.must, *query.should, *query.must_not)))
        case Words() | Phrase() | Prefix():
            return query.field is not None
    return not isinstance(query, Near)


def without_blanks(text: str) -> str:
    return strip_blanks(fold(text))


def stand_near(text: str, items: list[list[str]], distance: int) -> bool:
    """Tries every choice of occurrences, one of each item."""
    places = [
        [(match.start(), match.start() + len(one)) for one in item for match in finds(one, text)]
        for item in items
    ]
    for chosen in map(sorted, product(*places)):
        apart = all(before[1] <= after[0] for before, after in pairwise(chosen))
        if apart and sum(after[0] - before[1] for before, after in pairwise(chosen)) <= distance:
            return True
    return False


def finds(needle: str, text: str) -> Iterator[re.Match[str]]:
    return re.finditer(f"(?={re.escape(needle)})", text) if needle else iter(())


# --- the tests ----------------------------------------------------------------------------------


def assert_alike(found: list[Hit], wanted: list[Hit], reference: Reference) -> None:
    """The same sections with the same scores but for rounding, in the order of these."""
    assert {section for section, _ in found} == {section for section, _ in wanted}
    scores = dict(wanted)
    for section, score in found:
        assert math.isclose(score, scores[section], rel_tol=1e-9), section
    assert found == sorted(found, key=lambda hit: (-hit[1], reference.place(hit[0])))


@pytest.mark.slow
@settings(max_examples=30)
@given(histories(), st.data())
def test_what_is_found_is_what_a_slow_evaluation_finds(
    history: list[Commit], data: st.DataObject
) -> None:
    with committed(history) as snapshot:
        reference = Reference(snapshot)
        for _ in range(8):
            text = data.draw(queries)
            try:
                query = parse(text)
            except QueryError:
                event("no query")
                continue
            if any(find_quantities(fold(text))):  # tests/unit/searcher/test_kinds_of_quantities.py
                event("has a quantity")
                continue
            found = found_in(snapshot, text)
            if found.known:  # tests/unit/searcher/ranking/test_known_items.py
                event("names a document")
                continue
            event(type(query).__name__)
            hits = found.all()
            assert_alike(hits, reference.hits(query), reference)
            count = data.draw(st.integers(1, 4))
            assert found.best(count) == hits[:count]
            with under_the_plain_kernel(snapshot):
                assert found_in(snapshot, text).all() == hits


def test_a_word_finds_the_same_beside_a_filter_that_lets_everything_through() -> None:
    with committed([[("a.txt", "关于app的通知\n管理app\n")]]) as snapshot:
        for word, count in (("app", 1), ("ap", 0), ("管", 1), ("理", 1)):
            for query in (word, f"{word} 类型:通知"):
                assert found_in(snapshot, query).count() == count, query
