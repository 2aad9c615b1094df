"""A user's program, which type checkers must accept as strictly as they can (see check.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import assert_type

from whoosh.qparser import QueryParser  # type: ignore[import-untyped]

import indexer
import searcher
from indexer import (
    NothingToIndex,
    Plan,
    Progress,
    Report,
    SourceError,
    Store,
    parse_document,
    plan,
    read_document,
    sync,
    watch,
    whoosh_index,
)
from searcher import (
    Cited,
    CitedBy,
    Completion,
    Document,
    DocumentFacts,
    DocumentNotFound,
    Edit,
    Explanation,
    Facet,
    Fact,
    Hit,
    IndexDamaged,
    IndexNotFound,
    Missing,
    PolicySearchError,
    QueryError,
    RelatedDocument,
    Results,
    Searcher,
    Section,
    SectionChange,
    Snippet,
    Span,
    Stretch,
    SynonymError,
    TermScore,
    Verification,
)
from searcher.results.json_shapes import HitJson, ResultsJson, VerificationJson


def readme() -> None:
    """The README's example, with what each value is."""
    with Searcher.open(".policysearch") as engine:
        assert_type(engine, Searcher)
        results = engine.search(
            "责任追究", limit=5, issuer="浙江省", doc_type="通报", date_from="2002"
        )
        assert_type(results, Results)
        for hit in results:
            assert_type(hit, Hit)
            print(hit.title, "/".join(hit.path), hit.source, hit.line)
            assert_type(hit.snippet, Snippet)
            print(hit.snippet.text, hit.snippet.highlights, hit.snippet.html("em"))
        best = results.hits[0]
        assert_type(engine.explain("责任追究", best), Explanation)
        document = engine.document(best.document)
        assert_type(document, Document)
        assert_type(document.sections, tuple[Section, ...])
        assert_type(results.total, int)
        assert_type(results.facets["year"], tuple[Facet, ...])
        print(engine.search("责任追究", by="document", sort="newest").matching)
        assert_type(engine.verify("全省共有785名领导干部受到责任追究"), Verification)
        assert_type(engine.search("责任追就").suggestions, tuple[str, ...])
        assert_type(engine.suggest("责任"), tuple[Completion, ...])
        assert_type(engine.similar(best.document, best.anchor, limit=5), Results)


def years(results: Results) -> Mapping[str, int]:
    """The facet of years as a chart wants it."""
    return {facet.value: facet.count for facet in results.facets["year"]}


def handler(engine: Searcher, q: str, page: int = 1) -> tuple[int, Mapping[str, object]]:
    """A handler of a web framework: a status and what becomes JSON."""
    try:
        results = engine.search(q, limit=10, offset=10 * (page - 1), suggest=page == 1)
    except QueryError as error:
        return 400, {"query": error.query, "at": error.position, "reason": error.reason}
    except PolicySearchError as error:
        return 503, {"reason": str(error)}
    return 200, results.to_dict()


class LoggingSearcher(Searcher):
    """A subclass that keeps what was asked."""

    asked: list[str]

    def suggest(self, prefix: str, limit: int = 5) -> tuple[Completion, ...]:
        """Completions, and a note of the prefix."""
        self.asked.append(prefix)
        return super().suggest(prefix, limit)


def open_or_none(path: Path) -> Searcher | None:
    """An index, if there is a whole one."""
    try:
        return LoggingSearcher.open(path, synonyms=path / "synonyms.txt")
    except (IndexNotFound, IndexDamaged):
        return None
    except SynonymError as error:
        assert_type(error.line, int)
        return None


def explained(explanation: Explanation) -> list[tuple[str, float]]:
    """The parts of a score."""
    terms: Sequence[TermScore] = explanation.terms
    return [(term.term, term.score) for term in terms]


def as_json(results: Results, verification: Verification) -> list[str | None]:
    """Returns what is printed as JSON, by its keys."""
    shown: ResultsJson = results.to_dict()
    first: HitJson = results.hits[0].to_dict()
    checked: VerificationJson = verification.to_dict()
    return [shown["hits"][0]["doc_number"], first["snippet"]["text"], checked["verdict"]]


def places(hit: Hit) -> list[str]:
    """Returns where a section stands, here and in copies and versions."""
    others: tuple[RelatedDocument, ...] = hit.copies + hit.versions
    span: Span = hit.span
    return [f"{hit.source}:{span.start}-{span.end}", *(other.source for other in others)]


def relations(engine: Searcher, id: str) -> None:
    """Shows what a document cites, and what cites it."""
    cited: list[Cited] = engine.cites(id)
    citing: list[CitedBy] = engine.cited_by(id)
    missing: Sequence[Missing] = engine.missing()
    rows: Sequence[DocumentFacts] = engine.documents
    print(cited[0].articles, citing[0].count, missing[0].name, rows[0].title)


def changes(engine: Searcher, old: str, new: str) -> list[Edit]:
    """The edits that lead from one version to another."""
    found: tuple[SectionChange, ...] = engine.diff(old, new)
    return [edit for change in found for edit in change.edits]


def stretches(verification: Verification) -> list[Stretch]:
    """Returns where the pieces of a quotation stand."""
    return [one for passage in verification.passages for one in passage.stretches]


def title(path: Path) -> str | None:
    """The title that a file states."""
    try:
        fact: Fact | None = read_document(path).metadata.title
    except SourceError as error:
        print(error.path, error.reason)
        return None
    return fact.value if fact else None


def index(folder: Path, sources: Sequence[Path]) -> Report:
    """Bring an index to the state of its sources."""

    def tell(done: int, total: int, id: str) -> None:
        print(f"{done}/{total} {id}")

    progress: Progress = tell
    store = Store(folder)
    try:
        report = sync(store, sources, dry_run=True, progress=progress)
    except NothingToIndex:
        report = sync(store, [Path("seeds")])
    changed: Plan = report.plan
    print(changed.added, [failure.reason for failure in report.failed], report.ignored)
    for later in watch(store):
        assert_type(later, Report)
    return report


def whoosh(folder: Path) -> None:
    """The same index under Whoosh's own query parser, which has no types."""
    opened = whoosh_index(folder)
    query = QueryParser("words", opened.schema).parse("责任追究")
    with opened.searcher() as engine:
        print(engine.search(query))


def others() -> None:
    """Uses the names that the packages themselves export."""
    assert_type(plan({}, {"a": "b"}), Plan)
    assert_type(parse_document("第一条 略", "law.txt"), Document)
    assert_type(indexer.__version__, str)
    try:
        searcher.Searcher.open().section("law", "1")
    except DocumentNotFound as error:
        print(error)
