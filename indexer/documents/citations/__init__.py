"""Finds the documents that a text cites, and identifies them among the documents at hand."""
