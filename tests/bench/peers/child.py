"""The parent's side of a child process, and whole processes timed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

_BENCH = Path(__file__).resolve().parent.parent
_ROOT = _BENCH.parent.parent


class ChildFailed(Exception):
    """An engine's process ended; the message is the last thing that it said."""


class Child:
    """A process that has an engine with an index in ``folder``."""

    def __init__(self, engine: str, kind: str, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._log = folder.with_name(f"{folder.name}.log")
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "peers.worker", engine, kind, str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=_environment(),
                encoding="utf-8",
            )

    def ask(self, do: str, **arguments: Any) -> Any:
        """The answer to a command. Raises ChildFailed."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin
        assert stdout
        line = ""
        try:
            stdin.write(json.dumps({"do": do, **arguments}) + "\n")
            stdin.flush()
            line = stdout.readline()
        except BrokenPipeError:
            pass  # it says why on its standard error
        if not line:
            said = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise ChildFailed(said[-1] if said else "ended without a word")
        return json.loads(line)

    def close(self) -> None:
        """Let it end."""
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(BrokenPipeError):
                if pipe:
                    pipe.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def seconds_of(arguments: Sequence[str]) -> float:
    """Returns how long a Python process of these arguments takes. Raises ChildFailed."""
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments], env=_environment(), capture_output=True, check=False
    )
    took = time.perf_counter() - begun
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise ChildFailed(said[-1] if said else f"exit code {done.returncode}")
    return took


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": f"{_BENCH}{os.pathsep}{_ROOT}", "PYTHONUTF8": "1"}
