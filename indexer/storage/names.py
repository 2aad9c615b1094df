"""The names that a person may use for a document: its id, a part of it, its number or title."""

from __future__ import annotations

from collections.abc import Callable

from indexer.errors import DocumentNotFound
from indexer.storage.numbering import Numbering
from indexer.storage.records import DocumentRow

_MOST_NAMED = 5  # the most candidates that an error lists


def find_document(numbering: Numbering, name: str) -> int:
    """Returns the index of the document that ``name`` stands for.

    The name is, by the first of these that fits a document: an id; the end of an id after a slash,
    with or without suffix (``notice`` for ``seeds/2002/notice.txt``); a number or title; a part of
    an id or title. Raises DocumentNotFound, which lists the candidates if there are several.
    """
    if name in numbering.by_id:
        return numbering.by_id[name]
    ending = "/" + name.lstrip("/")
    ways: tuple[Callable[[DocumentRow], bool], ...] = (
        lambda row: f"/{row.id}".endswith(ending),
        lambda row: f"/{row.id}".rpartition(".")[0].endswith(ending),
        lambda row: name in (row.doc_number, row.title),
        lambda row: name in row.id or name in row.title,
    )
    for fits in ways:
        found = [index for index, row in enumerate(numbering.rows) if fits(row)]
        if len(found) == 1:
            return found[0]
        if found:
            ids = sorted(numbering.rows[index].id for index in found)
            candidates = ", ".join(ids[:_MOST_NAMED])
            raise DocumentNotFound(f"{name!r} may be any of {len(found)} documents: {candidates}")
    raise DocumentNotFound(f"no document {name!r} in the index")
