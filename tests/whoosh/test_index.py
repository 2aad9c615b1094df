"""Whoosh's queries on our columns find what the kernel finds, with the same scores."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import whoosh.index
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh import query as wq
from whoosh.scoring import BaseScorer, WeightingModel
from whoosh.searching import Searcher

from indexer.documents.read import parse_document
from indexer.storage.schema import BIGRAMS, WORDS
from indexer.storage.snapshot import Snapshot
from indexer.storage.store import Store
from indexer.text.analysis import bigrams, ranked
from indexer.text.folding import fold, strip_blanks
from indexer.updating.sync import sync
from indexer.whoosh_adapter import KernelSearcher, whoosh_index, whoosh_reader
from tests.support.documents import LIBRARY


class Reference(WeightingModel):
    """The score of `searcher.ranking.planner`, as a scorer of Whoosh."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._terms = snapshot.terms

    def scorer(self, searcher: Searcher, fieldname: str, text: bytes, **_: int) -> BaseScorer:
        terms, term = self._terms, (fieldname, text.decode())
        offset = next(base for reader, base in self.leaves(searcher) if reader is searcher.reader())

        class Scorer(BaseScorer):
            def score(self, matcher: object) -> float:
                return terms.contribution(term, offset + matcher.id()).score

        return Scorer()

    def leaves(self, searcher: Searcher) -> list[tuple[object, int]]:
        parent = searcher.get_parent()
        return parent.reader().leaf_readers()


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    """Two segments, one of them with deleted documents."""
    folder: Path = tmp_path_factory.mktemp("index")
    store = Store(folder)
    names = sorted(LIBRARY)
    shortest = min(names, key=lambda name: len(LIBRARY[name]))
    for part in (names, [shortest]):
        with store.transaction() as transaction:
            for name in part:
                transaction.put(parse_document(LIBRARY[name], name))
    with store.snapshot() as snapshot:
        assert len(snapshot.terms.parts) == 2
        assert any(part.live is not None for part in snapshot.terms.parts)
        yield snapshot


def hits(snapshot: Snapshot, query: wq.Query) -> list[tuple[int, float]]:
    searcher = Searcher(whoosh_reader(snapshot), weighting=Reference(snapshot))
    results = searcher.search(query, limit=None)
    return [(results.docnum(i), results.score(i)) for i in range(len(results))]


def place(snapshot: Snapshot, section: int) -> tuple[str, int]:
    document = snapshot.numbering.document_of(section)
    return snapshot.rows[document].id, section


@settings(max_examples=40)
@given(st.data())
def test_a_disjunction_of_whoosh_is_the_kernels(snapshot: Snapshot, data: st.DataObject) -> None:
    words = [("words", word) for word, _ in snapshot.terms.expand(WORDS, "")]
    pairs = [("bigrams", pair) for pair, _ in snapshot.terms.expand(BIGRAMS, "")]
    terms = data.draw(st.lists(st.sampled_from(words + pairs), min_size=1, max_size=5, unique=True))
    expected = snapshot.terms.top(10_000, terms, lambda section: place(snapshot, section))
    found = dict(hits(snapshot, wq.Or([wq.Term(*term) for term in terms])))
    assert found.keys() == {section for _, section in expected}
    for score, section in expected:
        assert found[section] == pytest.approx(score, rel=1e-12)
    both = {section for section, _ in hits(snapshot, wq.And([wq.Term(*term) for term in terms]))}
    conjunction = snapshot.terms.all()
    for term in terms:
        conjunction = conjunction & snapshot.terms.having([term])
    assert both == set(conjunction)
    # Not alone is no use: whoosh 2.7.4 lets deleted documents through there.
    query = wq.AndNot(wq.Every(), wq.Term(*terms[0]))
    without = {section for section, _ in hits(snapshot, query)}
    assert without == set(snapshot.terms.all() - snapshot.terms.having(terms[:1]))


@settings(max_examples=40)
@given(st.data())
def test_a_phrase_of_whoosh_is_found_where_its_text_stands(
    snapshot: Snapshot, data: st.DataObject
) -> None:
    section = data.draw(st.sampled_from(list(snapshot.terms.all())))
    text = snapshot.terms.text(section)
    start = data.draw(st.integers(0, max(0, len(text) - 2)))
    phrase = text[start : start + data.draw(st.integers(2, 7))]
    pairs = bigrams(phrase)
    if len(ranked(pairs)) < len(pairs) or not pairs:
        return
    found = {section for section, _ in hits(snapshot, wq.Phrase(BIGRAMS, pairs))}
    assert found == set(snapshot.terms.holding(phrase, [(BIGRAMS, pair) for pair in pairs]))
    assert section in found


