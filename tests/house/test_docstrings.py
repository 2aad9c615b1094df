"""The style of docstrings, functions and files, as `docstrings.py` beside this file finds it."""

from __future__ import annotations

import statistics
from collections import Counter

import pytest

from tests.house.docstrings import Findings, read, read_text, share

LEAST_SHARE_OF_CONTRACTS = 0.95
MOST_LINES_IN_THE_MEDIAN = 8

# Offences that are allowed for now, by rule and folder: a number may only become smaller, and a
# folder that has none is not named. `contract` counts only if the share of the whole is too small.
ALLOWED: dict[str, dict[str, int]] = {}


@pytest.fixture(scope="module")
def found() -> Findings:
    return read()


@pytest.mark.parametrize("rule", ["riddle", "missing", "function", "file"])
def test_no_docstring_or_file_breaks_the_rule(found: Findings, rule: str) -> None:
    offences = [each for each in found.offences if each.rule == rule]
    for folder, count in Counter(each.folder for each in offences).items():
        shown = [each for each in offences if each.folder == folder]
        assert count <= ALLOWED.get(rule, {}).get(folder, 0), shown


def test_public_functions_state_their_contract(found: Findings) -> None:
    lacking = [each for each in found.described if each.lacks]
    print(f"{share(found.described):.1%} of {len(found.described)} state a contract")
    if share(found.described) >= LEAST_SHARE_OF_CONTRACTS:
        return
    for folder, count in Counter(each.folder for each in lacking).items():
        shown = [each for each in lacking if each.folder == folder]
        assert count <= ALLOWED.get("contract", {}).get(folder, 0), shown


def test_functions_are_short(found: Findings) -> None:
    assert statistics.median(found.lengths) <= MOST_LINES_IN_THE_MEDIAN


def _offences(text: str) -> list[tuple[int, str]]:
    findings = Findings([], [], [])
    read_text("indexer/some.py", '"""A module."""\n' + text, findings)
    return [(each.line, each.rule) for each in findings.offences]


@pytest.mark.parametrize("word", ["What", "Whether", "Those", "That of", "Where", "How"])
def test_a_docstring_that_begins_as_a_riddle_is_found(word: str) -> None:
    assert _offences(f'def _f():\n    """{word} it is."""\n') == [(2, "riddle")]
    assert _offences(f'class _C:\n    """{word} it is."""\n') == [(2, "riddle")]
    assert not _offences(f'def _f():\n    """{word}ever."""\n')


@pytest.mark.parametrize(
    "text",
    [
        'def f(id: str) -> int:\n    """Do it with the id."""\n',
        'def f(id: str) -> int:\n    """Returns it."""\n',
        'def f(id: str) -> None:\n    """Returns None; the id is kept."""\n    raise OSError(id)\n',
    ],
)
def test_a_contract_that_lacks_a_part_is_found(text: str) -> None:
    assert _offences(text) == [(2, "contract")]


@pytest.mark.parametrize(
    "text",
    [
        'def f(id: str) -> int:\n    """Returns the number of the id."""\n',
        'def f(ids: list[str]) -> int:\n    """The number of ids, in order."""\n',
        'def f(id: str) -> None:\n    """Keeps the id; raises OSError."""\n    raise OSError(id)\n',
        'class C:\n    """A thing."""\n    @property\n    def f(self) -> int:\n        """It."""\n',
    ],
)
def test_a_contract_that_is_whole_is_no_offence(text: str) -> None:
    assert not _offences(text)


def test_long_functions_long_files_and_missing_docstrings_are_found() -> None:
    body = "    x = 1\n" * 60
    assert _offences(f"def _f():\n{body}") == [(2, "function")]
    assert _offences("x = 1\n" * 500) == [(501, "file")]
    assert _offences("def f():\n    pass\n") == [(2, "missing")]
    assert _offences('class C:\n    """A."""\n    def f(self):\n        pass\n') == [(4, "missing")]
