"""Status updates as people get them, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest

from jobraker_cli.model import APPLICATION_STATUSES
from jobraker_cli.tasks.app import RunOptions
from tests.support.board import Board
from tests.support.command import Command
from tests.support.tasks import Tasks, moment

NOW = moment(23)


def at(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def applied(board: Board, status: str = "under_review", **columns: object) -> str:
    ada = board.add_user(email="ada@example.org", first_name="Ada")
    job = board.add_job(title="Data Engineer", company="Acme")
    return board.add_application(ada, job, status=status, **columns)


def test_a_change_is_one_mail_with_the_trail_and_nothing_before_it(
    tasks: Tasks, board: Board
) -> None:
    application = applied(
        board,
        interview_date=datetime(2026, 12, 1, 14, tzinfo=UTC),
        interview_details=[{"type": "video_call", "link": "https://meet.example.com/a"}],
    )
    tasks.init(NOW)
    assert tasks("status-updates", NOW).counts["planned"] == 0
    board.update("applications", application, status="interview_scheduled")
    report = tasks("status-updates", at(5))
    assert (report.counts["planned"], report.counts["sent"]) == (1, 1)
    (mail,) = tasks.mails()
    assert (mail.to, mail.subject) == (
        "ada@example.org",
        "Interview scheduled: Data Engineer at Acme",
    )
    assert "Under review -> Interview scheduled" in mail.text
    assert "Tuesday 1 December, 14:00 UTC" in mail.text
    assert "https://meet.example.com/a" in mail.text
    assert tasks("status-updates", at(10)).counts["planned"] == 0
    (row,) = board.rows("SELECT title, link FROM jobraker_notification")
    assert row["title"] == mail.subject
    assert str(row["link"]).endswith("/applications")


def test_every_status_that_is_mailed_has_words_of_its_own(tasks: Tasks, board: Board) -> None:
    ada = board.add_user(email="ada@example.org")
    applications = {
        status: board.add_application(ada, board.add_job(), status="none_yet")
        for status in (*APPLICATION_STATUSES, "on_hold")
    }
    tasks.init(NOW)
    for status, application in applications.items():
        board.update("applications", application, status=status)
    tasks.environment = {"STATUS_MAILS": ",".join((*APPLICATION_STATUSES, "other"))}
    assert tasks("status-updates", at(5)).counts["sent"] == 15
    mails = tasks.mails()
    assert len({mail.subject.partition(":")[0] for mail in mails}) == 15
    said = {line for mail in mails for line in mail.text.splitlines()[5:6]}
    assert len(said) == 15  # what it means
    assert not [mail.subject for mail in mails if "_" in mail.subject or "skyvern" in mail.subject]


def test_automation_states_are_not_mailed_and_the_trail_leaves_them_out(
    tasks: Tasks, board: Board
) -> None:
    application = applied(board, status="pending")
    tasks.init(NOW)
    board.update("applications", application, status="submitting_via_skyvern")
    assert tasks("status-updates", at(5)).counts["planned"] == 0
    board.update("applications", application, status="submitted")
    tasks("status-updates", at(10))
    (mail,) = tasks.mails()
    assert "Not sent yet -> Application sent" in mail.text


def test_two_changes_between_runs_are_one_mail_and_there_and_back_is_none(
    tasks: Tasks, board: Board
) -> None:
    application = applied(board, status="submitted")
    tasks.init(NOW)
    board.update("applications", application, status="under_review")
    board.update("applications", application, status="rejected")
    tasks("status-updates", at(5))
    (mail,) = tasks.mails()
    assert "Application sent -> Not selected" in mail.text
    board.update("applications", application, status="accepted")
    board.update("applications", application, status="rejected")
    assert tasks("status-updates", at(10)).counts["planned"] == 0


def test_a_message_that_did_not_go_is_replaced_by_the_next_one(tasks: Tasks, board: Board) -> None:
    application = applied(board, status="submitted")
    tasks.init(NOW)
    board.update("applications", application, status="under_review")
    tasks.run("status-updates", at(5), RunOptions(deliver=False))
    board.update("applications", application, status="rejected")
    tasks("status-updates", at(10))
    (mail,) = tasks.mails()
    assert "Application sent -> Not selected" in mail.text
    states = board.rows("SELECT state FROM jobraker_outbox ORDER BY created_at")
    assert [row["state"] for row in states] == ["cancelled", "sent"]


def test_there_and_back_around_a_message_that_did_not_go_is_silence(
    tasks: Tasks, board: Board
) -> None:
    application = applied(board, status="submitted")
    tasks.init(NOW)
    board.update("applications", application, status="rejected")
    tasks.run("status-updates", at(5), RunOptions(deliver=False))
    board.update("applications", application, status="submitted")
    assert tasks("status-updates", at(10)).counts["planned"] == 0
    assert tasks("deliver", at(15)).counts["sent"] == 0
    assert tasks.mails() == []
    board.update("applications", application, status="rejected")
    assert tasks("status-updates", at(20)).counts["sent"] == 1


@pytest.mark.parametrize("gone", ["status", "user", "application", "owner"])
def test_right_before_the_send_it_is_looked_at_again(tasks: Tasks, board: Board, gone: str) -> None:
    application = applied(board, status="submitted")
    owner = str(board.row("applications", application)["user_id"])
    tasks.init(NOW)
    board.update("applications", application, status="under_review")
    tasks.run("status-updates", at(5), RunOptions(deliver=False))
    if gone == "status":
        board.update("applications", application, status="rejected")
    elif gone == "user":
        board.update("users", owner, is_active=False)
    elif gone == "application":
        board.delete("applications", application)
    else:
        board.delete("users", owner)
    assert tasks("deliver", at(10)).counts["cancelled"] == 1
    assert tasks.mails() == []


def test_a_status_settles_before_it_is_told(tasks: Tasks, board: Board) -> None:
    application = applied(board, status="submitted")
    tasks.init(NOW)
    board.update("applications", application, status="under_review")
    tasks.environment = {"STATUS_SETTLE_SECONDS": "600"}
    assert tasks("status-updates", at(0)).counts["planned"] == 0
    assert tasks("status-updates", at(9)).counts["planned"] == 0
    board.update("applications", application, status="rejected")
    assert tasks("status-updates", at(10)).counts["planned"] == 0
    assert tasks("status-updates", at(20)).counts["sent"] == 1
    board.update("applications", application, status="submitted", updated_at=at(30))
    assert tasks("status-updates", at(41)).counts["sent"] == 1
    board.update("applications", application, status="rejected")
    tasks("status-updates", at(50))
    board.update("applications", application, status="submitted")
    assert tasks("status-updates", at(70)).counts["planned"] == 0


def test_a_new_application_is_told_of_only_where_somebody_else_moved_it(
    tasks: Tasks, board: Board
) -> None:
    tasks.init(NOW)
    ada = board.add_user(email="ada@example.org")
    for status in ("pending", "submitted", "interview_scheduled"):
        board.add_application(ada, board.add_job(), status=status, created_at=NOW)
    board.add_application(
        ada, board.add_job(), status="rejected", created_at=NOW - timedelta(days=90)
    )
    tasks("status-updates", at(5))
    (mail,) = tasks.mails()
    assert mail.subject.startswith("Interview scheduled")
    assert "->" not in mail.text


def test_touched_applications_are_not_news(tasks: Tasks, board: Board) -> None:
    ada = board.add_user()
    jobs = board.insert_jobs(1_200)
    board.insert_many(
        "applications", 1_200, user_id=ada, job_id=lambda i: jobs[i], status="submitted"
    )
    tasks.init(NOW)
    board.execute("UPDATE applications SET updated_at = :now", now=at(1))
    assert tasks("status-updates", at(5)).counts["planned"] == 0
    board.execute("UPDATE applications SET status = 'under_review'")
    report = tasks.run("status-updates", at(10), RunOptions(limit=700, deliver=False))
    assert report.counts["queued"] == 700
    report = tasks.run("status-updates", at(15), RunOptions(dry_run=True))
    assert report.counts["planned"] == 500
    report = tasks.run("status-updates", at(15), RunOptions(deliver=False))
    assert report.counts["queued"] == 500


def test_who_declined_status_mails_has_the_notification(tasks: Tasks, board: Board) -> None:
    application = applied(board, status="submitted")
    owner = str(board.row("applications", application)["user_id"])
    tasks.init(NOW)
    insert = "INSERT INTO jobraker_preference (user_id, scope, choice) SELECT id, 'status', "
    board.execute(f"{insert} 'unsubscribed' FROM users")
    board.update("applications", application, status="rejected")
    assert tasks("status-updates", at(5)).counts["planned"] == 0
    (row,) = board.rows("SELECT title, outbox_id FROM jobraker_notification")
    assert row == {"title": "Not selected: Data Engineer at Acme", "outbox_id": None}
    assert owner


def test_a_ledger_of_an_older_version_takes_its_baseline_first(tasks: Tasks, board: Board) -> None:
    application = applied(board, status="submitted")
    tasks.init(NOW)
    for name in ("baseline", "application_seen", "user_seen"):
        board.execute(f"DELETE FROM jobraker_{name}")
    board.update("applications", application, status="under_review")
    assert tasks("status-updates", at(5)).counts["planned"] == 0
    assert tasks("welcome", at(5)).counts["planned"] == 0
    board.update("applications", application, status="rejected")
    assert tasks("status-updates", at(10)).counts["sent"] == 1


def test_an_address_that_takes_no_mail_is_said_once(tasks: Tasks, board: Board) -> None:
    user = board.add_user(email="not an address")
    application = board.add_application(user, board.add_job(), status="submitted")
    tasks.init(NOW)
    for minutes, status in enumerate(("under_review", "rejected", "accepted"), 1):
        board.update("applications", application, status=status)
        tasks("status-updates", at(minutes), check=False)
    assert len(board.rows("SELECT id FROM jobraker_outbox WHERE state = 'dead'")) == 1
    assert len(board.rows("SELECT id FROM jobraker_notification")) == 3


def test_a_frozen_plan_sends_what_is_in_it_and_leaves_the_rest(
    tasks: Tasks, board: Board, jobraker: Command
) -> None:
    first = applied(board, status="submitted")
    bob = board.add_user(email="bob@example.org")
    second = board.add_application(bob, board.add_job(), status="submitted")
    tasks.init(NOW)
    env = {"EMAIL_BACKEND": "file", "EMAIL_FILE_PATH": str(tasks.folder)}
    board.update("applications", first, status="rejected")
    jobraker("plan", "status-updates", "--out", "plan.json", env=env)
    board.update("applications", second, status="rejected")
    jobraker("run", "status-updates", "--plan", "plan.json", env=env)
    assert [mail.to for mail in tasks.mails()] == ["ada@example.org"]
    jobraker("run", "status-updates", env=env)
    assert [mail.to for mail in tasks.mails()] == ["bob@example.org"]


def test_a_status_in_another_spelling_is_the_same_status(tasks: Tasks, board: Board) -> None:
    application = applied(board, status="under_review")
    other = board.add_application(
        board.add_user(email="eve@example.org"), board.add_job(), status=" Submitted"
    )
    tasks.init(NOW)
    board.update("applications", application, status="Under_Review ")
    board.update("applications", other, status="SUBMITTING_VIA_SKYVERN")
    assert tasks("status-updates", at(5)).counts["planned"] == 0
    board.update(
        "applications",
        application,
        status="Offer_Received",
        offer_details={"salary": 60_000, "currency": "eur", "period": None, "bonus": 5_000},
    )
    assert tasks("status-updates", at(10)).counts["sent"] == 1
    (mail,) = tasks.mails()
    assert mail.subject == "Offer received: Data Engineer at Acme"
    assert "Under review -> Offer received" in mail.text
    assert "Pay: 60,000 EUR\nBonus: 5,000 EUR\n" in mail.text
