"""Builds the JSON that ``--json`` prints, with one function for each shape. Pure.

Nothing else in this project builds JSON of results; `searcher.results.json_shapes` has the shapes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexer.documents.citations.resolve import Missing
    from indexer.documents.model import Document, Fact, SearchSection, Section, Span
    from indexer.documents.versions.diff import Edit, SectionChange
    from indexer.formats import ReadWarning
    from indexer.storage.snapshot import Snapshot
    from searcher.lookups.citations import Cited, CitedBy
    from searcher.lookups.quotations import Quoted, Stretch, Verification
    from searcher.results.json_shapes import (
        ChangedSectionJson,
        ChangeJson,
        CheckJson,
        CitedByJson,
        CitedJson,
        CompletionJson,
        ContextJson,
        DerivedFactsJson,
        DocumentJson,
        EditJson,
        ExplanationJson,
        FacetJson,
        FactSpansJson,
        HitJson,
        MissingJson,
        QuotedJson,
        RelatedDocumentJson,
        RelationsJson,
        ResultsJson,
        SectionJson,
        SnippetJson,
        StatusJson,
        StretchJson,
        TermScoreJson,
        VerificationJson,
        WarningJson,
    )
    from searcher.results.model import (
        Context,
        Explanation,
        Facet,
        Hit,
        RelatedDocument,
        Results,
        TermScore,
    )
    from searcher.results.snippet import Snippet
    from searcher.suggestions.completion import Completion

# --- search, similar ------------------------------------------------------------------------------


def results_json(
    results: Results,
    explanations: Sequence[Explanation] | None = None,
    most_values: int | None = None,
) -> ResultsJson:
    """Returns ``results`` as JSON, with an explanation in each hit if ``explanations`` are given.

    Counts all matches; each facet has at most ``most_values`` of its values, the most frequent
    first, or all if that is None. No facet is counted where it is 0. Raises IndexDamaged.
    """
    facets = {} if most_values == 0 else results.facets
    hits = [hit_json(hit) for hit in results.hits]
    for hit, explanation in zip(hits, explanations or (), strict=False):
        hit["explanation"] = explanation_json(explanation)
    return {
        "query": results.query,
        "total": results.total,
        "partial": results.partial,
        "took_ms": _milliseconds(results.took),
        "by": results.by,
        "matching": dict(results.matching),
        "suggestions": list(results.suggestions),
        "notices": [{"kind": notice.kind, "text": notice.text} for notice in results.notices],
        "hits": hits,
        "facets": facets_json({name: facets[name][:most_values] for name in facets}),
    }


def hit_json(hit: Hit) -> HitJson:
    """Returns a hit as JSON, without an explanation."""
    return {
        "document": hit.document,
        "anchor": hit.anchor,
        "path": list(hit.path),
        "heading": hit.heading,
        "title": hit.title,
        "doc_number": hit.doc_number or None,
        "issuers": list(hit.issuers),
        "date": hit.date or None,
        "doc_type": hit.doc_type or None,
        "score": hit.score,
        "source": hit.source,
        "line": hit.line,
        "span": list(hit.span),
        "snippet": _snippet_json(hit.snippet),
        "context": _context_json(hit.context) if hit.context else None,
        "repeats": _spans_json(hit.repeats),
        "copies": [_related_json(other) for other in hit.copies],
        "versions": [_related_json(other) for other in hit.versions],
    }


def facets_json(facets: Mapping[str, Sequence[Facet]]) -> dict[str, list[FacetJson]]:
    """Returns facets as JSON by name, each with its most frequent value first."""
    return {
        name: [{"value": facet.value, "count": facet.count} for facet in values]
        for name, values in facets.items()
    }


def explanation_json(explanation: Explanation) -> ExplanationJson:
    """Returns the score and the parts of ``explanation`` as JSON."""
    return {
        "score": explanation.score,
        "terms": [_term_score_json(term) for term in explanation.terms],
    }


def _term_score_json(term: TermScore) -> TermScoreJson:
    return {
        "field": term.field,
        "term": term.term,
        "score": term.score,
        "frequency": term.frequency,
        "idf": term.idf,
        "document_frequency": term.document_frequency,
        "length": term.length,
        "average_length": term.average_length,
    }


def _snippet_json(snippet: Snippet) -> SnippetJson:
    return {"text": snippet.text, "highlights": [list(span) for span in snippet.highlights]}


def _context_json(context: Context) -> ContextJson:
    return {"field": context.field, **_snippet_json(context.snippet)}


def _related_json(other: RelatedDocument) -> RelatedDocumentJson:
    return {
        "document": other.document,
        "title": other.title,
        "date": other.date,
        "source": other.source,
    }


# --- verify ---------------------------------------------------------------------------------------


def verification_json(verification: Verification) -> VerificationJson:
    """Returns the verdict of ``verification``, and its passages, as JSON."""
    return {
        "quotation": verification.quotation,
        "verdict": verification.verdict,
        "total": verification.total,
        "took_ms": _milliseconds(verification.took),
        "passages": [quoted_json(passage) for passage in verification.passages],
    }


def quoted_json(passage: Quoted) -> QuotedJson:
    """Returns a passage as JSON: the values of its hit, then its own."""
    return {
        **hit_json(passage.hit),
        "kept": passage.kept,
        "stretches": [_stretch_json(stretch) for stretch in passage.stretches],
    }


def _stretch_json(stretch: Stretch) -> StretchJson:
    return {
        "span": list(stretch.span),
        "text": stretch.text,
        "edits": [_edit_json(edit) for edit in stretch.edits],
    }


def _edit_json(edit: Edit) -> EditJson:
    return {"before": list(edit.before), "after": list(edit.after)}


# --- suggest --------------------------------------------------------------------------------------


def completion_json(completion: Completion) -> CompletionJson:
    """Returns a completion as JSON."""
    return {"text": completion.text, "kind": completion.kind, "count": completion.count}


# --- show, outline --------------------------------------------------------------------------------


def document_json(
    document: Document, sections: Sequence[Section] | None = None, *, text: bool = True
) -> DocumentJson:
    """Returns a document with those of its ``sections``, or all; with their ``text``, or without.

    Facts are plain values; ``spans`` says where each was read from, and ``derived`` has those that
    the text does not state.
    """
    facts = document.metadata
    spans = _fact_spans_json(document)
    shown = document.sections if sections is None else sections
    data: DocumentJson = {
        "document": document.id,
        "title": _stated(facts.title),
        "doc_number": _stated(facts.doc_number),
        "issuers": _all_stated(facts.issuers),
        "date": _stated(facts.date),
        "published": _stated(facts.published),
        "effective": _stated(facts.effective),
        "doc_type": _stated(facts.doc_type),
        "addressee": _stated(facts.addressee),
        "region": _stated(facts.region),
        "attachments": _all_stated(facts.attachments),
        "copied_to": _all_stated(facts.copied_to),
        "revisions": _all_stated(facts.revisions),
        "status": _stated(facts.status),
        "spans": spans,
        "derived": _derived_facts_json(document, spans),
        "sections": [section_json(one, document.text if text else None) for one in shown],
    }
    if document.warnings:
        data["warnings"] = [warning_json(warning) for warning in document.warnings]
    return data


def warning_json(warning: ReadWarning) -> WarningJson:
    """Returns a warning of the file's reader."""
    return {
        "code": warning.code,
        "place": warning.place,
        "count": warning.count,
        "message": warning.message,
    }


