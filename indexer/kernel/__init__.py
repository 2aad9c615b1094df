"""The innermost functions of reading, writing and searching: compiled, or in plain Python.

`kernel` is the kernel in use and has the functions that `indexer.kernel.interface` lists. It is the
compiled one if that was built, else `indexer.kernel.plain.kernel`, which gives the same results
many times slower. `COMPILED` tells which. README.md explains how to add a function.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexer.kernel.interface import Kernel

kernel: Kernel
try:
    from indexer.kernel import _kernel
except ImportError:
    from indexer.kernel.plain import kernel as plain

    COMPILED = False
    kernel = plain
else:
    COMPILED = True
    kernel = _kernel
