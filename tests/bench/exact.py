"""Whether what can be told for certain is found: phrases, quotations, articles by their number.

    python tests/bench/exact.py --index DIR [--phrases 500] [--citations FILE]

``--index`` is an index of many documents. Phrases of 4 to 30 characters are drawn from its
sections at any offset and sought; what is found is compared with a plain string search through all
sections. The same phrases are verified as quotations, as they are and with a character changed.
``--citations`` has lines of query, law, label of the article (default: `citations.tsv`); laws that
the index does not hold are left out.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path

from indexer.storage.snapshot import Snapshot
from indexer.text.folding import fold, strip_blanks
from searcher import Searcher

_QUOTES = re.compile('["＂“”「」『』]')
_SHORTEST, _LONGEST = 4, 30
Unit = tuple[str, int]  # a document and where in it the section starts


class Sections:
    """All sections but those that repeat another file's, searched character by character."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._sections: list[Unit] = []
        self._texts: list[str] = []
        self._squeezed: list[str] = []
        for index, row in enumerate(snapshot.rows):
            document = snapshot.document(index)
            for number, section in zip(
                snapshot.numbering.sections_of(index), document.search_sections(), strict=True
            ):
                if number not in snapshot.families.duplicate_sections:
                    self._sections.append((row.id, section.span.start))
                    self._texts.append(section.span.of(document.text))
                    self._squeezed.append(strip_blanks(fold(self._texts[-1])))

    def __len__(self) -> int:
        return len(self._sections)

    def having(self, phrase: str) -> set[Unit]:
        """The sections in which the characters of a phrase stand."""
        wanted = strip_blanks(fold(phrase))
        texts = zip(self._sections, self._squeezed, strict=True)
        return {section for section, text in texts if wanted in text}

    def phrases(self, count: int, draw: random.Random) -> Iterator[str]:
        """Pieces of sections drawn by chance, as they stand there."""
        while count:
            text = draw.choice(self._texts)
            start = draw.randrange(len(text))
            piece = text[start : start + draw.randint(_SHORTEST, _LONGEST)]
            if len(strip_blanks(fold(piece))) >= _SHORTEST and not _QUOTES.search(fold(piece)):
                count -= 1
                yield piece


def phrases_report(searcher: Searcher, sections: Sections, phrases: Sequence[str]) -> str:
    """Recall, precision and times of quoted searches."""
    right = wrong = missed = 0
    times = []
    for phrase in phrases:
        times.append(searcher.search(f'"{phrase}"').took)
        hits = searcher.search(f'"{phrase}"', limit=len(sections)).hits
        found = {(hit.document, hit.span.start) for hit in hits}
        expected = sections.having(phrase)
        if found != expected:
            print(f"differs: {phrase!r}: {found - expected} too many, {expected - found} missed")
        right += len(found & expected)
        wrong += len(found - expected)
        missed += len(expected - found)
    return (
        f"phrases      {len(phrases)}: recall {right / (right + missed):.4f}, precision "
        f"{right / (right + wrong):.4f} of {right + missed} sections, median "
        f"{statistics.median(times) * 1000:.1f} ms, worst {max(times) * 1000:.0f} ms"
    )


def quotations_report(searcher: Searcher, phrases: Sequence[str], draw: random.Random) -> str:
    """Returns how often a quotation is found word for word, and one with a slip nearly so."""
    verbatim = [searcher.verify(phrase).verdict == "verbatim" for phrase in phrases]
    long = [phrase for phrase in phrases if len(strip_blanks(fold(phrase))) >= 12]
    near = [searcher.verify(_with_a_slip(phrase, draw)).verdict == "near" for phrase in long]
    return (
        f"quotations   {sum(verbatim)} of {len(verbatim)} verbatim; with a character changed "
        f"{sum(near)} of {len(near)} near"
    )


def _with_a_slip(text: str, draw: random.Random) -> str:
    """``text`` with a character in its midst made one that no document has."""
    places = [at for at in range(3, len(text) - 3) if text[at].isalnum()] or [len(text) // 2]
    at = draw.choice(places)
    return f"{text[:at]}龘{text[at + 1 :]}"


def citations_report(searcher: Searcher, file: Path) -> str:
    """Returns how often the article that a query cites comes first."""
    titles = [row.title for row in searcher.documents]
    right = count = 0
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        query, law, label = line.split("\t")
        if not any(law in title for title in titles):
            continue
        count += 1
        hits = searcher.search(query, limit=1).hits
        if any(law in hit.title and hit.path[-1:] == (label,) for hit in hits):
            right += 1
        else:
            print(f"not first: {query}: {[(hit.title, hit.path) for hit in hits]}")
    return f"citations    {right} of {count} first"


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--phrases", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--citations", type=Path, default=Path(__file__).with_name("citations.tsv"))
    options = parser.parse_args(arguments)
    draw = random.Random(options.seed)
    with Searcher.open(options.index) as searcher:
        print(citations_report(searcher, options.citations), flush=True)
        with Snapshot.open(options.index) as snapshot:
            sections = Sections(snapshot)
        phrases = list(sections.phrases(options.phrases, draw))
        print(phrases_report(searcher, sections, phrases), flush=True)
        print(quotations_report(searcher, phrases, draw))


if __name__ == "__main__":
    main()