def section_json(section: Section, text: str | None = None) -> SectionJson:
    """Returns a section as JSON, with its text if ``text`` is that of its document."""
    data: SectionJson = {
        "kind": section.kind,
        "label": section.label,
        "path": list(section.path),
        "heading": section.heading,
        "span": list(section.span),
        "anchor": section.anchor,
        "repeats": _spans_json(section.repeats),
    }
    if text is not None:
        data["text"] = section.span.of(text)
    return data


def _fact_spans_json(document: Document) -> FactSpansJson:
    facts = document.metadata
    return {
        "title": _span(facts.title),
        "doc_number": _span(facts.doc_number),
        "issuers": _all_spans(facts.issuers),
        "date": _span(facts.date),
        "published": _span(facts.published),
        "effective": _span(facts.effective),
        "doc_type": _span(facts.doc_type),
        "addressee": _span(facts.addressee),
        "region": _span(facts.region),
        "attachments": _all_spans(facts.attachments),
        "copied_to": _all_spans(facts.copied_to),
        "revisions": _all_spans(facts.revisions),
        "status": _span(facts.status),
    }


def _derived_facts_json(document: Document, names: Iterable[str]) -> DerivedFactsJson:
    derived: DerivedFactsJson = {}
    for name in names:
        fact: Fact | tuple[Fact, ...] | None = getattr(document.metadata, name)
        facts = fact if isinstance(fact, tuple) else (fact,) if fact else ()
        values = [one.value for one in facts if not one.span]
        if values:
            derived[name] = values if isinstance(fact, tuple) else values[0]  # type: ignore[literal-required]
    return derived


