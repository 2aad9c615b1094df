"""``python -m searcher`` is ``policysearch``."""

from searcher.cli import main

main()
