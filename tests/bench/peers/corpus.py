"""Documents to the files that children read: sections as terms and as texts; queries."""

from __future__ import annotations

import json
import random
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer import Document, SourceError, read_document
from indexer.text.folding import HAN
from peers.engine import Source, Terms, Text, terms_of

_BATCH = 500  # sections
_CLAUSE = re.compile(f"[{HAN}]{{6,}}")
_SEED = 20021231


@dataclass(frozen=True, slots=True)
class Corpus:
    """What a run is about. ``documents`` is a folder with just the files that were read."""

    documents: Path
    terms: Path
    texts: Path
    sections: int
    characters: int
    queries: Sequence[str]


def prepare(folder: Path, work: Path, limit: int | None, queries: Path | int) -> Corpus:
    """Read the documents of ``folder`` until there are ``limit`` sections, up to a whole one.

    ``queries`` are the lines of a file, or so many picked out of the sections.
    """
    made = Corpus(work / "documents", work / "terms.jsonl", work / "texts.jsonl", 0, 0, ())
    made.documents.mkdir()
    sections = characters = 0
    held: list[Terms] = []
    picker = Picker(queries if isinstance(queries, int) else 0)
    with (
        made.terms.open("w", encoding="utf-8") as terms,
        made.texts.open("w", encoding="utf-8") as texts,
    ):
        for source in _sources(folder, made.documents):
            texts.write(json.dumps(source, ensure_ascii=False) + "\n")
            for section in source.sections:
                characters += len(section.body)
                picker.see(section.body)
                held.append(terms_of(section.body))
            sections += len(source.sections)
            full = limit is not None and sections >= limit
            if full or len(held) >= _BATCH:
                terms.write(json.dumps(held, ensure_ascii=False) + "\n")
                held = []
            if full:
                break
        terms.write(json.dumps(held, ensure_ascii=False) + "\n")
    asked = picker.queries()
    if isinstance(queries, Path):
        asked = queries.read_text(encoding="utf-8").splitlines()
    asked = list(dict.fromkeys(filter(str.strip, asked)))
    return Corpus(made.documents, made.terms, made.texts, sections, characters, asked)


def _sources(folder: Path, copies: Path) -> Iterator[Source]:
    for number, path in enumerate(sorted(p for p in folder.rglob("*") if p.is_file())):
        copy = copies / f"{number:07}{path.suffix}"
        try:
            document = read_document(path)
        except SourceError:
            continue
        shutil.copyfile(path, copy)
        yield source_of(document, str(copy), path.stem)


def source_of(document: Document, path: str, name: str) -> Source:
    """A document's sections, under its title, or its name where it states none."""
    title = document.metadata.title.value if document.metadata.title else name
    found = document.search_sections()
    return Source(path, [Text(title, section.span.of(document.text)) for section in found])


def read_terms(path: Path, limit: int | None = None) -> Iterator[list[Terms]]:
    """The first ``limit`` sections as terms, in batches."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            batch = [Terms(*section) for section in json.loads(line)][:limit]
            yield batch
            if limit is not None and (limit := limit - len(batch)) <= 0:
                return


def read_texts(path: Path, limit: int | None = None) -> Iterator[Source]:
    """The first ``limit`` sections as texts, document by document."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            place, found = json.loads(line)
            source = Source(place, [Text(*section) for section in found[:limit]])
            yield source
            if limit is not None and (limit := limit - len(source.sections)) <= 0:
                return


class Picker:
    """Picks queries out of sections: a piece of a clause, or, one in three, two pieces.

    Every section has the same chance (reservoir sampling); the same sections, the same queries.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._chance = random.Random(_SEED)
        self._seen = 0
        self._held: list[list[str]] = []

    def see(self, body: str) -> None:
        """Another section."""
        self._seen += 1
        place = self._seen - 1 if len(self._held) < self._count else None
        if place is None and (drawn := self._chance.randrange(self._seen)) < self._count:
            place = drawn
        if place is None or not (clauses := _CLAUSE.findall(body)):
            return
        if place < len(self._held):
            self._held[place] = clauses
        else:
            self._held.append(clauses)

    def queries(self) -> list[str]:
        """The queries."""
        return [
            " ".join(self._piece(clauses) for _ in range(self._chance.choice((1, 1, 2))))
            for clauses in self._held
        ]

    def _piece(self, clauses: Sequence[str]) -> str:
        clause = self._chance.choice(clauses)
        length = min(self._chance.randint(4, 12), len(clause))
        start = self._chance.randint(0, len(clause) - length)
        return clause[start : start + length]
