"""The runbook's troubles, staged: what the operator sees, the exit code, and what heals it."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jobraker_cli.store.engine import connect
from jobraker_cli.store.locks import lock
from tests.support.board import Board
from tests.support.command import Command
from tests.support.mailbox import Mailbox

NOW = "2026-11-23T09:00:00Z"


def one_due(board: Board, jobraker: Command) -> tuple[str, str, str]:
    """A board on which one person is owed one digest: user, alert, job."""
    user = board.add_user(email="ada@example.org")
    alert = board.add_alert(user, keywords=["python"])
    jobraker("init")
    return user, alert, board.add_job(title="Python Engineer")


def failed(jobraker: Command, env: dict[str, str], check: int) -> dict[str, str]:
    """The checks of doctor that fail: what each says to do."""
    report = jobraker("doctor", "--json", env=env, check=check).json
    return {one["name"]: one["fix"] for one in report["checks"] if one["status"] == "fail"}


def test_the_relay_is_down(sqlite_board: Board, jobraker: Command, mailbox: Mailbox) -> None:
    one_due(sqlite_board, jobraker)
    away = {**mailbox.settings, "EMAIL_PORT": "1"}
    seen = jobraker("run", "daily-alerts", "--now", NOW, env=away, check=69)
    assert "is not reachable" in seen.stderr
    assert len(seen.stderr.splitlines()) == 1, "one line for cron to mail"
    assert failed(jobraker, away, 69).keys() == {"relay"}
    stats = jobraker("stats", "--json", env=away).json
    assert (stats["backlog"], stats["sent_last_24h"]) == (1, 0)
    jobraker("run", "deliver", "--now", NOW, env=mailbox.settings)
    assert len(mailbox.messages) == 1, "nothing but time was needed"


def test_a_restored_backup(sqlite_board: Board, jobraker: Command, mailbox: Mailbox) -> None:
    one_due(sqlite_board, jobraker)
    live = Path(sqlite_board.url.removeprefix("sqlite:///"))
    backup = shutil.copy(live, jobraker.cwd / "backup.db")
    jobraker("run", "daily-alerts", "--now", NOW, env=mailbox.settings)
    (first,) = mailbox.messages
    shutil.copy(backup, live)
    jobraker("run", "daily-alerts", "--now", NOW, "--no-deliver", env=mailbox.settings)
    (again,) = jobraker("outbox", "list", "--state", "pending", "--json").json
    assert again["message_id"] == first.parsed["Message-ID"], "many mail systems show it once"
    jobraker("outbox", "cancel", "--state", "pending", "--yes")
    jobraker("run", "all", "--now", "2026-11-24T09:00:00Z", env=mailbox.settings)
    assert len(mailbox.messages) == 1


def test_i_got_it_twice(sqlite_board: Board, jobraker: Command, mailbox: Mailbox) -> None:
    one_due(sqlite_board, jobraker)
    mailbox.reply("RCPT", "450 4.2.0 busy")
    jobraker("run", "daily-alerts", "--now", NOW, env=mailbox.settings, check=None)
    jobraker("run", "deliver", "--now", "2026-11-23T12:00:00Z", env=mailbox.settings)
    (mail,) = mailbox.messages
    message = mail.parsed["Message-ID"].strip("<>").partition("@")[0]
    tries = jobraker("outbox", "show", message, "--json").json["attempts"]
    assert [one["code"] for one in tries] == [450, 250]


def test_i_got_nothing(sqlite_board: Board, jobraker: Command, mailbox: Mailbox) -> None:
    _, alert, job = one_due(sqlite_board, jobraker)
    other = sqlite_board.add_job(title="Night Nurse")
    (mine,) = jobraker("alerts", "list", "--user", "ada@example.org", "--json").json
    assert mine["id"] == alert
    assert jobraker("alerts", "explain", alert, job, "--json").json["match"] is True
    missed = jobraker("alerts", "explain", alert, other, "--json").json
    assert missed["match"] is False
    assert any(not clause["holds"] for clause in missed["clauses"])
    sqlite_board.update("job_alerts", alert, is_active=False)
    (paused,) = jobraker("alerts", "list", "--user", "ada@example.org", "--json").json
    assert paused["active"] is False


def test_the_key_of_the_links_is_changed(
    sqlite_board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    one_due(sqlite_board, jobraker)
    old, new = "an-old-secret-key-of-the-board", "a-new-secret-key-of-the-board"
    env = {**mailbox.settings, "JOBRAKER_SECRET_KEY": old}
    jobraker("run", "daily-alerts", "--now", NOW, env=env)
    (mail,) = mailbox.messages
    link = mail.parsed["List-Unsubscribe"].partition(">")[0]
    token = link.rpartition("/")[2]
    changed = {**mailbox.settings, "JOBRAKER_SECRET_KEY": new}
    assert jobraker("unsubscribe", token, env=changed, check=None).returncode != 0
    changed["JOBRAKER_OLD_SECRET_KEYS"] = old
    assert jobraker("unsubscribe", token, env=changed).returncode == 0


def test_an_upgrade_of_the_ledger_was_forgotten(
    sqlite_board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    one_due(sqlite_board, jobraker)
    (newest,) = sqlite_board.rows(
        "SELECT filename, checksum FROM jobraker_schema ORDER BY filename DESC LIMIT 1"
    )
    name, checksum = str(newest["filename"]), str(newest["checksum"])
    sqlite_board.execute("DELETE FROM jobraker_schema WHERE filename = :name", name=name)
    seen = jobraker("run", "daily-alerts", env=mailbox.settings, check=78)
    assert "jobraker db upgrade" in seen.stderr
    assert "db upgrade" in failed(jobraker, mailbox.settings, 78)["ledger"]
    sqlite_board.execute(
        "INSERT INTO jobraker_schema (filename, checksum, applied_at)"
        " VALUES (:name, :checksum, '2026-11-23 00:00:00')",
        name=name,
        checksum=checksum,
    )
    jobraker("run", "daily-alerts", "--now", NOW, env=mailbox.settings)
    assert len(mailbox.messages) == 1


def test_a_run_hangs(board: Board, jobraker: Command, mailbox: Mailbox) -> None:
    one_due(board, jobraker)
    board.execute(
        "INSERT INTO jobraker_run (run_id, task, started_at, believed_at, host)"
        " VALUES (900, 'daily-alerts', :at, :at, 'mars')",
        at=datetime.now(UTC) - timedelta(hours=5),
    )
    url = board.url.replace("postgresql://", "postgresql+psycopg2://")
    engine = connect(url)
    with lock(engine, url, "daily-alerts-1/1", wait=False):
        seen = jobraker("run", "daily-alerts", env=mailbox.settings, check=75)
        assert "run 900 on mars, since" in seen.stderr
        checks = jobraker("doctor", "--json", env=mailbox.settings).json["checks"]
        assert any(one["name"] == "running daily-alerts" for one in checks)
    engine.dispose()
    jobraker("run", "daily-alerts", "--now", NOW, env=mailbox.settings)
    ended = {one["run_id"]: one["outcome"] for one in jobraker("runs", "--json").json}
    assert ended["900"] == "died"
    assert len(mailbox.messages) == 1
