"""The labels of facts on web pages and in exports, by kind."""

from __future__ import annotations

from indexer.documents.lexicon import groups

_LABELS = groups("page_labels")
ISSUER_LABELS = _LABELS["issuer"]
NUMBER_LABELS = _LABELS["number"]
DATE_LABELS = _LABELS["date"]
PUBLISHED_LABELS = _LABELS["published"]
EFFECTIVE_LABELS = _LABELS["effective"]
STATUS_LABELS = _LABELS["status"]
TITLE_LABELS = _LABELS["title"]
PAGE_LABELS = tuple(label for labels in _LABELS.values() for label in labels)
