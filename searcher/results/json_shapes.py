"""The shape of everything that ``--json`` prints, a TypedDict each.

`searcher.results.as_json` makes them. Spans are ``[start, end]``: characters of a source text,
counted from 0, the end not included. A fact that a document does not state is null. Dates are
ISO 8601. The order of the keys is the order in which they are printed.
"""

from typing import Literal, NotRequired, TypedDict

# --- search, similar ------------------------------------------------------------------------------


class SnippetJson(TypedDict):
    """A piece of text; ``highlights`` are spans of it."""

    text: str
    highlights: list[list[int]]


class RelatedDocumentJson(TypedDict):
    """Another document that has to do with a hit; a text that is not stated is empty."""

    document: str
    title: str
    date: str
    source: str


class TermScoreJson(TypedDict):
    """What one term adds to a score, and what that is computed from."""

    field: str
    term: str
    score: float
    frequency: float
    idf: float
    document_frequency: int
    length: float
    average_length: float


class ExplanationJson(TypedDict):
    """A score and the parts it is the sum of."""

    score: float
    terms: list[TermScoreJson]


class ContextJson(TypedDict):
    """The text and the field where the query stands if not in the text of the hit itself."""

    field: Literal["heading", "title", "number", "issuer", "opening"]
    text: str
    highlights: list[list[int]]


class HitJson(TypedDict):
    """A section that answers. ``explanation`` is there with ``--explain``."""

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
    """A value that matches have, and how many have it."""

    value: str
    count: int


class ResultsJson(TypedDict):
    """What ``search`` and ``similar`` print; ``took_ms`` is in milliseconds.

    Where ``by`` is "document", ``matching`` has the number of matching sections of each document.
    """

    query: str
    total: int
    took_ms: float
    by: Literal["section", "document"]
    matching: dict[str, int]
    suggestions: list[str]
    hits: list[HitJson]
    facets: dict[str, list[FacetJson]]


# --- verify ---------------------------------------------------------------------------------------


class EditJson(TypedDict):
    """Characters ``before`` that became characters ``after``, spans of two texts."""

    before: list[int]
    after: list[int]


class StretchJson(TypedDict):
    """Where a piece of a quotation stands in a source, and what is to be changed in it."""

    span: list[int]
    text: str
    edits: list[EditJson]


class QuotedJson(HitJson):
    """A passage that a quotation may be of: a hit, and how much of the quotation stands there."""

    kept: float
    stretches: list[StretchJson]


class VerificationJson(TypedDict):
    """What ``verify`` prints."""

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
    """A node of the outline. ``text`` is there in what ``show`` prints."""

    kind: str
    label: str
    path: list[str]
    heading: str
    span: list[int]
    anchor: str
    repeats: list[list[int]]
    text: NotRequired[str]


class FactSpansJson(TypedDict):
    """Where the text states each fact, null where it does not."""

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
    """The facts that were concluded from other things, such as a title for a text without one."""

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


class DocumentJson(TypedDict):
    """What ``show`` prints, and ``outline`` for each file: what the text states, and its tree."""

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


# --- show --cites, show --cited-by, missing -------------------------------------------------------


class CitedJson(TypedDict):
    """A citation: what it names, where it stands, and which document of the index that is."""

    name: str | None
    number: str | None
    articles: list[str]
    span: list[int]
    line: int
    document: str | None
    versions: list[str]


class CitedByJson(TypedDict):
    """A document that cites another, and how often; a text that is not stated is empty."""

    document: str
    title: str
    date: str
    count: int


class RelationsJson(TypedDict, total=False):
    """What ``show --cites --cited-by`` prints; each is there if it was asked for."""

    cites: list[CitedJson]
    cited_by: list[CitedByJson]


class MissingJson(TypedDict):
    """A document that others cite and the index does not hold; ``missing`` prints a list."""

    name: str | None
    number: str | None
    count: int


# --- diff -----------------------------------------------------------------------------------------


class ChangedSectionJson(TypedDict):
    """A section on one side of a change; ``span`` covers it with the items below it."""

    anchor: str
    path: list[str]
    span: list[int]
    text: str


class ChangeJson(TypedDict):
    """What became of a section; ``diff`` prints a list of them."""

    kind: Literal["unchanged", "changed", "moved", "added", "removed"]
    before: ChangedSectionJson | None
    after: ChangedSectionJson | None
    edits: list[EditJson]


# --- status, check --------------------------------------------------------------------------------


class SourceJson(TypedDict):
    """A file or folder that an index remembers, and the name its documents' ids begin with."""

    name: str
    path: str


class StatusJson(TypedDict):
    """What ``status`` prints. ``kernel`` is that of the program, not of the index."""

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
    """What ``check`` prints: what is wrong with the index and with the generation before it.

    Both are empty where all is whole; ``before`` is null where there is no generation before.
    """

    problems: list[str]
    before: list[str] | None
