"""The command line as a shell sees it: output, exit codes, pipes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.documents import NOTICE

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.mark.slow
def test_index_reports_exactly_what_it_does(run: Run, sources: Path) -> None:
    first = run("index", str(sources))
    assert first.stdout.splitlines() == [
        "+ docs/law/regulation.txt",
        "+ docs/law/reply.md",
        "+ docs/notice.txt",
        "3 added, 0 changed, 0 removed; 3 documents",
    ]
    assert run("index").stdout == "up to date; 3 documents\n"
    (sources / "notice.txt").unlink()
    (sources / "law/reply.md").write_text(NOTICE, encoding="utf-8")
    assert run("index", "--dry-run").stdout.splitlines()[-1].startswith("would be: 0 added, 1")
    assert run("index").stdout.splitlines()[:2] == ["~ docs/law/reply.md", "- docs/notice.txt"]


def test_the_folder_seeds_is_indexed_where_none_is_named(run: Run, sources: Path) -> None:
    sources.rename(sources.with_name("seeds"))
    assert "3 added" in run("index").stdout


def test_a_file_that_cannot_be_read_is_named_and_the_exit_code_is_2(
    run: Run, sources: Path
) -> None:
    (sources / "broken.txt").write_bytes(b"\xff\xfe\x00")
    done = run("index", str(sources), code=2)
    assert "broken.txt: " in done.stderr
    assert "3 added" in done.stdout


@pytest.mark.slow
def test_search_says_where_its_hits_stand(indexed: Run) -> None:
    out = indexed("search", "擅自采砂").stdout
    assert "青山市河道管理条例" in out
    assert "第二章/第三条" in out
    assert "docs/law/regulation.txt:11" in out
    assert "\x1b" not in out


@pytest.mark.slow
def test_search_by_document_counts_documents_and_the_sections_of_each(indexed: Run) -> None:
    done = indexed("search", "食品 河道 园区", "--by", "document", "-n", "2")
    assert "1-2 of 3: no document has all of it, 3 some" in done.stdout
    assert "--offset 2" in done.stdout
    data = json.loads(indexed("search", "河道", "--by", "document", "--json").stdout)
    assert data["by"] == "document"
    assert list(data["matching"]) == ["docs/law/regulation.txt"]
    assert data["matching"]["docs/law/regulation.txt"] > len(data["hits"]) == 3
    assert data["total"] == 1


@pytest.mark.slow
def test_search_json_is_one_object_of_the_documented_shape(indexed: Run) -> None:
    data = json.loads(indexed("search", "校园食品安全", "-n", "2", "--json").stdout)
    assert set(data) == {
        "query",
        "total",
        "partial",
        "took_ms",
        "by",
        "matching",
        "suggestions",
        "notices",
        "hits",
        "facets",
    }
    assert len(data["hits"]) == 2 <= data["total"]
    hit = data["hits"][0]
    assert set(hit) == {
        "document", "anchor", "path", "heading", "title", "doc_number", "issuers", "date",
        "doc_type", "score", "source", "line", "span", "snippet", "context", "repeats",
        "copies", "versions",
    }  # fmt: skip
    assert hit["doc_number"] == "青教办〔2019〕8号"
    assert set(hit["snippet"]) == {"text", "highlights"}
    kinds = data["facets"]["doc_type"]
    assert kinds[0]["value"] == "通知"
    assert sum(kind["count"] for kind in kinds) == data["total"]


@pytest.mark.slow
def test_exit_codes_tell_found_from_nothing_from_error(indexed: Run, tmp_path: Path) -> None:
    indexed("search", "河道", code=0)
    indexed("search", "恐龙化石", code=1)
    indexed("search", '"河道" AND', code=2)
    indexed("search", "河道", "--from", "去年", code=2)
    indexed("search", "河道", "--index", str(tmp_path / "none"), code=2)
    indexed("show", "nothing", code=2)
    indexed("nonsense", code=2)


@pytest.mark.slow
def test_a_malformed_query_is_pointed_at(indexed: Run) -> None:
    message, query, caret = indexed("search", "河道 (采砂", code=2).stderr.splitlines()
    assert "parenthesis" in message
    assert query == "  河道 (采砂"
    assert caret.index("^") == 2 + 5  # Chinese characters take two columns


@pytest.mark.slow
def test_a_minus_word_is_a_part_of_the_query(indexed: Run) -> None:
    data = json.loads(indexed("search", "青山市", "-河道", "-n", "50", "--json").stdout)
    assert data["query"] == "青山市 -河道"
    assert all("河道" not in hit["title"] for hit in data["hits"])


@pytest.mark.slow
def test_colours_are_for_terminals_unless_asked_for(indexed: Run) -> None:
    assert "\x1b[" in indexed("search", "采砂", "--color", "always").stdout
    assert "\x1b[" not in indexed("search", "采砂", "--color", "never").stdout


@pytest.mark.slow
def test_explain_shows_parts_that_sum_to_the_score(indexed: Run) -> None:
    data = json.loads(indexed("search", "采砂 罚款", "--explain", "--json").stdout)
    for hit in data["hits"]:
        parts = [term["score"] for term in hit["explanation"]["terms"]]
        assert sum(parts) == pytest.approx(hit["score"])
    assert "采砂" in indexed("search", "采砂", "--explain").stdout


@pytest.mark.slow
def test_show_gives_a_document_a_section_and_an_outline(indexed: Run) -> None:
    assert "发文字号  青教办〔2019〕8号" in indexed("show", "notice").stdout
    section = indexed("show", "notice#1").stdout
    assert section.startswith("一、落实主体责任\n")
    assert "（二）加强人员培训" in section
    assert "二、严格监督检查" not in section
    assert "#1.2 line 9" in indexed("show", "notice", "--outline").stdout
    data = json.loads(indexed("show", "notice#1.1", "--json").stdout)
    assert [s["path"] for s in data["sections"]] == [["一", "（一）"]]
    indexed("show", "notice#7", code=2)


def test_outline_reads_files_without_an_index(run: Run, sources: Path) -> None:
    files = [str(sources / "notice.txt"), str(sources / "law/regulation.txt")]
    first, second = map(json.loads, run("outline", "--json", *files).stdout.splitlines())
    assert first["title"] == "关于进一步加强校园食品安全工作的通知"
    text = (sources / "law/regulation.txt").read_text(encoding="utf-8")
    spans = [section["span"] for section in second["sections"]]
    assert "".join(text[start:end] for start, end in spans) == text
    assert ["第二章", "第三条"] in [section["path"] for section in second["sections"]]
    assert run("outline", str(sources / "none.txt"), files[0], code=2).stdout


def test_what_no_text_states_is_told_apart(run: Run, tmp_path: Path) -> None:
    (tmp_path / "untitled.txt").write_text(NOTICE.partition("\n")[2], encoding="utf-8")
    data = json.loads(run("outline", "--json", "untitled.txt").stdout)
    assert data["title"] is data["spans"]["title"] is None
    assert data["derived"]["title"]
    assert data["doc_number"] == "青教办〔2019〕8号"
    assert data["spans"]["doc_number"] == [0, 11]
    assert "doc_number" not in data["derived"]


@pytest.mark.slow
def test_status_and_check_describe_a_whole_index(indexed: Run) -> None:
    status = json.loads(indexed("status", "--json").stdout)
    assert (status["documents"], status["generation"]) == (3, 1)
    assert status["sources"] == [{"name": "docs", "path": "docs"}]
    assert indexed("check").stdout == "no problems found\n"
    assert json.loads(indexed("check", "--json").stdout) == {"problems": [], "before": None}


@pytest.mark.slow
def test_a_damaged_index_is_told_and_a_rebuild_mends_it(indexed: Run, tmp_path: Path) -> None:
    for path in (tmp_path / ".policysearch").iterdir():
        content = path.read_bytes()
        if not content:
            continue
        for damaged in (content[: len(content) // 2], content[:-9] + b"\0" * 9):
            path.write_bytes(damaged)
            done = indexed("check", code=2)
            assert done.stdout
            assert json.loads(indexed("check", "--json", code=2).stdout)["problems"]
            if len(damaged) < len(content):
                indexed("search", "河道", code=2)
        path.write_bytes(content)
    (tmp_path / ".policysearch" / "manifest.json").write_bytes(b"garbage")
    assert "--rebuild" in indexed("index", code=2).stderr
    assert "3 added" in indexed("index", "--rebuild", "docs").stdout
    indexed("check")


@pytest.mark.slow
def test_the_index_may_be_elsewhere(run: Run, sources: Path, tmp_path: Path) -> None:
    elsewhere = str(tmp_path / "else" / "where")
    run("index", str(sources), "--index", elsewhere)
    run("search", "河道", env={"POLICYSEARCH_INDEX": elsewhere})
    assert not (tmp_path / ".policysearch").exists()


@pytest.mark.slow
def test_a_reader_that_leaves_ends_the_output_quietly(indexed: Run, tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "searcher", "search", "青山市"]
    done = subprocess.run(command, cwd=tmp_path, stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert done.returncode == 0
    assert done.stderr == b""


def test_completion_scripts_are_printed(run: Run) -> None:
    assert "_POLICYSEARCH_COMPLETE=bash_complete" in run("completion", "bash").stdout


@pytest.mark.slow
def test_python_m_indexer_indexes(run: Run, sources: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "indexer", str(sources)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "3 added, 0 changed, 0 removed\n"
    run("search", "河道")


@pytest.mark.slow
def test_watching_keeps_the_index_in_step(indexed: Run, sources: Path, tmp_path: Path) -> None:
    pytest.importorskip("watchfiles")
    command = [sys.executable, "-m", "searcher", "index", "--watch"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as watching:
        try:
            assert watching.stdout
            assert watching.stdout.readline() == "up to date; 3 documents\n"
            time.sleep(1)  # until it listens
            (sources / "new.txt").write_text(NOTICE, encoding="utf-8")
            assert watching.stdout.readline() == "+ docs/new.txt\n"
            assert "4 documents" in watching.stdout.readline()
            (sources / "new.txt").unlink()
            assert watching.stdout.readline() == "- docs/new.txt\n"
        finally:
            watching.terminate()
    indexed("check")


@pytest.mark.slow
def test_names_of_files_give_a_terminal_no_orders(run: Run, sources: Path, tmp_path: Path) -> None:
    (sources / "\u202eexe.txt").write_text(NOTICE + "乙", encoding="utf-8")
    (sources / "a\x1b[31m\nb.txt").write_text(NOTICE.replace("食品", "药品"), encoding="utf-8")
    (sources / "c\x1b[31m\nd.txt").write_bytes(b"\xff\x00" * 50)
    done = run("index", str(sources), code=2)
    assert not set("\x1b\u202e") & set(done.stdout + done.stderr)
    assert "+ docs/a\ufffd[31m\ufffdb.txt" in done.stdout.splitlines()
    assert len(done.stderr.splitlines()) == 1
    assert "\x1b" not in run("search", "药品").stdout


@pytest.mark.slow
def test_a_document_is_shown_whatever_its_name_holds(run: Run, sources: Path) -> None:
    (sources / "第1#2号.txt").write_text(NOTICE, encoding="utf-8")
    (sources / "notice.txt").unlink()
    run("index", str(sources))
    assert run("show", "第1#2号").stdout == run("show", "docs/第1#2号.txt").stdout
    assert run("show", "第1#2号#2").stdout.startswith("二、严格监督检查")
    assert "'第9'" in run("show", "第9#2", code=2).stderr


@pytest.mark.slow
def test_counts_are_worded_for_one_and_for_none_shown(run: Run, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(NOTICE, encoding="utf-8")
    assert run("index", "one.txt").stdout.endswith("1 added, 0 changed, 0 removed; 1 document\n")
    for arguments in (("-n", "0"), ("--offset", "9" * 30)):
        shown = run("search", "食品", *arguments).stdout
        assert re.fullmatch(r"\n?\d+ sections? \(\d+ ms\)\n", shown)
    run("search", "食品", "-n", "9" * 30)


@pytest.mark.slow
def test_what_an_encoding_lacks_is_escaped(indexed: Run) -> None:
    cyrillic = {"PYTHONIOENCODING": "iso8859-5:strict"}
    shown = indexed("search", "食品", "--json", env=cyrillic).stdout
    assert json.loads(shown)["query"] == "食品"
    assert "\\u5b66\\u6821" in indexed("search", "学校", env=cyrillic).stdout


@pytest.mark.slow
def test_an_output_that_cannot_be_written_is_an_error_in_one_line(
    indexed: Run, tmp_path: Path
) -> None:
    script = f"{sys.executable} -m searcher search 青山市 > /dev/full"
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.slow
def test_of_many_places_a_few_are_named(run: Run, sources: Path) -> None:
    for number in range(9):
        (sources / f"copy{number}.txt").write_text(NOTICE, encoding="utf-8")
    run("index", str(sources))
    shown = run("search", "食品安全责任制", "-n", "1").stdout
    assert shown.count(", also ") == 3
    assert ", and 6 more" in shown
    hit = json.loads(run("search", "食品安全责任制", "-n", "1", "--json").stdout)["hits"][0]
    assert len(hit["copies"]) == 9


@pytest.mark.slow
def test_a_user_dictionary_is_remembered_and_a_changed_one_asks_for_a_rebuild(
    run: Run, sources: Path, tmp_path: Path
) -> None:
    words = tmp_path / "words.txt"
    words.write_text("校外培训机构 9\n5G基站 3 n\n", encoding="utf-8")
    done = run("index", str(sources), "--user-dictionary", "words.txt")
    assert "words.txt: words without effect" in done.stderr
    assert "5g基站" in done.stderr
    assert "校外" not in done.stderr
    assert "up to date" in run("index").stdout
    words.write_text("校外培训 9\n", encoding="utf-8")
    assert "index --rebuild" in run("index", code=2).stderr
    run("search", "学校")
    run("index", "--rebuild")
    words.write_text("校外培训 九\n", encoding="utf-8")
    assert "words.txt: line 1 is not a word" in run("index", code=2).stderr
    run("index", "--rebuild", "--forget", "words.txt")
    assert "words.txt" not in run("status").stdout
