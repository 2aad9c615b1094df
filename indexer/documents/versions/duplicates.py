"""Groups documents: the same one in several files, and the versions of one law.

`group_duplicates` and `group_versions` tell from fingerprints, without comparing all with all,
which documents belong together.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import combinations, pairwise
from typing import Any

from indexer.documents.citations.resolve import base_name, is_generic, name_keys, split_issuer
from indexer.documents.lexicon.document_types import LASTING_TYPE
from indexer.documents.versions.align import Run, common_runs
from indexer.documents.versions.fingerprint import Fingerprint, clauses_of

_CROWD = 24  # documents that share one value; in a larger crowd only neighbours are compared
_PROPOSED = 0.25  # similarity from which two texts are compared clause by clause
_ALIKE = 0.4  # at this similarity texts of one name are versions whoever issued them


@dataclass(frozen=True, slots=True)
class Item:
    """A document as grouping sees it; ``date`` is ISO 8601, ``issuers`` as in its metadata."""

    id: str
    fingerprint: Fingerprint
    title: str | None = None
    date: str | None = None
    issuers: tuple[str, ...] = ()


def group_duplicates(
    items: Iterable[Item],
    text_of: Callable[[str], str],
    *,
    known: Iterable[Sequence[str]] = (),
    changed: Collection[str] | None = None,
) -> tuple[tuple[str, ...], ...]:
    """Ids of documents that are one document in several files; the fullest text first.

    ``text_of`` gives the text of an id; it is asked only for documents whose fingerprints are
    alike. Reposts with another header or footer, a second set of page numbers or a slip of the
    pen are the same document; an amended article, number or name makes another one. Groups of
    two and more, sorted by their first id. Where ``changed`` is given, ``known`` are the groups
    of the other ids, and only pairs with a changed one are looked at.
    """
    by_id = {item.id: item for item in items}
    groups = _Groups(by_id)
    for first, *rest in known:
        for id in rest:
            groups.join(first, id)
    same_wording: dict[bytes, str] = {}
    distinct: list[Item] = []
    for item in by_id.values():
        if not item.fingerprint.size:
            continue
        first = same_wording.setdefault(item.fingerprint.digest, item.id)
        if first == item.id:
            distinct.append(item)
        else:
            groups.join(first, item.id)
    clauses = lru_cache(maxsize=512)(lambda key: clauses_of(text_of(key)))
    for one, other in _candidates(distinct, changed):
        if (
            groups.find(one.id) != groups.find(other.id)
            and _may_be_same(one, other)
            and _same(one, other, _compare(clauses(one.id), clauses(other.id)))
        ):
            groups.join(one.id, other.id)
    return groups.ordered(lambda key: (-by_id[key].fingerprint.size, key))


def group_versions(
    items: Iterable[Item], duplicates: Iterable[tuple[str, ...]] = ()
) -> tuple[tuple[str, ...], ...]:
    """Ids of documents that are versions of one law, newest first; those without a date last.

    Versions share their name without edition notes (（2018年修正）, （试行）) and do not name
    different issuers; 通知, 决定 and other papers issued under one name again and again must be
    alike in wording too. Each of the ``duplicates``, as ``group_duplicates`` gives them, is one
    version, told by its first id, known by the names of all. Groups of two and more, in the
    order of their smallest ids.
    """
    known = {item.id: item for item in items}
    groups = _Groups(known)
    hidden = set()
    for first, *others in duplicates:
        hidden.update(others)
        for other in others:
            groups.join(first, other)
    for name, members in _by_name(known.values()).items():
        lasting = _LASTING.search(name) is not None
        for place, (item, issuer) in enumerate(members):
            for other_item, its_issuer in members[max(0, place - _CROWD) : place]:
                apart = bool(issuer and its_issuer and issuer != its_issuer)
                if _are_versions(item, other_item, apart, lasting):
                    groups.join(item.id, other_item.id)
    shown = [[key for key in group if key not in hidden] for group in groups.ordered(str)]
    return tuple(
        tuple(sorted(group, key=lambda key: known[key].date or "", reverse=True))
        for group in shown
        if len(group) > 1
    )


def _by_name(items: Iterable[Item]) -> dict[str, list[tuple[Item, str]]]:
    """Items and the issuers in their titles by the rest of these, each list by date."""
    named: dict[str, list[tuple[Item, str]]] = defaultdict(list)
    for item in sorted(items, key=lambda item: (item.date or "", item.id)):
        issuer, name = split_issuer(_TRIAL.sub("", base_name(item.title or "")))
        if not is_generic(name):
            named[name].append((item, issuer))
    return named


def _are_versions(one: Item, other: Item, apart: bool, lasting: bool) -> bool:
    """Returns True if two documents of one name are versions; ``apart`` if issuers differ."""
    if one.issuers and other.issuers and not {*one.issuers} & {*other.issuers}:
        apart = True
    return (lasting and not apart) or one.fingerprint.similarity(other.fingerprint) >= _ALIKE


class _Groups:
    """Disjoint sets of ids."""

    def __init__(self, ids: Iterable[str]) -> None:
        self._parent = {key: key for key in ids}

    def find(self, key: str) -> str:
        while (above := self._parent[key]) != key:
            self._parent[key] = key = self._parent[above]
        return key

    def join(self, one: str, other: str) -> None:
        self._parent[self.find(one)] = self.find(other)

    def ordered(self, rank: Callable[[str], Any]) -> tuple[tuple[str, ...], ...]:
        members: dict[str, list[str]] = defaultdict(list)
        for key in self._parent:
            members[self.find(key)].append(key)
        groups = [sorted(group, key=rank) for group in members.values() if len(group) > 1]
        return tuple(sorted(map(tuple, groups)))


def _candidates(items: list[Item], changed: Collection[str] | None) -> Iterator[tuple[Item, Item]]:
    """Pairs that share hashes and are alike enough, each once; never all with all."""
    chosen = {place for place, item in enumerate(items) if changed is None or item.id in changed}
    values = {value for place in chosen for value in items[place].fingerprint.sketch}
    holders: dict[int, list[int]] = defaultdict(list)
    for place, item in enumerate(items):
        for value in values.intersection(item.fingerprint.sketch):
            holders[value].append(place)
    seen: set[tuple[int, int]] = set()
    for crowd in holders.values():
        if len(crowd) <= _CROWD:
            seen.update(combinations(crowd, 2))
        else:
            crowd.sort(key=lambda place: items[place].fingerprint.sketch)
            seen.update((min(pair), max(pair)) for pair in pairwise(crowd))
    sketches = [frozenset(item.fingerprint.sketch) for item in items]
    for one, other in sorted(seen):
        if one not in chosen and other not in chosen:
            continue
        mine, others = sketches[one], sketches[other]
        # No more than the values shared can be among the smallest of both.
        if (
            len(mine & others) >= _PROPOSED * min(len(mine), len(others))
            and items[one].fingerprint.similarity(items[other].fingerprint) >= _PROPOSED
        ):
            yield items[one], items[other]


@dataclass(frozen=True, slots=True)
class _Edit:
    """Wording that differs between two texts; ``noise`` says that it is no part of either."""

    before: str
    after: str
    noise: bool


@dataclass(frozen=True, slots=True)
class _Comparison:
    """``shared`` characters two texts have in common, and how they differ between those.

    What stands before and after the common text (headers, navigation, footers) is not counted.
    """

    shared: int
    edits: Iterator[_Edit]  # made as they are asked for: of many the first few decide


_FIRM = 40  # characters in common that cannot be chance: the common text begins and ends with them
_LOOSE = 8  # as many go on with it, if little stands between
_BETWEEN = 60


def _compare(a: list[str], b: list[str]) -> _Comparison:
    runs = common_runs(a, b)
    sizes = [sum(map(len, a[run.a : run.a + run.size])) for run in runs]
    firm = [place for place, size in enumerate(sizes) if size >= _FIRM]
    if not firm:
        return _Comparison(0, iter(()))
    first, last = firm[0], firm[-1]
    while first > 0 and _near(runs[first - 1], runs[first], sizes[first - 1], a, b):
        first -= 1
    while last + 1 < len(runs) and _near(runs[last], runs[last + 1], sizes[last + 1], a, b):
        last += 1
    return _Comparison(sum(sizes), _edits(runs[first : last + 1], a, b))


def _edits(runs: list[Run], a: list[str], b: list[str]) -> Iterator[_Edit]:
    """Yields the differences between the runs."""
    for run, following in pairwise(runs):
        before, after = a[run.a + run.size : following.a], b[run.b + run.size : following.b]
        if "".join(before) != "".join(after):
            yield _edit(before, after, a[following.a])


def _near(run: Run, following: Run, loose: int, a: list[str], b: list[str]) -> bool:
    """Returns True if two runs, the outer one of ``loose`` characters, are of one text."""
    between = a[run.a + run.size : following.a] + b[run.b + run.size : following.b]
    return loose >= _LOOSE and sum(map(len, between)) <= _BETWEEN


def _edit(before: list[str], after: list[str], following: str) -> _Edit:
    """The edit without what its two sides have in common at their ends."""
    old, new = "".join(before), "".join(after)
    if "".join(_without_pages(before)) == "".join(_without_pages(after)):
        return _Edit(old, new, True)
    head = _shared_head(old, new)
    tail = _shared_head(old[head:][::-1], new[head:][::-1])
    right = (old[len(old) - tail :] + following)[:1]
    old_own, new_own = old[head : len(old) - tail], new[head : len(new) - tail]
    added = old_own or new_own
    noise = not (old_own and new_own) and (
        bool(_PAGE.fullmatch(added) and not _COUNTED.search(old[:head][-1:] + right))
        or (len(added) <= _MAX_HISTORY and bool(_HISTORY.fullmatch(added)))
    )
    return _Edit(old_own, new_own, noise)


def _shared_head(a: str, b: str) -> int:
    unlike = (place for place, (x, y) in enumerate(zip(a, b, strict=False)) if x != y)
    return next(unlike, min(len(a), len(b)))


def _without_pages(clauses: list[str]) -> list[str]:
    return [clause for clause in clauses if not _PAGE.fullmatch(clause)]


_QUANTITY = "0-9一二三四五六七八九十百千万零〇两"
_NUMERAL = re.compile(rf"[{_QUANTITY}不未非无]")
_COUNTED = re.compile(rf"[{_QUANTITY}第元日月年时天条款项目章节编个人次级批号吨米页周岁倍]")
_PAGE = re.compile(r"(?:第?\d{1,4}页?(?:共\d{1,4}页?)?){1,3}")
_HISTORY = re.compile(r"[12]\d{3}年\d{1,2}月\d{1,2}日.*(?:施行|修正|修订|通过|公布|发布|批准|会议)")
_MAX_HISTORY = 60  # characters of one line of a law's history
_MAX_SLIPS = 3
_MAX_DAYS = 100  # a file may bear the day of adoption or of publication; amendments are rarer
_TRIAL = re.compile("暂行|试行|的")  # words that come and go between versions
_LASTING = re.compile(rf"(?:{LASTING_TYPE})$")


def _may_be_same(one: Item, other: Item) -> bool:
    """Returns True if their sizes allow it: no text shares more than all of it."""
    smaller, larger = sorted((one.fingerprint.size, other.fingerprint.size))
    return smaller >= _shares(one, other)[1] * larger


def _shares(one: Item, other: Item) -> tuple[float, float]:
    """Returns the shares of the smaller and the larger of two equal texts that must be common."""
    return (0.6, 0.35) if _titles_agree(one.title, other.title) else (0.9, 0.8)


def _same(one: Item, other: Item, compared: _Comparison) -> bool:
    smaller, larger = sorted((one.fingerprint.size, other.fingerprint.size))
    least, most = _shares(one, other)
    if compared.shared < least * smaller or compared.shared < most * larger:
        return False
    days = _days_apart(one.date, other.date)
    if days is not None and days > _MAX_DAYS:
        return next(compared.edits, None) is None
    longest = 1 if days is None else 3
    changes = set()
    for edit in compared.edits:
        if not edit.noise:
            change = edit.before, edit.after
            changes.add(change)
            if len(changes) > _MAX_SLIPS or not all(_is_slip(text, longest) for text in change):
                return False
    return True


def _is_slip(text: str, longest: int) -> bool:
    return len(text) <= longest and not _NUMERAL.search(text)


def _days_apart(one: str | None, other: str | None) -> int | None:
    if not one or not other:
        return None
    return abs((date.fromisoformat(one) - date.fromisoformat(other)).days)


def _titles_agree(one: str | None, other: str | None) -> bool:
    return not one or not other or not {*name_keys(one)}.isdisjoint(name_keys(other))
