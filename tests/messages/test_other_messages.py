"""Welcomes, reminders, recommendations and the operators' summary, on both databases."""

from datetime import timedelta

import pytest

from jobraker_cli.tasks.app import RunOptions
from tests.support.board import Board
from tests.support.tasks import Tasks, moment

NOW = moment(23, 11)
DAY = timedelta(days=1)


def test_newcomers_are_welcomed_once_and_those_who_were_there_are_not(
    tasks: Tasks, board: Board
) -> None:
    board.add_user()
    tasks.init(NOW)
    ada = board.add_user(email="Ada@Example.ORG", first_name="Ada")
    board.add("user_profiles", user_id=ada, current_title="Engineer", skills=["python"])
    asleep = board.add_user(is_active=False)
    assert tasks.run("welcome", NOW, RunOptions(dry_run=True)).counts["planned"] == 1
    assert tasks("welcome", NOW).counts["sent"] == 1
    (mail,) = tasks.mails()
    assert mail.to == "Ada@example.org"
    assert "1. Complete your profile (done)" in mail.text
    assert "2. Upload your résumé\n" in mail.text
    assert tasks("welcome", NOW).counts["planned"] == 0
    board.update("users", asleep, is_active=True)
    assert tasks("welcome", NOW).counts["sent"] == 1


def test_a_welcome_is_cancelled_when_its_owner_is_gone(tasks: Tasks, board: Board) -> None:
    tasks.init(NOW)
    board.add_user(is_active=True)
    gone = board.add_user()
    tasks.run("welcome", NOW, RunOptions(deliver=False))
    board.update("users", gone, is_active=False)
    counts = tasks("deliver", NOW).counts
    assert (counts["sent"], counts["cancelled"]) == (1, 1)


def test_a_cap_a_run_leaves_the_others_for_the_next(tasks: Tasks, board: Board) -> None:
    tasks.init(NOW)
    board.insert_many("users", 7)
    tasks.environment = {"JOBRAKER_MAX_PER_RUN": "3"}
    assert [tasks("welcome", NOW).counts["sent"] for _ in range(4)] == [3, 3, 1, 0]


@pytest.fixture
def ada(board: Board) -> str:
    return board.add_user(email="ada@example.org", first_name="Ada")


def test_a_date_of_ones_own_is_reminded_of_once_in_any_open_status(
    tasks: Tasks, board: Board, ada: str
) -> None:
    tasks.init(NOW)
    applications = {
        status: board.add_application(
            ada, board.add_job(title=status), status=status, follow_up_date=NOW - DAY
        )
        for status in ("pending", "interview_completed", "rejected", "withdrawn", "accepted")
    }
    assert tasks("follow-ups", NOW).counts["sent"] == 2
    assert "today is the day" in tasks.mails()[0].text.lower()
    assert tasks("follow-ups", NOW + DAY).counts["planned"] == 0
    row = board.row("applications", applications["pending"])
    assert row["follow_up_reminder_sent_at"] == NOW
    board.update("applications", applications["pending"], follow_up_date=NOW + 2 * DAY)
    assert tasks("follow-ups", NOW + DAY).counts["planned"] == 0
    assert tasks("follow-ups", NOW + 2 * DAY).counts["sent"] == 1


def test_without_the_column_written_the_ledger_remembers(
    tasks: Tasks, board: Board, ada: str
) -> None:
    tasks.init(NOW)
    application = board.add_application(ada, board.add_job(), follow_up_date=NOW - DAY)
    tasks.environment = {"JOBRAKER_WRITE_REMINDER_SENT": "false"}
    assert tasks("follow-ups", NOW).counts["sent"] == 1
    assert tasks("follow-ups", NOW + DAY).counts["planned"] == 0
    assert board.row("applications", application)["follow_up_reminder_sent_at"] is None


def test_a_week_without_news_is_reminded_of_once(tasks: Tasks, board: Board, ada: str) -> None:
    tasks.init(NOW)
    old = {"created_at": NOW - 8 * DAY, "updated_at": NOW}
    board.add_application(ada, board.add_job(title="Silent"), status="submitted", **old)
    board.add_application(ada, board.add_job(), status="interview_scheduled", **old)
    board.add_application(ada, board.add_job(), status="under_review", created_at=NOW - 6 * DAY)
    board.add_application(ada, board.add_job(), status="submitted", created_at=NOW - 400 * DAY)
    board.add_application(
        ada, board.add_job(), status="submitted", follow_up_date=NOW + 9 * DAY, **old
    )
    board.add_application(
        ada, board.add_job(), status="submitted", last_contact_date=NOW - DAY, **old
    )
    assert tasks("follow-ups", NOW).counts["sent"] == 1
    (mail,) = tasks.mails()
    assert mail.subject.startswith("Time to follow up: Silent at ")
    assert "It has been 8 days" in mail.text
    assert "List-Unsubscribe" in mail.message
    assert tasks("follow-ups", NOW + timedelta(hours=1)).counts["planned"] == 0


