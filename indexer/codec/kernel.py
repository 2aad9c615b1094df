"""The kernel in use: compiled where the extension was built, else its plain-Python twin."""

from __future__ import annotations

from typing import Any

from indexer.codec import twin

try:
    from indexer.codec import _kernel  # type: ignore[attr-defined]
except ImportError:
    COMPILED = False
    kernel: Any = twin
else:
    COMPILED = True
    kernel = _kernel
