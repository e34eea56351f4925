"""How fast queued digests of ten jobs are delivered, beside django-post_office in the same run.

Both send from PostgreSQL to Postfix's smtp-sink on this machine, and render while they deliver.
post_office is measured a second time with mails that were rendered when they were queued (faster,
since that time is left out). Then jobraker on SQLite, and through a proxy that makes every round
trip take 40 ms. Prints one JSON line a figure, then a table.
Arguments: numbers of messages (5000 10000), --runs N.
"""

import argparse
import json
import os
import platform
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.digests import letters  # noqa: E402
from jobraker_cli.store.engine import connect  # noqa: E402
from tests.support.board import Board  # noqa: E402
from tests.support.databases import PostgresDatabase, SqliteDatabase, sqlite_template  # noqa: E402
from tests.support.postgres import Server, find_binaries, server_account  # noqa: E402

JOBRAKER = [str(Path(sys.executable).parent / "jobraker")]
POST_OFFICE = ROOT / "build" / "post_office" / "bin" / "python"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ROUND_TRIP_SECONDS = 0.04


@contextmanager
def sink() -> Iterator[int]:
    """Postfix's smtp-sink; gives its port."""
    program = shutil.which("smtp-sink") or "/usr/sbin/smtp-sink"
    if not Path(program).exists():
        raise SystemExit("bench-delivery needs Postfix's smtp-sink (Debian: postfix)")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    user = ["-u", "nobody"] if os.getuid() == 0 else []
    process = subprocess.Popen([program, *user, f"127.0.0.1:{port}", "1000"])
    try:
        for _ in range(100):
            time.sleep(0.05)
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    break
        yield port
    finally:
        process.terminate()
        process.wait()


@contextmanager
def delayed(port: int) -> Iterator[int]:
    """A proxy before `port` whose round trips take 40 ms; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        ours = int(free.getsockname()[1])
    program = [sys.executable, str(ROOT / "benchmarks" / "delay_proxy.py")]
    process = subprocess.Popen([*program, str(ours), str(port), str(ROUND_TRIP_SECONDS / 2)])
    try:
        time.sleep(1)
        yield ours
    finally:
        process.terminate()
        process.wait()


def measured(command: list[str], environment: Mapping[str, str]) -> dict[str, float]:
    """Seconds, CPU seconds and the memory of the largest process of a command, in MiB.

    Linux counts a process from its fork: the memory is never less than what this one had then.
    """
    started = time.perf_counter()
    with (
        tempfile.TemporaryFile("w+") as out,
        subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.STDOUT) as process,
    ):
        _, status, usage = os.wait4(process.pid, 0)  # its own processes included, ours not
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
        out.seek(0)
        said = out.read()
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)}:\n{said}")
    cpu, memory = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
    found = json.loads(said.splitlines()[-1])
    return {"seconds": seconds, "cpu": cpu, "memory": memory, **found}


def with_jobraker(board: Board, number: int, port: int, **settings: str) -> dict[str, float]:
    """Queue so many digests on an empty board, deliver them, and count what was sent."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": tempfile.gettempdir(),
        "DATABASE_URL": board.url,
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(port),
        **settings,
    }
    subprocess.run([*JOBRAKER, "init"], env=environment, check=True, capture_output=True)
    fill(board, number)
    if board.kind == "postgresql":
        connection = board.connection()
        connection.autocommit = True  # type: ignore[attr-defined]
        connection.cursor().execute("VACUUM ANALYZE")
    moment = NOW.isoformat()
    found = measured([*JOBRAKER, "run", "deliver", "--now", moment, "--json"], environment)
    if found["sent"] != number:
        raise SystemExit(f"jobraker sent {found['sent']} of {number}")
    return found


def fill(board: Board, number: int) -> None:
    """People, alerts, jobs, and a digest for each person that waits to go."""
    chance = random.Random(42)
    jobs = board.insert_jobs(500, title=lambda i: f"Senior Engineer {i}")
    users = board.insert_many("users", number, email=lambda i: f"u{i}@d{i % 50}.example.org")
    alerts = board.insert_many("job_alerts", number, user_id=lambda i: users[i])
    url = board.url.replace("postgresql://", "postgresql+psycopg2://")
    engine = connect(url)
    from jobraker_cli.store import queueing

    with engine.begin() as connection:
        for start in range(0, number, 1000):
            queueing.queue(connection, letters(chance, jobs, users, alerts, start, NOW, number))
    engine.dispose()


