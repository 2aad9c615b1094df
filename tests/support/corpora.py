"""Small random indexes, made in several commits: for tests that compare two ways of searching."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import strategies as st

from indexer.documents.read import parse_document
from indexer.kernel.plain import kernel as plain
from indexer.kernel.plain.sets import members
from indexer.segments import Collection, Segment
from indexer.storage.segment_files import terms_file
from indexer.storage.snapshot import Snapshot
from indexer.storage.store import Store

# Few words, so that queries find something; some run into others (河道管 理, 管理责), some repeat.
VOCABULARY = ["河道", "管理", "责任", "采砂", "罚款", "安全", "道路", "管", "责任人", "法法"]
OTHERS = ["2020", "5G", "app", "，", "。", "、", "３.5", "a", "𠀀", "；"]

Commit = list[tuple[str, str]]  # ids and texts; the text "" removes

pieces = st.sampled_from(VOCABULARY * 3 + OTHERS)
sentences = st.lists(pieces, min_size=1, max_size=9).map("".join)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A document: a title, then paragraphs, articles or nothing; it may be signed and dated."""
    title = "关于" + draw(sentences) + draw(st.sampled_from(["的通知", "的意见", "条例"]))
    body = draw(st.lists(sentences, max_size=3))
    if draw(st.booleans()):
        body = [f"第{'一二三'[number]}条 {line}。" for number, line in enumerate(body)]
    end = draw(
        st.sampled_from([[], ["青山市人民政府", f"{draw(st.integers(2018, 2021))}年9月2日"]])
    )
    return "\n".join([title, *body, *end]) + "\n"


@st.composite
def histories(draw: st.DrawFn) -> list[Commit]:
    """Commits, of which the first is the largest, so that several segments remain.

    Later commits replace documents, remove them, and repeat the text of other documents.
    """
    ids = [f"{number:02}.txt" for number in range(14)]
    commits = [[(id, draw(texts())) for id in ids[: draw(st.integers(7, 10))]]]
    for _ in range(draw(st.integers(0, 4))):
        chosen = draw(st.lists(st.sampled_from(ids), min_size=1, max_size=2, unique=True))
        known = [text for commit in commits for _, text in commit if text]
        changes = st.one_of(texts(), st.sampled_from(["", *known]))
        commits.append([(id, draw(changes)) for id in chosen])
    return commits


@contextmanager
def committed(history: list[Commit]) -> Iterator[Snapshot]:
    """The index that a history leads to."""
    with TemporaryDirectory() as folder:
        store = Store(Path(folder))
        for commit in history:
            with store.transaction() as transaction:
                for id, text in commit:
                    if text:
                        transaction.put(parse_document(text, id))
                    else:
                        transaction.remove(id)
        with store.snapshot() as snapshot:
            yield snapshot


@contextmanager
def under_the_plain_kernel(snapshot: Snapshot) -> Iterator[None]:
    """The same snapshot, searched by the plain kernel."""
    compiled = snapshot.terms
    paths = [terms_file(snapshot.folder, files.segment.id) for files in snapshot.segments]
    segments = [Segment(path, kernel=plain) for path in paths]
    deleted = [
        [range(section, section + 1) for section in members(part.dead or b"")]
        for part in compiled.parts
    ]
    snapshot.terms = Collection(segments, deleted, kernel=plain)
    snapshot.__dict__.pop("facets", None)  # they add up by the kernel of the terms
    try:
        yield
    finally:
        snapshot.terms = compiled
        snapshot.__dict__.pop("facets", None)
        for segment in segments:
            segment.close()