def _stated(fact: Fact | None) -> str | None:
    return fact.value if fact and fact.span else None


def _all_stated(facts: Sequence[Fact]) -> list[str]:
    return [fact.value for fact in facts if fact.span]


def _span(fact: Fact | None) -> list[int] | None:
    return list(fact.span) if fact and fact.span else None


def _all_spans(facts: Sequence[Fact]) -> list[list[int]]:
    return _spans_json([fact.span for fact in facts if fact.span])


def _spans_json(spans: Sequence[Span]) -> list[list[int]]:
    return [list(span) for span in spans]


# --- show --cites, show --cited-by, missing -------------------------------------------------------


def relations_json(
    cites: Sequence[Cited] | None, cited_by: Sequence[CitedBy] | None
) -> RelationsJson:
    """Returns the citations of and to a document as JSON; each is left out if it is None."""
    data: RelationsJson = {}
    if cites is not None:
        data["cites"] = [cited_json(one) for one in cites]
    if cited_by is not None:
        data["cited_by"] = [cited_by_json(one) for one in cited_by]
    return data


def cited_json(cited: Cited) -> CitedJson:
    """Returns the citation ``cited`` as JSON."""
    return {
        "name": cited.name,
        "number": cited.number,
        "articles": list(cited.articles),
        "span": list(cited.span),
        "line": cited.line,
        "document": cited.document,
        "versions": list(cited.versions),
    }


def cited_by_json(one: CitedBy) -> CitedByJson:
    """Returns ``one``, a document that cites another, as JSON."""
    return {"document": one.document, "title": one.title, "date": one.date, "count": one.count}


def missing_json(missing: Missing) -> MissingJson:
    """Returns ``missing``, a document that is cited but not in the index, as JSON."""
    return {"name": missing.name, "number": missing.number, "count": missing.count}


# --- diff -----------------------------------------------------------------------------------------


def change_json(old: Document, new: Document, change: SectionChange) -> ChangeJson:
    """Returns a change as JSON.

    Spans before the change are in the text of ``old``, spans after it in that of ``new``.
    """
    return {
        "kind": change.kind,
        "before": _changed_section_json(old, change.before) if change.before else None,
        "after": _changed_section_json(new, change.after) if change.after else None,
        "edits": [_edit_json(edit) for edit in change.edits],
    }


def _changed_section_json(document: Document, one: SearchSection) -> ChangedSectionJson:
    return {
        "anchor": one.section.anchor,
        "path": list(one.section.path),
        "span": list(one.span),
        "text": one.span.of(document.text),
    }


# --- status, check --------------------------------------------------------------------------------


def status_json(index: str, snapshot: Snapshot, *, compiled: bool) -> StatusJson:
    """Returns what the opened index at the path ``index`` holds."""
    manifest = snapshot.manifest
    return {
        "index": index,
        "generation": manifest.generation,
        "documents": len(snapshot.rows),
        "sections": snapshot.numbering.section_count,
        "segments": len(manifest.segments),
        "bytes": sum(file.size for file in manifest.files),
        "analyzer": manifest.analyzer,
        "sources": [{"name": root.name, "path": root.path} for root in manifest.sources],
        "kernel": "compiled" if compiled else "plain",
    }


def check_json(problems: Sequence[str], before: Sequence[str] | None) -> CheckJson:
    """Returns the problems of an index, and those of the previous generation, if any, as JSON."""
    return {"problems": list(problems), "before": None if before is None else list(before)}


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)
