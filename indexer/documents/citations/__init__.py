"""The documents that a text cites, and the documents at hand that these are."""
