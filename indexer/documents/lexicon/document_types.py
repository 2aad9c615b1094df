"""文种, the kinds of documents, as lists and as patterns."""

from __future__ import annotations

from indexer.documents.lexicon import alternatives, words

OFFICIAL_TYPES = words("official_types")
NORMATIVE_TYPES = words("normative_types")
OTHER_TYPES = words("other_types")
DOCUMENT_TYPES = (*OFFICIAL_TYPES, *NORMATIVE_TYPES, *OTHER_TYPES)
TYPE_WORD = alternatives(DOCUMENT_TYPES)
CITED_TYPE = alternatives(words("cited_types"))
LASTING_TYPE = alternatives(words("lasting_types"))
ENCLOSED_TYPE = alternatives(words("enclosed_types"))
ATTACHED_PAPER = alternatives(words("attached_papers"))
