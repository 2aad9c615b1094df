"""Runs ``policysearch index`` as ``python -m indexer [PATH…]``, where there is no script."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from indexer.errors import PolicySearchError
from indexer.storage.store import Store
from indexer.updating.sync import sync


def main() -> int:
    """Indexes the paths of the command line; returns the exit code: 0 if all went well, else 2."""
    parser = argparse.ArgumentParser(prog="python -m indexer", description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--index", type=Path, default=Path(".policysearch"))
    parser.add_argument("--rebuild", action="store_true")
    arguments = parser.parse_args()
    store = Store(arguments.index)
    try:
        report = sync(store, arguments.paths, rebuild=arguments.rebuild)
        store.merge()
    except PolicySearchError as error:
        print(f"policysearch: {error}", file=sys.stderr)
        return 2
    for failure in report.failed:
        print(f"skipped {failure}", file=sys.stderr)
    plan = report.plan
    print(f"{len(plan.added)} added, {len(plan.changed)} changed, {len(plan.removed)} removed")
    return 2 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
