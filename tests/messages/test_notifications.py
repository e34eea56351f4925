"""In-app notifications: beside every message, without one where mail is off, and live."""

import json
import signal
import sqlite3
import time

import psycopg2  # type: ignore[import-untyped]
import pytest

from tests.support.board import Board
from tests.support.command import Command, lines_of
from tests.support.tasks import Tasks, moment

NOW = moment(23)


def notices(board: Board) -> list[tuple[str, bool]]:
    rows = board.rows(
        "SELECT title, outbox_id FROM jobraker_notification ORDER BY created_at, title"
    )
    return [(str(row["title"]), row["outbox_id"] is not None) for row in rows]


def test_a_digest_has_a_notification_and_an_alert_without_mail_has_only_that(
    tasks: Tasks, board: Board
) -> None:
    ada, bob = (board.add_user(email=f"{name}@example.org") for name in ("ada", "bob"))
    board.add_alert(ada, keywords=["python"])
    board.add_alert(ada, keywords=["engineer"], email_notifications=False)
    board.add_alert(bob, keywords=["python"], email_notifications=False)
    tasks.init(NOW)
    board.add_job(title="Python Engineer", company="Acme")
    board.add_job(title="Rust Engineer", company="Acme")
    assert tasks("daily-alerts", NOW).counts["sent"] == 1
    (mail,) = tasks.mails()
    assert mail.to == "ada@example.org"
    assert "Rust Engineer" not in mail.text
    assert sorted(notices(board)) == [
        ("New job: Python Engineer at Acme", False),
        ("New job: Python Engineer at Acme", True),
        ("New job: Rust Engineer at Acme", False),
    ]
    assert tasks("daily-alerts", moment(24)).counts["planned"] == 0
    assert len(notices(board)) == 3


def test_notifications_are_followed_live_and_survive_a_lost_connection(
    tasks: Tasks, board: Board, jobraker: Command
) -> None:
    ada = board.add_user(email="ada@example.org")
    tasks.init(NOW)
    person = ("--user", "ada@example.org")
    jobraker("send", "test", *person)
    process = jobraker.start("notifications", "follow", *person, "--unread", "--format", "ndjson")
    lines = lines_of(process.stdout)
    assert json.loads(lines.get(timeout=20))["kind"] == "test"
    jobraker("send", "welcome", *person)
    assert json.loads(lines.get(timeout=20))["kind"] == "welcome"
    if board.kind == "postgresql":
        mine = "pid <> pg_backend_pid() AND datname = current_database()"
        board.rows(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {mine}")
        time.sleep(0.1)
    jobraker("send", "test", *person)
    assert json.loads(lines.get(timeout=20))["kind"] == "test"
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 130
    assert process.stderr is not None
    assert "Traceback" not in process.stderr.read()
    assert lines.empty()
    assert jobraker("notifications", "read", *person, "--json").json == {"read": 3}
    found = jobraker("notifications", "list", *person, "--json").json
    assert [one["read_at"] is None for one in found] == [False] * 3
    assert ada


def test_a_reset_link_goes_out_and_is_nowhere_else(
    tasks: Tasks, board: Board, jobraker: Command
) -> None:
    board.add_user(email="ada@example.org")
    tasks.init(NOW)
    env = {
        "EMAIL_BACKEND": "file",
        "EMAIL_FILE_PATH": "mail",
        "SITE_URL": "https://jobs.example.org",
    }
    reset = ("send", "password-reset", "--user", "ada@example.org", "--reset-url")
    for wrong in (
        "http://jobs.example.org/r/SECRET",
        "https://evil.example.org/r/SECRET",
        "https://jobs.example.org@evil.example.org/SECRET",
        "javascript:SECRET",
    ):
        refused = jobraker(*reset, wrong, env=env, check=2)
        assert "SECRET" not in refused.stderr
    told = jobraker(*reset, "https://jobs.example.org/r/SECRET", "--json", "-vv", env=env)
    assert told.json["state"] == "sent"
    (mail,) = (jobraker.cwd / "mail").glob("*.eml")
    assert b"/r/SECRET" in mail.read_bytes()
    said = jobraker("outbox", "show", told.json["id"], env=env).stdout
    said += jobraker("outbox", "list", "--json", env=env).stdout
    said += jobraker("outbox", "export", env=env).stdout
    assert "Set a new password" in said
    assert "SECRET" not in said + told.stdout + told.stderr + str(board.dump())
    jobraker("send", "welcome", "--user", "nobody@example.org", env=env, check=66)


def test_a_message_without_an_id_is_refused_and_stops_no_other(tasks: Tasks, board: Board) -> None:
    tasks.init(NOW)
    with pytest.raises((sqlite3.IntegrityError, psycopg2.IntegrityError), match="id"):
        board.execute(
            "INSERT INTO jobraker_outbox (kind, recipient, payload)"
            " VALUES ('password_reset', 'ada@example.org', '{}')"
        )
    assert tasks("deliver", NOW).counts["planned"] == 0
