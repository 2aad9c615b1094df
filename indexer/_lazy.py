"""Public names of a package that are imported when they are first asked for.

Every module of a package runs the package's ``__init__`` first, errors and version included. With
its public names imported there, ``policysearch --help`` would load Whoosh. Type checkers and
editors read the same names under ``if TYPE_CHECKING:``; a test holds the two lists together.
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
    since importing the submodule would put it in the name's place.
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
