"""A week at a job board on PostgreSQL: what each task takes day by day, what the ledger weighs.

Every day new jobs arrive, people sign up, apply and hear back, and every task runs at its hour,
each as a process: planned, queued, then delivered to Postfix's smtp-sink on this machine. Everybody
has an alert (daily, weekly or immediate) that finds ten jobs or more a day, which is the most that
a digest holds. Then the week is pruned as if it were long ago. Prints one JSON line a figure, then
a table of the tasks' seconds by day. Arguments: --people N, --jobs N (new ones each day).
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import psycopg2  # type: ignore[import-untyped]

from benchmarks.delivery import sink
from tests.support.board import Board
from tests.support.databases import PostgresDatabase
from tests.support.postgres import Server, find_binaries, server_account

PROGRAM = str(Path(sys.executable).parent / "jobraker")
MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
DAYS = 7
WORDS = ("python", "nurse", "welder", "teacher", "driver", "chef", "lawyer", "analyst")
FREQUENCIES = ("daily",) * 16 + ("weekly",) * 3 + ("immediate",)
STATUSES = ("under_review", "interview_scheduled", "rejected")
# The hours of a day: a task, when it is run, and on which weekday (None: on every one). What is
# called idle runs once more when nothing is new, as it does every five minutes.
HOURS = (
    ("prune", 3.5, None),
    ("admin-digest", 7, None),
    ("daily-alerts", 9, None),
    ("weekly-alerts", 9, 0),
    ("immediate-alerts", 9, None),
    ("recommendations", 10, 0),
    ("follow-ups", 11, None),
    ("status-updates", 12, None),
    ("welcome", 12, None),
    ("deliver", 12, None),
    ("immediate-alerts, idle", 13, None),
    ("status-updates, idle", 13, None),
    ("welcome, idle", 13, None),
    ("deliver, idle", 13, None),
)


class Week:
    """One board and the commands of a week."""

    def __init__(self, board: Board, people: int, jobs: int, folder: str, port: int) -> None:
        self.board = board
        self.people = people
        self.jobs = jobs
        self.folder = folder
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "DATABASE_URL": board.url,
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(port),
            "ADMIN_EMAIL": "operators@example.com",
        }

    def run(self, *arguments: str) -> dict[str, Any]:
        """What a command printed as JSON, and the CPU seconds of its processes."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [PROGRAM, *arguments, "--json"]
        done = subprocess.run(
            command, env=self.environment, cwd=self.folder, check=True, stdout=subprocess.PIPE
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return {"report": json.loads(done.stdout), "cpu_seconds": round(cpu, 2)}

    def task(self, name: str, at: datetime) -> tuple[float, dict[str, Any]]:
        """One task: its seconds, and what it used and counted. Only `deliver` delivers."""
        task, *_ = name.split(",")
        options = [] if task in ("deliver", "prune") else ["--no-deliver"]
        done = self.run("run", task, "--now", at.isoformat(), "--confirm", *options)
        report = done.pop("report")
        done |= {key: report[key] for key in ("queued", "sent") if report[key]}
        return float(report["duration_seconds"]), done

    def settle_in(self) -> None:
        """People, each with an alert, one in twenty with an application; then the baseline."""
        users = self._sign_up(self.people, MONDAY - timedelta(days=40))
        old = self._post(self.people // 20, "before", MONDAY - timedelta(days=30))
        self.board.insert_many(
            "applications",
            self.people // 20,
            user_id=lambda i: users[20 * i],
            job_id=lambda i: old[i],
            status="submitted",
            follow_up_date=lambda i: MONDAY + timedelta(days=i % 60, hours=8),
        )
        subprocess.run([PROGRAM, "--quiet", "init"], env=self.environment, check=True)

    def morning(self, number: int) -> None:
        """What a day brings: jobs, people, and one answer to an application in fifty."""
        now = MONDAY + timedelta(days=number, hours=8)
        jobs = self._post(self.jobs, str(number), now)
        users = self._sign_up(self.people // 500, now)
        self.board.insert_many(
            "recommended_jobs",
            len(users),
            user_id=lambda i: users[i],
            job_id=lambda i: jobs[i % len(jobs)],
        )
        self.board.execute(
            "UPDATE applications SET status = :status, updated_at = :now"
            " WHERE mod(abs(hashtext(id::text)), 50) = :part",
            status=STATUSES[number % len(STATUSES)],
            part=number,
            now=now,
        )

    def day(self, number: int) -> Iterator[tuple[str, float, dict[str, Any]]]:
        """One day: every task at its hour, its seconds, and what it used and counted."""
        self.morning(number)
        for name, hour, weekday in HOURS:
            if weekday in (None, number):
                yield name, *self.task(name, MONDAY + timedelta(days=number, hours=hour))

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

    def _post(self, n: int, name: str, at: datetime) -> list[str]:
        """New jobs, each at a company of its own."""
        return self.board.insert_jobs(
            n,
            title=lambda i: f"{WORDS[i % len(WORDS)].title()} {name}-{i}",
            company=lambda i: f"Company {name}-{i}",
            created_at=at,
            posted_date=at,
        )

    def _sign_up(self, n: int, at: datetime) -> list[str]:
        """New people with an alert each."""
        users = self.board.insert_many("users", n, created_at=at, date_joined=at)
        self.board.insert_many(
            "job_alerts",
            n,
            user_id=lambda i: users[i],
            keywords=lambda i: [WORDS[i % len(WORDS)]],
            frequency=lambda i: FREQUENCIES[i // len(WORDS) % len(FREQUENCIES)],
        )
        return users


def like_a_real_one(server: Server, name: str) -> None:
    """Autovacuum on, as a server's default is; often, since a week passes in minutes here."""
    with closing(psycopg2.connect(server.url(name))) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        for setting in ("autovacuum = on", "autovacuum_naptime = '5s'"):
            cursor.execute(f"ALTER SYSTEM SET {setting}")
        cursor.execute("SELECT pg_reload_conf()")


def tell(name: str, size: int, value: float, unit: str, **more: object) -> None:
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
        **more,
    }
    print(json.dumps(figure), flush=True)


def simulate(week: Week) -> None:
    """Seven days, then the ledger's weight, then pruning; then all of it as tables."""
    week.settle_in()
    seconds: dict[str, dict[int, float]] = {name: {} for name, _, _ in HOURS}
    for number in range(DAYS):
        for name, value, more in week.day(number):
            seconds[name][number] = value
            tell(f"{name}, day {number + 1}", week.people, value, "s", **more)
    for name, days in seconds.items():
        if len(days) == DAYS:
            tell(f"{name}, last days to first", week.people, growth(days), "times")
    weigh(week)
    show(seconds)


def growth(days: Mapping[int, float]) -> float:
    """The median of the last three days over that of the first three: 1 is flat."""
    values = [days[number] for number in range(DAYS)]
    return median(values[-3:]) / max(median(values[:3]), 0.001)


def weigh(week: Week) -> None:
    """What the ledger weighs, and how long pruning takes."""
    sizes, messages = week.sizes(), week.messages()
    total = sum(sizes.values())
    tell("ledger", messages, total / 2**20, "MiB")
    tell("ledger per million messages", messages, total / 2**20 / messages * 1e6, "MiB")
    for table, size in list(sizes.items())[:8]:
        tell(f"size of {table}", messages, size / 2**20, "MiB", bytes_a_message=size // messages)
    for days, what in ((45, "payloads"), (200, "messages")):
        later = (MONDAY + timedelta(days=days)).isoformat()
        report = week.run("run", "prune", "--now", later)["report"]
        tell(f"prune {what}", messages, report["duration_seconds"], "s", pruned=report["extra"])
    week.board.execute("ANALYZE")
    after = sum(week.sizes().values()) / 2**20
    tell("ledger after pruning, before VACUUM", week.messages(), after, "MiB")


def show(seconds: Mapping[str, Mapping[int, float]]) -> None:
    """The tasks' seconds by day, as a table."""
    days = range(DAYS)
    print(f"\n{'seconds of':26}" + "".join(f"{f'day {day + 1}':>8}" for day in days) + "  growth")
    for name, found in seconds.items():
        row = "".join(f"{found[day]:8.2f}" if day in found else f"{'':8}" for day in days)
        print(f"{name:26}{row}" + (f"{growth(found):8.2f}" if len(found) == DAYS else ""))


def main() -> None:
    """Simulate on a server of its own, thrown away afterwards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--jobs", type=int, default=2_000, help="new ones each day")
    asked = parser.parse_args()
    account = server_account()
    binaries = find_binaries(account)
    if binaries is None:
        raise SystemExit("bench-week needs PostgreSQL")
    server = Server(binaries, account)
    try:
        server.create()
        name = server.create_database()
        like_a_real_one(server, name)
        with tempfile.TemporaryDirectory() as folder, sink() as port:
            board = Board(PostgresDatabase(server.url(name), server.role_url(name)))
            simulate(Week(board, asked.people, asked.jobs, folder, port))
            board.close()
    finally:
        server.close()


if __name__ == "__main__":
    main()
