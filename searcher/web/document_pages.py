"""The pages about documents: reading, one section, citations, versions, quotations."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast
from urllib.parse import quote, urlencode

from indexer.documents.citations.find import Citation
from indexer.documents.model import Document, Span
from indexer.errors import QueryError
from indexer.numerals import to_int
from searcher.exports.citations import (
    STYLES,
    Style,
    permalink,
    place_in_words,
    reference_to_document,
    today,
)
from searcher.exports.citations import cite as cite_reference
from searcher.lookups.citations import Cited
from searcher.query.dates import read_range
from searcher.query.parser import Boolean, Near, Node, Phrase, Words, parse
from searcher.results.fact_labels import labelled_facts
from searcher.web.answers import HTML, PLAIN, Answer, json_answer, redirect
from searcher.web.api import document_value, known, require_anchor, run_search
from searcher.web.calls import Call
from searcher.web.comparing import NAMES, pairs, quoted_pieces
from searcher.web.corpus import Edition
from searcher.web.parameters import (
    MAX_QUERY,
    MAX_QUOTATION,
    MAX_REF,
    Parameters,
    SearchRequest,
    split_ref,
)
from searcher.web.problems import Problem, not_found
from searcher.web.reading import Block, below, blocks, outline, section_name, words_pattern
from searcher.web.render import render

if TYPE_CHECKING:
    from searcher.ranking.statistics import DocumentFacts

_RELATED = 12  # citations and the like shown at once
_LOOKED_AT = 50  # hits of a query in which the forms of its words are looked for
_SIMILAR = 5
_ARTICLE = re.compile(r"(?:第)?([\d〇零一二三四五六七八九十百千]+)条?")
_BRACKETS = str.maketrans("[]［］()（）", "〔〕〔〕〔〕〔〕")


@dataclass(frozen=True, slots=True)
class Shown:
    """A fact; ``stated`` says whether the text has it, or it was concluded."""

    value: str
    stated: bool


def document(edition: Edition, call: Call) -> Answer:
    """Returns ``/d/{id}`` as an answer: the reading view, a section of it, or a file of it.

    Raises Problem for an id that is neither one of the index nor the end of only one.
    """
    parameters = call.parameters
    q = parameters.text("q", MAX_QUERY)
    anchor = parameters.text("section", MAX_REF)
    format = parameters.choice("format", ("html", "txt", "json"))
    parameters.finish()
    if call.rest not in edition.rows:
        return redirect(permalink(_only_ending(edition, call.rest)), 301)
    found = edition.searcher.document(call.rest)
    if anchor:
        require_anchor(found, anchor)
    if format != "html":
        return _file(found, anchor, format)
    pattern = _pattern(edition, q)
    if anchor:
        return _section_page(edition, call, found, anchor, q, pattern)
    return _reading_page(edition, call, found, q, pattern)


def _only_ending(edition: Edition, name: str) -> str:
    """The one id that ends so, with or without its suffix. Raises Problem, naming several."""
    ending = "/" + name.strip("/")
    found = [
        id
        for id in edition.rows
        if f"/{id}".endswith(ending) or f"/{id}".rpartition(".")[0].endswith(ending)
    ]
    if len(found) == 1:
        return found[0]
    candidates = [(id, permalink(id)) for id in found[:10]]
    raise not_found(f"{len(found)} documents are named {name[:100]!r}", candidates=candidates)


def _file(document: Document, anchor: str, format: str) -> Answer:
    """A document, or a section with those below, to be saved."""
    name = quote(document.id.rpartition("/")[2].rpartition(".")[0] or "document")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}.{format}"}
    if format == "json":
        return json_answer(document_value(document, anchor), headers=headers)
    text = document.text
    if anchor:
        numbers = below(document, anchor)
        spans = [document.sections[n].span for n in numbers]
        text = text[spans[0].start : spans[-1].end]
    return Answer(text.encode("utf-8", "replace"), PLAIN, headers=headers)


def _reading_page(
    edition: Edition, call: Call, document: Document, q: str, pattern: re.Pattern[str] | None
) -> Answer:
    shown = blocks(document, pattern)
    row = edition.rows[document.id]
    cites = edition.once(("cites", document.id), lambda: edition.searcher.cites(document.id))
    cited_by = edition.once(
        ("cited-by", document.id), lambda: edition.searcher.cited_by(document.id)
    )
    versions = [edition.rows[id] for id in edition.versions.get(document.id, ())]
    html = render(
        "document.html",
        title=row.title or document.id,
        q=q,
        row=row,
        has_title=any(block.level == 1 for block in shown),
        blocks=shown,
        outline=outline(document),
        facts=list(_facts(document)),
        versions=versions,
        version_diffs=_version_diffs(document.id, versions),
        cites=_cited_names(cites),
        cited_by=cited_by[:_RELATED],
        cited_by_total=len(cited_by),
        citation=_citation(call, document, ""),
        hits=sum(str(line).count("<mark>") for block in shown for line in block.lines),
        query=f"?{urlencode({'q': q}, errors='replace')}" if q else "",
        canonical=permalink(document.id),
        alternates=[("application/json", f"{permalink(document.id)}?format=json")],
    )
    return Answer(html, HTML)


def _cited_names(cites: Iterable[Cited]) -> list[tuple[str, str, int]]:
    """(what is cited, the id in the index or "", how often), the first cited first."""
    counts: Counter[tuple[str, str]] = Counter()
    for one in cites:
        text = f"《{one.name}》{one.number or ''}" if one.name else one.number or ""
        counts[text, one.document or ""] += 1
    return [(text, id, count) for (text, id), count in counts.items()]


def _version_diffs(id: str, versions: list[DocumentFacts]) -> list[tuple[DocumentFacts, str]]:
    """Each version with the address that compares it with the one shown."""
    place = next((n for n, row in enumerate(versions) if row.id == id), 0)
    found = []
    for number, row in enumerate(versions):
        if row.id == id:
            url = ""
        else:
            old, new = (row.id, id) if number > place else (id, row.id)
            url = "/diff?" + urlencode({"old": old, "new": new}, errors="replace")
        found.append((row, url))
    return found


def _facts(document: Document) -> Iterator[tuple[str, list[Shown]]]:
    """Yields each label with the facts under it, but for the title, which heads the page."""
    without_title = replace(document.metadata, title=None)
    for label, facts in labelled_facts(without_title):
        yield label, [Shown(fact.value, fact.span is not None) for fact in facts]


def _citation(call: Call, document: Document, anchor: str) -> str:
    reference = reference_to_document(document, anchor, call.settings.base_url)
    return cite_reference(reference, "gbt7714", today())


def _section_page(
    edition: Edition,
    call: Call,
    document: Document,
    anchor: str,
    q: str,
    pattern: re.Pattern[str] | None,
) -> Answer:
    numbers = below(document, anchor)
    every = blocks(document, pattern)
    first, after = numbers[0], numbers[-1] + 1
    section = document.sections[first]
    reference = reference_to_document(document, anchor, call.settings.base_url)
    similar = edition.once(
        ("similar", document.id, anchor),
        lambda: edition.searcher.similar(document.id, anchor, _SIMILAR),
    )
    row = edition.rows[document.id]
    html = render(
        "section.html",
        title=f"{row.title or document.id} {place_in_words(section.path)}".strip(),
        q=q,
        row=row,
        crumbs=_crumbs(document, first),
        blocks=[every[number] for number in numbers],
        citations=[(style, cite_reference(reference, style, today())) for style in STYLES],
        previous=_neighbour(every, range(first - 1, -1, -1)),
        next=_neighbour(every, range(after, len(every))),
        similar=similar.hits,
        anchor=anchor,
        ref=f"{document.id}#{anchor}",
        canonical=permalink(document.id, anchor),
    )
    return Answer(html, HTML)


def _crumbs(document: Document, number: int) -> list[tuple[str, str]]:
    """(anchor, name) of the sections that hold one, from the root, and of itself."""
    found: list[tuple[str, str]] = []
    while number >= 0:
        section = document.sections[number]
        found.append((section.anchor, section_name(section) or "正文"))
        number = section.parent
    return found[::-1]


def _neighbour(every: list[Block], numbers: range) -> Block | None:
    """The nearest section in a direction that says anything."""
    return next((every[n] for n in numbers if every[n].lines and not every[n].folded), None)


def _pattern(edition: Edition, q: str) -> re.Pattern[str] | None:
    """Returns the pattern that finds a query's words in a text, or None.

    It has the forms in which the query's best hits show the words, and the query's quotations. A
    query that cannot be searched marks nothing: the reader came for the document.
    """
    if not q:
        return None
    try:
        node = parse(q)
        results = run_search(edition, SearchRequest(q=q, limit=_LOOKED_AT), suggest=False)
    except (Problem, QueryError):
        return None
    forms = {
        hit.snippet.text[start:end] for hit in results.hits for start, end in hit.snippet.highlights
    }
    return words_pattern([*forms, *_quotations(node)])


def _quotations(node: Node) -> Iterator[str]:
    match node:
        case Boolean():
            for part in (*node.must, *node.should):
                yield from _quotations(part)
        case Near():
            yield from (leaf.text for leaf in node.leaves)
        case Phrase() if not node.field:
            yield node.text
        case Words() if not node.field and " " not in node.text and len(node.text) > 1:
            yield node.text


def identifier(edition: Edition, call: Call) -> Answer:
    """Returns the way from ``/id/{name-or-number}[/{article}]`` to the document that is called so.

    With ``date`` that is the newest version by then; where several documents are called so, it is a
    page that lists them. Raises Problem where none is.
    """
    date = call.parameters.date("date")
    call.parameters.finish()
    name, _, article = call.rest.partition("/")
    ids = _named(edition, name)
    several = isinstance(ids, tuple)
    if date:
        last = read_range(date)[1]
        dates = ((id, edition.rows[id].date) for id in ids)
        ids = [id for id, dated in dates if dated and read_range(dated)[0] <= last]
    if not ids:
        raise not_found(f"no document is called {name[:100]!r}")
    if several and len(ids) > 1:
        rows = [edition.rows[id] for id in ids]
        return Answer(render("choose.html", title=f"“{name}”有多个文件", rows=rows), HTML, 300)
    anchor = _article_anchor(edition, ids[0], article) if article else ""
    return redirect(permalink(ids[0], anchor))


def _named(edition: Edition, name: str) -> list[str] | tuple[str, ...]:
    """The versions of the document of that name or number, newest first; a tuple of several."""
    for number in (name, name.translate(_BRACKETS)):
        found = [id for id, row in edition.rows.items() if row.doc_number == number]
        if len(found) > 1:
            return tuple(found)
        if found:
            return found
    resolution = edition.catalogue.resolve(Citation(Span(0, 0), name))
    if resolution:
        return [resolution.id, *resolution.others]
    titled = tuple(id for id, row in edition.rows.items() if row.title == name)
    return list(titled) if len(titled) == 1 else titled


def _article_anchor(edition: Edition, id: str, article: str) -> str:
    found = _ARTICLE.fullmatch(article)
    number = to_int(found[1]) if found else None
    anchor = f"tiao-{number}" if number is not None else article
    require_anchor(edition.searcher.document(id), anchor)
    return anchor


def cite(edition: Edition, call: Call) -> Answer:
    """Returns ``/cite``: a reference as text. Raises Problem if ``ref`` names no document."""
    ref = call.parameters.text("ref", MAX_REF, required=True)
    style = cast(Style, call.parameters.choice("style", STYLES))
    call.parameters.finish()
    id, anchor = (ref, "") if ref in edition.rows else split_ref(ref, edition.rows)
    found = edition.searcher.document(known(edition, id))
    if anchor:
        require_anchor(found, anchor)
    reference = reference_to_document(found, anchor, call.settings.base_url)
    return Answer((cite_reference(reference, style, today()) + "\n").encode(), PLAIN)


def diff(edition: Edition, call: Call) -> Answer:
    """Returns ``/diff``: two documents side by side, or a form where one of them is not given.

    Raises Problem for an unknown document.
    """
    old = call.parameters.text("old", MAX_REF)
    new = call.parameters.text("new", MAX_REF)
    every = call.parameters.choice("changes", ("changed", "all")) == "all"
    call.parameters.finish()
    if not old or not new:
        return Answer(render("diff_form.html", title="版本比较", old=old, new=new), HTML)
    before, after = (edition.searcher.document(known(edition, id)) for id in (old, new))
    changes = edition.searcher.diff(old, new)
    counts = Counter(change.kind for change in changes)
    shown = [one for one in changes if every or one.kind != "unchanged"]
    html = render(
        "diff.html",
        title="版本比较",
        old=edition.rows[old],
        new=edition.rows[new],
        counts=[(NAMES[kind], count) for kind, count in counts.items()],
        pairs=pairs(before, after, shown),
        every=every,
        other="/diff?"
        + urlencode({"old": old, "new": new} | ({} if every else {"changes": "all"})),
    )
    return Answer(html, HTML)


def verify(edition: Edition, call: Call) -> Answer:
    """Returns ``/verify``: the verdict on a quotation, or an empty form without one.

    Raises Problem where a parameter is wrong.
    """
    body = call.body
    parameters = Parameters([(k, str(v)) for k, v in body.items()]) if body else call.parameters
    quotation = parameters.text("quotation", MAX_QUOTATION)
    parameters.finish()
    verification = edition.searcher.verify(quotation, 5) if quotation else None
    passages = verification.passages if verification else ()
    html = render(
        "verify.html",
        title="引文核对",
        quotation=quotation,
        verification=verification,
        passages=[(one, quoted_pieces(quotation, one.stretches)) for one in passages],
        longest=MAX_QUOTATION,
    )
    return Answer(html, HTML)
