"""`init`, `db` and `doctor`: the ledger, the baseline and the contract with the shared tables."""

import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from jobraker_cli.errors import ConfigError
from jobraker_cli.store import ledger, schema
from jobraker_cli.store.engine import connect, reading
from tests.support.board import Board
from tests.support.command import Command

ROOT = Path(__file__).parent.parent.parent


def test_init_prints_what_was_baselined_and_doing_it_again_changes_nothing(
    board: Board, jobraker: Command
) -> None:
    board.insert_jobs(120)
    board.add_job(status="draft")
    first = jobraker("init", "--json").json
    assert (first["jobs"], first["baseline_taken"], first["board_created"]) == (120, True, False)
    before = board.dump()
    board.add_job()
    again = jobraker("init", "--json").json
    assert (again["jobs"], again["baseline_taken"], again["applied"]) == (120, False, [])
    assert board.dump()["jobraker_job_seen"] == before["jobraker_job_seen"]


def test_init_since_leaves_newer_jobs_new(board: Board, jobraker: Command) -> None:
    moment = datetime(2026, 11, 1, tzinfo=UTC)
    board.add_job(created_at=moment - timedelta(seconds=1))
    board.add_job(created_at=moment)
    board.add_job(created_at=moment + timedelta(days=1))
    assert jobraker("init", "--since", moment.isoformat(), "--json").json["jobs"] == 1


def test_init_on_a_new_sqlite_file_makes_the_web_applications_tables(
    tmp_path: Path, jobraker: Command
) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'board.db'}"
    report = jobraker("--database-url", url, "init", "--json").json
    assert report["board_created"] is True
    assert jobraker("run", "daily-alerts", "--database-url", url).stdout == ""


def test_a_task_before_init_names_the_command_even_without_a_database(jobraker: Command) -> None:
    refused = jobraker("run", "daily-alerts", check=78)
    assert "jobraker init" in refused.stderr
    assert not (jobraker.home / "share").exists()


def test_init_refuses_a_database_without_the_web_applications_tables(
    postgres_board: Board, jobraker: Command
) -> None:
    for table in (
        "chat_chatmessage", "chat_chatsession", "recommended_jobs", "saved_jobs", "applications",
        "job_alerts", "jobs", "user_profiles", "users",
    ):  # fmt: skip
        postgres_board.execute(f"DROP TABLE {table}")
    assert "DATABASE_URL" in jobraker("init", check=78).stderr
    assert postgres_board.tables() == []


def test_doctor_names_what_the_shared_tables_lack(board: Board, jobraker: Command) -> None:
    jobraker("init")
    assert jobraker("doctor", "--json").json["ok"] is True
    board.execute("ALTER TABLE jobs RENAME COLUMN salary_period TO pay_period")
    board.execute("ALTER TABLE recommended_jobs RENAME TO recommendations")
    report = jobraker("doctor", "--json", check=78).json
    (failed,) = [check for check in report["checks"] if check["status"] == "fail"]
    assert failed["name"] == "shared_tables"
    assert "jobs.salary_period" in failed["detail"]
    assert "recommended_jobs" in failed["detail"]


def test_doctor_says_when_the_database_is_out_of_reach(jobraker: Command) -> None:
    url = "postgresql://u:hunter22@127.0.0.1:1/board"
    result = jobraker("doctor", "--json", "--database-url", url, check=69)
    (failed,) = [one for one in result.json["checks"] if one["status"] == "fail"]
    assert failed["name"] == "database"
    assert "server is up" in failed["fix"]
    assert "hunter22" not in result.stdout + result.stderr
    run = jobraker("run", "daily-alerts", "-vv", "--database-url", url, check=69)
    assert "hunter22" not in run.stdout + run.stderr


def test_the_table_definitions_equal_the_sql_files(board: Board, jobraker: Command) -> None:
    jobraker("init")
    engine = create_engine(board.url.replace("postgresql://", "postgresql+psycopg2://"))
    there = inspect(engine)
    found = {
        name: {(column["name"], column["nullable"]) for column in there.get_columns(name)}
        for name in there.get_table_names()
        if name.startswith("jobraker_")
    }
    engine.dispose()
    declared = {
        table.name: {(column.name, bool(column.nullable)) for column in table.columns}
        for table in ledger.ledger.sorted_tables
    }
    names = {name: {column for column, _ in columns} for name, columns in found.items()}
    assert names == {name: {column for column, _ in columns} for name, columns in declared.items()}
    nullable = {name: {c for c, free in columns if free} for name, columns in found.items()}
    for table in ledger.ledger.sorted_tables:
        keys = {column.name for column in table.primary_key}  # SQLite says nothing of these
        assert (
            nullable[table.name] - keys
            == {column.name for column in table.columns if column.nullable} - keys
        )


def test_status_lists_what_is_applied_and_sql_prints_what_is_not(
    board: Board, jobraker: Command
) -> None:
    pending = jobraker("db", "status", "--json").json
    assert {one["state"] for one in pending} == {"pending"}
    printed = jobraker("db", "sql").stdout
    assert "CREATE TABLE jobraker_outbox" in printed
    jobraker("db", "upgrade")
    assert {one["state"] for one in jobraker("db", "status", "--json").json} == {"applied"}
    assert "CREATE" not in jobraker("db", "sql").stdout


