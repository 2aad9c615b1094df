"""The output of ``--json`` has the shapes of `searcher.results.json_shapes`, to the last key."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path
from types import NoneType, UnionType
from typing import (
    Any,
    Literal,
    NotRequired,
    Required,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

import click
import pytest
from click.testing import CliRunner

from indexer import Store, sync
from searcher.cli.main import cli
from searcher.results import json_shapes as shapes
from tests.support.documents import NOTICE

ROOT = Path(__file__).parents[2]
EDITED = NOTICE.replace("每学期开展两次自查", "每月开展一次自查").replace("2019", "2021")


def fits(value: Any, shape: Any, at: str = "") -> list[str]:
    """Returns the places where ``value`` is not of a shape; ``at`` names the place of it."""
    origin = get_origin(shape)
    if origin in (NotRequired, Required):
        return fits(value, get_args(shape)[0], at)
    if origin is UnionType:
        return [] if any(not fits(value, one) for one in get_args(shape)) else [f"{at}: {value!r}"]
    if origin is Literal:
        return [] if value in get_args(shape) else [f"{at}: {value!r}"]
    if is_typeddict(shape):
        return _fits_dict(value, shape, at)
    if not isinstance(value, {float: (int, float)}.get(shape, origin or shape)):
        return [f"{at}: {value!r} is no {shape}"]
    if origin is list:
        inner = get_args(shape)[0]
        return [e for i, one in enumerate(value) for e in fits(one, inner, f"{at}[{i}]")]
    if origin is dict:
        inner = get_args(shape)[1]
        return [e for key, one in value.items() for e in fits(one, inner, f"{at}.{key}")]
    return [] if shape in (str, int, float, bool, NoneType) else [f"{at}: {shape} is not known"]


def _fits_dict(value: Any, shape: Any, at: str) -> list[str]:
    hints = get_type_hints(shape, include_extras=True)
    if not isinstance(value, dict):
        return [f"{at}: {value!r} is no object"]
    wrong = [f"{at}.{key} is not stated" for key in value.keys() - hints.keys()]
    wrong += [f"{at}.{key} is missing" for key in shape.__required_keys__ - value.keys()]
    known = [key for key in hints if key in value]
    if known != [key for key in value if key in hints]:
        wrong.append(f"{at}: the keys are in another order")
    return wrong + [e for key in known for e in fits(value[key], hints[key], f"{at}.{key}")]


Answer = Callable[..., Any]


@pytest.fixture
def answer(sources: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> Answer:
    """Returns what a command prints, of an index with a copy, a version and two generations."""
    monkeypatch.chdir(sources.parent)
    (sources / "copy.txt").write_text(NOTICE, encoding="utf-8")
    sync(store, [sources])
    (sources / "edited.txt").write_text(EDITED, encoding="utf-8")
    sync(store)

    def run(*arguments: str) -> Any:
        done = CliRunner().invoke(cli, [*arguments, "--json"])
        assert done.stdout.count("\n") == 1, (arguments, done.exception)
        return json.loads(done.stdout)

    return run


COMMANDS: list[tuple[Any, tuple[str, ...], Callable[[Any], bool]]] = [
    (shapes.ResultsJson, ("search", "食品"), lambda it: it["hits"][0]["copies"]),
    (shapes.ResultsJson, ("search", "河道", "--explain"), lambda it: it["hits"][0]["explanation"]),
    (shapes.ResultsJson, ("search", "食品", "--by", "document"), lambda it: it["matching"]),
    (shapes.ResultsJson, ("search", "食品安金"), lambda it: it["suggestions"] is not None),
    (shapes.ResultsJson, ("similar", "notice#1.1"), lambda it: it["query"].endswith("#1.1")),
    (shapes.VerificationJson, ("verify", "校长是第一责任人"), lambda it: it["passages"]),
    (
        shapes.VerificationJson,
        ("verify", "食堂的从业人员应该持有健康证上岗"),
        lambda it: it["passages"][0]["stretches"][0]["edits"],
    ),
    (list[shapes.CompletionJson], ("suggest", "食品"), bool),
    (
        shapes.DocumentJson,
        ("show", "reply"),
        lambda it: "text" in it["sections"][0],
    ),
    (shapes.DocumentJson, ("show", "regulation#tiao-3"), lambda it: len(it["sections"]) > 1),
    (shapes.RelationsJson, ("show", "regulation", "--cites"), lambda it: it["cites"]),
    (shapes.RelationsJson, ("show", "notice", "--cited-by"), lambda it: it == {"cited_by": []}),
    (
        shapes.DocumentJson,
        ("outline", "docs/notice.txt"),
        lambda it: "text" not in it["sections"][1],
    ),
    (
        list[shapes.ChangeJson],
        ("diff", "notice", "edited"),
        lambda it: any(one["edits"] for one in it),
    ),
    (list[shapes.MissingJson], ("missing",), bool),
    (shapes.StatusJson, ("status",), lambda it: it["kernel"] in ("compiled", "plain")),
    (shapes.CheckJson, ("check",), lambda it: it == {"problems": [], "before": []}),
]


def test_every_command_prints_json_of_its_shape(answer: Answer) -> None:
    for shape, arguments, is_telling in COMMANDS:
        data = answer(*arguments)
        assert fits(data, shape) == [], arguments
        assert is_telling(data), (arguments, data)


def test_every_command_with_the_option_is_checked() -> None:
    context = click.Context(cli)
    commands = {name: cli.get_command(context, name) for name in cli.list_commands(context)}
    with_json = {
        name
        for name, command in commands.items()
        if command and any(one.name == "as_json" for one in command.params)
    }
    assert with_json == {arguments[0] for _, arguments, _ in COMMANDS}


def test_the_checker_of_shapes_finds_what_does_not_fit() -> None:
    facet = {"value": "通知", "count": 1}
    assert fits([facet], list[shapes.FacetJson]) == []
    assert fits([{**facet, "count": "1"}], list[shapes.FacetJson])
    assert fits([{**facet, "more": 1}], list[shapes.FacetJson])
    assert fits([{"value": "通知"}], list[shapes.FacetJson])
    assert fits({"count": 1, "value": "通知"}, shapes.FacetJson)
    assert fits({"problems": [], "before": ["x", 1]}, shapes.CheckJson)
    assert fits({"cites": None}, shapes.RelationsJson)
    assert fits({}, shapes.RelationsJson) == []


def test_nothing_else_builds_json_of_results() -> None:
    for path in (ROOT / "searcher").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert "asdict" not in source, path
        if path.parent.name == "cli" and path.name != "output.py":
            calls = [
                node.args[0]
                for node in ast.walk(ast.parse(source))
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "print_json"
            ]
            for made in calls:
                made = made.elt if isinstance(made, ast.ListComp) else made
                assert isinstance(made, (ast.Call, ast.Name)), ast.unparse(made)
