"""How soon `notifications follow` prints a notification, from the commit to the line.

Rows are written one by one at uneven intervals, as a web application would. Prints one JSON line a
database: the median, and in `worst` the slowest. Limit: a second.
"""

import json
import platform
import sys
import tempfile
import time
import uuid
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.support.board import Board
from tests.support.command import Command, lines_of
from tests.support.databases import PostgresDatabase, SqliteDatabase, sqlite_template
from tests.support.postgres import Server, find_binaries, server_account

ROWS = 40
LIMIT_MS = 1000
PERSON = ("--user", "ada@example.org")


def milliseconds(board: Board, folder: Path) -> list[float]:
    """The times of ROWS notifications, each from its commit until its line was read."""
    jobraker = Command(cwd=folder, home=folder, database_url=board.url)
    ada = board.add_user(email=PERSON[1])
    jobraker("init")
    process = jobraker.start("notifications", "follow", *PERSON, "--unread", "--format", "ndjson")
    lines = lines_of(process.stdout)
    _write(board, ada)
    lines.get(timeout=20)  # it is at work
    found = []
    for number in range(ROWS):
        time.sleep(0.05 + 0.01 * (number % 37))
        row = _write(board, ada)
        began = time.perf_counter()
        assert json.loads(lines.get(timeout=20))["id"] == row
        found.append((time.perf_counter() - began) * 1000)
    jobraker.close()
    return found


def _write(board: Board, user: str) -> str:
    row = uuid.uuid4()
    board.execute(
        "INSERT INTO jobraker_notification (id, user_id, kind, title, link, created_at)"
        " VALUES (:id, :user_id, 'test', 'News', '', :now)",
        id=row, user_id=uuid.UUID(user), now=datetime.now(UTC),
    )  # fmt: skip
    return str(row)


def report(board: Board, folder: Path) -> None:
    """Measure on a board and print the figure."""
    times = milliseconds(board, folder)
    value = median(times)
    figure = {
        "bench": f"follow: commit to line, {board.kind}",
        "size": ROWS,
        "value": round(value, 1),
        "unit": "ms",
        "worst": round(max(times), 1),
        "peer": "limit",
        "peer_value": LIMIT_MS,
        "ratio": round(LIMIT_MS / value, 1),
        "memory_mib": None,
        "versions": {"jobraker": version("jobraker"), "python": platform.python_version()},
    }
    print(json.dumps(figure), flush=True)


def main() -> None:
    """SQLite, then PostgreSQL on a server of its own where there is one."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        template = sqlite_template(folder / "template.db")
        board = Board(SqliteDatabase(folder / "board.db", template))
        stack.callback(board.close)
        report(board, folder)
        account = server_account()
        binaries = find_binaries(account)
        if binaries is None:
            return
        server = Server(binaries, account)
        stack.callback(server.close)
        server.create()
        database = server.create_database()
        board = Board(PostgresDatabase(server.url(database), server.role_url(database)))
        stack.callback(board.close)
        report(board, folder)


if __name__ == "__main__":
    main()
