"""A run: every engine in a process of its own, what is timed in rounds that all take in turn."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from peers.child import Child, ChildFailed, seconds_of
from peers.corpus import Corpus, read_terms
from peers.engine import query_of
from peers.engines import OURS, Entry, engine_class
from peers.figures import Row
from peers.generated import document
from peers.reference import Reference, agrees

_BLOCK = 50  # queries that an engine answers before the next one's turn
_CHECKED = 100  # queries of the agreement check
_AGREED = 0.98  # of them, or an engine is not timed
_THREADS = 4
_AGAIN = 15.0  # seconds; all ready terms indexed in less are indexed once more each round
_ADDED = 10_000  # bytes, of a document
_BARE = ("-c", "import click, whoosh.index")


def query_sets(queries: Sequence[str], rounds: int) -> list[Sequence[str]]:
    """What is asked to warm up, in each round, and in each round by threads: no query twice."""
    sets = 2 * rounds + 1
    return [queries[number::sets] for number in range(sets)]


class Run:
    """The engines of a run and what was measured of them."""

    def __init__(self, entries: Sequence[Entry], corpus: Corpus, work: Path, rounds: int) -> None:
        self._corpus = corpus
        self._work = work
        self._rounds = rounds
        self._sets = query_sets(corpus.queries, rounds)
        self._entries = {entry.name: entry for entry in entries}
        self.rows = {
            entry.name: Row(
                entry.name,
                engine_class(entry.name).version(),
                min(entry.sections or corpus.sections, corpus.sections),
                min(entry.queries or len(self._sets[0]), len(self._sets[0])),
                engine_class(entry.name).highlights,
            )
            for entry in entries
        }
        self.baseline: float | None = None

    def measure(self) -> None:
        """Everything, in order. An engine that fails is left out from there on, and says why."""
        self._index("terms")
        self._check()
        self._ask("terms", "rank")
        self._index("texts")
        self._sync()
        self._ask("texts", "hits")
        self._cold()

    @contextmanager
    def _may_fail(self, name: str) -> Iterator[None]:
        try:
            yield
        except ChildFailed as error:
            _say(f"{name} is left out: {error}")
            self._entries.pop(name, None)
            if not self.rows[name].values:
                del self.rows[name]

    def _each(self, step: Callable[..., None], *arguments: object) -> None:
        """An engine after the other."""
        for name in list(self._entries):
            with self._may_fail(name):
                step(name, *arguments)

    def _folder(self, name: str, kind: str) -> Path:
        return self._work / name / kind

    def _index(self, kind: str) -> None:
        """Index, the quick once more each round: the median counts, the first index is searched."""
        took: dict[str, list[float]] = {}

        def step(name: str, round_: int) -> None:
            fast = kind == "terms" and not self._entries[name].sections
            if round_ and not (fast and took[name][0] <= _AGAIN):
                return
            folder = self._folder(name, kind)
            if round_:
                folder = folder.with_name(f"{kind}{round_}")
            with Child(name, kind, folder) as child:
                file = self._corpus.terms if kind == "terms" else self._corpus.texts
                made = child.ask("index", file=str(file), limit=self.rows[name].sections)
            took.setdefault(name, []).append(made["seconds"])
            values = self.rows[name].values
            values[f"index_{kind}"] = made["sections"] / median(took[name])
            values |= {f"disk_{key}": size / 1e6 for key, size in made["sizes"].items()}
            values["memory_index"] = max(values.get("memory_index", 0.0), made["peak"] / 1e6)
            _say(f"{name}: {made['sections']:,} sections, {kind}, {made['seconds']:.1f} s")

        for round_ in range(self._rounds):
            self._each(step, round_)

    def _sync(self) -> None:
        """This project's index of the documents themselves: the one that is searched."""
        if OURS not in self._entries:
            return
        with self._may_fail(OURS), Child(OURS, "texts", self._work / OURS / "files") as child:
            made = child.ask("sync", folder=str(self._corpus.documents))
            values = self.rows[OURS].values
            values["index_files"] = made["sections"] / made["seconds"]
            values["disk_stored"] = made["sizes"]["stored"] / 1e6
            values["memory_index"] = max(values["memory_index"], made["peak"] / 1e6)
            _say(f"{OURS}: {made['sections']:,} sections, files, {made['seconds']:.1f} s")

    def _searched(self, name: str, kind: str) -> Path:
        return self._folder(name, "files" if (name, kind) == (OURS, "texts") else kind)

    @contextmanager
    def _children(self, kind: str) -> Iterator[dict[str, Child]]:
        with ExitStack() as stack:
            children: dict[str, Child] = {}

            def step(name: str) -> None:
                child = Child(name, kind, self._searched(name, kind))
                children[name] = stack.enter_context(child)
                child.ask("open")

            self._each(step)
            yield children

    def _check(self) -> None:
        """Hold every engine's ten best against its own BM25 by brute force, before timing."""
        queries = self._corpus.queries[:_CHECKED]
        reference = Reference(
            (section for batch in read_terms(self._corpus.terms) for section in batch),
            list(map(query_of, queries)),
        )
        with self._children("terms") as children:

            def step(name: str) -> None:
                formula = engine_class(name).formula
                asked = queries[: self.rows[name].queries]
                found = children[name].ask("ids", queries=asked)
                same = sum(
                    agrees(
                        ids,
                        reference.scores(number, formula, self.rows[name].sections),
                        formula.rounding,
                    )
                    for number, ids in enumerate(found)
                )
                note = f"{same} of {len(asked)} top-10s are those of its BM25 by brute force"
                _say(f"{name}: {note}")
                self.rows[name].notes.append(note)
                if same < _AGREED * len(asked):
                    raise ChildFailed("it does not rank as it says")

            self._each(step)

    def _ask(self, kind: str, key: str) -> None:
        """Time queries one by one, then by four threads; then, of texts, add documents."""
        with self._children(kind) as children:
            self._time(children, key)
            self._threads(children, key)
            self._each(lambda name: self._note_memory(children[name], name, kind))
            if kind == "texts":
                self._add(children)

    def _time(self, children: Mapping[str, Child], key: str) -> None:
        times: dict[str, list[float]] = {name: [] for name in self._entries}

        def step(name: str, round_: int, start: int) -> None:
            stop = min(start + _BLOCK, self.rows[name].queries)
            block = self._sets[round_][start:stop]
            answer = children[name].ask("time", queries=block) if block else []
            if round_:  # what a first time loads or compiles is no query's time
                times[name] += answer

        for round_ in range(self._rounds + 1):
            for start in range(0, len(self._sets[round_]), _BLOCK):
                self._each(step, round_, start)
        for name in self._entries:
            self.rows[name].set_times(key, times[name])
        _say(f"{key}: {self._rounds} rounds of queries timed")

    def _threads(self, children: Mapping[str, Child], key: str) -> None:
        rates: dict[str, list[float]] = {name: [] for name in self._entries}

        def step(name: str, round_: int) -> None:
            asked = self._sets[self._rounds + round_][: self.rows[name].queries]
            seconds = children[name].ask("threads", queries=asked, threads=_THREADS)
            rates[name].append(len(asked) / seconds)

        for round_ in range(1, self._rounds + 1):
            self._each(step, round_)
        for name in self._entries:
            self.rows[name].values[f"{key}_four"] = median(rates[name])

    def _note_memory(self, child: Child, name: str, kind: str) -> None:
        if kind == "texts":
            found = child.ask("memory")
            self.rows[name].values["memory_search"] = found["peak"] / 1e6
            self.rows[name].values["memory_own"] = found["own"] / 1e6

    def _add(self, children: Mapping[str, Child]) -> None:
        times: dict[str, list[float]] = {name: [] for name in self._entries}

        def step(name: str, number: int, text: str) -> None:
            if engine_class(name).grows:
                times[name].append(children[name].ask("add", text=text, name=f"added-{number}"))

        for number in range(2 * self._rounds + 1):
            # No document of a corpus has such a number.
            text = document(90_000_000 + number).encode()[:_ADDED].decode(errors="ignore")
            self._each(step, number, text)
        for name, found in times.items():
            if found:
                self.rows[name].values["add"] = median(found) * 1e3

    def _cold(self) -> None:
        """Whole processes, this project's the command that people use."""
        times: dict[str, list[float]] = {name: [] for name in self._entries}
        bare: list[float] = []

        def step(name: str, query: str) -> None:
            folder = str(self._searched(name, "texts"))
            ours = ("-m", "searcher", "search", "--index", folder, "--", query)
            peers = ("-m", "peers.cold", name, folder, query)
            times[name].append(seconds_of(ours if name == OURS else peers))

        for query in self._corpus.queries[: 2 * self._rounds + 2]:
            bare.append(seconds_of(_BARE))
            self._each(step, query)
        self.baseline = median(bare[1:]) * 1e3
        for name in self._entries:
            self.rows[name].values["cold"] = median(times[name][1:]) * 1e3


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
