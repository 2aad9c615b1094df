"""Keeps an index in step with folders of documents."""
