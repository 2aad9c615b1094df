"""Reads every docstring and function of the two packages and finds what breaks the house's style.

``python tests/house/docstrings.py [FOLDER…]`` prints each offence as ``file:line: rule: what``, and
the share of public functions whose docstring states a contract. Its exit code is 1 where there is
an offence.

A contract is stated where the docstring says, in words that a program can find:

- what the result is, unless there is none ("Returns …", "Yields …", "True if …", "The …");
- something of the arguments or of the bounds: the name of a parameter, None, an order, a unit,
  what is empty, a limit; a function without parameters need not;
- every error that the function's own body raises, by its name or its nearest named parent, or with
  the word "raises".
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("indexer", "searcher")

MOST_LINES_OF_A_FILE = 500
MOST_LINES_OF_A_FUNCTION = 60

# A docstring that begins with one of these is a clause without a subject, which has to be guessed.
_RIDDLE = re.compile(r"(What|Whether|Those|That of|Where|How)\b")
_RESULT = re.compile(
    r"\b(returns?|returned|yields?|gives?|results?|true|false|answers?|makes?|reads?|opens?|counts?)\b",
    re.IGNORECASE,
)
_NOUN_PHRASE = re.compile(
    r"(The|A|An|All|Every|Each|One|Two|No|Its|As many|True|False|[A-Z]\w*s)\b"
)
_BOUND = re.compile(
    r"\b(None|order(?:ed)?|sorted|first|last|newest|oldest|best|most|least|empty|offsets?|characters?"
    r"|bytes?|bits?|lines?|seconds?|ms|milliseconds|half-open|inclusive|exclusive|unless|default"
    r"|limit|maximum|minimum|zero|negative|if|where|when|without|only|otherwise|else)\b"
)
_SAYS_RAISES = re.compile(r"\b(raise[sd]?|raising|refuse[sd]?|rejects?)\b", re.IGNORECASE)

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, order=True)
class Offence:
    """A breach of the style: the file below the root, the line, the rule, and what breaks it."""

    path: str
    line: int
    rule: str
    what: str

    @property
    def folder(self) -> str:
        """The folder, or the module beside the folders, that the offence counts for."""
        parts = self.path.split("/")
        return "/".join(parts[:2])


@dataclass(frozen=True, slots=True)
class Described:
    """A public function or method with a docstring, and what its contract lacks, if anything."""

    path: str
    line: int
    name: str
    lacks: str

    @property
    def folder(self) -> str:
        """The folder, or the module beside the folders, that the function counts for."""
        return "/".join(self.path.split("/")[:2])


@dataclass(frozen=True, slots=True)
class Findings:
    """The findings in all files: offences, described functions, lengths of functions' bodies."""

    offences: list[Offence]
    described: list[Described]
    lengths: list[int]


