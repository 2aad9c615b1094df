"""Words are jieba's own, a user's dictionary included, in the kernel and in its plain kernel."""

from __future__ import annotations

import hashlib
import os
import random
import re
import subprocess
import sys
from array import array
from collections.abc import Iterator
from copy import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jieba import finalseg

from indexer import (
    IndexDamaged,
    IndexIncompatible,
    SourceError,
    SourceTooLarge,
    Store,
    UndecodableText,
    sync,
)
from indexer.kernel import kernel
from indexer.kernel.plain import kernel as plain
from indexer.storage.check import check
from indexer.text.analysis import Analyzer
from indexer.text.dictionary import Dictionary
from indexer.text.dictionary_build import jieba_tokenizer, make_tables, read_user_dictionary
from indexer.text.folding import HAN
from searcher import Searcher
from tests.support.documents import LIBRARY

# Words that are new, known, without a frequency, never to be made, taken back and given again;
# words of words, and lines that are no words of Chinese characters.
USERS = """\
云计算 5
创新办 3 i
台中
凱特琳 nz
河长制巡查 1000000
责任追究 2 n
追究责任制
浙委办
中将
有限公司 0
韩冰 0
杭研 0
杭研 7
韩冰是
江州 0
好人 0 n
Edu Trust认证 2000
easy_install 3 eng
5G

"""


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("words") / "words.txt"
    path.write_text(USERS, encoding="utf-8")
    return path


class Cutters:
    """jieba, the kernel in use and the plain kernel, with the same words."""

    def __init__(self, jieba: Any, path: Path | None) -> None:
        self.jieba = jieba
        self.forced: set[str] = set()
        if path:
            finalseg.Force_Split_Words = self.forced
            # Texts are folded before they are cut, and so are the words of a user.
            lines = path.read_text(encoding="utf-8").replace("凱", "凯").encode()
            self.jieba.load_userdict(iter(lines.splitlines()))
            finalseg.Force_Split_Words = set()
        tables = make_tables(path and read_user_dictionary(path))
        self.ours = [Dictionary(*tables, kernel=one) for one in (kernel, plain)]

    def check(self, run: str) -> None:
        finalseg.Force_Split_Words = self.forced
        try:
            expected = self.jieba.lcut(run)
        finally:
            finalseg.Force_Split_Words = set()
        for dictionary in self.ours:
            assert dictionary.cut(run) == expected


@pytest.fixture(scope="module")
def plain_jieba() -> Any:
    return jieba_tokenizer()


@pytest.fixture(scope="module", params=["jieba's words", "a user's words"])
def cutters(request: pytest.FixtureRequest, plain_jieba: Any, users: Path) -> Cutters:
    jieba = copy(plain_jieba)
    jieba.FREQ = dict(plain_jieba.FREQ)
    return Cutters(jieba, users if request.param == "a user's words" else None)


WORDS = sorted(
    {"".join(re.findall(f"[{HAN}]+", line)) for line in USERS.splitlines()}
    | set(re.findall(f"[{HAN}]{{1,9}}", "".join(LIBRARY.values())))
    | {"欧几里得", "他来到了网易杭研大厦", "小明硕士毕业于中国科学院计算所", "江州市长江大桥"}
)
# Frequent, rare, in no word at all; letters that jieba does not take for Chinese.
CHARACTERS = st.one_of(
    st.sampled_from("的一是在人韩冰杭研江大"),
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
    st.sampled_from("〇㐀䶵豈\U00020000\U0002a6df\u9fd5\u9fd6龥"),
)
RUNS = st.lists(st.one_of(st.sampled_from(WORDS), st.text(CHARACTERS, max_size=6)), max_size=8)


@pytest.mark.slow
@given(RUNS)
@settings(max_examples=300)
def test_any_run_is_cut_as_jieba_cuts_it(cutters: Cutters, parts: list[str]) -> None:
    cutters.check("".join(parts))


