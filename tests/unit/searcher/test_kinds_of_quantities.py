"""Queries with quantities and rare characters, by kind: what is found first, and what is marked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from indexer import Store, sync
from indexer.storage.snapshot import Snapshot
from searcher import Results, Searcher
from searcher.backends.embedded import EmbeddedBackend
from searcher.ranking.synonyms import Synonyms
from tests.support.memory_backend import MemoryBackend

FILLER = "各地要压实责任，加强协调，督促检查，按时报送工作进展，确保各项任务落到实处。" * 6


class Kind(NamedTuple):
    """A query, the texts of documents, and the places of those that come first, in any order."""

    query: str
    texts: Sequence[str]
    first: set[int]
    marked: Sequence[str]


KINDS = {
    "a share beside a label and a period": Kind(
        "7%",
        ["第七条 减按规定。", "第二条 按百分之七计提。", "第三条 提前7日。", "第四条 按7％计提。"],
        {1, 3},
        ["百分之七", "7％"],
    ),
    "a thousandth is no hundredth": Kind(
        "5‰", ["按5%征收。", "按千分之五征收。"], {1}, ["千分之五"]
    ),
    "times as a share": Kind("百分之三百", ["按三倍支付。", "按百分之三十支付。"], {0}, ["三倍"]),
    "an amount in any form": Kind(
        "20000元以下",
        ["处二万元以下罚款。", "处2万元以下罚款。", "处20,000元以下罚款。", "处二百元以下罚款。"],
        {0, 1, 2},
        ["二万元以下", "2万元以下", "20,000元以下"],
    ),
    "an amount in capital numerals": Kind(
        "三万元", ["补助叁万元整。", "补助三百元。"], {0}, ["叁万元"]
    ),
    "an amount in a long text": Kind(
        "17万元",
        ["处1万元以上5万元以下罚款，情节严重的处10万元罚款。", f"{FILLER}安排17万元。{FILLER}"],
        {1},
        ["17万元"],
    ),
    "a number with a comma": Kind("4500元", ["补助4,500元。", "补助450元。"], {0}, ["4,500元"]),
    "a bare number beside a label": Kind(
        "863", ["第八百六十三条 无。", f"{FILLER}共检查863家企业。{FILLER}"], {1}, ["863家"]
    ),
    "a count": Kind("317名", [f"{FILLER}选派317名干部。", "选派31名、7名干部。"], {0}, ["317名"]),
    "a date in any form": Kind(
        "2021-03-05",
        ["于2021年3月5日前。", "于二○二一年三月五日前。", "于2021/3/5前。", "于2021年底前。"],
        {0, 1, 2},
        ["2021年3月5日", "二○二一年三月五日", "2021/3/5"],
    ),
    "a date with blanks in it": Kind("4月8日", ["于4 月 8 日举办。", "48家。"], {0}, ["4 月 8 日"]),
    "days": Kind("九十天", ["第九十条 无。", "应当在90日内办结。"], {1}, ["90日"]),
    "zeros in a row of digits": Kind(
        "208万吨", ["产量二〇八万吨。", "产量八万吨。"], {0}, ["二〇八万吨"]
    ),
    "letters and digits": Kind(
        "4A景区", [f"{FILLER}创建国家4A景区。", "景区有A类车4辆、B类车4辆。"], {0}, ["4A景区"]
    ),
    "lowered digits": Kind("PM10", ["PM₁₀浓度下降。", "PM2浓度。"], {0}, ["PM₁₀"]),
    "a formula": Kind("CO2", ["CO₂排放。", "二楼 to echo 2"], {0}, ["CO₂"]),
    "a standard": Kind(
        "GB/T1234-2010", ["按GB/T 1234—2010执行。", "按GB/T 4321。"], {0}, ["GB/T 1234—2010"]
    ),
    "a grade": Kind("C级危房", ["鉴定为C级危房。", "C区有危房4级。"], {0}, ["C级危房"]),
    "radicals of a PDF": Kind("人民方案", ["⼈⺠⽅案。", "人员。"], {0}, ["⼈⺠⽅案"]),
    "compatibility ideographs": Kind("更新", ["設備\uf901新。", "新。"], {0}, ["\uf901新"]),
    "marks apart from letters": Kind("résumé", ["交re\u0301sume\u0301一份。"], {0}, []),
    "half-width kana": Kind("ガス", ["用ｶﾞｽ。", "无。"], {0}, []),
    "variation selectors": Kind("葛城", ["葛\U000e0100城。", "往葛\ufe00城。", "城。"], {0, 1}, []),
    "a unit as a sign": Kind("㎡", ["不超过60㎡。", "不超过60米。"], {0}, ["㎡"]),
    "a variant by its word": Kind("着急", ["群眾著急。", "名著。"], {0}, ["著急"]),
}


@pytest.fixture(params=KINDS.values(), ids=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


@pytest.fixture
def searchers(kind: Kind, tmp_path: Path) -> tuple[Searcher, Searcher]:
    sources = tmp_path / "sources"
    sources.mkdir()
    for number, text in enumerate(kind.texts):
        (sources / f"{number}.txt").write_text(f"通知\n\n{text}\n", encoding="utf-8")
    sync(Store(tmp_path / "index"), [sources])
    snapshot = Snapshot.open(tmp_path / "index")
    documents = [snapshot.document(number) for number in range(len(kind.texts))]
    backend = EmbeddedBackend(snapshot)
    memory = MemoryBackend(documents, backend.analyzer)
    return Searcher(backend, Synonyms.open()), Searcher(memory, Synonyms.open())


def marks(results: Results) -> list[str]:
    return [
        hit.snippet.text[start:end] for hit in results.hits for start, end in hit.snippet.highlights
    ]


def test_the_texts_that_mean_the_query_come_first_and_are_marked(
    kind: Kind, searchers: tuple[Searcher, Searcher]
) -> None:
    results = searchers[0].search(kind.query)
    first = results.hits[: len(kind.first)]
    assert {int(Path(hit.document).stem) for hit in first} == kind.first
    assert all(hit.snippet.highlights for hit in first)
    assert {*kind.marked} <= {*marks(results)}


def test_both_backends_answer_alike(kind: Kind, searchers: tuple[Searcher, Searcher]) -> None:
    embedded, memory = (
        [(Path(hit.document).stem, hit.score, hit.snippet) for hit in one.search(kind.query).hits]
        for one in searchers
    )
    assert embedded == memory


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ("3月15日", "3月15日举办315晚会，12.5日。", ["3月15日"]),
        ("5日", "于5日、25日、12.5日。", ["5日"]),
        ("300元", "补助300元、3,300元、300.5元、1300元。", ["300元"]),
        ("五万元罚款", "处50000元罚款、15万元、五万元。", ["50000元罚款", "五万元"]),
        ("so 规定", "types of so规定 also", ["so规定"]),
    ],
)
def test_a_number_is_marked_only_where_it_is_the_whole_number(
    query: str, text: str, marked: list[str], tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text(f"通知\n\n{text}\n", encoding="utf-8")
    sync(Store(tmp_path / "index"), [tmp_path / "a.txt"])
    with Searcher.open(tmp_path / "index") as searcher:
        assert marks(searcher.search(query)) == marked
