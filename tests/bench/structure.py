"""How well and how fast documents are read.

    python tests/bench/structure.py --gold DIR --corpus DIR [--corpus DIR …]

``--gold`` holds structure.jsonl, documents annotated by a person (a JSON object a line: file,
title, issuers, doc_number, date, doc_type, addressee, accept: {field: [other values]}, sections:
[{label, path ("一/（三）"), heading, start}]), and docs/, their files. ``--corpus`` is a folder of
text files: their sections must tile them, their articles run on, and reading them is timed.
"""

from __future__ import annotations

import argparse
import itertools
import json
import platform
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from indexer import Document, Fact, Section, parse_document
from indexer.documents.metadata.metadata import read_metadata
from indexer.documents.outline import outline
from indexer.numerals import to_int

FACTS = ("title", "doc_number", "issuers", "date", "doc_type", "addressee")
ROUNDS = 3

_FORMS = str.maketrans("()[]﹝﹞［］【】", "（）〔〕〔〕〔〕〔〕")
_ITEM = re.compile(r"[（(][一二三四五六七八九十百]+[)）]")
_LOWER = re.compile(r"[（(]\d+[)）]?|[①-⑳]")
_ARTICLE = re.compile(r"第(.+)条(之.+)?$")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--corpus", type=Path, action="append", default=[])
    arguments = parser.parse_args()
    print(f"Python {platform.python_version()} on {platform.machine()}, {platform.system()}")
    if arguments.gold:
        score_gold(arguments.gold)
    if arguments.corpus:
        texts = [read(path) for folder in arguments.corpus for path in sorted(folder.iterdir())]
        check_corpus(texts)
        time_corpus(texts)


def read(path: Path) -> str:
    """A file's text, its newlines as they are."""
    return path.read_bytes().decode("utf-8-sig")


def score_gold(folder: Path) -> None:
    """Share of facts that are right; F1 of sections by start and by path and start; headings."""
    right: Counter[str] = Counter()
    documents = gold_count = predicted_count = starts = paths = headings = headed = 0
    for line in (folder / "structure.jsonl").read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        documents += 1
        document = parse_document(read(folder / "docs" / gold["file"]), gold["file"])
        right.update(name for name in FACTS if fact_is_right(gold, document, name))
        wanted = {section["start"]: section for section in gold["sections"]}
        found = {section.span.start: section for section in scored(document, gold["sections"])}
        gold_count, predicted_count = gold_count + len(wanted), predicted_count + len(found)
        for start in wanted.keys() & found.keys():
            starts += 1
            path = "/".join(map(normal, found[start].path))
            paths += path == normal(wanted[start]["path"]) or path.endswith(
                "/" + normal(wanted[start]["path"])
            )
            if wanted[start]["heading"]:
                headed += 1
                headings += normal(found[start].heading) == normal(wanted[start]["heading"])
    print(f"gold: {documents} documents, {gold_count} sections")
    for name in FACTS:
        print(f"  {name:<12} {right[name] / documents:.3f}")
    print(f"  start F1     {2 * starts / (gold_count + predicted_count):.4f}")
    print(f"  path F1      {2 * paths / (gold_count + predicted_count):.4f}")
    print(f"  headings     {headings / max(headed, 1):.3f} of {headed}")


def fact_is_right(gold: dict[str, object], document: Document, name: str) -> bool:
    """Returns True if a fact is the annotated one, or one that is accepted for it."""
    fact: Fact | tuple[Fact, ...] | None = getattr(document.metadata, name)
    value = [one.value for one in fact] if isinstance(fact, tuple) else fact and fact.value
    accepted = gold.get("accept", {}).get(name, [])  # type: ignore[attr-defined]
    return comparable(value) in [comparable(one) for one in (gold[name], *accepted)]


def comparable(value: object) -> object:
    """A value without blanks and with one form of brackets."""
    if isinstance(value, list):
        return [normal(one) for one in value]
    return normal(str(value)) if value else None


def normal(text: str) -> str:
    """A text without blanks and with one form of brackets."""
    return re.sub(r"\s+", "", text).translate(_FORMS)


def scored(document: Document, gold: list[dict[str, str]]) -> Iterator[Section]:
    """The sections that annotations have: labelled, above （1）, no 项 under an article."""
    no_items = not any(_ITEM.fullmatch(normal(section["label"])) for section in gold)
    for section in document.sections:
        label = normal(section.path[-1]) if section.label and section.path else ""
        if not label or _LOWER.match(label):
            continue
        under_article = any(_ARTICLE.match(name) for name in section.path[:-1])
        if _ITEM.fullmatch(label) and (no_items or under_article):
            continue
        yield section


def check_corpus(texts: list[str]) -> None:
    """Prints if sections tile every text, and in how many the articles run on."""
    with_articles = run_on = torn = 0
    for text in texts:
        sections = outline(text)
        torn += "".join(section.span.of(text) for section in sections) != text
        runs = article_runs(sections)
        if runs:
            with_articles += 1
            run_on += all(map(runs_on, runs))
    print(f"corpus: {len(texts)} documents, {sum(map(len, texts)):,} characters")
    print(f"  not tiled by their sections: {torn}")
    share = run_on / max(with_articles, 1)
    print(f"  articles run on from the first: {run_on} of {with_articles} ({share:.2%})")


def article_runs(sections: tuple[Section, ...]) -> list[list[int]]:
    """The numbers of a text's articles, 第十七条之一 as 17; those of each enclosed text apart."""
    runs: list[list[int]] = []
    for section in sections:
        found = _ARTICLE.match(section.path[-1]) if section.kind == "article" else None
        number = to_int(found[1]) if found else None
        if number is None:
            continue
        if not runs or (number == 1 and runs[-1][-1] != 1):
            runs.append([])
        runs[-1].append(number)
    return runs


def runs_on(numbers: list[int]) -> bool:
    """Returns True if numbers count from 1; one may stand again, as 17 does for 第十七条之一."""
    return all(b - a in (0, 1) for a, b in itertools.pairwise([0, *numbers]))


def time_corpus(texts: list[str]) -> None:
    """Seconds a million characters, the median of some rounds, on one core."""
    size = sum(map(len, texts)) / 1e6
    for name, function in (("outline", outline), ("metadata", read_metadata)):
        seconds = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            for text in texts:
                function(text)
            seconds.append(time.perf_counter() - started)
        median = sorted(seconds)[ROUNDS // 2]
        print(f"  {name:<9} {median:6.2f} s, {20 * median / size:.2f} s for 20 M characters")


if __name__ == "__main__":
    main()
