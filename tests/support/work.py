"""The work of a call, counted and not timed: the same on any machine, however busy."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def lines_run(function: Callable[[Any], object], argument: Any) -> int:
    """Returns how many lines of Python ``function`` runs on ``argument``.

    What a line does in C is not counted: where that is quadratic, inputs as large as those of the
    tests take minutes.
    """
    count = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function(argument)
    finally:
        sys.settrace(before)
    return count
