"""Runs ``policysearch`` as ``python -m searcher``."""

from searcher.cli.main import main

main()
