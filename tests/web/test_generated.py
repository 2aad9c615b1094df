"""Generated requests get no answer that openapi.json does not describe, and none that is a bug."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from searcher.web.openapi import description

schemathesis = pytest.importorskip("schemathesis")
pytestmark = [
    pytest.mark.slow,
    # schemathesis warns of what its own libraries will change.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::PendingDeprecationWarning"),
]

OPERATIONS = [
    (method, path) for path, methods in description()["paths"].items() for method in methods
]


@pytest.fixture(scope="module")
def schema(address: str) -> Any:
    return schemathesis.openapi.from_url(f"{address}/api/v1/openapi.json")


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_what_is_generated_is_answered_as_described(schema: Any, method: str, path: str) -> None:
    operation = schema[path][method.upper()]

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def check(case: Any) -> None:
        case.call_and_validate(excluded_checks=_not_asked_of_it(path))

    check()


def _not_asked_of_it(path: str) -> list[Any]:
    from schemathesis.specs.openapi import checks

    excluded = [
        # The description cannot say which texts are dates, queries or ids that there are.
        checks.positive_data_acceptance,
        checks.negative_data_rejection,
    ]
    if "{id}" in path:  # an id holds slashes: whatever follows may be one
        excluded.append(checks.unsupported_method)
    return excluded
