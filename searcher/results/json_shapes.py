"""The shapes of everything that ``--json`` prints, each a TypedDict.

`searcher.results.as_json` builds them. Spans are ``[start, end]``: half-open character offsets,
from 0, in a source text. A fact that a document does not state is null. Dates are ISO 8601. Keys
are printed in the order given here.
"""

from typing import Literal, NotRequired, TypedDict

# --- search, similar ------------------------------------------------------------------------------


class SnippetJson(TypedDict):
    """A piece of text; ``highlights`` are spans in it."""

    text: str
    highlights: list[list[int]]


class RelatedDocumentJson(TypedDict):
    """Another document related to a hit; a text that it does not state is empty."""

    document: str
    title: str
    date: str
    source: str


class TermScoreJson(TypedDict):
    """The part of a score that one term adds, and the values it is computed from."""

    field: str
    term: str
    score: float
    frequency: float
    idf: float
    document_frequency: int
    length: float
    average_length: float


class ExplanationJson(TypedDict):
    """A score and its parts."""

    score: float
    terms: list[TermScoreJson]


class ContextJson(TypedDict):
    """The text and the field where the query stands if not in the text of the hit itself."""

    field: Literal["heading", "title", "number", "issuer", "opening"]
    text: str
    highlights: list[list[int]]


class HitJson(TypedDict):
    """A section that answers a query. ``explanation`` is present with ``--explain``."""

    document: str
    anchor: str
    path: list[str]
    heading: str
    title: str
    doc_number: str | None
    issuers: list[str]
    date: str | None
    doc_type: str | None
    score: float
    source: str
    line: int
    span: list[int]
    snippet: SnippetJson
    context: ContextJson | None
    repeats: list[list[int]]
    copies: list[RelatedDocumentJson]
    versions: list[RelatedDocumentJson]
    explanation: NotRequired[ExplanationJson]


class FacetJson(TypedDict):
    """A value of a facet, and the number of matches that have it."""

    value: str
    count: int


class NoticeJson(TypedDict):
    """A notice beside the hits: `searcher.query.notices` lists the kinds."""

    kind: str
    text: str


class ResultsJson(TypedDict):
    """The output of ``search`` and ``similar``; ``took_ms`` is in milliseconds.

    ``total`` counts what has all that is asked for, ``partial`` what has some of it. Where ``by``
    is "document", ``matching`` has the number of matching sections of each document.
    """

    query: str
    total: int
    partial: int
    took_ms: float
    by: Literal["section", "document"]
    matching: dict[str, int]
    suggestions: list[str]
    notices: list[NoticeJson]
    hits: list[HitJson]
    facets: dict[str, list[FacetJson]]


# --- verify ---------------------------------------------------------------------------------------


class EditJson(TypedDict):
    """The characters ``before`` were replaced by the characters ``after``: spans of two texts."""

    before: list[int]
    after: list[int]


class StretchJson(TypedDict):
    """The place of a piece of a quotation in a source, and the edits that lead to it."""

    span: list[int]
    text: str
    edits: list[EditJson]


class QuotedJson(HitJson):
    """A passage that may be quoted: a hit, and the share of the quotation that stands there."""

    kept: float
    stretches: list[StretchJson]


class VerificationJson(TypedDict):
    """The output of ``verify``."""

    quotation: str
    verdict: Literal["verbatim", "near", "absent"]
    total: int
    took_ms: float
    passages: list[QuotedJson]


# --- suggest --------------------------------------------------------------------------------------


class CompletionJson(TypedDict):
    """A completion; ``suggest`` prints a list of them."""

    text: str
    kind: Literal["title", "number", "term", "heading"]
    count: int


# --- show, outline --------------------------------------------------------------------------------


class SectionJson(TypedDict):
    """A section in the outline. ``text`` is present in the output of ``show``."""

    kind: str
    label: str
    path: list[str]
    heading: str
    span: list[int]
    anchor: str
    repeats: list[list[int]]
    text: NotRequired[str]


class FactSpansJson(TypedDict):
    """The span at which the text states each fact; null if it does not state it."""

    title: list[int] | None
    doc_number: list[int] | None
    issuers: list[list[int]]
    date: list[int] | None
    published: list[int] | None
    effective: list[int] | None
    doc_type: list[int] | None
    addressee: list[int] | None
    region: list[int] | None
    attachments: list[list[int]]
    copied_to: list[list[int]]
    revisions: list[list[int]]
    status: list[int] | None


class DerivedFactsJson(TypedDict, total=False):
    """The facts that were inferred, such as a title for a text without one."""

    title: str
    doc_number: str
    issuers: list[str]
    date: str
    published: str
    effective: str
    doc_type: str
    addressee: str
    region: str
    attachments: list[str]
    copied_to: list[str]
    revisions: list[str]
    status: str


class WarningJson(TypedDict):
    """A thing that the reader of a file left out or guessed; ``message`` is for a person."""

    code: str
    place: str
    count: int
    message: str


class DocumentJson(TypedDict):
    """The output of ``show``, and of ``outline`` for each file: facts and outline."""

    document: str
    title: str | None
    doc_number: str | None
    issuers: list[str]
    date: str | None
    published: str | None
    effective: str | None
    doc_type: str | None
    addressee: str | None
    region: str | None
    attachments: list[str]
    copied_to: list[str]
    revisions: list[str]
    status: str | None
    spans: FactSpansJson
    derived: DerivedFactsJson
    sections: list[SectionJson]
    warnings: NotRequired[list[WarningJson]]  # of ``outline``, for files that were not read whole


# --- show --cites, show --cited-by, missing -------------------------------------------------------


class CitedJson(TypedDict):
    """A citation: the name it gives, its place, and the cited document in the index."""

    name: str | None
    number: str | None
    articles: list[str]
    span: list[int]
    line: int
    document: str | None
    versions: list[str]


class CitedByJson(TypedDict):
    """A document that cites another, with the number of citations; unstated texts are empty."""

    document: str
    title: str
    date: str
    count: int


class RelationsJson(TypedDict, total=False):
    """The output of ``show --cites --cited-by``; each key is present if it was asked for."""

    cites: list[CitedJson]
    cited_by: list[CitedByJson]


class MissingJson(TypedDict):
    """A document that is cited but not in the index; ``missing`` prints a list of them."""

    name: str | None
    number: str | None
    count: int


# --- diff -----------------------------------------------------------------------------------------


class ChangedSectionJson(TypedDict):
    """A section on one side of a change; ``span`` includes the items below it."""

    anchor: str
    path: list[str]
    span: list[int]
    text: str


class ChangeJson(TypedDict):
    """The change of one section; ``diff`` prints a list of them."""

    kind: Literal["unchanged", "changed", "moved", "added", "removed"]
    before: ChangedSectionJson | None
    after: ChangedSectionJson | None
    edits: list[EditJson]


# --- status, check --------------------------------------------------------------------------------


class SourceJson(TypedDict):
    """A file or folder that an index remembers, and the beginning of its documents' ids."""

    name: str
    path: str


class StatusJson(TypedDict):
    """The output of ``status``. ``kernel`` is the kernel of the running program."""

    index: str
    generation: int
    documents: int
    sections: int
    segments: int
    bytes: int
    analyzer: str
    sources: list[SourceJson]
    kernel: Literal["compiled", "plain"]


class CheckJson(TypedDict):
    """The output of ``check``: the faults of the index and of the previous generation.

    Both lists are empty if nothing is damaged; ``before`` is null without a previous generation.
    """

    problems: list[str]
    before: list[str] | None
