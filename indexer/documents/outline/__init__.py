"""The outline of a policy document: its text as a tree of sections.

``outline(text)`` is pure and total: every text has an outline, in linear time.
"""

from __future__ import annotations

from indexer.documents.outline.outline import outline

__all__ = ["outline"]
