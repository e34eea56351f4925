"""A whole run of daily alerts on PostgreSQL without delivery: read, match, compose, queue.

Builds a database with old jobs, takes the baseline, adds users, their alerts and new jobs, and
times `jobraker run daily-alerts --no-deliver` as a process. Prints one JSON line a size, then a
table. Arguments: numbers of alerts (250000 500000 1000000), --jobs N, --old N, --profile.
"""

import argparse
import json
import os
import platform
import pstats
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import psycopg2  # type: ignore[import-untyped]  # noqa: E402

from benchmarks.synthetic import Board  # noqa: E402
from tests.support.postgres import Server, find_binaries, server_account  # noqa: E402
from tests.support.rows import DEFAULTS  # noqa: E402

ALERTS_A_USER = 2
SEED = 7
LOOKING = 0.01  # of the time is spent looking at the memory: of a large process it takes 15 ms
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
# As a server for a board this large has them; the tests make do with 32 MB, checkpoints at 1 GB.
SETTINGS = "shared_buffers = 2GB\nmax_wal_size = 8GB\n"
STAGES = {
    "take in": "new_jobs.py:take_in",
    "read and index jobs": "new_jobs.py:search",
    "read alerts": "alerts.py:served",
    "match": "matcher.py:answers",
    "read histories, wishes, locales": "alert_serving.py:_known",
    "choose what a person is shown": "digest.py:compose",
    "- of it reasons": "match.py:reasons",
    "make outbox rows": "alert_making.py:_row",
    "- of it payloads": "alert_mail.py:of",
    "write groups": "alert_group.py:write",
    "all of the plan": "alerts.py:plan",
}


class Loader:
    """Fills a database by COPY, as fast as it takes rows."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._random = Random(SEED)

    def id(self) -> str:
        """A UUID from the seed."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def load(self, table: str, rows: Iterable[dict[str, object]], block: int = 20_000) -> None:
        """Insert rows, each with the columns in which it differs from the table's defaults."""
        defaults = DEFAULTS[table](0)
        names: Sequence[str] = ()
        with closing(psycopg2.connect(self._url)) as connection, connection:
            cursor = connection.cursor()
            source = iter(rows)
            while part := list(islice(source, block)):
                names = names or list(defaults | part[0])
                with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
                    for row in part:
                        given = defaults | row
                        file.write("\t".join(_copied(given[name]) for name in names) + "\n")
                    file.seek(0)
                    listed = ", ".join(f'"{name}"' for name in names)
                    cursor.copy_expert(f"COPY {table} ({listed}) FROM STDIN", file)

    def settle(self) -> None:
        """Do what a server does by itself in the hours after its rows came."""
        with closing(psycopg2.connect(self._url)) as connection:
            connection.autocommit = True
            connection.cursor().execute("VACUUM (ANALYZE)")
            connection.cursor().execute("CHECKPOINT")


def _copied(value: object) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, list):
        return json.dumps(value)
    return str(value)


def job_rows(loader: Loader, board: Board, count: int, at: datetime) -> Iterator[dict[str, object]]:
    """Rows of `jobs`; the company by Zipf's law too."""
    companies = Random(SEED)
    for title, text, city, kind, pay in board.jobs(count):
        yield {
            "id": loader.id(),
            "title": title,
            "company": f"Company {int(companies.paretovariate(1)) % 2000}",
            "description": text,
            "location": city,
            "job_type": kind,
            "salary_min": int(pay) or None,
            "salary_max": int(pay) or None,
            "posted_date": at,
            "created_at": at,
            "skills_required": text.split()[:4],
        }


def people(loader: Loader, board: Board, count: int) -> Iterator[tuple[str, dict[str, object]]]:
    """Rows of `users` and `job_alerts`, each with its table."""
    user = ""
    for number, (phrases, city, kind, pay) in enumerate(board.alerts(count)):
        if number % ALERTS_A_USER == 0:
            user = loader.id()
            yield "users", {"id": user, "email": f"user{number}@example.org"}
        yield (
            "job_alerts",
            {
                "id": loader.id(),
                "user_id": user,
                "keywords": phrases.split("|"),
                "location": city,
                "job_type": kind,
                "min_salary": int(pay) or None,
            },
        )


@contextmanager
def server() -> Iterator[Server]:
    """A PostgreSQL server of this benchmark's own, thrown away at its end."""
    account = server_account()
    binaries = find_binaries(account)
    if binaries is None:
        sys.exit("there is no PostgreSQL here")
    running = Server(binaries, account, SETTINGS)
    try:
        running.create()
        yield running
    finally:
        running.close()


