"""Names of organs and provinces, as lists and as patterns."""

from __future__ import annotations

from indexer.documents.lexicon import alternatives, words

ORGAN_END = alternatives(words("organ_suffixes"))
CENTRAL_ORGANS = words("central_organs")
CENTRAL_ORGAN = alternatives(CENTRAL_ORGANS)
PROVINCES = words("provinces")
PROVINCE = alternatives(PROVINCES)
