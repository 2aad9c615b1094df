"""The protocol of backends is enough: a second one answers as the index in a folder does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from indexer import Store, sync
from indexer.storage.snapshot import Snapshot
from searcher import QueryError, Results, Searcher
from searcher.backends.backend import Backend
from searcher.backends.embedded import EmbeddedBackend
from searcher.ranking.synonyms import Synonyms
from tests.support.documents import LIBRARY, NOTICE
from tests.support.memory_backend import MemoryBackend

MORE = {
    "orders/care.txt": """青山市最低生活保障办法
青政发〔2021〕5号

第一条 为了规范最低生活保障工作，根据《青山市河道管理条例》等规定，制定本办法。
第二条 符合条件的家庭可以申请低保，每月1200元，由民政部门审核。
第三条 违反本办法的，追究责任；国务院办公厅另有规定的除外。
青山市人民政府
2021年6月1日
""",
    "orders/food.md": NOTICE.replace("关于进一步加强校园", "关于开展")
    .replace("8号", "9号")
    .replace("校长是第一责任人", "国办要求市场监管部门负责"),
    "plain/english.txt": "Safety codes\nApple apples applied to app, APP codes.\nNo date here.\n",
}
QUERIES = (
    "食品安全责任",
    "什么是最低生活保障",
    "低保",
    "国办",
    '"责任追究"',
    "校园 AND 食品",
    "+食品 校长 -罚款",
    "NOT 食品",
    "河道 NEAR/6 采砂",
    '"学校 食堂"~40',
    "食品 NEAR (学校 OR 食堂) NEAR 责任",
    "app*",
    "APP",
    "责",
    "的",
    "责任*",
    "标题:食品 学校",
    "发文机关:青山市* 河道",
    "文号:青政办函2020年17号",
    "类型:(通知 办法)",
    "地区:青山",
    "日期:2019..2020 责任",
    "食品 全文:校长",
    "全文:低保 责任",
    "青山市河道管理条例",
    "《河道管理条例》第三条",
    "河道管理条例4条 罚款",
    "青政发〔2021〕5号",
    "〔2019〕9号",
    "青山市最低生活保障办法第二条的规定是什么",
    "一千二百元",
    "1200元",
    "没有这样的词组xyz",
    "*",
    "河道 OR NOT 食品",
    "(食品 OR 河道) AND (责任 OR 罚款)",
)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Searcher, Searcher]]:
    """The same documents in an index in a folder and in memory."""
    folder = tmp_path_factory.mktemp("both")
    for name, text in (LIBRARY | MORE).items():
        path = folder / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    store = Store(folder / "index")
    sync(store, [folder / "docs"])
    snapshot = Snapshot.open(store.folder)
    documents = [snapshot.document(index) for index in range(len(snapshot.rows))]
    embedded: Backend = EmbeddedBackend(snapshot)
    memory: Backend = MemoryBackend(documents, snapshot.analyzer)
    assert not snapshot.families.same_document
    synonyms = Synonyms.open()
    with Searcher(embedded, synonyms) as one, Searcher(memory, synonyms) as other:
        yield one, other


def told(results: Results) -> dict[str, Any]:
    """Everything that results say, but for where files are and how long it took."""
    data = results.to_dict()
    for hit in data["hits"]:
        del hit["source"]
    return data | {"took_ms": None, "html": [hit.snippet.html() for hit in results]}


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"by": "document"},
        {"sort": "newest", "limit": 3},
        {"sort": "oldest", "by": "document", "offset": 1},
        {"issuer": "教育局", "date_from": "2019"},
        {"doc_type": "通知", "region": "青山"},
        {"match": "all"},
        {"match": "any", "doc_type": ["通知", "条例"], "by": "document"},
    ],
    ids=lambda options: " ".join(map(str, options.values())) or "plain",
)
def test_a_second_backend_answers_as_the_first_does(
    both: tuple[Searcher, Searcher], query: str, options: dict[str, Any]
) -> None:
    embedded, memory = (searcher.search(query, **options) for searcher in both)
    assert told(embedded) == told(memory)


@pytest.mark.parametrize("query", QUERIES)
def test_a_second_backend_explains_as_the_first_does(
    both: tuple[Searcher, Searcher], query: str
) -> None:
    embedded, memory = both
    for hit in embedded.search(query, suggest=False):
        explained = embedded.explain(query, hit)
        assert explained == memory.explain(query, hit)
        assert explained.score == hit.score


@pytest.mark.parametrize(
    "quotation",
    [
        "校长是第一责任人",
        "各学校要建立食品安全责任制……校长是第一责任人",
        "各学校应建立食品安全的责任制，校长为第一责任人",
        "倾倒垃圾、渣土；（二）围垦河流",
        "没有这句话在任何文件里",
    ],
)
def test_a_second_backend_verifies_as_the_first_does(
    both: tuple[Searcher, Searcher], quotation: str
) -> None:
    embedded, memory = (searcher.verify(quotation).to_dict() for searcher in both)
    for told in (embedded, memory):
        told["took_ms"] = None
        for passage in told["passages"]:
            del passage["source"]
    assert embedded == memory


def test_a_second_backend_relates_documents_as_the_first_does(
    both: tuple[Searcher, Searcher],
) -> None:
    embedded, memory = both
    for row in embedded.documents:
        assert embedded.cites(row.id) == memory.cites(row.id)
        assert embedded.cited_by(row.id) == memory.cited_by(row.id)
        for section in embedded.document(row.id).search_sections():
            anchor = section.section.anchor
            ours, theirs = (one.similar(row.id, anchor) for one in both)
            assert told(ours) == told(theirs)
    assert embedded.missing() == memory.missing()
    assert any(embedded.cited_by(row.id) for row in embedded.documents)


@pytest.mark.parametrize("prefix", ["青山", "责任", "校园食品", "qsshd", "青政", "落实", "app"])
def test_a_second_backend_completes_as_the_first_does(
    both: tuple[Searcher, Searcher], prefix: str
) -> None:
    embedded, memory = both
    assert embedded.suggest(prefix) == memory.suggest(prefix)


def test_errors_point_into_the_whole_query_whatever_the_backend(
    both: tuple[Searcher, Searcher], tmp_path: Path
) -> None:
    for searcher in both:
        with pytest.raises(QueryError) as caught:
            searcher.search("食品 AND")
        assert caught.value.position == 3
