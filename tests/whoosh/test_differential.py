"""Whoosh's queries are answered alike by the kernel, its plain kernel and Whoosh's matchers: as an
obvious evaluation, section by section, says.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from whoosh import query as wq
from whoosh import sorting
from whoosh.collectors import TimeLimitCollector
from whoosh.scoring import BM25F
from whoosh.searching import Searcher

from indexer.storage.schema import BIGRAMS, WORDS
from indexer.storage.snapshot import Snapshot
from indexer.text.analysis import bigrams, ranked
from indexer.whoosh_adapter import KernelSearcher, KernelWeighting, whoosh_reader
from tests.support.corpora import (
    VOCABULARY,
    Commit,
    committed,
    histories,
    sentences,
    under_the_plain_kernel,
)

Hit = tuple[int, float]

HISTORY = [
    [
        (f"{number:02}.txt", f"关于河道管理的通知\n{word}责任{word}\n采砂罚款{number}\n")
        for number, word in enumerate(VOCABULARY)
    ],
    [("20.txt", "河道条例\n第一条 采砂。\n第二条 罚款责任。\n"), ("03.txt", "安全管理\n")],
    [("21.txt", "道路安全的意见\n"), ("05.txt", "")],
]

words = st.sampled_from([*VOCABULARY, "2020", "app", "通知", "缺"])
pairs = st.sampled_from(sorted({p for w in VOCABULARY for p in ranked(bigrams(w * 2))} | {"缺席"}))
boosts = st.sampled_from([1.0, 1.0, 1.0, 2.0, 0.5, 0.3, 3.7])
terms = st.one_of(
    st.builds(wq.Term, st.just(WORDS), words, boosts),
    st.builds(wq.Term, st.just(BIGRAMS), pairs, boosts),
)
phrases = st.builds(
    lambda text, boost: wq.Phrase(BIGRAMS, bigrams(text), boost=boost),
    sentences.filter(lambda text: 1 < len(text) < 9),
    boosts,
)
# What the kernel scores, and what it leaves to Whoosh.
prefixes = st.builds(wq.Prefix, st.just(WORDS), words.map(lambda word: word[0]), boosts)
others = st.one_of(
    prefixes,
    st.builds(wq.Wildcard, st.just(WORDS), words.map(lambda word: f"?{word[1:]}")),
    st.builds(wq.FuzzyTerm, st.just(WORDS), words),
    st.builds(wq.TermRange, st.just(WORDS), words, st.none()),
    st.just(wq.Every(WORDS)),
    st.just(wq.Term("elsewhere", "河道")),
    st.just(wq.NullQuery),
)


def compounds(queries: st.SearchStrategy[wq.Query]) -> st.SearchStrategy[wq.Query]:
    several = st.lists(queries, max_size=4)
    return st.one_of(
        st.builds(wq.Or, several, boosts),
        st.builds(wq.And, several.filter(len), boosts),
        st.builds(wq.AndNot, queries, queries),
        st.builds(wq.AndMaybe, queries, queries),
        st.builds(wq.Not, queries),
        st.builds(wq.ConstantScoreQuery, queries, boosts),
    )


leaves = st.one_of(terms, terms, terms, phrases, st.builds(wq.Every, st.none(), boosts), others)
queries = st.recursive(leaves, compounds, max_leaves=10)
filters = st.one_of(st.none(), queries, st.sets(st.integers(0, 30), max_size=12))
disjunctions = st.lists(terms, min_size=1, max_size=6).map(wq.Or)


@pytest.fixture(scope="module")
def segmented() -> Iterator[Snapshot]:
    """Three segments, two of them with deleted documents."""
    with committed(HISTORY) as snapshot:
        parts = snapshot.terms.parts
        assert [part.dead is not None for part in parts] == [True, False, False]
        yield snapshot


def kernel(snapshot: Snapshot) -> KernelSearcher:
    return KernelSearcher(whoosh_reader(snapshot))


def stock(snapshot: Snapshot) -> Searcher:
    return Searcher(whoosh_reader(snapshot), weighting=KernelWeighting())


def reference(snapshot: Snapshot, query: wq.Query) -> dict[int, float]:
    """The live sections a query matches, and their scores: what Whoosh documents, section by
    section.
    """
    every = snapshot.terms.all()
    match query:
        case wq.Term():
            return scored(snapshot, [(query.fieldname, query.text)], query.boost)
        case wq.Phrase():
            pairs = [(BIGRAMS, pair) for pair in query.words]
            text = "".join(pair[0] for pair in query.words) + query.words[-1][1]
            sections = {section for section in every if text in snapshot.terms.text(section)}
            scores = scored(snapshot, pairs, query.boost)
            known = all(ranked([pair]) for pair in query.words)
            return {section: scores[section] for section in sections} if known else {}
        case wq.Every(fieldname=None):
            return dict.fromkeys(every, query.boost)
        case wq.Not():
            return dict.fromkeys(set(every) - set(reference(snapshot, query.query)), 1.0)
        case wq.ConstantScoreQuery():
            return dict.fromkeys(reference(snapshot, query.child), query.score)
        case wq.AndNot():
            unwanted = reference(snapshot, query.b)
            found = reference(snapshot, query.a)
            return {section: found[section] for section in found if section not in unwanted}
        case wq.AndMaybe():
            more = reference(snapshot, query.b)
            found = reference(snapshot, query.a)
            return {section: found[section] + more.get(section, 0.0) for section in found}
        case wq.Or() | wq.And():
            parts = [reference(snapshot, subquery) for subquery in query.subqueries]
            return parts[0] if len(parts) == 1 else combined(query, parts)
    found = stock(snapshot).search(query, limit=None).items()
    return {section: score for section, score in found if section in every}


def scored(snapshot: Snapshot, terms: list[tuple[str, str]], boost: float) -> dict[int, float]:
    scores: dict[int, float] = {}
    for term in terms:
        for section in snapshot.terms.having([term]):
            part = snapshot.terms.contribution(term, section)
            assert part
            scores[section] = scores.get(section, 0.0) + part.score * boost
    return scores


def combined(query: wq.Query, parts: list[dict[int, float]]) -> dict[int, float]:
    sections = [set(part) for part in parts]
    matched = set.intersection(*sections) if isinstance(query, wq.And) else set().union(*sections)
    return {
        section: query.boost * sum(part[section] for part in parts if section in part)
        for section in matched
    }


def filtered(snapshot: Snapshot, given: wq.Query | set[int] | None) -> set[int]:
    return set(reference(snapshot, given)) if isinstance(given, wq.Query) else given or set()


def expected(
    snapshot: Snapshot, query: wq.Query, filter: Any = None, mask: Any = None
) -> list[Hit]:
    scores = reference(snapshot, query)
    allowed = filtered(snapshot, filter) if filter else set(scores)
    sections = (set(scores) & allowed) - filtered(snapshot, mask)
    return sorted(
        ((section, scores[section]) for section in sections), key=lambda hit: (-hit[1], hit[0])
    )


def assert_alike(found: list[Hit], wanted: list[Hit]) -> None:
    """The same sections, in the order of scores, which may differ by the rounding of sums."""
    assert {section for section, _ in found} == {section for section, _ in wanted}
    scores = dict(wanted)
    for section, score in found:
        assert math.isclose(score, scores[section], rel_tol=1e-12), section
    assert len(found) == len(wanted)
    assert found == sorted(found, key=lambda hit: (-hit[1], hit[0]))


@pytest.mark.slow
@settings(max_examples=20)
@given(histories(), st.data())
def test_whatever_is_asked_the_hits_are_those_of_an_obvious_evaluation(
    history: list[Commit], data: st.DataObject
) -> None:
    with committed(history) as snapshot:
        searcher = kernel(snapshot)
        for _ in range(6):
            query = data.draw(queries)
            options = {"filter": data.draw(filters), "mask": data.draw(filters)}
            results = searcher.search(query, limit=None, **options)
            event("by the kernel" if results.collector.by_kernel else "by Whoosh")
            wanted = expected(snapshot, query, **options)
            assert_alike(list(results.items()), wanted)
            limit = data.draw(st.integers(1, 5))
            best = searcher.search(query, limit=limit, **options)
            assert list(best.items()) == list(results.items())[:limit]
            assert len(best) == len(results) == len(wanted)
            assert best.docs() == results.docs() == {section for section, _ in wanted}


@pytest.mark.slow
@settings(max_examples=12)
@given(histories(), st.data())
def test_the_kernel_its_twin_and_whoosh_score_two_terms_alike_to_the_bit(
    history: list[Commit], data: st.DataObject
) -> None:
    exact = st.sampled_from([1.0, 1.0, 2.0, 0.5])
    with committed(history) as snapshot:
        for _ in range(3):
            pair = data.draw(st.lists(terms, min_size=1, max_size=2, unique_by=repr))
            chosen = [wq.Term(term.fieldname, term.text, data.draw(exact)) for term in pair]
            query = data.draw(st.sampled_from([wq.Or, wq.And]))(chosen)
            results = kernel(snapshot).search(query, limit=3)
            assert results.collector.by_kernel
            wanted = list(stock(snapshot).search(query, limit=None).items())
            assert list(results.items()) == wanted[:3]
            with under_the_plain_kernel(snapshot):
                assert list(kernel(snapshot).search(query, limit=3).items()) == wanted[:3]


@settings(max_examples=40)
@given(st.data())
def test_the_kernel_and_its_twin_answer_alike_to_the_bit(
    segmented: Snapshot, data: st.DataObject
) -> None:
    query, limit = data.draw(queries), data.draw(st.one_of(st.none(), st.integers(1, 5)))
    options = {"filter": data.draw(filters), "mask": data.draw(filters), "limit": limit}
    found = list(kernel(segmented).search(query, **options).items())
    with under_the_plain_kernel(segmented):
        assert list(kernel(segmented).search(query, **options).items()) == found


@settings(max_examples=40)
@given(disjunctions, filters)
def test_other_collectors_round_it_find_the_same(
    segmented: Snapshot, query: wq.Query, filter: Any
) -> None:
    searcher = kernel(segmented)
    found = searcher.search(query, limit=4, filter=filter)
    assert found.collector.by_kernel
    timed = TimeLimitCollector(searcher.collector(limit=4, filter=filter), 60, use_alarm=False)
    searcher.search_with_collector(query, timed)
    with_terms = searcher.search(query, limit=4, filter=filter, terms=True)
    for others in (timed.results(), with_terms):
        assert_alike(list(others.items()), list(found.items()))
    for hit in with_terms:
        here = {(f, text.decode()) for f, text in hit.matched_terms()}
        asked = {(term.fieldname, term.text) for term in query}
        assert here == {t for t in asked if segmented.terms.contribution(t, hit.docnum)}


@settings(max_examples=40)
@given(disjunctions, filters)
def test_sorting_grouping_and_collapsing_see_what_is_filtered(
    segmented: Snapshot, query: wq.Query, filter: Any
) -> None:
    searcher = kernel(segmented)
    sections = [section for section, _ in searcher.search(query, limit=None, filter=filter).items()]
    number = sorting.FunctionFacet(lambda _, section: section)
    odd = sorting.FunctionFacet(lambda _, section: "odd" if section % 2 else "even")
    by_number = searcher.search(query, limit=3, sortedby=number, reverse=True, filter=filter)
    assert [hit.docnum for hit in by_number] == sorted(sections, reverse=True)[:3]
    groups = searcher.search(query, groupedby={"odd": odd}, filter=filter).groups("odd")
    best = searcher.search(query, limit=None, collapse=odd, filter=filter)
    by_parity = {"odd": [u for u in sections if u % 2], "even": [u for u in sections if not u % 2]}
    assert {name: set(group) for name, group in groups.items()} == {
        name: set(group) for name, group in by_parity.items() if group
    }
    assert {hit.docnum for hit in best} == {group[0] for group in by_parity.values() if group}


@settings(max_examples=40)
@given(queries, filters)
def test_results_say_how_many_were_filtered_out(
    segmented: Snapshot, query: wq.Query, filter: Any
) -> None:
    searcher = kernel(segmented)
    everything, kept = searcher.search(query), searcher.search(query, filter=filter)
    assert kept.filtered_count == len(everything) - len(kept)


def test_scores_of_another_weighting_are_left_to_whoosh(segmented: Snapshot) -> None:
    query = wq.Or([wq.Term(WORDS, "罚款"), wq.Term(BIGRAMS, "河道", boost=3.0)])
    reader = whoosh_reader(segmented)
    results = KernelSearcher(reader, weighting=BM25F).search(query, limit=3)
    assert not results.collector.by_kernel
    wanted = Searcher(reader, weighting=BM25F).search(query, limit=None)
    assert list(results.items()) == list(wanted.items())[:3]


@pytest.mark.parametrize(
    "query",
    [
        wq.Every(),
        wq.Not(wq.Term(WORDS, "河道")),
        wq.Or([wq.Term(WORDS, "河道"), wq.Or([wq.Term(WORDS, "采砂")], boost=2.0)], boost=3.0),
        wq.And([wq.Or([wq.Term(WORDS, "河道"), wq.Term(WORDS, "采砂")]), wq.Term(WORDS, "罚款")]),
        wq.AndNot(wq.Phrase(BIGRAMS, ["河道", "道管"]), wq.Wildcard(WORDS, "?砂")),
        wq.AndMaybe(wq.Every(), wq.Term(WORDS, "采砂")),
        wq.And([wq.Term(WORDS, "河道"), wq.ConstantScoreQuery(wq.FuzzyTerm(WORDS, "采砂"))]),
    ],
    ids=str,
)
def test_what_the_kernel_can_answer_it_answers(segmented: Snapshot, query: wq.Query) -> None:
    assert kernel(segmented).search(query).collector.by_kernel


SPARSE = ["河道安全", "河道采砂", "罚款", "采砂河道", "安全", "罚款安全"]
RIVER, SAND, FINE, SAFE = (wq.Term(WORDS, word) for word in ("河道", "采砂", "罚款", "安全"))
NEVER = wq.And([wq.Term(WORDS, "缺席"), wq.Term(WORDS, "缺")])  # keeps the kernel from answering


@pytest.mark.parametrize(
    "query",
    [
        wq.AndNot(SAND, RIVER),  # the first that both have comes through
        wq.And([wq.AndNot(RIVER, FINE), FINE]),  # it looks beyond the end
        wq.And([wq.AndMaybe(SAFE, wq.Every()), FINE]),  # a score is lost
        wq.Not(SAND),  # a deleted one comes through
    ],
    ids=str,
)
def test_where_whooshs_matchers_are_wrong_they_are_mended(query: wq.Query) -> None:
    history = [[(f"{n}.txt", f"关于法法的通知\n{text}\n") for n, text in enumerate(SPARSE)]]
    with committed([*history, [("4.txt", "")]]) as snapshot:
        asked = wq.Or([query, NEVER])
        wanted = expected(snapshot, asked)
        for limit in (1, 2, None):
            results = kernel(snapshot).search(asked, limit=limit)
            assert not results.collector.by_kernel
            assert_alike(list(results.items()), wanted[:limit])
