"""Public names of a package that are imported when they are first used.

Importing any module of a package runs the package's ``__init__`` first, even for the errors and the
version. If that imported all public names, ``policysearch --help`` would load Whoosh. Type checkers
and editors read the same names under ``if TYPE_CHECKING:``; a test compares the two lists.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazy_names(
    package: str, modules: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Returns the ``__getattr__`` and the ``__dir__`` of ``package``.

    ``modules`` has the module of each name. No name may be that of a submodule of the package,
    because importing the submodule would replace it.
    """

    def get(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(modules[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *modules})

    return get, names
