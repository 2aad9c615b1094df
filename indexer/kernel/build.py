"""Builds the compiled kernel with the flags that each compiler needs.

``pyproject.toml`` names `BuildKernel` for setuptools, which loads this file on its own: it imports
nothing from the package, and nothing in the package imports it.
"""

from __future__ import annotations

from setuptools.command.build_ext import build_ext

# A compiler must not contract a product and a sum of doubles into one rounding: the plain kernel
# rounds twice, and both must give the same bits.
_UNIX = ("-std=c11", "-O3", "-ffp-contract=off", "-fvisibility=hidden")
_MSVC = ("/std:c11", "/O2", "/fp:precise", "/utf-8")


def flags_for(compiler: str) -> list[str]:
    """Returns the compile flags for a compiler, by setuptools' name for its kind."""
    return list(_MSVC if compiler == "msvc" else _UNIX)


class BuildKernel(build_ext):
    """The setuptools command that builds extensions with the flags of the compiler it finds."""

    def build_extensions(self) -> None:
        """Adds the flags and builds: only now is the compiler known."""
        for extension in self.extensions:
            extension.extra_compile_args += flags_for(self.compiler.compiler_type)
        super().build_extensions()
