"""Least privilege: the script is what the code says, is enough, and forbids the rest."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg2  # type: ignore[import-untyped]
import pytest

from jobraker_cli.errors import UsageError
from jobraker_cli.store.grants import script
from tests.support.board import Board
from tests.support.command import Command
from tests.support.mailbox import Mailbox

SCRIPT = Path(__file__).parents[2] / "sql" / "grants" / "jobraker.postgresql.sql"


@pytest.fixture
def role_url(postgres_board: Board, jobraker: Command) -> Iterator[str]:
    """Give the URL of a role with the script's rights, on a ledger that the owner made."""
    jobraker("db", "upgrade", "--database-url", postgres_board.owner_url)
    role = f"least_{uuid.uuid4().hex[:8]}"
    postgres_board.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'choose-one'; {script(role)}")
    yield f"postgresql://{role}:choose-one@{postgres_board.owner_url.rpartition('@')[2]}"
    postgres_board.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


def test_the_script_in_the_sql_folder_is_the_one_that_the_code_writes() -> None:
    assert SCRIPT.read_text(encoding="utf-8") == script("jobraker"), "run: make grants"


@pytest.mark.parametrize("name", ["", 'a"b', "a b", "x; DROP TABLE jobs", "Ünï", "Upper", "a-b"])
def test_a_name_that_would_need_quotes_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="no plain name"):
        script(name)


def test_the_role_can_do_the_whole_work_and_doctor_has_nothing_to_say(
    postgres_board: Board, jobraker: Command, role_url: str, mailbox: Mailbox
) -> None:
    env = {"DATABASE_URL": role_url, **mailbox.settings}
    alert = postgres_board.add_alert(postgres_board.add_user(), keywords=["python"])
    jobraker("init", env=env)
    postgres_board.add_job(title="Python Engineer")
    assert jobraker("run", "daily-alerts", "--dry-run", "--json", env=env).json["planned"] == 1
    assert {one["exit_code"] for one in jobraker("run", "all", "--json", env=env).json} == {0}
    (mail,) = mailbox.messages
    assert "Python Engineer" in mail.parsed["Subject"]
    assert postgres_board.row("job_alerts", alert)["last_run"] is not None
    (rights,) = [
        one
        for one in jobraker("doctor", "--offline", "--json", env=env).json["checks"]
        if one["name"] == "rights"
    ]
    assert rights["status"] == "ok", rights
    (message,) = jobraker("outbox", "list", "--json", env=env).json
    for command in (
        ("tasks",), ("runs",), ("alerts", "list"), ("alerts", "show", alert),
        ("outbox", "show", message["id"]), ("db", "status"), ("db", "sql"),
    ):  # fmt: skip
        jobraker(*command, env=env)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT password FROM users",
        "SELECT * FROM users",
        "SELECT last_login FROM users",
        "UPDATE users SET is_active = false",
        "DELETE FROM users",
        "UPDATE jobs SET title = 'x'",
        "DELETE FROM jobs",
        "TRUNCATE jobs",
        "INSERT INTO jobs (id) VALUES (gen_random_uuid())",
        "UPDATE job_alerts SET is_active = false",
        "DELETE FROM job_alerts",
        "UPDATE applications SET status = 'rejected'",
        "SELECT cover_letter FROM applications",
        "SELECT id FROM saved_jobs",
        "CREATE TABLE own (id integer)",
        "DROP TABLE jobraker_outbox",
        "TRUNCATE jobraker_outbox",
        "ALTER TABLE jobraker_outbox ADD COLUMN x integer",
        "CREATE ROLE other",
        "COPY jobraker_outbox TO PROGRAM 'cat'",
    ],
)
def test_all_else_is_forbidden(role_url: str, statement: str) -> None:
    connection = psycopg2.connect(role_url)
    try:
        with pytest.raises(psycopg2.errors.InsufficientPrivilege) as refused:
            connection.cursor().execute(statement)
        assert refused.value.pgcode == "42501"
    finally:
        connection.close()


def test_doctor_names_rights_that_are_missing_or_too_many(
    postgres_board: Board, jobraker: Command, role_url: str
) -> None:
    env = {"DATABASE_URL": role_url}
    role = role_url.partition("//")[2].partition(":")[0]

    def rights(check: int) -> str:
        found = jobraker("doctor", "--offline", "--json", env=env, check=check).json["checks"]
        return next(str(one["detail"]) for one in found if one["name"] == "rights")

    jobraker("init", env=env)
    postgres_board.execute(f"GRANT SELECT ON users TO {role}; GRANT DELETE ON jobs TO {role}")
    assert rights(0).endswith(": SELECT on users.password, DELETE on jobs")
    postgres_board.execute(f"REVOKE SELECT ON users, job_alerts FROM {role}")
    postgres_board.execute(f"REVOKE UPDATE ON jobraker_outbox FROM {role}")
    assert "UPDATE on jobraker_outbox" in rights(78)
