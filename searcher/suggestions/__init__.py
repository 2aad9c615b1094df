"""Corrections for a misspelt query, and completions for a prefix."""