def test_documents_are_cut_as_jieba_cuts_them(cutters: Cutters, seed: Path) -> None:
    runs = re.findall(f"[{HAN}]+", "".join(LIBRARY.values()) + seed.read_text(encoding="utf-8"))
    assert len(runs) > 400
    for run in (*runs, "".join(runs)):
        cutters.check(run)


@pytest.mark.slow
def test_every_frequency_of_jieba_is_in_the_tables(cutters: Cutters) -> None:
    chance = random.Random(1)
    known = sorted(word for word in cutters.jieba.FREQ if re.fullmatch("[\u4e00-\u9fd5]+", word))
    for _ in range(400):
        cutters.check("".join(chance.choices(known, k=5)))


ENTRIES = st.dictionaries(
    st.text(st.sampled_from("一丁国国务院\u9fd5"), min_size=1, max_size=5), st.integers(0, 0xFFFF)
)


@pytest.mark.slow
@given(ENTRIES)
def test_a_trie_holds_the_beginnings_of_its_words_and_their_values(entries: dict[str, int]) -> None:
    words = "".join(word + "\0" for word in sorted(entries)).encode("utf-16-le")
    values = array("H", [entries[word] for word in sorted(entries)]).tobytes()
    columns = kernel.trie(words, values)
    assert columns == plain.trie(words, values)
    weights, model, emissions = bytes(8), bytes(8 * 20), bytes(32 * 20950)
    tables = plain.cutter(*columns, weights, model, emissions, False)
    assert [tables.value(word) for word in entries] == list(entries.values())
    others = {word[:end] for word in entries for end in range(1, len(word))} - entries.keys()
    assert not any(map(tables.value, others))


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("国\0一\0", 2),
        ("一\0一\0", 2),
        ("一丁\0一\0", 2),
        ("一\0a\0", 2),
        ("一\0\0", 2),
        ("一\0国", 2),
        ("一\0国\0", 1),
        ("一\0", 2),
        ("一" * 256 + "\0", 1),
        ("\u9fd6\0", 1),
    ],
)
def test_words_that_make_no_trie_are_refused(words: str, count: int) -> None:
    for one in (kernel, plain):
        for cut_off in (0, 1):
            with pytest.raises(ValueError):  # noqa: PT011
                one.trie(words.encode("utf-16-le"), bytes(2 * count + cut_off))


def test_the_words_of_a_user_are_cut_out(users: Path) -> None:
    dictionary = Dictionary(*make_tables(read_user_dictionary(users)))
    assert dictionary.cut("实行河长制巡查并追究责任制") == [
        "实行",
        "河长制巡查",
        "并",
        "追究责任制",
    ]
    assert dictionary.cut("浙委办") == ["浙委办"]
    assert "有限公司" not in dictionary.cut("某某有限公司")


def test_words_that_are_not_all_chinese_are_named_as_idle(users: Path) -> None:
    idle = read_user_dictionary(users).idle
    assert idle == ("edu trust认证", "easy_install", "5g")


def test_jieba_leaves_no_cache_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert jieba_tokenizer().lcut("责任追究") == ["责任", "追究"]
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_the_tables_are_the_same_bytes_in_every_process(analyzer: Analyzer) -> None:
    code = (
        "import sys, hashlib; from indexer.text.dictionary_build import make_tables; "
        "sys.stdout.write(hashlib.sha256(b''.join(make_tables().columns.values())).hexdigest())"
    )
    made = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    here = b"".join(make_tables().columns.values())
    assert made.stdout == hashlib.sha256(here).hexdigest()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("云计算 五", "line 2 is not a word, a frequency and a tag"),
        ("云计算 5 6", "line 2 is not a word"),
        ("云计算 -5", "line 2 is not a word"),
        ("云计算 n 5", "line 2 is not a word"),
        ("云" * 101, "line 2 has over 100 characters"),
        ("云计算 9999999999999", "frequency in line 2 is over"),
        ("云计算 " + "9" * 5000, "frequency in line 2 is over"),
        ("\u200b 5", "line 2 has no word"),
    ],
)
def test_a_line_that_cannot_be_meant_is_an_error_that_names_it(
    tmp_path: Path, line: str, reason: str
) -> None:
    path = tmp_path / "words.txt"
    path.write_text(f"云计算 5\n{line}\n", encoding="utf-8")
    with pytest.raises(SourceError, match=reason) as error:
        read_user_dictionary(path)
    assert error.value.path == path


