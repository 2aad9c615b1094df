"""A document or a section as a reference: GB/T 7714, BibTeX, RIS, plain text. Pure.

GB/T 7714-2015 has an official document as one of its examples, 京政办发〔2005〕37号: issuer, title
and number, the mark [A/OL], the date of the document, that of retrieval, and where it is to be had.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Literal, get_args
from urllib.parse import quote

from indexer.documents.model import Document
from searcher.results.model import Hit
from searcher.results.snippet import HARMLESS

Style = Literal["gbt7714", "bibtex", "ris", "text"]
STYLES: tuple[Style, ...] = get_args(Style)

_ONE_LINE = HARMLESS | dict.fromkeys(map(ord, "\n\r\t"), " ")
_LATEX = str.maketrans(
    {char: f"\\{char}" for char in "{}%&#$_"}
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
)


@dataclass(frozen=True, slots=True)
class Reference:
    """The facts of a document that a citation names, and of a section unless ``anchor`` is empty.

    ``path`` holds the labels of the section from the root; what a document does not state is "".
    ``base_url`` is where documents are served, without a slash at the end; "" without a server.
    """

    document: str
    anchor: str
    title: str
    doc_number: str
    issuers: tuple[str, ...]
    date: str
    path: tuple[str, ...]
    base_url: str = ""

    @property
    def ref(self) -> str:
        """``DOCUMENT#ANCHOR``, or ``DOCUMENT``."""
        return f"{self.document}#{self.anchor}" if self.anchor else self.document

    @property
    def url(self) -> str:
        """The permalink; the bare `ref` where nothing is served."""
        if not self.base_url:
            return self.ref
        return self.base_url + permalink(self.document, self.anchor)


def permalink(document: str, anchor: str = "") -> str:
    """The path of a document, or of a section of it, on a server of pages."""
    fragment = f"#{quote(anchor, safe='/.-_', errors='surrogateescape')}" if anchor else ""
    return f"/d/{quote(document, safe='/', errors='surrogateescape')}{fragment}"


def reference_to_hit(hit: Hit, base_url: str = "") -> Reference:
    """The reference to the section that a hit is."""
    return Reference(
        hit.document,
        hit.anchor,
        hit.title,
        hit.doc_number,
        hit.issuers,
        hit.date,
        hit.path,
        base_url,
    )


def reference_to_document(document: Document, anchor: str = "", base_url: str = "") -> Reference:
    """The reference to a document, or to its section ``anchor``, which it must have."""
    facts = document.metadata
    path = next((one.path for one in document.sections if one.anchor == anchor), ())
    return Reference(
        document.id,
        anchor,
        facts.title.value if facts.title else "",
        facts.doc_number.value if facts.doc_number else "",
        tuple(fact.value for fact in facts.issuers),
        facts.date.value if facts.date else "",
        path if anchor else (),
        base_url,
    )


def cite(reference: Reference, style: Style, retrieved: str) -> str:
    """Returns ``reference`` in a style, without a line break at the end.

    ``retrieved`` is the ISO date of the retrieval.
    """
    make = {"gbt7714": _gbt7714, "bibtex": _bibtex, "ris": _ris, "text": _text}[style]
    return make(reference, retrieved)


def today() -> str:
    """The local date, which is that of a retrieval, as ISO 8601 has it."""
    return datetime.now(UTC).astimezone().date().isoformat()


def _gbt7714(reference: Reference, retrieved: str) -> str:
    # The standard names three authors at most.
    names = [_line(name) for name in reference.issuers]
    authors = ", ".join(names[:3]) + (", 等" if len(names) > 3 else "")
    title = _line(reference.title) or reference.document
    number = f": {_line(reference.doc_number)}" if reference.doc_number else ""
    date = f"({reference.date})" if reference.date else ""
    whose = f"{authors}. " if authors else ""
    return f"{whose}{title}{number}[A/OL]. {date}[{retrieved}]. {reference.url}"


def _text(reference: Reference, _: str) -> str:
    title = f"《{_line(reference.title)}》" if reference.title else reference.document
    number = f"（{_line(reference.doc_number)}）" if reference.doc_number else ""
    return f"{title}{number}{place_in_words(reference.path)}"


def place_in_words(path: tuple[str, ...]) -> str:
    """Returns the place of a section as one says it, "" for an empty ``path``.

    ``("第二章", "第四条")`` is 第四条, for an article needs no chapter, and
    ``("一", "（三）")`` is 一、（三）.
    """
    for depth, label in enumerate(path):
        if re.fullmatch(r"第.+条(?:之.+)?", label):
            return "".join(path[depth:])
    if path and re.fullmatch(r"[〇零一二三四五六七八九十百]+", path[0]):
        return f"{path[0]}、{''.join(path[1:])}".rstrip("、")
    return "".join(path)


def _bibtex(reference: Reference, retrieved: str) -> str:
    fields = {
        "title": f"{{{_latex(reference.title or reference.document)}}}",
        "author": " and ".join(f"{{{_latex(name)}}}" for name in reference.issuers),
        "number": _latex(reference.doc_number),
        "date": reference.date,
        "url": _line(reference.url).replace("{", "%7B").replace("}", "%7D"),
        "urldate": retrieved,
        "note": _latex(place_in_words(reference.path)),
    }
    body = "".join(f",\n  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@misc{{{_key(reference)}{body}\n}}"


def _key(reference: Reference) -> str:
    """A name that stays when the title is read otherwise. BibTeX wants a letter in front."""
    name = reference.ref.encode("utf-8", "surrogatepass")
    return f"doc{blake2b(name, digest_size=4).hexdigest()}"


def _ris(reference: Reference, retrieved: str) -> str:
    lines = [("TY", "GOVDOC"), ("TI", _line(reference.title) or reference.document)]
    lines += [("AU", _line(name)) for name in reference.issuers]
    if reference.date:
        lines += [("PY", reference.date[:4]), ("DA", reference.date.replace("-", "/"))]
    if reference.doc_number:
        lines.append(("M1", _line(reference.doc_number)))
    if place := place_in_words(reference.path):
        lines.append(("SE", _line(place)))
    lines += [("UR", _line(reference.url)), ("Y2", retrieved.replace("-", "/")), ("ER", "")]
    return "\r\n".join(f"{tag}  - {value}" for tag, value in lines)


def _line(text: str) -> str:
    return text.translate(_ONE_LINE).strip()


def _latex(text: str) -> str:
    return _line(text).translate(_LATEX)
