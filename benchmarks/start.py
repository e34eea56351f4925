"""Start-up times: `jobraker --help`, and a task with nothing to do on SQLite, as whole processes.

Prints one JSON line a figure, then a table. Limits: 100 ms and 450 ms (median of the runs).
"""

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

RUNS = 15
COMMAND = [str(Path(sys.executable).parent / "jobraker")]
INTERPRETER = [sys.executable, "-c", "pass"]


def seconds(command: Sequence[str], environment: dict[str, str], folder: str) -> list[float]:
    """Wall times of a command, the first (cold) run left out."""
    found = []
    for _ in range(RUNS + 1):
        started = time.perf_counter()
        subprocess.run(command, env=environment, cwd=folder, check=True, capture_output=True)
        found.append(time.perf_counter() - started)
    return found[1:]


def main() -> None:
    """Measure and print."""
    versions = {name: version(name) for name in ("jobraker", "click", "SQLAlchemy", "Jinja2")}
    versions["python"] = platform.python_version()
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "DATABASE_URL": f"sqlite:///{folder}/board.db",
        }
        subprocess.run([*COMMAND, "init"], env=environment, cwd=folder, check=True)
        figures = [
            ("python -c pass", INTERPRETER, None),
            ("jobraker --help", [*COMMAND, "--help"], 100),
            ("run daily-alerts, nothing to do", [*COMMAND, "run", "daily-alerts"], 450),
            ("run deliver, nothing to do", [*COMMAND, "run", "deliver"], 450),
        ]
        rows = []
        for name, command, limit in figures:
            times = seconds(command, environment, folder)
            median = statistics.median(times) * 1000
            memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            figure = {
                "bench": f"start: {name}",
                "size": RUNS,
                "value": round(median, 1),
                "unit": "ms",
                "peer": "limit" if limit else None,
                "peer_value": limit,
                "ratio": round(limit / median, 2) if limit else None,
                "memory_mib": round(memory, 1),
                "versions": versions,
            }
            print(json.dumps(figure))
            rows.append((name, median, min(times) * 1000, max(times) * 1000, limit))
    print(f"\n{'command':34}{'median':>10}{'min':>10}{'max':>10}{'limit':>10}")
    for name, median, low, high, limit in rows:
        print(f"{name:34}{median:8.0f}ms{low:8.0f}ms{high:8.0f}ms{limit or '':>10}")


if __name__ == "__main__":
    main()