def test_prefixes_wildcards_and_fuzzy_terms_expand_over_the_columns(snapshot: Snapshot) -> None:
    words = {word for word, _ in snapshot.terms.expand(WORDS, "")}
    word = max((word for word in words if len(word) > 1), key=len)
    for query, matches in (
        (wq.Prefix(WORDS, word[0]), {w for w in words if w.startswith(word[0])}),
        (wq.Wildcard(WORDS, f"{word[0]}*"), {w for w in words if w.startswith(word[0])}),
        (wq.FuzzyTerm(WORDS, word, maxdist=0), {word}),
        (wq.TermRange(WORDS, word, word), {word}),
    ):
        expected = snapshot.terms.having([(WORDS, w) for w in matches])
        assert {section for section, _ in hits(snapshot, query)} == set(expected), query


def test_a_hit_of_whoosh_says_where_it_stands(snapshot: Snapshot) -> None:
    searcher = Searcher(whoosh_reader(snapshot))
    text = strip_blanks(fold("河道"))
    results = searcher.search(wq.Term(BIGRAMS, text))
    for hit in results:
        assert hit["document"] in LIBRARY
        assert snapshot.card(hit.docnum).anchor == hit["anchor"]


def test_whoosh_opens_the_index_and_searches_it(tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    for name, text in LIBRARY.items():
        (folder / Path(name).name).write_text(text, encoding="utf-8")
    store = Store(tmp_path / "index")
    sync(store, [folder])
    index = whoosh_index(store.folder)
    assert isinstance(index, whoosh.index.Index)
    assert not index.is_empty()
    with store.snapshot() as snapshot:
        assert index.doc_count() == snapshot.numbering.section_count
    with index.searcher() as searcher:
        hits = searcher.search(wq.And([wq.Term(WORDS, "采砂"), wq.Term(WORDS, "河道")]))
        assert {(hit["document"], hit["anchor"]) for hit in hits} == {
            ("docs/regulation.txt", "tiao-3")
        }
        assert searcher.up_to_date()
    with pytest.raises(TypeError, match="Store"):
        index.writer()


def test_an_emptied_index_has_no_hits(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for change in (
        lambda transaction: transaction.put(parse_document("关于河道的通知\n采砂\n", "a.txt")),
        lambda transaction: transaction.remove("a.txt"),
    ):
        with store.transaction() as transaction:
            change(transaction)
    index = whoosh_index(tmp_path)
    assert index.is_empty()
    queries = [
        wq.Term(WORDS, "河道"),
        wq.Every(),
        wq.Prefix(WORDS, "河"),
        wq.Wildcard(WORDS, "?道"),
    ]
    with index.searcher() as searcher:
        for query in (*queries, wq.Or(queries), wq.Not(queries[0])):
            assert not len(searcher.search(query))
            assert not searcher.search(query, filter=query, limit=None)


def test_a_searcher_of_whoosh_moves_on_to_the_newest_generation(tmp_path: Path) -> None:
    store, query = Store(tmp_path), wq.Or([wq.Term(WORDS, "河道"), wq.Term(BIGRAMS, "河道")])
    for name in ("a.txt", "b.txt"):
        with store.transaction() as transaction:
            transaction.put(parse_document(f"关于河道的通知\n采砂{name}\n", name))
        if name == "a.txt":
            searcher = whoosh_index(tmp_path).searcher()
    assert not searcher.up_to_date()
    assert {hit["document"] for hit in searcher.search(query)} == {"a.txt"}
    with searcher.refresh() as newer:
        assert newer.up_to_date()
        results = newer.search(query)
        assert results.collector.by_kernel
        assert {hit["document"] for hit in results} == {"a.txt", "b.txt"}
    searcher.close()


def test_a_searcher_may_be_given_a_page_or_results_to_filter_by(snapshot: Snapshot) -> None:
    searcher = KernelSearcher(whoosh_reader(snapshot))
    query, other = wq.Every(), wq.Term(BIGRAMS, "河道")
    wanted = searcher.search(other, limit=None).docs()
    assert wanted
    for one in (searcher.search(other, limit=1), searcher.search_page(other, 1, pagelen=1)):
        assert searcher.search(query, limit=None, filter=one).docs() == wanted
        rest = searcher.search(query, limit=None, mask=one)
        assert rest.docs() == set(snapshot.terms.all()) - wanted
        assert rest.filtered_count == len(wanted)