def read(root: Path = ROOT, packages: Iterable[str] = PACKAGES) -> Findings:
    """Returns what is found in every Python file of the packages below ``root``, sorted by path."""
    found = Findings([], [], [])
    for package in packages:
        for path in sorted((root / package).rglob("*.py")):
            read_text(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"), found)
    found.offences.sort()
    return found


def read_text(path: str, text: str, found: Findings) -> None:
    """Adds to ``found`` what stands in the text of one file; ``path`` is only for the report."""
    tree = ast.parse(text)
    lines = text.count("\n")
    if lines > MOST_LINES_OF_A_FILE:
        found.offences.append(Offence(path, lines, "file", f"{lines} lines"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | Function):
            docstring = ast.get_docstring(node) or ""
            if riddle := _RIDDLE.match(docstring):
                line = getattr(node, "lineno", 1)
                found.offences.append(Offence(path, line, "riddle", f"begins with {riddle[0]!r}"))
        if isinstance(node, Function):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            found.lengths.append(length - _docstring_lines(node))
            if length > MOST_LINES_OF_A_FUNCTION:
                what = f"{node.name} has {length} lines"
                found.offences.append(Offence(path, node.lineno, "function", what))
    if not ast.get_docstring(tree):
        found.offences.append(Offence(path, 1, "missing", "the module has no docstring"))
    _read_public(path, tree, found)


def _read_public(path: str, tree: ast.Module, found: Findings) -> None:
    for owner, node in _public(tree):
        name = f"{owner}.{node.name}" if owner else node.name
        docstring = ast.get_docstring(node) or ""
        if not docstring:
            found.offences.append(Offence(path, node.lineno, "missing", f"{name} has no docstring"))
        elif isinstance(node, Function) and not _speaks_to_others(node):
            lacks = lacks_of_contract(node)
            found.described.append(Described(path, node.lineno, name, lacks))
            if lacks:
                what = f"{name} does not say {lacks}"
                found.offences.append(Offence(path, node.lineno, "contract", what))


def _public(tree: ast.Module) -> Iterator[tuple[str, Function | ast.ClassDef]]:
    """Yields the public functions and classes of a module and the public methods of the latter."""
    for node in tree.body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            yield "", node
            for inner in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(inner, Function) and _is_own_and_public(inner):
                    yield node.name, inner


def lacks_of_contract(function: Function) -> str:
    """Returns what a function's docstring leaves unsaid of its contract; "" if nothing."""
    docstring = ast.get_docstring(function) or ""
    lacks = []
    returns = ast.unparse(function.returns) if function.returns else "None"
    gives = returns not in ("None", "NoReturn", "Never", "Iterator[None]")
    if gives and not (_RESULT.search(docstring) or _NOUN_PHRASE.match(docstring)):
        lacks.append("what is returned")
    names = _parameters(function)
    words = set(re.findall(r"\w+", docstring.lower()))
    if names and not (_named(names, words) or _BOUND.search(docstring)):
        lacks.append("anything of its arguments")
    raised = _raised(function)
    named = raised & set(re.findall(r"\w+", docstring))
    if raised and not named and not _SAYS_RAISES.search(docstring):
        lacks.append(f"that it raises {' or '.join(sorted(raised))}")
    return ", nor ".join(lacks)


def _parameters(function: Function) -> list[str]:
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every += [extra for extra in (arguments.vararg, arguments.kwarg) if extra]
    return [each.arg for each in every if each.arg not in ("self", "cls")]


def _named(names: list[str], words: set[str]) -> bool:
    """Returns True where a parameter is named, be it in the singular or with blanks for ``_``."""
    for name in names:
        parts = name.strip("_").lower().split("_")
        if all(part in words or part.rstrip("s") in words or f"{part}s" in words for part in parts):
            return True
    return False


def _raised(function: Function) -> set[str]:
    """Returns the names of the exceptions that the body raises itself, nested functions apart."""
    found: set[str] = set()
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, Function | ast.ClassDef | ast.Lambda):
            continue
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            name = ast.unparse(node.exc.func).split(".")[-1]
            if name[0].isupper():
                found.add(name)
        waiting.extend(ast.iter_child_nodes(node))
    return found - {"AssertionError", "NotImplementedError", "StopIteration"}


def _decorators(function: Function) -> set[str]:
    return {ast.unparse(each).split("(")[0].split(".")[-1] for each in function.decorator_list}


def _speaks_to_others(function: Function) -> bool:
    """Returns True for a property, which is read like a value, and for the help of a command."""
    return bool(_decorators(function) & {"property", "cached_property", "command", "group"})


def _is_own_and_public(function: Function) -> bool:
    inherits = _decorators(function) & {"override", "overload", "setter"}
    return not function.name.startswith("_") and not inherits


def _docstring_lines(function: Function) -> int:
    first = function.body[0]
    if ast.get_docstring(function) is None or first.end_lineno is None:
        return 0
    return first.end_lineno - first.lineno + 1


def share(described: list[Described]) -> float:
    """Returns the share of functions whose contract is stated; 1 if there are none."""
    whole = sum(not each.lacks for each in described)
    return whole / len(described) if described else 1.0


def main(folders: list[str]) -> int:
    """Prints the offences below ``folders`` (all, if none are given); returns the exit code."""
    found = read()
    shown = [o for o in found.offences if not folders or o.path.startswith(tuple(folders))]
    for each in shown:
        print(f"{each.path}:{each.line}: {each.rule}: {each.what}")
    chosen = [d for d in found.described if not folders or d.path.startswith(tuple(folders))]
    print(f"{len(shown)} offences; {share(chosen):.1%} of {len(chosen)} contracts stated")
    return 1 if shown else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
