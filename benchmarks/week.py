"""A week at a job board on PostgreSQL: what each day's run takes, what the ledger weighs, pruning.

Every day new jobs arrive, every person has an alert that finds some of them, the digest is planned,
queued and "sent" into memory (the relay is another benchmark's). Then the week is pruned as if it
were long ago. Prints one JSON line a figure; the days should be flat, and so is the memory.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.support.board import Board
from tests.support.databases import PostgresDatabase
from tests.support.postgres import Server, find_binaries, server_account

DAY_ONE = datetime(2026, 11, 16, 9, tzinfo=UTC)
DAYS = 7
WORDS = ("python", "nurse", "welder", "teacher", "driver", "chef", "lawyer", "analyst")


class Week:
    """One board, one environment, the commands of a week."""

    def __init__(self, board: Board, people: int, jobs: int, folder: str) -> None:
        self.board = board
        self.people = people
        self.jobs = jobs
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "DATABASE_URL": board.url,
            "EMAIL_BACKEND": "memory",
        }
        self.folder = folder

    def run(self, *arguments: str) -> tuple[float, Any]:
        """A command's wall time in seconds and what it printed as JSON."""
        command = [str(Path(sys.executable).parent / "jobraker"), *arguments, "--json"]
        started = time.perf_counter()
        done = subprocess.run(
            command, env=self.environment, cwd=self.folder, check=True, capture_output=True
        )
        return time.perf_counter() - started, json.loads(done.stdout)

    def settle_in(self) -> None:
        """People and their alerts, and the baseline."""
        users = self.board.insert_many("users", self.people)
        self.board.insert_many(
            "job_alerts",
            self.people,
            user_id=lambda i: users[i],
            keywords=lambda i: [WORDS[i % len(WORDS)]],
        )
        self.run("init")

    def day(self, number: int) -> Iterator[tuple[str, float, str]]:
        """One day: new jobs, the digests planned, then sent; then the five-minute tasks idle."""
        now = DAY_ONE + timedelta(days=number)
        self.board.insert_jobs(
            self.jobs,
            title=lambda i: f"{WORDS[i % len(WORDS)].title()} {number}-{i}",
            company=lambda i: f"Company {number}-{i}",
            created_at=now - timedelta(hours=1),
            posted_date=now - timedelta(hours=1),
        )
        moment = now.isoformat()
        seconds, report = self.run("run", "daily-alerts", "--now", moment, "--no-deliver")
        yield "plan", seconds, f"{report['queued']} queued"
        seconds, report = self.run("run", "deliver", "--now", moment)
        yield "deliver", seconds, f"{report['sent']} sent"
        yield "immediate-alerts", self.run("run", "immediate-alerts", "--now", moment)[0], "idle"

    def sizes(self) -> dict[str, int]:
        """Bytes of each of jobraker's tables with its indexes, largest first."""
        rows = self.board.rows(
            "SELECT relname, pg_total_relation_size(oid) AS n FROM pg_class"
            " WHERE relkind = 'r' AND relname LIKE 'jobraker\\_%' ORDER BY 2 DESC"
        )
        return {str(row["relname"]): int(str(row["n"])) for row in rows}

    def messages(self) -> int:
        """How many messages the ledger has."""
        (row,) = self.board.rows("SELECT count(*) AS n FROM jobraker_outbox")
        return int(str(row["n"]))


def tell(name: str, size: int, value: float, unit: str, note: str = "") -> None:
    """One figure as a line of JSON."""
    figure = {
        "bench": f"week: {name}",
        "size": size,
        "value": round(value, 3),
        "unit": unit,
        "peer": None,
        "peer_value": None,
        "ratio": None,
        "memory_mib": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, 1),
        "versions": {"jobraker": version("jobraker"), "python": platform.python_version()},
        "note": note,
    }
    print(json.dumps(figure), flush=True)


def simulate(week: Week) -> None:
    """Seven days, then the ledger's weight, then pruning."""
    week.settle_in()
    for number in range(DAYS):
        for name, seconds, note in week.day(number):
            tell(f"{name}, day {number + 1}", week.people, seconds, "s", note)
    sizes, messages = week.sizes(), week.messages()
    total = sum(sizes.values())
    tell("ledger", messages, total / 2**20, "MiB")
    tell("ledger per million messages", messages, total / 2**20 / messages * 1e6, "MiB")
    for table, size in list(sizes.items())[:6]:
        tell(f"size of {table}", messages, size / 2**20, "MiB")
    for days, what in ((45, "payloads"), (200, "messages")):
        later = (DAY_ONE + timedelta(days=days)).isoformat()
        seconds, report = week.run("run", "prune", "--now", later)
        tell(f"prune {what}", messages, seconds, "s", json.dumps(report["extra"]))
    tell("ledger after pruning", week.messages(), sum(week.sizes().values()) / 2**20, "MiB",
         "before VACUUM")  # fmt: skip


def main() -> None:
    """Simulate on a server of its own, thrown away afterwards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--jobs", type=int, default=2_000, help="new ones each day")
    asked = parser.parse_args()
    account = server_account()
    binaries = find_binaries(account)
    if binaries is None:
        raise SystemExit("no PostgreSQL server programs here")
    server = Server(binaries, account)
    try:
        server.create()
        name = server.create_database()
        with tempfile.TemporaryDirectory() as folder:
            board = Board(PostgresDatabase(server.url(name), server.role_url(name)))
            simulate(Week(board, asked.people, asked.jobs, folder))
            board.close()
    finally:
        server.close()


if __name__ == "__main__":
    main()
