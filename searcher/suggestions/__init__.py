"""Corrections of a misspelt query, and completions of a prefix."""
