"""The kernel in use: compiled where the extension was built, else its plain-Python twin."""

from __future__ import annotations

from typing import Any

kernel: Any
try:
    from indexer.codec import _kernel  # type: ignore[attr-defined]
except ImportError:
    from indexer.codec import twin

    COMPILED = False
    kernel = twin
else:
    COMPILED = True
    kernel = _kernel
