"""The kernel in use: compiled where the extension was built, else its plain-Python plain kernel."""

from __future__ import annotations

from typing import Any

kernel: Any
try:
    from indexer.kernel import _kernel  # type: ignore[attr-defined]
except ImportError:
    from indexer.kernel.plain import kernel as plain

    COMPILED = False
    kernel = plain
else:
    COMPILED = True
    kernel = _kernel
