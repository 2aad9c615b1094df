"""Columnar segments: memory-mapped postings, lengths and texts, searched by a compiled kernel.

`layout` writes the format down, `segment` writes, reads and merges it, `collection` searches
several segments as one, `kernel` is C with `twin` for machines without a compiler.
"""
