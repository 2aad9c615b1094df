"""Duplicates and versions of documents, and changes in their wording."""
