"""``python -m searcher`` is ``policysearch``."""

from searcher.cli.main import main

main()
