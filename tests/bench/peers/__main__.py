"""``python tests/bench/peers``: see `peers.run`."""

from __future__ import annotations

import sys
from pathlib import Path

# Run as a folder, it is not on the path as a package yet; the project may not be installed.
sys.path[:1] = [str(Path(__file__).resolve().parents[n]) for n in (1, 3)]

from peers.run import main  # noqa: E402 -- see above

main()
