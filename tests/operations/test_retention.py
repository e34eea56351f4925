"""`prune` and `users`: what is forgotten, what must stay, and what is kept of one person."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from jobraker_cli.delivery.checks import suppression_key
from jobraker_cli.store import ledger, personal
from jobraker_cli.store.personal import Person
from tests.support.board import Board
from tests.support.command import Command
from tests.support.mailbox import Mailbox

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def add_message(
    board: Board, state: str, *, days: int, kind: str = "job_alert", key: str | None = None
) -> uuid.UUID:
    """A message of so many days ago with one try."""
    message = uuid.uuid4()
    board.execute(
        "INSERT INTO jobraker_outbox (id, dedupe_key, kind, recipient, payload, state, created_at)"
        " VALUES (:id, :key, :kind, 'ada@example.org', :payload, :state, :at)",
        id=message,
        key=key,
        kind=kind,
        payload='{"sections": []}',
        state=state,
        at=NOW - timedelta(days=days),
    )
    board.execute(
        "INSERT INTO jobraker_attempt (outbox_id, attempt, at, phase) VALUES (:id, 1, :at, 'done')",
        id=message,
        at=NOW - timedelta(days=days),
    )
    return message


def left(board: Board) -> dict[str, str]:
    """The payload of every message that is left, by id with dashes."""
    rows = board.rows("SELECT id, payload FROM jobraker_outbox")
    return {str(uuid.UUID(str(row["id"]))): str(row["payload"]) for row in rows}


def tries(board: Board) -> set[str]:
    rows = board.rows("SELECT outbox_id FROM jobraker_attempt")
    return {str(uuid.UUID(str(row["outbox_id"]))) for row in rows}


def run_prune(jobraker: Command, *args: str) -> Any:
    return jobraker("run", "prune", "--now", NOW.isoformat(), "--json", *args).json


def test_payloads_go_before_rows_and_what_waits_stays(board: Board, jobraker: Command) -> None:
    jobraker("init")
    young = add_message(board, "sent", days=29)
    middle = add_message(board, "sent", days=31)
    old = [add_message(board, state, days=91) for state in ("sent", "dead", "cancelled")]
    waiting = [
        add_message(board, state, days=400)
        for state in ("pending", "sending", "failed", "uncertain")
    ]
    before = board.dump()
    planned = run_prune(jobraker, "--dry-run")["extra"]
    assert board.dump() == before
    report = run_prune(jobraker)
    assert report["extra"] == planned | {"payloads": 4, "messages": 3}
    found = left(board)
    assert set(found) == {str(one) for one in (young, middle, *waiting)}
    assert found[str(middle)] == "{}"
    assert all(found[str(one)] != "{}" for one in (young, *waiting))
    assert tries(board) == set(found)
    assert not {str(one) for one in old} & set(found)
    assert sum(run_prune(jobraker)["extra"].values()) == 0
    assert jobraker("outbox", "show", str(middle)).returncode == 0


def test_a_key_that_no_period_ends_stays_for_ever_without_its_payload(
    board: Board, jobraker: Command
) -> None:
    jobraker("init")
    welcome = add_message(board, "sent", days=2000, kind="welcome", key="welcome:ada")
    status = add_message(board, "sent", days=2000, kind="application_status_update", key="s:1")
    digest = add_message(board, "sent", days=2000, key="daily:ada:2021-06-02")
    keyless = add_message(board, "sent", days=2000, kind="password_reset")
    run_prune(jobraker)
    assert left(board) == {str(welcome): "{}", str(status): "{}"}
    assert tries(board) == set()
    assert str(digest) not in left(board)
    assert str(keyless) not in left(board)


def test_what_was_mailed_is_not_mailed_again_after_everything_was_pruned(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    env = mailbox.settings
    board.add_alert(board.add_user(), keywords=["python"])
    board.add_alert(board.add_user(), keywords=["python"], frequency="weekly")
    jobraker("init")
    board.add_job(title="Python Engineer")
    jobraker("run", "all", "--now", NOW.isoformat(), env=env)
    assert len(mailbox.messages) == 2
    later = (NOW + timedelta(days=1000)).isoformat()
    pruned = jobraker("run", "prune", "--now", later, "--json", env=env).json["extra"]
    assert pruned["messages"] == 2
    assert left(board) == {}
    jobraker("run", "all", "--now", later, env=env)
    assert len(mailbox.messages) == 2
    assert jobraker("doctor", "--offline", "--json", env=env).json["ok"]


def test_more_than_one_transaction_of_rows_is_pruned(
    sqlite_board: Board, jobraker: Command
) -> None:
    jobraker("init")
    sqlite_board.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)"
        " INSERT INTO jobraker_outbox (id, kind, recipient, payload, state, created_at)"
        " SELECT printf('%032x', i), 'job_alert', 'a@b.test', '{\"a\": 1}', 'sent',"
        " '2026-01-01 00:00:00.000000' FROM n"
    )
    extra = run_prune(jobraker)["extra"]
    assert (extra["payloads"], extra["messages"]) == (2500, 2500)


def test_runs_that_something_hangs_on_stay(board: Board, jobraker: Command) -> None:
    jobraker("init")
    for day in (1, 2, 3):
        jobraker("run", "daily-alerts", "--now", f"2026-11-0{day}T09:00:00Z")
    board.execute("UPDATE jobraker_run SET started_at = '2020-01-01 00:00:00+00:00'")
    board.execute(
        "INSERT INTO jobraker_run (run_id, task, started_at, believed_at)"
        " VALUES (900, 'deliver', '2020-01-01 00:00:00+00:00', '2020-01-01 00:00:00+00:00')"
    )
    assert run_prune(jobraker)["extra"]["runs"] == 2
    kept = {(one["task"], one["outcome"]) for one in jobraker("runs", "--json").json}
    assert kept == {
        ("init", "done"),
        ("daily-alerts", "done"),
        ("prune", "done"),
        ("deliver", "died"),
    }
    board.add_alert(board.add_user(), keywords=["python"])
    board.add_job(title="Python Engineer")
    assert jobraker("run", "daily-alerts", "--json").json["planned"] == 1


def test_what_hangs_on_deleted_alerts_applications_and_people_goes(
    board: Board, jobraker: Command
) -> None:
    user, other = board.add_user(), board.add_user()
    alert = board.add_alert(user, keywords=["python"])
    application = board.add_application(user, board.add_job(title="Nurse"))
    jobraker("init")
    board.add_job(title="Python Engineer")
    jobraker("run", "daily-alerts", "--no-deliver")
    jobraker("preferences", "pause", "user1@example.org")
    extra = run_prune(jobraker)["extra"]
    assert (extra["marks"], extra["applications"], extra["people"]) == (0, 0, 0)
    board.delete("job_alerts", alert)
    board.delete("applications", application)
    board.delete("users", user)
    board.add_alert(other)
    board.add_application(other, board.add_job())
    planned = run_prune(jobraker, "--dry-run")["extra"]
    extra = run_prune(jobraker)["extra"]
    assert (extra["marks"], extra["applications"], extra["people"]) == (1, 1, 1)
    assert planned == extra
    counts = board.counts()
    for name in ("sent_job", "preference", "alert_mark", "application_seen"):
        assert counts[f"jobraker_{name}"] == 0, name
    assert counts["jobraker_user_seen"] == 1, "who is still there stays welcomed"
    assert counts["jobraker_job_seen"] == 2


def test_a_board_that_is_being_restored_loses_no_memory(
    sqlite_board: Board, jobraker: Command
) -> None:
    user = sqlite_board.add_user()
    alert = sqlite_board.add_alert(user, keywords=["python"])
    application = sqlite_board.add_application(user, sqlite_board.add_job(title="Nurse"))
    jobraker("init")
    sqlite_board.add_job(title="Python Engineer")
    jobraker("run", "daily-alerts", "--no-deliver")
    for table, row_id in (("applications", application), ("job_alerts", alert), ("users", user)):
        sqlite_board.delete(table, row_id)
    assert sum(run_prune(jobraker)["extra"].values()) == 0


def add_old_rows(board: Board, days: int) -> None:
    """A row of so many days ago in each table that is about no kind of message."""
    at, user = NOW - timedelta(days=days), uuid.uuid4()
    for sql in (
        (
            "notification (id, user_id, kind, title, created_at, read_at)"
            " VALUES (:id, :user, 'job_alert', 'New', :at, :at)"
        ),
        "vacancy (fingerprint, first_seen, last_seen, run_seq) VALUES (:name, :at, :at, 0)",
        "quota (provider, span_seconds, bucket, used, last_at) VALUES ('a', 3600, :days, 1, :at)",
        (
            "quota (provider, domain, span_seconds, bucket, used, last_at)"
            " VALUES (:name, 'b.test', 86400, :days, 1, :at)"
        ),
        "quota (provider, span_seconds, bucket, used, last_at) VALUES (:name, 0, 0, 0, :at)",
        "quota (provider, span_seconds, bucket, used, last_at) VALUES (:name, 1, 0, 0, :at)",
        "chat_usage (id, user_id, at) VALUES (:id, :user, :at)",
        "chat_login (id, user_id, at, method) VALUES (:id, :user, :at, 'as')",
        "inbox (digest, kind, read_at) VALUES (:name, 'bounce', :at)",
    ):
        known = {"id": uuid.uuid4(), "user": user, "at": at, "days": days, "name": f"p{days}"}
        used = {name: value for name, value in known.items() if f":{name}" in sql}
        board.execute(f"INSERT INTO jobraker_{sql}", **used)


def test_what_is_about_no_message_goes_by_its_age(board: Board, jobraker: Command) -> None:
    jobraker("init")
    for days in (1, 80, 170, 390, 410):
        add_old_rows(board, days)
    planned = run_prune(jobraker, "--dry-run")["extra"]
    done = run_prune(jobraker)["extra"]
    assert planned == done
    ages = {
        name: done[name]
        for name in ("notifications", "vacancies", "quotas", "chat_usage", "chat_logins", "reports")
    }
    assert ages == {
        "notifications": 2,
        "vacancies": 3,
        "quotas": 8,
        "chat_usage": 1,
        "chat_logins": 1,
        "reports": 3,
    }
    spans = [row["span_seconds"] for row in board.rows("SELECT span_seconds FROM jobraker_quota")]
    assert sorted(map(int, map(str, spans))) == [0] * 5 + [1] * 5 + [3600, 86400]
    assert sum(run_prune(jobraker)["extra"].values()) == 0


def test_a_vacancy_is_kept_as_long_as_a_repost_of_it_is_one(
    sqlite_board: Board, jobraker: Command
) -> None:
    jobraker("init")
    for days in (10, 63, 150):
        add_old_rows(sqlite_board, days)
    kept = run_prune_with(jobraker, ALERT_REPOST_DAYS="200")["vacancies"]
    assert kept == 0
    assert run_prune_with(jobraker, ALERT_REPOST_DAYS="1")["vacancies"] == 2


def run_prune_with(jobraker: Command, **settings: str) -> Any:
    command = ("run", "prune", "--now", NOW.isoformat(), "--json")
    return jobraker(*command, env=settings).json["extra"]


def test_a_dry_run_counts_tries_and_forgotten_runs_as_the_real_one_does(
    sqlite_board: Board, jobraker: Command
) -> None:
    jobraker("init")
    message = add_message(sqlite_board, "sent", days=100, kind="welcome", key="w")
    sqlite_board.execute(
        "INSERT INTO jobraker_attempt (outbox_id, attempt, at, phase) VALUES (:id, 2, :at, 'done')",
        id=message,
        at=NOW - timedelta(days=100),
    )
    jobraker("run", "deliver")
    sqlite_board.execute(
        "INSERT INTO jobraker_run (run_id, task, started_at, believed_at)"
        " VALUES (0, 'deliver', '2020-01-01 00:00:00+00:00', '2020-01-01 00:00:00+00:00')"
    )
    planned = run_prune(jobraker, "--dry-run")["extra"]
    done = run_prune(jobraker)["extra"]
    assert planned == done
    assert (done["tries"], done["runs"]) == (2, 1)


def test_the_command_takes_kinds_and_ages_and_says_what_would_go(
    sqlite_board: Board, jobraker: Command
) -> None:
    jobraker("init")
    days = (datetime.now(UTC) - NOW).days
    add_message(sqlite_board, "sent", days=40 - days)
    add_message(sqlite_board, "sent", days=40 - days, kind="welcome", key="w")
    dry = jobraker("prune", "--kind", "welcome", "--payload-days", "20", "--dry-run", "--json").json
    assert (dry["dry_run"], dry["pruned"]["payloads"]) == (True, 1)
    assert set(dry["pruned"]) == {"payloads", "messages", "tries"}
    done = jobraker("prune", "--kind", "welcome", "--payload-days", "20", "--json").json
    assert done["pruned"]["payloads"] == 1
    assert sorted(left(sqlite_board).values()) == ['{"sections": []}', "{}"]
    assert "62" in jobraker("prune", "--message-days", "61", check=2).stderr


# One person


def test_every_table_of_the_ledger_is_a_persons_or_said_not_to_be() -> None:
    person = Person(email="a@b.test", address_key="k", user_ids=("x",), has_account=True)
    for table in personal.personal_tables():
        personal.of_person(table, person)  # raises for a table whose rows it cannot tell apart
    owned = {table.name for table in personal.personal_tables()}
    assert owned | set(personal.IMPERSONAL) == set(ledger.ledger.tables)
    assert not owned & set(personal.IMPERSONAL)


def one_mailed(board: Board, jobraker: Command, mailbox: Mailbox, email: str) -> str:
    user = board.add_user(email=email)
    board.add_alert(user, keywords=["python"])
    jobraker("init")
    board.add_job(title="Python Engineer")
    jobraker("run", "daily-alerts", env=mailbox.settings)
    return user


def test_an_export_has_every_row_of_a_person_and_of_nobody_else(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    board.add_alert(board.add_user(email="grace@example.org"), keywords=["python"])
    user = one_mailed(board, jobraker, mailbox, "ada@example.org")
    jobraker("preferences", "pause", "ada@example.org")
    document = jobraker("users", "export", "ada@example.org").json
    assert document["user_ids"] == [user]
    tables = document["tables"]
    for name in ("outbox", "attempt", "sent_job", "alert_mark", "preference"):
        assert len(tables[f"jobraker_{name}"]) == 1, name
    (message,) = tables["jobraker_outbox"]
    assert message["payload"]["sections"]
    assert "grace" not in json.dumps(document)
    counts = jobraker("users", "export", "ada@example.org", "--dry-run", "--json").json["tables"]
    assert counts == {name: len(rows) for name, rows in tables.items()}
    assert jobraker("users", "export", "nobody@example.org", check=66).stdout == ""


def test_after_an_erasure_only_the_hmac_of_a_blocked_address_is_left(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    user = one_mailed(board, jobraker, mailbox, "ada@example.org")
    other = board.add_user(email="grace@example.org")
    before = board.dump()
    dry = jobraker("users", "erase", "ada@example.org", "--block", "--dry-run", "--json").json
    assert board.dump() == before
    done = jobraker("users", "erase", "ada@example.org", "--block", "--json").json
    assert done["tables"] == dry["tables"]
    assert (dry["dry_run"], done["dry_run"], done["suppressed"]) == (True, False, True)
    own = {name: rows for name, rows in board.dump().items() if name.startswith("jobraker_")}
    for trace in ("ada@", user, uuid.UUID(user).hex):
        assert trace not in str(own)
    assert len(own["jobraker_suppression"]) == 1
    assert board.row("users", other)["email"] == "grace@example.org"
    board.add_job(title="Python Nurse")
    jobraker("run", "daily-alerts", "--now", "2030-01-01T09:00:00Z", env=mailbox.settings)
    assert len(mailbox.messages) == 1, "the blocked address gets no mail"


def live_through(board: Board, jobraker: Command, mailbox: Mailbox) -> tuple[str, set[str]]:
    """A person of whom every table of the ledger and the chat has a row; ids that are theirs."""
    env = mailbox.settings | {"BOUNCE_ADDRESS": "bounces@board.test"}
    user = board.add_user(email="Ada@example.org")
    alert = board.add_alert(user, keywords=["python"])
    jobraker("init")
    jobs = [board.add_job(title=title) for title in ("Python Engineer", "Nurse", "Welder")]
    applications = [
        board.add_application(user, job, status="submitted", follow_up_date=NOW) for job in jobs[1:]
    ]
    jobraker("run", "all", "--now", NOW.isoformat(), env=env)
    for row_id in applications:
        board.update("applications", row_id, status="interview_scheduled")
    jobraker("run", "status-updates", "--now", NOW.isoformat(), env=env)
    jobraker("preferences", "pause", "Ada@example.org")
    jobraker("chat", "--demo", "--as", "Ada@example.org", "-p", "hello")
    secret = str(board.rows("SELECT secret FROM jobraker_key")[0]["secret"])
    key = suppression_key(bytes.fromhex(secret), "Ada@example.org")
    (message,) = board.rows("SELECT id FROM jobraker_outbox WHERE kind = 'job_alert'")
    board.execute(
        "INSERT INTO jobraker_soft_bounce (key, day) VALUES (:key, '2026-11-20')", key=key
    )
    board.execute(
        "INSERT INTO jobraker_inbox (digest, kind, outbox_id, read_at)"
        " VALUES ('d', 'bounce', :id, :at)",
        id=uuid.UUID(str(message["id"])),
        at=NOW,
    )
    board.execute("UPDATE jobraker_attempt SET text = '450 <ada@example.org>: try again'")
    return user, {user, alert, *applications}


def traces(board: Board, ids: set[str]) -> list[str]:
    """Rows of any table with the address or one of the ids, in any column and spelling."""
    names = {"ada@", *ids, *(uuid.UUID(one).hex for one in ids)}
    return [
        f"{table}: {row}"
        for table, rows in board.dump().items()
        if table.startswith("jobraker_")
        for row in rows
        if any(name in row.lower() for name in names)
    ]


def test_nothing_of_a_person_whose_account_is_gone_is_left_in_any_column(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    user, ids = live_through(board, jobraker, mailbox)
    board.delete("users", user)
    document = jobraker("users", "export", "Ada@example.org").json
    rows = {name: len(found) for name, found in document["tables"].items()}
    assert {name for name, number in rows.items() if number} == {
        table.name for table in personal.personal_tables()
    }
    assert rows["jobraker_application_seen"] == rows["jobraker_reminder"] == 2
    dry = jobraker("users", "erase", "Ada@example.org", "--dry-run", "--json").json
    done = jobraker("users", "erase", "Ada@example.org", "--json").json
    assert done == dry | {"dry_run": False}
    assert done["tables"] == rows
    assert traces(board, ids) == []
    assert board.counts()["jobraker_suppression"] == 0
    jobraker("users", "export", "Ada@example.org", check=66)


def test_an_account_that_is_still_there_is_not_mailed_anew_after_an_erasure(
    sqlite_board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    _, ids = live_through(sqlite_board, jobraker, mailbox)
    before = len(mailbox.messages)
    result = jobraker("users", "erase", "Ada@example.org")
    assert "its address is not mailed any more" in result.stderr
    assert "chat_chatmessage: 2" in result.stdout
    assert traces(sqlite_board, ids) == []
    assert sqlite_board.counts()["jobraker_suppression"] == 1
    later = (NOW + timedelta(days=1)).isoformat()
    jobraker("run", "all", "--now", later, env=mailbox.settings)
    assert len(mailbox.messages) == before
    said = jobraker("users", "erase", "Ada@example.org", "--no-block").stderr
    assert "not mailed any more" in said, "what is suppressed stays so"


def test_an_address_that_was_given_up_leads_to_nobody_else(
    sqlite_board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    user = one_mailed(sqlite_board, jobraker, mailbox, "ada@example.org")
    sqlite_board.update("users", user, email="countess@example.org")
    erased = jobraker("users", "erase", "ada@example.org", "--json").json
    assert (erased["has_account"], erased["tables"]["jobraker_outbox"]) == (False, 1)
    for name in ("sent_job", "alert_mark", "user_seen"):
        assert erased["tables"][f"jobraker_{name}"] == 0, "the account has another address by now"


def test_an_earlier_account_of_the_same_address_is_theirs_too(
    sqlite_board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    first = one_mailed(sqlite_board, jobraker, mailbox, "ada@example.org")
    sqlite_board.delete("users", first)
    second = sqlite_board.add_user(email="ada@example.org")
    document = jobraker("users", "export", "ADA@example.org").json
    assert document["user_ids"] == [second, first]
    assert len(document["tables"]["jobraker_outbox"]) == 1


def test_accounts_that_differ_in_case_are_two_people(
    sqlite_board: Board, jobraker: Command
) -> None:
    jobraker("init")
    first = sqlite_board.add_user(email="Bob@example.org")
    sqlite_board.add_user(email="bob@example.org")
    assert jobraker("users", "export", "Bob@example.org").json["user_ids"] == [first]
    said = jobraker("users", "export", "BOB@example.org", check=2).stderr
    assert "exactly" in said
    warned = jobraker("users", "erase", "bob@example.org").stderr
    assert "the account is still there" in warned


@pytest.mark.parametrize("command", ["export", "erase"])
def test_users_needs_a_baseline(sqlite_board: Board, jobraker: Command, command: str) -> None:
    assert "baseline" in jobraker("users", command, "ada@example.org", check=78).stderr
