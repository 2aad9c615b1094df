"""Checks a user's program with mypy and pyright against a wheel in an environment of its own.

    python tests/typing/check.py

``user_program.py`` must be accepted, by ``mypy --strict`` and by pyright in its strict mode. In
``mistakes.py`` each marked line must be reported, so that acceptance means something. Exits with 1
and what the checkers said if it is otherwise. Takes a minute; needs a package index.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
CONFIG = {"typeCheckingMode": "strict", "reportMissingTypeStubs": False}
# Whoosh ships no types: what comes from it is unknown to pyright, whatever this project does.
CONFIG |= {f"reportUnknown{kind}Type": False for kind in ("Member", "Variable", "Argument")}


def run(*command: str | Path, cwd: Path | None = None, check: bool = True) -> str:
    """Returns the standard output of a command; a failure shows its standard error."""
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, text=True, check=check)
    return done.stdout


def environment(folder: Path) -> Path:
    """Makes an environment with the project's wheel and the checkers; returns its programs."""
    venv.create(folder / "env", with_pip=True)
    programs = folder / "env" / ("Scripts" if sys.platform == "win32" else "bin")
    source = folder / "source"  # a build leaves files where it runs
    skipped = shutil.ignore_patterns(".*", "build", "*.egg-info", "*.so")
    shutil.copytree(HERE.parents[1], source, ignore=skipped)
    pip = (programs / "python", "-m", "pip", "--disable-pip-version-check", "-q")
    run(*pip, "wheel", "--no-deps", "-w", folder, source)
    (wheel,) = folder.glob("policysearch-*.whl")
    run(*pip, "install", wheel, "mypy", "pyright")
    return programs


def of_mypy(programs: Path, file: str, folder: Path) -> Iterator[tuple[int, str]]:
    """Yields the line and the text of each error that mypy finds in a file."""
    out = run(programs / "mypy", "--strict", file, cwd=folder, check=False)
    for line, message in re.findall(rf"^{re.escape(file)}:(\d+): error: (.*)", out, re.MULTILINE):
        yield int(line), message
    if "Success" not in out and "error:" not in out:
        raise SystemExit(f"mypy did not run: {out}")


def of_pyright(programs: Path, file: str, folder: Path) -> Iterator[tuple[int, str]]:
    """Yields the line and the text of each error that pyright finds in a file."""
    python = programs / "python"
    command = (programs / "pyright", "--outputjson", "--pythonpath", python, file)
    out = json.loads(run(*command, cwd=folder, check=False))
    if out["summary"]["filesAnalyzed"] != 1:
        raise SystemExit(f"pyright did not run: {out}")
    for found in out["generalDiagnostics"]:
        if found["severity"] == "error":
            yield found["range"]["start"]["line"] + 1, found["message"]


def main() -> int:
    """Runs both checkers on both programs; returns the exit code."""
    wrong = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        programs = environment(folder)
        (folder / "pyrightconfig.json").write_text(json.dumps(CONFIG))
        for file in ("user_program.py", "mistakes.py"):
            shutil.copy(HERE / file, folder)
            lines = (HERE / file).read_text(encoding="utf-8").splitlines()
            expected = {at for at, line in enumerate(lines, 1) if line.endswith("# mistake")}
            for checker in (of_mypy, of_pyright):
                found = list(checker(programs, file, folder))
                missed = expected - {line for line, _ in found}
                more = [one for one in found if one[0] not in expected]
                wrong += len(missed) + len(more)
                name = checker.__name__.removeprefix("of_")
                print(f"{name} on {file}: {len(found)} errors, {len(missed)} missed")
                for line, message in [*more, *((at, "not reported") for at in sorted(missed))]:
                    print(f"  {file}:{line}: {message}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
