"""How often a misspelt query is answered with the right suggestion, and a right one with any.

    PYTHONPATH=. python tests/bench/spelling.py --index DIR [--set DIR …] [--list]

`misspelt.tsv` has what was typed, what was meant and the kind of slip. The lines of odd numbers
were developed against, those of even numbers only measured with. ``--corpus DIR`` in the place of
``--index`` indexes a folder of documents for the run. ``--set`` counts the suggestions for the
queries of a judged set (its `queries.jsonl`), which are taken to be right; ``--list`` prints them
and what was missed. Times are of the processor, behind a search for the same query, which has read
its terms.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from indexer import Store, sync
from indexer.errors import QueryError
from indexer.text.folding import fold, strip_blanks
from searcher import Searcher
from searcher.query.parser import parse

MISSPELT = Path(__file__).parent / "misspelt.tsv"


class Misspelt(NamedTuple):
    """A line of the set."""

    typed: str
    meant: str
    kind: str
    held_out: bool


def read_misspelt(path: Path = MISSPELT) -> list[Misspelt]:
    """The lines of a set, in order."""
    lines = path.read_text(encoding="utf-8").splitlines()
    parts = [line.split("\t") for line in lines]
    return [
        Misspelt(typed, meant, kind, held_out=number % 2 == 1)
        for number, (typed, meant, kind) in enumerate(parts)
    ]


class Asked(NamedTuple):
    """What was suggested for a query, and what that took in milliseconds."""

    query: str
    suggestions: tuple[str, ...]
    took: float


class Suggesting:
    """Asks for suggestions alone, so that their time can be told from that of the search."""

    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher
        self._meant = searcher._now.did_you_mean

    def ask(self, query: str) -> Asked:
        """The suggestions for a query."""
        try:
            node = parse(query)
        except QueryError:
            return Asked(query, (), 0.0)
        self._searcher.search(query, suggest=False)
        started = time.process_time()
        suggestions = self._meant.suggestions(query, node)
        return Asked(query, suggestions, 1000 * (time.process_time() - started))


def is_right(meant: str, asked: Asked) -> bool:
    """Returns True if what was meant is among the suggestions."""
    return _plain(meant) in map(_plain, asked.suggestions)


def _plain(text: str) -> str:
    return strip_blanks(fold(text))


def _report(name: str, misspelt: Sequence[Misspelt], asked: Sequence[Asked]) -> str:
    right = [is_right(one.meant, answer) for one, answer in zip(misspelt, asked, strict=True)]
    first = sum(
        bool(answer.suggestions) and _plain(answer.suggestions[0]) == _plain(one.meant)
        for one, answer in zip(misspelt, asked, strict=True)
    )
    kinds = {
        kind: [ok for one, ok in zip(misspelt, right, strict=True) if one.kind == kind]
        for kind in dict.fromkeys(one.kind for one in misspelt)
    }
    by_kind = ", ".join(f"{kind} {sum(oks)}/{len(oks)}" for kind, oks in kinds.items())
    total = len(right)
    return f"{name}: {sum(right)}/{total} = {sum(right) / total:.1%}, first {first}; {by_kind}"


def _times(asked: Sequence[Asked]) -> str:
    took = sorted(one.took for one in asked)
    at = {f"p{share}": took[min(len(took) * share // 100, len(took) - 1)] for share in (50, 90, 99)}
    return ", ".join(f"{name} {ms:.2f} ms" for name, ms in at.items())


def _queries(folder: Path) -> list[str]:
    lines = (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines]


@contextmanager
def _opened(index: Path | None, corpora: Sequence[Path]) -> Iterator[Searcher]:
    with tempfile.TemporaryDirectory() as folder:
        if index is None:
            sync(Store(Path(folder)), corpora)
        with Searcher.open(index or folder) as searcher:
            yield searcher


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--index", type=Path, help="the folder of an index")
    parser.add_argument("--corpus", type=Path, action="append", default=[], dest="corpora")
    parser.add_argument("--set", type=Path, action="append", default=[], dest="sets")
    parser.add_argument("--list", action="store_true", help="print what went wrong")
    options = parser.parse_args(arguments)
    if (options.index is None) == (not options.corpora):
        parser.error("one of --index and --corpus")
    with _opened(options.index, options.corpora) as searcher:
        suggesting = Suggesting(searcher)
        for name, held_out in (("developed against", False), ("held out", True)):
            misspelt = [one for one in read_misspelt() if one.held_out == held_out]
            asked = [suggesting.ask(one.typed) for one in misspelt]
            print(_report(name, misspelt, asked), _times(asked), sep="; ", flush=True)
            for one, answer in zip(misspelt, asked, strict=True):
                if options.list and not is_right(one.meant, answer):
                    print(f"  {one.typed} for {one.meant}: {', '.join(answer.suggestions)}")
        for folder in options.sets:
            asked = [suggesting.ask(query) for query in _queries(folder)]
            alarms = [one for one in asked if one.suggestions]
            share = f"{len(alarms)}/{len(asked)} = {len(alarms) / len(asked):.1%}"
            print(f"{folder.name}: {share} with suggestions; {_times(asked)}", flush=True)
            for one in alarms if options.list else ():
                print(f"  {one.query}: {', '.join(one.suggestions)}")


if __name__ == "__main__":
    main()