def jobraker(url: str, folder: Path, *words: str, profile: Path | None = None) -> "Done":
    """Run the command as a process; a profile is of one process that does all by itself."""
    program = ["-m", "cProfile", "-o", str(profile)] if profile else []
    command = [sys.executable, *program, str(Path(sys.executable).with_name("jobraker")), *words]
    environment = {**os.environ, "DATABASE_URL": url, "EMAIL_FILE_PATH": str(folder)}
    if profile:
        environment["ALERT_WORKERS"] = "1"
    memory = 0.0
    started = time.perf_counter()
    with (
        tempfile.TemporaryFile("w+") as out,
        subprocess.Popen(command, cwd=folder, env=environment, stdout=out) as process,
    ):
        while process.poll() is None:
            looked = time.process_time()
            memory = max(memory, sum(map(memory_mib, tree(process.pid))))
            with suppress(subprocess.TimeoutExpired):
                process.wait((time.process_time() - looked) / LOOKING)
        seconds = time.perf_counter() - started
        out.seek(0)
        output = out.read()
    if process.returncode:
        sys.exit(f"{' '.join(words)}: exit {process.returncode}")
    return Done(output, seconds, memory)


def tree(pid: int) -> Iterator[int]:
    """A process and those that it started."""
    yield pid
    with suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            yield from tree(int(child))


def memory_mib(pid: int) -> float:
    """The memory of a process, in MiB; what several share is parted among them."""
    with suppress(OSError):
        for row in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if row.startswith("Pss:"):
                return int(row.split()[1]) / 1024
    return 0.0


class Done(NamedTuple):
    """What a process wrote, how long it took, the most memory of it and those it started (MiB)."""

    output: str
    seconds: float
    memory: float


def measured(running: Server, alerts: int, jobs: int, old: int, profile: Path | None) -> Any:
    """One database, one run; its figure."""
    url = running.url(running.create_database())
    loader, board = Loader(url), Board(SEED)
    with tempfile.TemporaryDirectory() as folder:
        loader.load("jobs", job_rows(loader, board, old, NOW - timedelta(days=9)))
        loader.settle()
        jobraker(url, Path(folder), "init")
        loader.load("jobs", job_rows(loader, board, jobs, NOW - timedelta(hours=9)))
        rows = list(people(loader, board, alerts))
        loader.load("users", (row for table, row in rows if table == "users"))
        loader.load("job_alerts", (row for table, row in rows if table == "job_alerts"))
        del rows
        loader.settle()
        words = ("run", "daily-alerts", "--no-deliver", "--now", NOW.isoformat(), "--json")
        done = jobraker(url, Path(folder), *words, profile=profile)
    report = json.loads(done.output)
    with closing(psycopg2.connect(url)) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT count(*) FROM jobraker_sent_job")
        shown = cursor.fetchone()[0]
    figure = {
        "bench": "run daily-alerts --no-deliver",
        "size": f"{alerts} alerts, {jobs} new and {old} old jobs",
        "value": round(done.seconds, 1),
        "unit": "s",
        "peer": None,
        "peer_value": None,
        "ratio": None,
        "memory_mib": round(done.memory),
        "queued": report["queued"],
        "jobs_shown": shown,
        "versions": {"python": platform.python_version(), "jobraker": version("jobraker")},
    }
    print(json.dumps(figure), flush=True)
    return figure


def stages(profile: Path) -> None:
    """Where the time went, by the profile."""
    found = pstats.Stats(str(profile)).stats  # type: ignore[attr-defined]
    print(f"\n{'stage (profiled, so slower)':36}{'s':>8}")
    for name, place in STAGES.items():
        file, _, function = place.partition(":")
        seconds = max(
            (
                entry[3]
                for (path, _, called), entry in found.items()
                if path.endswith("/" + file) and called == function
            ),
            default=0.0,
        )
        print(f"{name:36}{seconds:8.1f}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("alerts", nargs="*", type=int, default=[500_000, 1_000_000])
    parser.add_argument("--jobs", type=int, default=20_000)
    parser.add_argument("--old", type=int, default=200_000)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    with server() as running, tempfile.TemporaryDirectory() as folder:
        profile = Path(folder) / "profile" if options.profile else None
        figures = [
            measured(running, number, options.jobs, options.old, profile)
            for number in options.alerts
        ]
        if profile:
            stages(profile)
    print(f"\n{'size':52}{'s':>8}{'MiB':>7}{'queued':>9}")
    for figure in figures:
        print(f"{figure['size']:52}{figure['value']:8}{figure['memory_mib']:7}{figure['queued']:9}")


if __name__ == "__main__":
    main()