def test_the_printed_sql_does_the_same_as_upgrade(
    sqlite_board: Board, jobraker: Command, tmp_path: Path
) -> None:
    printed = jobraker("db", "sql").stdout
    path = sqlite_board.url.removeprefix("sqlite:///")
    with sqlite3.connect(path) as connection:
        connection.executescript(printed)
    connection.close()
    assert jobraker("db", "upgrade", "--json").json["applied"] == []
    assert jobraker("init", "--json").json["baseline_taken"] is True


def test_a_file_that_was_edited_after_it_was_applied_is_refused(
    board: Board, jobraker: Command, tmp_path: Path
) -> None:
    jobraker("init")
    folder = tmp_path / "sql"
    shutil.copytree(schema.FOLDER, folder)
    edited = folder / "0002_ledger.sql"
    edited.write_text(edited.read_text(encoding="utf-8") + "-- more\n", encoding="utf-8")
    engine = connect(board.url.replace("postgresql://", "postgresql+psycopg2://"))
    with pytest.raises(ConfigError, match=r"sql/0002_ledger\.sql was changed"):
        schema.upgrade(engine, folder)
    engine.dispose()


def test_a_broken_file_leaves_the_database_as_it_was(board: Board, tmp_path: Path) -> None:
    folder = tmp_path / "sql"
    shutil.copytree(schema.FOLDER, folder)
    (folder / "0099_broken.sql").write_text(
        "CREATE TABLE jobraker_fine (id INTEGER);\nCREATE TABLE jobraker_run (id INTEGER);\n",
        encoding="utf-8",
    )
    engine = connect(board.url.replace("postgresql://", "postgresql+psycopg2://"))
    with pytest.raises(Exception, match="jobraker_run"):
        schema.upgrade(engine, folder)
    with reading(engine) as connection:
        assert {one.state for one in schema.status(connection, folder)} == {"pending"}
    engine.dispose()
    assert not any(name.startswith("jobraker_") for name in board.tables())


def test_an_older_ledger_is_refused_until_it_is_upgraded(board: Board, jobraker: Command) -> None:
    jobraker("init")
    board.execute("DELETE FROM jobraker_schema WHERE filename = '0002_ledger.sql'")
    assert "jobraker db upgrade" in jobraker("run", "daily-alerts", check=78).stderr


def test_two_upgrades_at_once_wait_for_each_other(board: Board, jobraker: Command) -> None:
    started = [jobraker.start("init", "--json") for _ in range(4)]
    outputs = [process.communicate(timeout=60) for process in started]
    assert [process.returncode for process in started] == [0, 0, 0, 0], outputs
    assert board.counts()["jobraker_run"] == 1


def test_the_config_is_shown_with_sources_and_without_secrets(
    jobraker: Command, board: Board
) -> None:
    env = {"EMAIL_HOST": "relay.example", "EMAIL_HOST_PASSWORD": "hunter22"}
    for extra in ([], ["--json"], ["--format", "csv"]):
        result = jobraker("config", "show", *extra, env=env)
        assert "hunter22" not in result.stdout
        assert "relay.example" in result.stdout
    rows = {row["setting"]: row for row in jobraker("config", "show", "--json", env=env).json}
    assert rows["EMAIL_HOST"]["source"] == "environment"
    assert rows["EMAIL_HOST_PASSWORD"]["value"] == "********"
    assert rows["COMPANY_NAME"]["source"] == "default"
    assert "********" in rows["DATABASE_URL"]["value"] or board.kind == "sqlite"


def test_help_loads_neither_the_database_nor_the_templates() -> None:
    script = (
        "import sys\nfrom jobraker_cli.cli.root import root\n"
        "root.main(['--help'], standalone_mode=False)\n"
        "print([m for m in ('sqlalchemy', 'jinja2', 'rich', 'openai') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.rstrip().endswith("[]")


@pytest.mark.parametrize(
    ("env", "status", "said"),
    [
        ({"EMAIL_HOST_USER": "me"}, "fail", "EMAIL_HOST_PASSWORD is not"),
        ({"EMAIL_HOST_USER": "me", "EMAIL_HOST_PASSWORD": "hunter22"}, "fail", "in clear"),
        ({"EMAIL_USE_TLS": "1", "EMAIL_CA_FILE": "/nowhere"}, "fail", "EMAIL_CA_FILE"),
        ({}, "warn", "SITE_URL"),
        ({"SITE_URL": "https://board.test"}, "ok", "relay.test:25"),
    ],
)
def test_doctor_looks_at_the_relays_settings_without_asking_the_relay(
    sqlite_board: Board, jobraker: Command, env: dict[str, str], status: str, said: str
) -> None:
    jobraker("init")
    result = jobraker(
        "doctor",
        "--offline",
        "--json",
        env={"EMAIL_HOST": "relay.test", **env},
        check=78 if status == "fail" else 0,
    )
    (mail,) = [check for check in result.json["checks"] if check["name"] == "mail"]
    assert mail["status"] == status
    assert said in mail["detail"]
    assert "hunter22" not in result.stdout + result.stderr
