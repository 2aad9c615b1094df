"""Rules for what the benchmark of several engines says of them; no other engine is needed."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

import pytest
from peers.child import Child, ChildFailed
from peers.corpus import Picker, prepare, read_terms, read_texts
from peers.engine import Formula, pooled_terms, query_of, share_dictionary, spaced, terms_of
from peers.engines.policysearch import PolicySearch
from peers.figures import Row, goals, percentile
from peers.generated import document
from peers.measure import query_sets
from peers.plot import svg
from peers.reference import IDF, Reference, agrees
from peers.report import csv_text, figures_table

from indexer import parse_document

BODIES = [
    "第一条　食品生产企业应当建立食品安全追溯体系。",
    "第二条　学校食堂应当建立食品留样制度，留样不少于48小时。",
    "第三条　县级以上人民政府应当加强对校外培训机构的监督管理。",
    "第四条　消防救援机构应当对学校进行消防安全检查，检查结果应当公布。",
]


@pytest.fixture
def rows() -> Mapping[str, Row]:
    ours = Row("policysearch", "1", 1_000, 50, True, values={"rank_p50": 0.2, "index_texts": 900.0})
    same = Row("tantivy", "2", 1_000, 50, True, values={"rank_p50": 0.5, "disk_stored": 3.0})
    fewer = Row(
        "whoosh",
        "3",
        10,
        5,
        True,
        values={"rank_p50": 0.1, "index_texts": 30.0, "disk_stored": 1.0},
    )
    return {row.engine: row for row in (ours, same, fewer)}


@pytest.mark.slow
def test_the_engine_ranks_as_brute_force_does(tmp_path: Path) -> None:
    engine = PolicySearch(tmp_path, "terms")
    sections = [terms_of(body) for body in BODIES]
    engine.index_terms([engine.prepare_terms(sections[:3]), engine.prepare_terms(sections[3:])])
    engine.open()
    queries = [query_of(text) for text in ("食品安全", "学校消防检查", "48小时留样")]
    reference = Reference(sections, queries)
    for number, query in enumerate(queries):
        ids = engine.ids(engine.rank(engine.prepare(query)))
        assert agrees(ids, reference.scores(number, Formula(), len(BODIES)), 1e-9)


def test_a_reference_of_the_first_sections_knows_no_others() -> None:
    reference = Reference(map(terms_of, BODIES), [query_of("学校")])
    assert set(reference.scores(0, Formula(), 4)) == {1, 3}
    assert set(reference.scores(0, Formula(), 2)) == {1}


def test_pooling_and_idf_change_scores_as_their_formulas_say() -> None:
    sections = list(map(terms_of, BODIES))
    reference = Reference(sections, [query_of("消防")])
    (score,) = reference.scores(0, Formula(pooled=True, idf="robertson"), 4).values()
    terms = pooled_terms(sections[3].words, sections[3].bigrams)
    average = sum(len(pooled_terms(s.words, s.bigrams)) for s in sections) / 4
    norm = 1.2 * (0.25 + 0.75 * len(terms) / average)
    counts = [terms.count(term) for term in ("w消防", "b消防")]
    assert score == pytest.approx(
        sum(IDF["robertson"](4, 1) * n * 2.2 / (n + norm) for n in counts)
    )


def test_rankings_agree_up_to_ties_and_roundings_only() -> None:
    scores = {number: 1.0 / (number + 1) for number in range(10)} | {10: 0.1, 11: 0.09}
    assert agrees(range(10), scores, 1e-6)
    assert agrees([*range(9), 10], scores, 1e-6)  # it ties with 9
    assert not agrees([*range(9), 11], scores, 0.05)
    assert agrees([*range(9), 11], scores, 0.15)
    assert not agrees(range(9), scores, 1e-6)  # one is missing
    assert not agrees([*range(9), 8], scores, 1e-6)  # one is there twice
    assert not agrees([*range(9), 99], scores, 1e-6)  # one has no term of the query


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [5.0, 1.0, 4.0, 2.0, 3.0]
    assert percentile(values, 50) == 3.0
    assert percentile(values, 99) == 5.0
    assert percentile(values, 0) == 1.0
    assert percentile(list(range(1, 201)), 99) == 198


def test_an_engine_with_fewer_sections_is_compared_by_rates_only(rows: Mapping[str, Row]) -> None:
    lines = {line.split("|")[1].strip(): line for line in figures_table(rows).splitlines()}
    ranking = [cell.strip() for cell in lines["ranking alone, p50, ms"].split("|")[2:-1]]
    assert ranking == ["0.200", "0.500 (2.5x)", "0.100"]
    (indexing,) = (line for label, line in lines.items() if label.startswith("indexing text"))
    assert [c.strip() for c in indexing.split("|")[2:-1]] == ["900", "–", "30 (0.033x)"]
    assert len({len(line) for line in lines.values()}) == 1


def test_goals_are_judged_on_what_was_measured(rows: Mapping[str, Row]) -> None:
    found = {(goal.label, goal.goal): (goal.measured, goal.met) for goal in goals(rows, None)}
    assert found == {
        ("ranking alone, p50", "<= 0.4 x tantivy"): ("0.40 x", True),
        ("indexing text, sections/s", ">= 25 x whoosh"): ("30.00 x", True),
    }
    rows["policysearch"].values["rank_p50"] = 0.21
    assert not next(goal for goal in goals(rows, None)).met


def test_the_csv_has_a_line_for_every_figure(rows: Mapping[str, Row]) -> None:
    lines = list(csv.DictReader(io.StringIO(csv_text(rows, "here, now"))))
    assert len(lines) == sum(len(row.values) for row in rows.values())
    assert {(line["engine"], line["figure"]): line["of ours"] for line in lines} == {
        ("policysearch", "index_texts"): "1",
        ("policysearch", "rank_p50"): "1",
        ("tantivy", "disk_stored"): "",
        ("tantivy", "rank_p50"): "2.5",
        ("whoosh", "disk_stored"): "",
        ("whoosh", "index_texts"): "0.03333",
        ("whoosh", "rank_p50"): "",
    }
    assert {line["run"] for line in lines} == {"here, now"}


def test_the_plot_is_xml_with_a_bar_for_every_value(rows: Mapping[str, Row]) -> None:
    root = ElementTree.fromstring(svg(rows, "1,000 sections", "<here> & now"))
    bars = [element for element in root.iter() if element.tag.endswith("rect")]
    assert len(bars) == 4  # three medians and the size that is to be compared
    assert all(0 < float(bar.get("width", 0)) < 430 for bar in bars)
    texts = "".join(root.itertext())
    assert "whoosh *" in texts
    assert "<here> & now" in texts


@pytest.mark.slow
def test_a_generated_document_is_the_same_again_and_read_as_articles() -> None:
    text = document(7)
    assert text == document(7)
    assert text != document(8)
    articles = [s for s in parse_document(text, "a").sections if s.kind == "article"]
    assert [s.path[-1] for s in articles] == [
        line.split("　")[0] for line in text.splitlines() if line.startswith("第")
    ]


def test_no_query_is_asked_twice() -> None:
    sets = query_sets([str(n) for n in range(70)], rounds=3)
    assert [len(one) for one in sets] == [10] * 7
    assert len({query for one in sets for query in one}) == 70


def test_queries_are_pieces_of_sections_and_the_same_again() -> None:
    picked = []
    for _ in range(2):
        picker = Picker(3)
        for body in BODIES:
            picker.see(body)
        picked.append(picker.queries())
    assert picked[0] == picked[1]
    assert len(picked[0]) == 3
    text = "".join(BODIES)
    assert all(piece in text for query in picked[0] for piece in query.split())


def test_words_set_apart_are_the_words_and_all_of_the_text() -> None:
    found = spaced("第四条 消防救援机构(含1.5千米内)应当检查。")
    assert found.words.replace(" ", "") == "第4条消防救援机构(含1.5千米内)应当检查。"
    assert set(terms_of("消防救援机构(含1.5千米内)").words.split()) <= set(found.words.split())


def test_a_share_is_the_first_sections(tmp_path: Path, sources: Path) -> None:
    corpus = prepare(sources, tmp_path, None, 10)
    everything = [one for batch in read_terms(corpus.terms) for one in batch]
    assert len(everything) == corpus.sections > 5
    assert [one for batch in read_terms(corpus.terms, 5) for one in batch] == everything[:5]
    texts = [one for source in read_texts(corpus.texts, 5) for one in source.sections]
    assert [terms_of(text.body) for text in texts] == everything[:5]


def test_an_engine_answers_from_a_process_of_its_own(
    tmp_path: Path, sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEERS_DICTIONARY", "")  # and what it was comes back
    share_dictionary(tmp_path / "dictionary")
    corpus = prepare(sources, tmp_path, None, 10)
    with Child("policysearch", "terms", tmp_path / "index") as child:
        made = child.ask("index", file=str(corpus.terms), limit=None)
        assert made["sections"] == corpus.sections
        assert made["sizes"]["ranking"] < made["sizes"]["phrases"]
        child.ask("open")
        assert child.ask("ids", queries=["责任追究"])[0]
        with pytest.raises(ChildFailed, match="AttributeError"):
            child.ask("nothing like that")
