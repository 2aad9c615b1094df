"""Lookups besides searching: quotations, similar sections, citations."""
