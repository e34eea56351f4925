"""docs/migration.md, step by step: from a board that mails by itself to jobraker, and back."""

from datetime import UTC, datetime

from tests.support.board import Board
from tests.support.command import Command
from tests.support.mailbox import Mailbox, Received

DRY, CHANGE, LIVE = (f"2026-11-{day}T09:00:00Z" for day in (23, 24, 25))


def text(mail: Received) -> str:
    """The text part of a mail."""
    part = mail.parsed.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_the_change_over_mails_nothing_twice_and_loses_nothing(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    env = mailbox.settings
    user = board.add_user(email="ada@example.org")
    alert = board.add_alert(user, keywords=["python"])
    application = board.add_application(user, board.add_job(title="Python Veteran"))
    jobraker("init")

    # A day of dry runs beside the old system, which mails one job and one status.
    board.add_job(title="Python Engineer")
    board.update("applications", application, status="interview_scheduled")
    before = board.dump()
    for task in ("daily-alerts", "status-updates"):
        report = jobraker("run", task, "--dry-run", "--now", DRY, "--json", env=env).json
        assert report["planned"] == 1, task
    assert board.dump() == before

    # The hour of change: what the old system mailed is queued, and cancelled.
    for task in ("daily-alerts", "status-updates"):
        jobraker("run", task, "--no-deliver", "--now", CHANGE, env=env)
    counted = jobraker("outbox", "cancel", "--state", "pending", "--dry-run").stdout
    assert counted.startswith("would cancel: 2 messages")
    jobraker("outbox", "cancel", "--state", "pending", "--yes")

    # Live: only what is new goes out.
    jobraker("run", "all", "--now", LIVE, env=env)
    assert mailbox.messages == []
    board.add_job(title="Python Nurse")
    board.update("applications", application, status="offer_received")
    tomorrow = "2026-11-26T09:00:00Z"
    jobraker("run", "all", "--now", tomorrow, env=env)
    digest, status = sorted(map(text, mailbox.messages), key=lambda one: "Nurse" not in one)
    assert "Python Nurse" in digest
    assert "Python Engineer" not in digest
    assert "offer" in status.lower()

    # And back: nothing waits, and the old task's own mark is that of the last run.
    assert jobraker("outbox", "list", "--state", "pending", "--json").json == []
    assert board.row("job_alerts", alert)["last_run"] == datetime(2026, 11, 26, 9, tzinfo=UTC)
    changed = {name for name, rows in board.dump().items() if rows != before[name]}
    assert {name for name in changed if not name.startswith("jobraker_")} == {
        "job_alerts",
        "jobs",
        "applications",
    }
