"""The alert tasks as a user runs them: the command as a process, on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.board import Board
from tests.support.command import Command
from tests.support.mailbox import Mailbox

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


def at(moment: datetime) -> str:
    return moment.isoformat()


def day(number: int) -> str:
    """09:00 on a day after Monday."""
    return at(MONDAY + timedelta(days=number))


@pytest.fixture
def run(board: Board, jobraker: Command, mailbox: Mailbox) -> "Runs":
    return Runs(board, jobraker, mailbox)


class Runs:
    """A board with one person who looks for python jobs, and the commands on it."""

    def __init__(self, board: Board, jobraker: Command, mailbox: Mailbox) -> None:
        self.board, self.command, self.mailbox = board, jobraker, mailbox
        self.ada = board.add_user(email="ada@example.org", first_name="Ada")
        self.alert = board.add_alert(self.ada, name="Python", keywords=["python"])

    def init(self, *args: str) -> None:
        self.command("init", *args)

    def __call__(self, task: str = "daily-alerts", *args: str, check: int | None = 0) -> Any:
        result = self.command("run", task, "--json", *args, env=self.mailbox.settings, check=check)
        return result.json

    def titles(self) -> list[list[str]]:
        """The titles in each mail received, in order."""
        found = []
        for message in self.mailbox.messages:
            part = message.parsed.get_body(("plain",))
            assert part is not None
            text = part.get_content()
            found.append([title for title in self._titles() if title in text])
        return found

    def _titles(self) -> list[str]:
        return [
            str(row["title"]) for row in self.board.rows("SELECT title FROM jobs ORDER BY title")
        ]


def test_an_old_database_sends_nothing_and_the_next_job_one_mail(run: Runs) -> None:
    run.board.insert_jobs(3_000, title="Python Developer")
    run.init()
    assert run("daily-alerts", "--now", day(0))["planned"] == 0
    run.board.add_job(title="Python Engineer")
    report = run("daily-alerts", "--now", day(1))
    assert (report["planned"], report["queued"], report["sent"]) == (1, 1, 1)
    assert run.titles() == [["Python Engineer"]]


def test_a_run_that_found_nothing_does_not_use_up_the_day(run: Runs) -> None:
    run.init()
    assert run("daily-alerts", "--now", day(0))["planned"] == 0
    run.board.add_job(title="Python Engineer")
    assert run("daily-alerts", "--now", day(0))["sent"] == 1


def test_without_a_baseline_every_task_refuses_and_says_what_to_run(
    run: Runs, jobraker: Command
) -> None:
    run.board.add_job(title="Python Engineer")
    for task in ("daily-alerts", "weekly-alerts", "monthly-alerts", "immediate-alerts", "deliver"):
        for extra in ([], ["--dry-run"]):
            refused = jobraker("run", task, *extra, env=run.mailbox.settings, check=78)
            assert "jobraker init" in refused.stderr
            assert refused.stdout == ""
    assert run.mailbox.messages == []
    assert not any(name.startswith("jobraker_") for name in run.board.tables())


def test_a_job_whose_transaction_commits_late_is_mailed_exactly_once(
    postgres_board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    run = Runs(postgres_board, jobraker, mailbox)
    run.init()
    with run.board.transaction() as late:
        late.add_job(title="Python Late")
        run.board.add_job(title="Python Early")
        assert run("daily-alerts", "--now", day(0))["sent"] == 1
    assert run("daily-alerts", "--now", day(1))["sent"] == 1
    assert run("daily-alerts", "--now", day(2))["sent"] == 0
    assert run.titles() == [["Python Early"], ["Python Late"]]


def test_a_job_with_an_old_created_at_is_new_all_the_same(run: Runs) -> None:
    run.init()
    run.board.add_job(title="Python Backfilled", created_at=MONDAY - timedelta(days=900))
    assert run("daily-alerts", "--now", day(0))["sent"] == 1


def test_a_draft_is_new_when_it_is_activated_and_a_reopened_job_is_not(run: Runs) -> None:
    draft = run.board.add_job(title="Python Draft", status="draft")
    known = run.board.add_job(title="Python Known")
    run.init()
    run.board.update("jobs", known, status="closed")
    assert run("daily-alerts", "--now", day(0))["sent"] == 0
    run.board.update("jobs", known, status="active")
    run.board.update("jobs", draft, status="active")
    assert run("daily-alerts", "--now", day(1))["sent"] == 1
    assert run.titles() == [["Python Draft"]]


def test_touched_jobs_are_not_news(run: Runs) -> None:
    jobs = run.board.insert_jobs(50, title="Python Developer")
    run.init()
    for job in jobs:
        run.board.update("jobs", job, updated_at=MONDAY)
    assert run("daily-alerts", "--now", day(0))["planned"] == 0


def test_two_runs_on_one_day_are_one_digest_and_the_next_day_brings_the_rest(run: Runs) -> None:
    run.init()
    run.board.add_job(title="Python One")
    assert run("daily-alerts", "--now", "2026-11-23T09:00:00Z")["sent"] == 1
    run.board.add_job(title="Python Two")
    assert run("daily-alerts", "--now", "2026-11-23T15:00:00Z")["planned"] == 0
    assert run("daily-alerts", "--now", "2026-11-24T08:59:55Z")["sent"] == 1
    assert run.titles() == [["Python One"], ["Python Two"]]


def test_missed_days_are_caught_up_in_one_digest(run: Runs) -> None:
    run.init()
    for number in range(3):
        run.board.add_job(title=f"Python {number}")
    assert run("daily-alerts", "--now", day(4))["sent"] == 1
    assert run.titles() == [["Python 0", "Python 1", "Python 2"]]


def test_each_frequency_has_its_own_task_and_period(run: Runs) -> None:
    people = {
        frequency: run.board.add_user(email=f"{frequency}@example.org")
        for frequency in ("immediate", "weekly", "monthly")
    }
    for frequency, user in people.items():
        run.board.add_alert(user, keywords=["python"], frequency=frequency)
    run.init()
    run.board.add_job(title="Python Engineer", created_at=MONDAY)
    sent = {
        task: run(task, "--now", day(0))["sent"]
        for task in ("immediate-alerts", "daily-alerts", "weekly-alerts", "monthly-alerts")
    }
    assert set(sent.values()) == {1}
    run.board.add_job(title="Python Architect", created_at=MONDAY)
    assert run("immediate-alerts", "--now", at(MONDAY + timedelta(minutes=5)))["sent"] == 1
    assert run("weekly-alerts", "--now", day(6))["sent"] == 0  # Sunday of the same week
    assert run("weekly-alerts", "--now", day(7))["sent"] == 1
    assert run("monthly-alerts", "--now", day(7))["sent"] == 0  # still November
    assert run("monthly-alerts", "--now", day(8))["sent"] == 1


def test_the_day_is_the_boards_day(run: Runs, jobraker: Command) -> None:
    run.init()
    env = {**run.mailbox.settings, "JOBRAKER_TZ": "Pacific/Auckland"}  # UTC+13
    for title, now in (
        ("Python One", "2026-11-23T10:30:00Z"),
        ("Python Two", "2026-11-23T11:30:00Z"),
    ):
        run.board.add_job(title=title)
        jobraker("run", "daily-alerts", "--now", now, env=env)
    assert run.titles() == [["Python One"], ["Python Two"]]


def test_one_person_gets_one_mail_with_a_section_for_each_alert_and_every_job_once(
    run: Runs,
) -> None:
    remote = run.board.add_alert(run.ada, name="From home", keywords=[], remote_only=True)
    run.init()
    both = run.board.add_job(title="Python Engineer", is_remote=True)
    home = run.board.add_job(title="Support Agent", is_remote=True)
    office = run.board.add_job(title="Python Tester")
    report = run("daily-alerts", "--now", day(0), "-v")
    (message,) = report["messages"]
    assert sorted(message["alerts"]) == sorted([run.alert, remote])
    assert sorted(job["id"] for job in message["jobs"]) == sorted([both, home, office])
    assert all(job["reasons"] for job in message["jobs"])
    assert message["state"] == "sent"
    assert message["to"] == "ada@example.org"


def test_jobs_applied_to_dismissed_closed_or_past_their_deadline_are_left_out(run: Runs) -> None:
    run.init()
    applied = run.board.add_job(title="Python Applied")
    dismissed = run.board.add_job(title="Python Dismissed")
    viewed = run.board.add_job(title="Python Viewed")
    run.board.add_job(title="Python Closed", status="closed")
    run.board.add_job(title="Python Over", application_deadline=MONDAY - timedelta(hours=1))
    run.board.add_job(title="Python Open", application_deadline=MONDAY + timedelta(hours=1))
    run.board.add_application(run.ada, applied)
    run.board.add_recommendation(run.ada, dismissed, status="dismissed")
    run.board.add_recommendation(run.ada, viewed, status="viewed")
    run("daily-alerts", "--now", day(0))
    assert run.titles() == [["Python Open", "Python Viewed"]]


def test_a_job_is_never_mailed_twice_to_a_person_by_whatever_alert(run: Runs) -> None:
    run.board.add_alert(run.ada, keywords=["python"], frequency="weekly")
    run.init()
    run.board.add_job(title="Python Engineer")
    assert run("daily-alerts", "--now", day(0))["sent"] == 1
    assert run("weekly-alerts", "--now", day(0))["planned"] == 0


def test_people_and_alerts_that_want_no_mail_get_none(run: Runs) -> None:
    board = run.board
    board.update("job_alerts", run.alert, is_active=False)
    board.add_alert(run.ada, keywords=["python"], email_notifications=False)
    gone = board.add_user(email="gone@example.org", is_active=False)
    board.add_alert(gone, keywords=["python"])
    run.init()
    board.add_job(title="Python Engineer")
    assert run("daily-alerts", "--now", day(0))["planned"] == 0


def test_a_mail_shows_ten_jobs_at_most_and_two_of_a_company_while_others_are_left(
    run: Runs,
) -> None:
    run.init()
    for number in range(6):
        run.board.add_job(title=f"Python A{number}", company="Initech")
    for number in range(7):
        run.board.add_job(title=f"Python B{number}", company=f"Company {number}")
    report = run("daily-alerts", "--now", day(0), "-v")
    titles = [job["title"] for job in report["messages"][0]["jobs"]]
    assert len(titles) == 10
    assert sum("Python A" in title for title in titles) == 3
    assert run("daily-alerts", "--now", day(1))["planned"] == 0


def test_a_vacancy_posted_in_several_cities_is_one_item(run: Runs) -> None:
    run.init()
    for city in ("Berlin, Germany", "Hamburg, Germany", "Paris, France"):
        run.board.add_job(title="Python Engineer", company="Initech", location=city)
    report = run("daily-alerts", "--now", day(0), "-v")
    assert len(report["messages"][0]["jobs"]) == 1
    assert run("daily-alerts", "--now", day(1))["planned"] == 0


def test_jobs_posted_too_long_ago_are_taken_in_and_not_mailed(run: Runs, jobraker: Command) -> None:
    run.init()
    run.board.add_job(title="Python Stale", posted_date=MONDAY - timedelta(days=100))
    run.board.add_job(title="Python Fresh", posted_date=MONDAY - timedelta(days=10))
    run("daily-alerts", "--now", day(0))
    assert run.titles() == [["Python Fresh"]]
    env = {**run.mailbox.settings, "ALERT_MAX_POSTED_AGE": "1000"}
    jobraker("run", "daily-alerts", "--now", day(1), env=env)
    assert len(run.mailbox.messages) == 1


def test_limit_leaves_the_others_due(run: Runs) -> None:
    for number in range(4):
        user = run.board.add_user(email=f"user{number}@example.org")
        run.board.add_alert(user, keywords=["python"])
    run.init()
    run.board.add_job(title="Python Engineer")
    assert run("daily-alerts", "--now", day(0), "--limit", "2")["sent"] == 2
    assert run("daily-alerts", "--now", day(0))["sent"] == 3
    assert run("daily-alerts", "--now", day(0))["sent"] == 0
    assert len({message.envelope_to for message in run.mailbox.messages}) == 5


def test_shards_part_the_people_without_gap_or_overlap(run: Runs) -> None:
    for number in range(20):
        user = run.board.add_user(email=f"user{number}@example.org")
        run.board.add_alert(user, keywords=["python"])
    run.init()
    run.board.add_job(title="Python Engineer")
    parts = [run("daily-alerts", "--now", day(0), "--shard", f"{k}/3")["sent"] for k in (1, 2, 3)]
    assert sum(parts) == 21
    assert len({message.envelope_to for message in run.mailbox.messages}) == 21


def test_no_deliver_queues_and_deliver_sends(run: Runs) -> None:
    run.init()
    run.board.add_job(title="Python Engineer")
    queued = run("daily-alerts", "--now", day(0), "--no-deliver")
    assert (queued["queued"], queued["sent"]) == (1, 0)
    assert run.mailbox.messages == []
    assert run("deliver", "--now", day(0))["sent"] == 1
    assert run("deliver", "--now", day(0))["sent"] == 0


def test_a_dry_run_says_what_would_go_out_and_writes_nothing_at_all(
    run: Runs, jobraker: Command
) -> None:
    run.init()
    job = run.board.add_job(title="Python Engineer")
    before, files = run.board.dump(), sorted(jobraker.cwd.rglob("*"))
    report = run("daily-alerts", "--now", day(0), "--dry-run")
    assert run.board.dump() == before
    assert sorted(jobraker.cwd.rglob("*")) == files
    assert run.mailbox.messages == []
    assert (report["dry_run"], report["planned"], report["queued"], report["sent"]) == (
        True,
        1,
        0,
        0,
    )
    assert report["messages"][0]["jobs"][0]["id"] == job
    sent = run("daily-alerts", "--now", day(0), "-v")
    assert sent["messages"][0]["id"] == report["messages"][0]["id"]
    assert sent["messages"][0]["subject"] == report["messages"][0]["subject"]


def test_the_shared_tables_change_only_in_last_run(run: Runs) -> None:
    run.init()
    run.board.add_job(title="Python Engineer")
    before = run.board.dump()
    run("daily-alerts", "--now", day(0))
    after = run.board.dump()
    shared = [name for name in before if not name.startswith("jobraker_")]
    assert [name for name in shared if before[name] != after[name]] == ["job_alerts"]
    assert run.board.row("job_alerts", run.alert)["last_run"] == MONDAY


def test_last_run_is_left_alone_where_the_setting_says_so(run: Runs, jobraker: Command) -> None:
    run.init()
    run.board.add_job(title="Python Engineer")
    env = {**run.mailbox.settings, "JOBRAKER_WRITE_LAST_RUN": "false"}
    jobraker("run", "daily-alerts", "--now", day(0), env=env)
    assert run.board.row("job_alerts", run.alert)["last_run"] is None


def test_a_cron_run_is_silent_when_all_is_well(run: Runs, jobraker: Command) -> None:
    run.init()
    run.board.add_job(title="Python Engineer")
    result = jobraker("run", "daily-alerts", "--now", day(0), env=run.mailbox.settings)
    assert (result.stdout, result.stderr) == ("", "")
    assert len(run.mailbox.messages) == 1


def test_odd_rows_of_the_web_application_do_no_harm(run: Runs) -> None:
    for keywords in (None, 7, {"a": "python"}, [["python"]], "python", ["", "  "]):
        user = run.board.add_user(email=f"odd{id(keywords)}@example.org", first_name="")
        run.board.add_alert(user, keywords=keywords, name="")
    run.init()
    run.board.add_job(
        title="Python Engineer", status="active", job_type="gig", experience_level="",
        skills_required="python", technologies=None, salary_period="weekly",
    )  # fmt: skip
    report = run("daily-alerts", "--now", day(0))
    assert report["sent"] == 7


def test_two_accounts_that_differ_in_case_are_two_people(run: Runs) -> None:
    other = run.board.add_user(email="Ada@example.org")
    run.board.add_alert(other, keywords=["python"])
    run.init()
    run.board.add_job(title="Python Engineer")
    assert run("daily-alerts", "--now", day(0))["sent"] == 2
    assert {message.envelope_to for message in run.mailbox.messages} == {
        ("ada@example.org",),
        ("Ada@example.org",),
    }


def test_an_address_that_can_take_no_mail_is_dead_with_a_reason_and_stops_nobody(
    run: Runs, jobraker: Command
) -> None:
    bad = run.board.add_user(email="two@example.org, three@example.org")
    run.board.add_alert(bad, keywords=["python"])
    run.init()
    run.board.add_job(title="Python Engineer")
    report = run("daily-alerts", "--now", day(0), check=3)
    assert (report["planned"], report["sent"], report["dead"]) == (2, 1, 1)
    (dead,) = jobraker("outbox", "list", "--state", "dead", "--json").json
    assert dead["last_reply"]
    assert [message.envelope_to for message in run.mailbox.messages] == [("ada@example.org",)]


def test_times_in_every_spelling_are_read_as_moments(
    sqlite_board: Board, jobraker: Command
) -> None:
    user = sqlite_board.add_user(email="ada@example.org")
    sqlite_board.add_alert(user, keywords=["python"])
    jobraker("init")
    spellings = {
        "Python Gone Z": "2026-11-23T08:00:00Z",
        "Python Gone": "2026-11-23 08:59:59",
        "Python Open Z": "2026-11-23T10:00:00Z",
        "Python Open": "2026-11-23 09:00:01.5",
    }
    for title, text in spellings.items():
        job = sqlite_board.add_job(title=title)
        sqlite_board.execute(
            "UPDATE jobs SET application_deadline = :text WHERE id = :id",
            text=text,
            id=job.replace("-", ""),
        )
    report = jobraker("run", "daily-alerts", "--now", day(0), "--dry-run", "--json").json
    titles = {job["title"] for job in report["messages"][0]["jobs"]}
    assert titles == {"Python Open", "Python Open Z"}


def test_a_keyword_may_ask_for_the_whole_posting(run: Runs) -> None:
    whole = run.board.add_user(email="whole@example.org")
    run.board.add_alert(whole, keywords=["anywhere:kubernetes"])
    run.init()
    run.board.add_job(title="Platform Engineer", description="You will run Kubernetes.")
    run("daily-alerts", "--now", day(0))
    assert [message.envelope_to for message in run.mailbox.messages] == [("whole@example.org",)]


def test_columns_that_jobraker_does_not_know_are_never_read(run: Runs) -> None:
    run.board.execute("ALTER TABLE jobs ADD COLUMN job_embedding text")
    run.init()
    run.board.add_job(title="Python Engineer")
    run.board.execute("UPDATE jobs SET job_embedding = :huge", huge="[0.1]" * 1_000)
    assert run("daily-alerts", "--now", day(0))["sent"] == 1


def test_an_alert_made_after_the_days_digest_is_served_from_where_it_began(run: Runs) -> None:
    run.init()
    run.board.add_job(title="Python One")
    assert run("daily-alerts", "--now", day(0))["sent"] == 1
    run.board.add_alert(run.ada, keywords=["java"])
    run.board.add_job(title="Java Engineer")
    assert run("daily-alerts", "--now", "2026-11-23T15:00:00Z")["planned"] == 0
    assert run("daily-alerts", "--now", day(1))["sent"] == 1


def test_an_address_that_was_put_right_gets_what_waited_and_is_complained_of_once(
    run: Runs,
) -> None:
    run.board.update("users", run.ada, email="no address")
    run.init()
    run.board.add_job(title="Python One", created_at=MONDAY)
    assert run("daily-alerts", "--now", day(0), check=3)["dead"] == 1
    run.board.add_job(title="Python Two", created_at=MONDAY)
    assert run("daily-alerts", "--now", day(1))["dead"] == 0
    run.board.update("users", run.ada, email="ada@example.org")
    assert run("daily-alerts", "--now", day(2))["sent"] == 1
    assert run.titles() == [["Python One", "Python Two"]]


def test_a_change_of_shards_neither_floods_nor_forgets(run: Runs) -> None:
    run.init()
    run.board.add_job(title="Python Old")
    for part in ("1/2", "2/2"):
        run("daily-alerts", "--now", day(0), "--shard", part)
    run.board.add_alert(run.board.add_user(email="new@example.org"), keywords=["python"])
    assert run("daily-alerts", "--now", day(1))["planned"] == 0
    run.board.add_job(title="Python New")
    parts = [run("daily-alerts", "--now", day(2), "--shard", f"{n}/3")["sent"] for n in (1, 2, 3)]
    assert sum(parts) == 2
    assert run.titles()[1:] == [["Python New"], ["Python New"]]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE jobs SET salary_min = 'abc' WHERE title = 'Odd'",
        "UPDATE jobs SET id = 'x' WHERE title = 'Odd'",
        "UPDATE jobs SET posted_date = '0001-01-01 00:00:00+05:00' WHERE title = 'Odd'",
        "UPDATE jobs SET company = CAST(X'ff41' AS TEXT) WHERE title = 'Odd'",
        "UPDATE jobs SET company = X'ff41' WHERE title = 'Odd'",
        "UPDATE job_alerts SET min_salary = 'x' WHERE name = 'odd'",
    ],
)
def test_an_odd_row_of_a_development_database_stops_nobody(
    sqlite_board: Board, jobraker: Command, mailbox: Mailbox, statement: str
) -> None:
    run = Runs(sqlite_board, jobraker, mailbox)
    sqlite_board.add_alert(sqlite_board.add_user(), name="odd", keywords=["nothing"])
    run.init()
    sqlite_board.add_job(title="Odd")
    sqlite_board.add_job(title="Python Engineer")
    sqlite_board.execute(statement)
    assert run("daily-alerts", "--now", day(0))["sent"] == 1


def test_a_moment_outside_the_calendar_stops_nobody(
    postgres_board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    run = Runs(postgres_board, jobraker, mailbox)
    run.init()
    postgres_board.add_job(title="Python Engineer")
    postgres_board.execute(
        "UPDATE jobs SET posted_date = '20000-01-01', application_deadline = '20000-01-01'"
    )
    assert run("daily-alerts", "--now", day(0))["sent"] == 1
