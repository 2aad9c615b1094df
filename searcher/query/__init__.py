"""The query language: from a string to a frozen tree of nodes."""
