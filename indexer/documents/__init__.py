"""Reads a text as a policy document: its facts, its outline, its citations, its versions."""
