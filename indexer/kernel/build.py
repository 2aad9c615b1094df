"""Building the compiled kernel, with the flags that each compiler wants.

``pyproject.toml`` names `BuildKernel` for setuptools, which loads this file by itself: it imports
nothing of the package, and nothing of the package imports it.
"""

from __future__ import annotations

from setuptools.command.build_ext import build_ext

# Products and sums of doubles must not be contracted into one rounding: the plain kernel rounds
# twice, and both give the same bits.
_UNIX = ("-std=c11", "-O3", "-ffp-contract=off", "-fvisibility=hidden")
_MSVC = ("/std:c11", "/O2", "/fp:precise", "/utf-8")


def flags_for(compiler: str) -> list[str]:
    """Returns the compile flags for a compiler, by the name that setuptools has for its kind."""
    return list(_MSVC if compiler == "msvc" else _UNIX)


class BuildKernel(build_ext):
    """The command that builds extensions, with the flags of the compiler that is found."""

    def build_extensions(self) -> None:
        """Adds the flags, which are not known before the compiler is, and builds."""
        for extension in self.extensions:
            extension.extra_compile_args += flags_for(self.compiler.compiler_type)
        super().build_extensions()