def test_a_dictionary_that_is_not_utf8_or_huge_or_not_there_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes("云计算\n责任\n".encode("gb18030"))
    with pytest.raises(UndecodableText, match="line 1"):
        read_user_dictionary(path)
    with path.open("wb") as file:
        file.truncate(1 << 25)
    with pytest.raises(SourceTooLarge):
        read_user_dictionary(path)
    with pytest.raises(SourceError, match="No such file"):
        read_user_dictionary(tmp_path / "nowhere.txt")


def test_marks_blanks_and_windows_lines_make_no_difference(tmp_path: Path) -> None:
    plain, other = tmp_path / "plain.txt", tmp_path / "other.txt"
    plain.write_text("云计算 5 n\n台中\n", encoding="utf-8")
    other.write_bytes("\ufeff云计算  5\tn \r\n\r\n臺中\r\n".encode())
    one, two = map(read_user_dictionary, (plain, other))
    assert (one.words, one.digest) == (two.words, two.digest)


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "words.txt"
    path.write_text("浙委办发电 3\n", encoding="utf-8")
    return path


def _cut(store: Store, text: str) -> list[str]:
    with store.snapshot() as snapshot:
        return snapshot.analyzer.words(text)


@pytest.mark.slow
def test_an_index_remembers_the_words_it_was_made_with(
    store: Store, sources: Path, words: Path
) -> None:
    sync(store, [sources], user_dictionary=words)
    assert _cut(store, "浙委办发电") == ["浙委办发电"]
    assert not sync(store).plan
    (sources / "new.txt").write_text(
        "关于浙委办发电的通知\n\n请做好浙委办发电。\n", encoding="utf-8"
    )
    sync(store)
    assert list(check(store.folder)) == []
    with Searcher.open(store.folder) as searcher:
        hits = searcher.search("浙委办发电").hits
        terms = [part.term for part in searcher.explain("浙委办发电", hits[0]).terms]
    assert hits[0].document == "docs/new.txt"
    assert "浙委办发电" in terms


@pytest.mark.slow
@pytest.mark.parametrize("dry_run", [False, True])
def test_other_words_ask_for_a_rebuild(
    store: Store, sources: Path, words: Path, dry_run: bool
) -> None:
    sync(store, [sources])
    with pytest.raises(IndexIncompatible, match="--rebuild"):
        sync(store, user_dictionary=words, dry_run=dry_run)
    assert _cut(store, "浙委办发电") == ["浙", "委办", "发电"]
    sync(store, user_dictionary=words, rebuild=True)
    assert _cut(store, "浙委办发电") == ["浙委办发电"]
    words.write_text("浙委办 300\n", encoding="utf-8")
    with pytest.raises(IndexIncompatible, match=r"words.txt has now: run .* --rebuild"):
        sync(store, dry_run=dry_run)
    sync(store, rebuild=True)
    assert _cut(store, "浙委办发电") == ["浙委办", "发电"]
    assert len(list(store.folder.glob("dictionary_*"))) == 2  # with that of the state before


def test_a_dictionary_that_is_gone_is_reported_and_its_words_are_kept(
    store: Store, sources: Path, words: Path
) -> None:
    sync(store, [sources], user_dictionary=words)
    words.unlink()
    report = sync(store)
    assert [error.path.name for error in report.failed] == ["words.txt"]
    assert _cut(store, "浙委办发电") == ["浙委办发电"]
    with pytest.raises(SourceError, match="No such file"):
        sync(store, rebuild=True)
    with pytest.raises(IndexIncompatible, match="--rebuild"):
        sync(store, forget=[words])
    assert not sync(store, forget=[words], rebuild=True).failed
    assert _cut(store, "浙委办发电") == ["浙", "委办", "发电"]
    assert not sync(store).failed