def test_a_reminder_that_nobody_needs_any_more_is_cancelled(
    tasks: Tasks, board: Board, ada: str
) -> None:
    tasks.init(NOW)
    old = NOW - 8 * DAY
    first = board.add_application(ada, board.add_job(), status="submitted", created_at=old)
    second = board.add_application(ada, board.add_job(), follow_up_date=NOW)
    third = board.add_application(ada, board.add_job(), follow_up_date=NOW)
    tasks.run("follow-ups", NOW, RunOptions(deliver=False))
    board.update("applications", first, status="under_review")
    board.update("applications", second, follow_up_date=NOW + DAY)
    board.update("applications", third, status="withdrawn")
    assert tasks("deliver", NOW).counts["cancelled"] == 3


def test_what_the_web_application_recommends_comes_first_and_once(
    tasks: Tasks, board: Board, ada: str
) -> None:
    tasks.init(NOW)
    jobs = [board.add_job(title=f"Job {number}") for number in range(9)]
    for number, job in enumerate(jobs):
        board.add_recommendation(ada, job, score=number / 10)
    board.update("jobs", jobs[8], status="closed")
    board.add_application(ada, jobs[7])
    old = board.add_job(title="Job of long ago", posted_date=NOW - 61 * DAY)
    board.add_recommendation(ada, old, score=0.95)
    board.execute("UPDATE recommended_jobs SET status = 'dismissed' WHERE score = 0.6")
    assert tasks("recommendations", NOW).counts["sent"] == 1
    (mail,) = tasks.mails()
    shown = [line for line in mail.text.splitlines() if line.startswith("Job ")]
    assert shown == ["Job 5", "Job 4", "Job 3", "Job 2", "Job 1"]
    assert tasks("recommendations", NOW + DAY).counts["planned"] == 0
    assert tasks("recommendations", NOW + 7 * DAY).counts["sent"] == 1
    (mail,) = tasks.mails()
    assert "Job 0" in mail.text
    assert tasks("recommendations", NOW + 14 * DAY).counts["planned"] == 0


def test_for_whom_nothing_is_recommended_the_profile_decides(
    tasks: Tasks, board: Board, ada: str
) -> None:
    tasks.init(NOW)
    board.add_user(email="nobody@example.org")
    board.add("user_profiles", user_id=ada, current_title="Nurse", skills=["icu"])
    board.add_job(title="Truck Driver")
    board.add_job(title="ICU Nurse", skills_required=["ICU"])
    assert tasks("recommendations", NOW).counts["sent"] == 1
    (mail,) = tasks.mails()
    assert mail.subject.startswith("For you: ICU Nurse at ")
    assert "Truck Driver" not in mail.text


def test_a_vacancy_that_is_posted_again_is_not_recommended_again(
    tasks: Tasks, board: Board, ada: str
) -> None:
    tasks.init(NOW)
    board.add("user_profiles", user_id=ada, current_title="Nurse", skills=["icu"])
    board.add_job(title="ICU Nurse", company="Acme Ltd")
    assert tasks("recommendations", NOW).counts["sent"] == 1
    again = board.add_job(title="ICU Nurses", company="ACME")
    assert tasks("recommendations", NOW + 7 * DAY).counts["planned"] == 0
    board.add_recommendation(ada, again)
    assert tasks("recommendations", NOW + 14 * DAY).counts["planned"] == 0
    board.add_recommendation(ada, board.add_job(title="ICU Nurse", company="Bolt"))
    assert tasks("recommendations", NOW + 14 * DAY).counts["planned"] == 1
    assert [len(mail.text.split("ICU Nurse")) > 1 for mail in tasks.mails()] == [True, True]


def test_a_job_that_is_over_leaves_the_recommendation(tasks: Tasks, board: Board, ada: str) -> None:
    tasks.init(NOW)
    bob = board.add_user()
    jobs = [board.add_job(title=f"Job {number}") for number in range(2)]
    for job in jobs:
        board.add_recommendation(ada, job)
    board.add_recommendation(bob, jobs[0])
    tasks.run("recommendations", NOW, RunOptions(deliver=False))
    board.update("jobs", jobs[0], status="filled")
    counts = tasks("deliver", NOW).counts
    assert (counts["sent"], counts["cancelled"]) == (1, 1)
    (mail,) = tasks.mails()
    assert "Job 0" not in mail.text
    assert "Job 1" in mail.text


def test_the_operators_get_yesterday_in_numbers_once_a_day(tasks: Tasks, board: Board) -> None:
    tasks.init(NOW)
    assert tasks("admin-digest", NOW).counts["planned"] == 0  # nobody to write to
    tasks.environment = {"ADMIN_EMAIL": "ops@example.org, second@example.org"}
    board.add_user(email="ada@example.org")
    board.add_user(email="no address")
    tasks("welcome", NOW, check=False)
    tasks.mails()
    report = tasks("admin-digest", NOW + DAY)
    assert report.counts["sent"] == 2
    mails = tasks.mails()
    assert [mail.to for mail in mails] == ["ops@example.org", "second@example.org"]
    assert mails[0].subject == "Something needs you: Monday 23 November"
    assert "Failed for good: 1 (jobraker outbox list --state dead)\n" in mails[0].text
    assert "Sent: 1\n  Welcomes: 1\nRuns: " in mails[0].text
    assert tasks("admin-digest", NOW + DAY).counts["planned"] == 0
    assert board.rows("SELECT id FROM jobraker_notification WHERE kind = 'admin_digest'") == []
