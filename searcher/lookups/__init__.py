"""Questions other than a search: quotations, similar sections, citations."""