def test_an_index_and_its_words_may_be_moved(
    store: Store, sources: Path, words: Path, tmp_path: Path
) -> None:
    sync(store, [sources], user_dictionary=words)
    moved = tmp_path.rename(tmp_path.with_name(tmp_path.name + "-moved"))
    assert not sync(Store(moved / store.folder.name)).failed
    moved.rename(tmp_path)


def test_an_index_without_documents_takes_other_words(
    store: Store, sources: Path, words: Path
) -> None:
    sync(store, [sources])
    sync(store, forget=[sources])
    sync(store, [sources], user_dictionary=words)
    assert _cut(store, "浙委办发电") == ["浙委办发电"]


@pytest.mark.parametrize("one", [kernel, plain])
@pytest.mark.parametrize("name", ["trie.characters", "trie.children", "trie.values", "weights"])
def test_a_damaged_table_gives_words_or_an_error(name: str, one: Any, users: Path) -> None:
    columns, facts = make_tables(read_user_dictionary(users))
    text = "".join(re.findall(f"[{HAN}]+", LIBRARY["notice.txt"]))
    chance = random.Random(name)
    outcomes = set()
    for share in (0.0001, 0.01, 0.5, 1):
        damaged = bytearray(columns[name])
        size = int(len(damaged) * share)
        start = chance.randrange(len(damaged) - size + 1)
        damaged[start : start + size] = chance.randbytes(size)
        try:
            words = Dictionary({**columns, name: damaged}, facts, kernel=one).cut(text)
        except IndexDamaged:
            outcomes.add("error")
        else:
            assert "".join(words) == text
            outcomes.add("words")
    assert "words" in outcomes
    assert ("error" in outcomes) == (name in ("trie.children", "trie.values"))


@pytest.mark.parametrize("name", ["trie.children", "trie.values"])
def test_a_share_from_a_damaged_table_is_an_error(name: str) -> None:
    columns, facts = make_tables()
    damaged = Dictionary({**columns, name: b"\xff" * len(columns[name])}, facts)
    with pytest.raises(IndexDamaged):
        damaged.share("中国")


@pytest.mark.parametrize("one", [kernel, plain])
@pytest.mark.parametrize("name", ["trie.characters", "trie.children", "trie.values", "emissions"])
def test_tables_that_are_cut_off_are_refused(name: str, one: Any) -> None:
    columns, facts = make_tables()
    with pytest.raises(ValueError, match="do not belong together"):
        Dictionary({**columns, name: columns[name][:-8]}, facts, kernel=one)


@pytest.fixture
def indexed(store: Store, sources: Path) -> Iterator[Path]:
    sync(store, [sources])
    (path,) = store.folder.glob("dictionary_*")
    yield path
    with pytest.raises(IndexDamaged):
        Searcher.open(store.folder)
    with pytest.raises(IndexDamaged):
        sync(store)
    assert list(check(store.folder))
    sync(store, rebuild=True)
    assert list(check(store.folder)) == []


def test_a_dictionary_that_is_cut_off_is_damage_that_a_rebuild_mends(indexed: Path) -> None:
    indexed.write_bytes(indexed.read_bytes()[:-100])


def test_a_dictionary_that_is_gone_is_damage_that_a_rebuild_mends(indexed: Path) -> None:
    indexed.unlink()


def test_a_dictionary_of_other_bytes_is_damage_that_a_rebuild_mends(indexed: Path) -> None:
    data = indexed.read_bytes()
    indexed.write_bytes(data[:-400] + bytes(380) + data[-20:])


def test_check_reads_the_dictionary(store: Store, sources: Path, analyzer: Analyzer) -> None:
    sync(store, [sources])
    (path,) = store.folder.glob("dictionary_*")
    data = bytearray(path.read_bytes())
    data[100_000] ^= 1
    path.write_bytes(data)
    assert any("checksum" in problem for problem in check(store.folder))
