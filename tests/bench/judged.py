"""Judged sets, and what is measured of the rankings of their queries.

A set is a folder: ``corpus.jsonl`` and ``distractors.jsonl`` (id, title, text; one section of
retrieval a line; without them the sections are files, named by their paths), ``queries.jsonl`` (id,
text, kind where there are several) and ``qrels.tsv`` (query, section, relevance).
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

DEPTH = 100  # of the rankings that are measured


@dataclass(frozen=True, slots=True)
class Text:
    """A unit of retrieval of a set."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Query:
    """A query and the relevance of the sections judged for it: 1 or more is relevant."""

    id: str
    text: str
    kind: str
    judged: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Measures:
    """How good the ranking for one query is; each from 0 to 1."""

    ndcg: float  # at 10, gain = relevance (Järvelin and Kekäläinen, 2002)
    mrr: float  # at 10
    hit: float  # the first is relevant
    recall: float  # at DEPTH


MEASURES = tuple(field.name for field in fields(Measures))


def read_queries(folder: Path) -> list[Query]:
    """The judged queries of a set that have a relevant section; the others are left out."""
    judged: dict[str, dict[str, int]] = {}
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines():
        query, section, relevance = line.split("\t")
        if int(relevance) > 0:
            judged.setdefault(query, {})[section] = int(relevance)
    lines = (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        Query(found["id"], found["text"], found.get("kind", ""), judged[found["id"]])
        for found in map(json.loads, lines)
        if found["id"] in judged
    ]


def read_corpus(folder: Path) -> Iterator[Text]:
    """The sections of a set that has a corpus of its own."""
    for name in ("corpus.jsonl", "distractors.jsonl"):
        path = folder / name
        if path.exists():
            with path.open(encoding="utf-8") as lines:
                for found in map(json.loads, lines):
                    yield Text(found["id"], found["title"] or "", found["text"])


def measure(ranking: Sequence[str], judged: Mapping[str, int]) -> Measures:
    """The measures of a ranking of section ids, best first."""
    gains = [judged.get(section, 0) for section in ranking[:DEPTH]]
    ideal = sorted(judged.values(), reverse=True)
    first = next((place for place, gain in enumerate(gains[:10]) if gain), None)
    return Measures(
        ndcg=_discounted(gains) / _discounted(ideal),
        mrr=0.0 if first is None else 1 / (first + 1),
        hit=float(first == 0),
        recall=sum(gain > 0 for gain in gains) / len(judged),
    )


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(place + 2) for place, gain in enumerate(gains[:10]))


def mean(measures: Sequence[Measures]) -> Measures:
    """The mean of each measure."""
    return Measures(
        *(sum(getattr(one, name) for one in measures) / len(measures) for name in MEASURES)
    )


def significance(differences: Sequence[float], rounds: int = 10_000) -> float:
    """Returns how often chance alone would make a mean difference this large, in either direction.

    Paired randomisation test (Smucker, Allan and Carterette, 2007): the sign of every difference
    is drawn anew, ``rounds`` times; the draws are the same in every run.
    """
    moved = [difference for difference in differences if difference]
    observed = abs(sum(moved)) - 1e-9
    total = sum(moved)
    draw = random.Random(len(moved))
    extreme = 0
    for _ in range(rounds):
        signs = draw.getrandbits(len(moved) or 1)
        flipped = sum(one for place, one in enumerate(moved) if signs >> place & 1)
        extreme += abs(total - 2 * flipped) >= observed
    return (extreme + 1) / (rounds + 1)