def with_post_office(url: str, number: int, port: int, rendered: str) -> dict[str, float]:
    """The peer: two processes, five threads each, one batch; `rendered` says when."""
    script = str(ROOT / "benchmarks" / "post_office_peer.py")
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": url, "PORT": str(port)}
    command = [str(POST_OFFICE), script, str(number), rendered]
    return measured(command, environment)


def figure(
    name: str, size: int, runs: list[dict[str, float]], limit: float, peer: float | None
) -> dict[str, Any]:
    """One line of the result; the ratio is to the peer, else to the figure to be reached."""
    value = median(size / one["duration_seconds"] for one in runs)
    against = peer if peer is not None else limit
    return {
        "bench": f"delivery: {name}",
        "size": size,
        "value": round(value),
        "unit": "msg/s",
        "peer": "django-post_office" if peer is not None else "target",
        "peer_value": round(against),
        "ratio": round(value / against, 2),
        "memory_mib": round(max(one["memory"] for one in runs), 1),
        "cpu_us_per_message": round(median(one["cpu"] / size for one in runs) * 1e6),
        "versions": {
            "python": platform.python_version(),
            "jobraker": version("jobraker"),
            "SQLAlchemy": version("SQLAlchemy"),
        },
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", nargs="*", type=int, default=[5000, 10000])
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    account = server_account()
    binaries = find_binaries(account)
    if binaries is None:
        raise SystemExit("bench-delivery needs PostgreSQL")
    server = Server(binaries, account)
    found: list[dict[str, Any]] = []
    try:
        server.create()
        for size in given.sizes:
            found += round_of(server, size, given.runs)
    finally:
        server.close()
    print(f"\n{'figure':44}{'size':>8}{'msg/s':>8}{'ratio':>8}{'CPU us':>8}{'MiB':>7}")
    for one in found:
        print(
            f"{one['bench']:44}{one['size']:8}{one['value']:8}{one['ratio']:8}"
            f"{one['cpu_us_per_message']:8}{one['memory_mib']:7}"
        )


def round_of(server: Server, size: int, runs: int) -> list[dict[str, Any]]:
    """All figures of one size."""
    ours, lite, far = [], [], []
    theirs: dict[str, list[float]] = {"delivering": [], "beforehand": []}
    with tempfile.TemporaryDirectory() as folder, sink() as port, delayed(port) as slow:
        template = sqlite_template(Path(folder) / "template.db")
        for _ in range(runs):
            with database(server) as board:
                ours.append(with_jobraker(board, size, port))
            for when, speeds in theirs.items() if POST_OFFICE.exists() else ():
                with database(server) as board:
                    one = with_post_office(board.url, size // 5, port, when)
                speeds.append(size // 5 / one["duration_seconds"])
            path = Path(folder) / f"{uuid.uuid4().hex}.db"
            lite.append(with_jobraker(Board(SqliteDatabase(path, template)), size, port))
            with database(server) as board:
                far.append(
                    with_jobraker(board, size // 5, slow, EMAIL_WORKERS="2", EMAIL_CONNECTIONS="10")
                )
    peers = {when: median(speeds) for when, speeds in theirs.items() if speeds}
    found = [
        figure("PostgreSQL", size, ours, 1800, peers.get("delivering")),
        figure("the same, beside mails rendered before", size, ours, 1800, peers.get("beforehand")),
        figure("SQLite", size, lite, 800, None),
        figure("40 ms, 20 connections", size // 5, far, 200, None),
    ]
    for one in found:
        print(json.dumps(one), flush=True)
    if not peers:
        print("django-post_office is not installed in build/post_office: make bench-delivery")
    return found


@contextmanager
def database(server: Server) -> Iterator[Board]:
    """An empty board in PostgreSQL."""
    name = server.create_database()
    board = Board(PostgresDatabase(server.url(name), server.url(name)))
    try:
        yield board
    finally:
        board.close()
        server.drop_database(name)


if __name__ == "__main__":
    main()
