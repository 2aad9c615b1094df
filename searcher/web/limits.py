"""Costs, threads, queues and rates: one request must not hold up the others.

A thread cannot be stopped. So a query that would run for seconds is found out before it runs, by
the items of its NEAR and the number of sections that have them all; and a request that takes too
long is answered at its time, while its thread keeps its place until it has ended.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import TypeVar

from searcher.engine import Searcher
from searcher.query.parser import Boolean, Near, Node, parse
from searcher.web.problems import busy, over_budget, too_costly

T = TypeVar("T")

MAX_CLAUSES = 64  # quotations and words that operators tie: each may be sought in every text
MAX_NEAR_ITEMS = 4
MAX_NEAR_SECTIONS = 20_000  # each is read, in Python: 20 to 30 µs
_SHORTEST_NEAR = 2  # characters of an item: the commonest one stands a million times


def check_cost(query: str) -> list[Near]:
    """Returns the NEARs of a query, in its order, for `check_near` to hold against an index.

    Raises QueryError, and Problem for too many clauses or for too short items of a NEAR.
    """
    leaves = list(_leaves(parse(query)))
    if len(leaves) > MAX_CLAUSES:
        raise too_costly(query, 0, f"a query has at most {MAX_CLAUSES} words and quotations here")
    near = [leaf for leaf in leaves if isinstance(leaf, Near)]
    for one in near:
        if len(one.items) > MAX_NEAR_ITEMS:
            reason = f"NEAR ties at most {MAX_NEAR_ITEMS} items here"
            raise too_costly(query, one.start, reason)
        for leaf in one.leaves:
            if len(leaf.text) < _SHORTEST_NEAR:
                reason = f"beside NEAR stand {_SHORTEST_NEAR} characters or more here"
                raise too_costly(query, leaf.start, reason)
    return near


def check_near(searcher: Searcher, query: str, near: list[Near]) -> None:
    """Refuse a query whose NEAR would have to read too many sections. Raises Problem."""
    for one in near:
        items = ["(" + " OR ".join(_quoted(leaf.text) for leaf in item) + ")" for item in one.items]
        count = searcher.search(" AND ".join(items), limit=0, suggest=False).total
        if count > MAX_NEAR_SECTIONS:
            reason = (
                f"{count:,} sections have all that NEAR ties together here, "
                f"{MAX_NEAR_SECTIONS:,} are the most: take rarer words"
            )
            raise too_costly(query, one.start, reason)


def _quoted(text: str) -> str:
    for opening, closing in ("“”", "「」", "『』"):
        if closing not in text and '"' not in text:
            return f"{opening}{text}{closing}"
    return text.replace('"', "").replace("”", "")


def _leaves(node: Node) -> Iterator[Node]:
    if isinstance(node, Boolean):
        for part in (*node.must, *node.should, *node.must_not):
            yield from _leaves(part)
    else:
        yield node


class Pool:
    """Threads for searches: as many as cores, and a bounded queue before them."""

    def __init__(self, threads: int, queue: int) -> None:
        self._executor = ThreadPoolExecutor(threads, "search")
        self._most = threads + queue
        self._pending = 0  # running or waiting, the given-up ones that still run included
        self._lock = Lock()

    async def run(self, budget: float, function: Callable[[], T]) -> T:
        """The result of ``function``, called in a thread, within ``budget`` seconds of now.

        Raises Problem where too many wait already or the time is over, and what it raises.
        """
        with self._lock:
            if self._pending >= self._most:
                raise busy()
            self._pending += 1
        try:
            future = self._executor.submit(function)
        except BaseException:
            self._ended()
            raise
        future.add_done_callback(self._ended)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), budget)
        except TimeoutError:
            if future.done() and not future.cancelled() and future.exception() is not None:
                raise  # a TimeoutError of its own
            raise over_budget(budget) from None

    def _ended(self, _: Future[T] | None = None) -> None:
        with self._lock:
            self._pending -= 1

    def close(self) -> None:
        """Let running calls end, and drop those that wait."""
        self._executor.shutdown(wait=False, cancel_futures=True)


class Rates:
    """A token bucket for each address: so many requests a second, and some at once.

    The addresses longest unheard of are forgotten, for an attacker has many.
    """

    def __init__(self, per_second: float, burst: int, addresses: int = 10_000) -> None:
        self._rate, self._burst, self._most = per_second, burst, addresses
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, address: str, now: float) -> bool:
        """True if ``address`` may be served at ``now`` (seconds); then a token is taken."""
        tokens, since = self._buckets.pop(address, (float(self._burst), now))
        tokens = min(self._burst, tokens + (now - since) * self._rate)
        allowed = tokens >= 1
        self._buckets[address] = (tokens - allowed, now)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return allowed
