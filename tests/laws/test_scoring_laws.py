"""The laws of scoring hold on random corpora, whatever the numbers they are tuned with."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import event, given, settings
from hypothesis import strategies as st

from indexer.errors import QueryError
from indexer.segments import Collection
from indexer.storage.schema import WORDS
from searcher.backends.embedded import EmbeddedBackend
from searcher.query.parser import parse
from searcher.ranking.plan import EverySection, Plan, SectionRef, Target
from searcher.ranking.planner import Planner
from searcher.ranking.synonyms import Synonyms
from tests.laws.test_query_reference import queries
from tests.support.corpora import VOCABULARY, Commit, committed, histories
from tests.support.planning import found_in

words = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=4).map(" ".join)


@settings(max_examples=25)
@given(histories(), words)
def test_of_sections_alike_but_for_one_the_more_frequent_and_the_shorter_score_more(
    history: list[Commit], text: str
) -> None:
    """What a term adds rises with its frequency and falls with the length of the section."""
    with committed(history) as snapshot:
        terms: Collection = snapshot.terms
        for word in text.split():
            term = (WORDS, word)
            parts = [
                part
                for section in terms.having([term])
                if (part := terms.contribution(term, section))
            ]
            for one in parts:
                for other in parts:
                    more_often = one.tf >= other.tf and one.length <= other.length
                    if more_often and (one.tf, one.length) != (other.tf, other.length):
                        assert one.score > other.score


@settings(max_examples=25)
@given(histories(), st.data())
def test_the_best_of_fewer_begin_the_best_of_more_and_totals_count_all(
    history: list[Commit], data: st.DataObject
) -> None:
    with committed(history) as snapshot:
        backend = EmbeddedBackend(snapshot)
        for _ in range(5):
            query = data.draw(queries)
            try:
                found = found_in(snapshot, query)
            except QueryError:
                continue
            everything = found.top(10_000)
            for count in range(len(everything) + 1):
                assert found.top(count) == everything[:count]
            assert found.count() == len(everything) == len(found.sections())
            assert {hit.section for hit in everything} == set(found.sections())
            documents = found.documents(0, 10_000)
            assert found.count("document") == len(documents)
            assert sorted(hit for group in documents for hit in group) == sorted(everything)
            for count in range(len(documents) + 1):
                assert found.documents(0, count) == documents[:count]
                assert found.documents(count, 10_000) == documents[count:]
            years = dict(found.facets()["year"]())
            dates = [backend.facts(hit.section.document).date[:4] for hit in everything]
            assert years == {year: dates.count(year) for year in set(dates) - {""}}


@settings(max_examples=25)
@given(histories(), st.data())
def test_an_explanation_sums_to_the_score(history: list[Commit], data: st.DataObject) -> None:
    with committed(history) as snapshot:
        backend = EmbeddedBackend(snapshot)
        planner = Planner(backend, backend.analyzer, Synonyms(()))
        for _ in range(5):
            query = data.draw(queries)
            try:
                plan = planner.plan(query, parse(query))
            except QueryError:
                continue
            for section, score in backend.carry_out(plan).top(20):
                explained = backend.explain(plan, section)
                assert explained.score == score
                total = 0.0
                for part in explained.terms:
                    total += part.score
                assert total == score


@settings(max_examples=40)
@given(histories(), words, st.data())
def test_what_is_named_outscores_whatever_words_alone_can_score(
    history: list[Commit], text: str, data: st.DataObject
) -> None:
    """A level is worth more than any section can score by terms, and one level than the next."""
    with committed(history) as snapshot:
        backend = EmbeddedBackend(snapshot)
        planner = Planner(backend, backend.analyzer, Synonyms(()))
        plan = planner.plan(text, parse(text))
        row = data.draw(st.sampled_from([*backend.documents()]))
        targets = (Target(row.id, range(row.section_count), 1, True, row.title),)
        named = replace(plan, targets=targets, step=planner._step(plan.terms, plan.variants, 0.0))
        bound = named.step
        words = replace(plan, targets=())  # the text may be a name of one itself
        for _, score in backend.carry_out(words).top(10_000):
            assert score < bound
        hits = backend.carry_out(named).top(10_000)
        ours = [hit.section.document == row.id for hit in hits]
        event(f"named sections: {sum(ours)}")
        assert ours == sorted(ours, reverse=True)


def test_the_worth_of_a_level_is_the_bound_of_the_formula() -> None:
    """A section of one word only, said very often, comes near the bound and stays below it."""
    often = "采砂" * 400
    history = [[("a.txt", f"关于采砂的通知\n{often}\n"), ("b.txt", "关于河道的通知\n管理\n")]]
    with committed(history) as snapshot:
        backend = EmbeddedBackend(snapshot)
        planner = Planner(backend, backend.analyzer, Synonyms(()))
        plan = planner.plan("采砂", parse("采砂"))
        step = planner._step(plan.terms, plan.variants, 0.0)
        best = backend.carry_out(plan).top(1)[0].score
        assert step / 2 < best < step


def test_every_section_is_found_by_everything() -> None:
    with committed([[("a.txt", "关于河道的通知\n管理\n")]]) as snapshot:
        backend = EmbeddedBackend(snapshot)
        found = backend.carry_out(Plan((), match=EverySection()))
        assert found.sections() == [SectionRef("a.txt", 0)]
