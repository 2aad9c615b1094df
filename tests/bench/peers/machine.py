"""When and where a run took place, and how quiet it was there."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from datetime import datetime
from pathlib import Path

from peers.engine import CORES


def described() -> str:
    """The date, the state of the project, the machine, in a line."""
    parts = (
        datetime.now().astimezone().strftime("%Y-%m-%d %H:%M"),
        f"policysearch {_commit()}",
        _processor(),
        f"{CORES} cores",
        f"{platform.system()} {platform.release().split('-')[0]}",
        f"Python {platform.python_version()}",
    )
    return ", ".join(filter(None, parts))


def quietness() -> str:
    """Returns what the load is, and what a fixed piece of work takes."""
    begun = time.perf_counter()
    sum(i * i for i in range(5_000_000))
    took = time.perf_counter() - begun
    load = " ".join(f"{one:.1f}" for one in os.getloadavg()) if hasattr(os, "getloadavg") else "?"
    return f"load {load}, yardstick {took * 1e3:.0f} ms"


def _commit() -> str:
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return platform.machine()
    names = (line.split(":")[1].strip() for line in text.splitlines() if "model name" in line)
    return next(names, platform.machine())
