"""A board lives for thirty days; at the end every mailbox is what the table says.

From Tuesday 20 October 2026 in Berlin, where the clocks go back on Sunday 25 October (day 5). Cron
runs the tasks at their local times, but not on days 10 to 12.
"""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from jobraker_cli.tasks.app import RunOptions
from tests.support.board import Board
from tests.support.tasks import Tasks

BERLIN = ZoneInfo("Europe/Berlin")
FIRST = date(2026, 10, 20)
NO_CRON = (10, 11, 12)
OPERATORS_READ = (0, 13)

# Day, to whom, subject: by hand, from what happens below.
MAILS = [
    (0, "ops@example.org", "All is well: Monday 19 October"),
    (1, "CARL@example.org", "Welcome to Jobraker"),
    (2, "CARL@example.org", "New job: Python Developer at Acme"),
    (2, "ada@example.org", "New job: Python Developer at Acme"),
    (3, "bea@example.org", "Welcome to Jobraker"),
    (4, "ada@example.org", "Under review: Old Job at Acme"),
    (5, "CARL@example.org", "New job: Python on a long day at Acme"),
    (5, "ada@example.org", "New job: Python on a long day at Acme"),
    (6, "ada@example.org", "For you: Gardener at Acme"),
    (6, "bea@example.org", "New job: <i>Nurse</i> at Acme"),
    (9, "CARL@example.org", "Time to follow up: Python Developer at Acme"),
    (13, "CARL@example.org", "Python Twelve at Acme and 1 more new job"),
    (13, "ada@example.org", "Python Twelve at Acme and 1 more new job"),
    (13, "ada@example.org", "Time to follow up: Old Job at Acme"),
    (13, "ops@example.org", "Something needs you: Sunday 1 November"),
    (14, "CARL@example.org", "Interview scheduled: Python Developer at Acme"),
    (15, "CARL@example.org", "New job: Python Backfilled at Acme"),
    (15, "ada@example.org", "New job: Python Backfilled at Acme"),
    (18, "CARL@example.org", "New job: Python Punctual at Acme"),
    (18, "ada@example.org", "New job: Python Punctual at Acme"),
    (19, "CARL@example.org", "New job: Python Late at Acme"),
    (19, "ada@example.org", "New job: Python Late at Acme"),
    (20, "ada@example.org", "Offer received: Old Job at Acme"),
    (22, "ada@example.org", "On hold: Old Job at Acme"),
    (24, "ada@example.org", "Not selected: Old Job at Acme"),
]


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A local moment of a day of the story."""
    local = datetime.combine(FIRST + timedelta(days=day), time(hour, minute), tzinfo=BERLIN)
    return local.astimezone(UTC)


class Story:
    """What the web application and the people do, day by day, before the tasks run."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.late = ExitStack()
        self.ada = board.add_user(email="ada@example.org", first_name="Ada")
        board.add_alert(self.ada, keywords=["python", 7, None])
        old = self.job("Old Job", -40, status="closed")
        self.old = board.add_application(
            self.ada, old, status="submitted", created_at=at(-2, 9), updated_at=at(-2, 9)
        )
        self.eve = board.add_user(email="eve@example.org", is_active=False)
        board.add_alert(self.eve, keywords=["python"])

    def job(self, title: str, day: int, **columns: object) -> str:
        return self.board.add_job(title=title, company="Acme", created_at=at(day, 6), **columns)

    def status(self, status: str, **columns: object) -> None:
        self.board.update("applications", self.old, status=status, **columns)

    def day_1(self) -> None:
        self.carl = self.board.add_user(email="CARL@EXAMPLE.ORG")
        self.board.add_alert(self.carl, keywords="python")

    def day_2(self) -> None:
        self.python = self.job("Python Developer", 2)

    def day_3(self) -> None:
        bea = self.board.add_user(email="bea@example.org", first_name="<b>Bea</b>")
        self.board.add_alert(bea, name="", keywords=["nurse"], frequency="weekly")
        dora = self.board.add_user(email="dora@example.org")
        self.board.execute("DELETE FROM users WHERE id = :id", id=UUID(dora))

    def day_4(self) -> None:
        self.status("under_review")
        self.job("<i>Nurse</i>", 4)
        self.hers = self.board.add_application(
            self.carl,
            self.python,
            status="pending",
            follow_up_date=at(8, 12),
            interview_details="soon",
            created_at=at(4, 8),
        )

    def day_5(self) -> None:
        self.job("Python on a long day", 5)

    def day_6(self) -> None:
        gardener = self.job("Gardener", 6)
        self.board.add_recommendation(self.ada, gardener, score=0.7)
        self.board.add_recommendation(self.ada, self.python, score=0.9)  # she had it

    def day_10(self) -> None:
        self.job("Python Ten", 10)

    def day_12(self) -> None:
        self.job("Python Twelve", 12)

    def day_14(self) -> None:
        self.board.update(
            "applications",
            self.hers,
            status="interview_scheduled",
            interview_details=[{"type": ["x", {}], "link": "javascript:alert(1)"}, 7, None],
            offer_details=[],
        )

    def day_15(self) -> None:
        self.job("Python Backfilled", -300)

    def day_18(self) -> None:
        """An import that began first commits after the next one, and after the run of the day."""
        if self.board.kind == "postgresql":  # SQLite lets one write at a time
            self.late.enter_context(self.board.transaction()).add_job(
                title="Python Late", company="Acme", created_at=at(18, 5)
            )
        self.job("Python Punctual", 18)

    def day_19(self) -> None:
        self.late.close()
        if self.board.kind != "postgresql":
            self.board.add_job(title="Python Late", company="Acme", created_at=at(18, 5))

    def day_20(self) -> None:
        self.status("interview_completed")
        self.status("offer_received", offer_details=None)

    def day_21(self) -> None:
        self.status("accepted")
        self.status("offer_received")

    def day_22(self) -> None:
        self.status("on_hold")

    def day_23(self) -> None:
        self.status("skyvern_canceled")

    def day_24(self) -> None:
        self.status("rejected", follow_up_date=at(25, 9))  # closed: no reminder


def cron(tasks: Tasks, day: int) -> None:
    """The tasks of a day at their times, each as often as its schedule says, or nearly."""
    plan = [("status-updates", 8), ("welcome", 8), ("daily-alerts", 9), ("follow-ups", 11)]
    if (FIRST + timedelta(days=day)).weekday() == 0:
        plan += [("weekly-alerts", 9), ("recommendations", 10)]
    if day in OPERATORS_READ:
        plan.append(("admin-digest", 7))
    for task, hour in sorted(plan, key=lambda one: one[1]):
        tasks.run(task, at(day, hour), RunOptions(confirmed=True))


def test_thirty_days_of_a_board(tasks: Tasks, board: Board) -> None:
    story = Story(board)
    tasks.environment = {"JOBRAKER_TZ": "Europe/Berlin", "ADMIN_EMAIL": "ops@example.org"}
    tasks.init(at(0, 7))
    for day in range(30):
        happens: Callable[[], None] = getattr(story, f"day_{day}", lambda: None)
        happens()
        if day not in NO_CRON:
            cron(tasks, day)
    got = [
        ((_local(mail.message["Date"]) - FIRST).days, mail.to, mail.subject)
        for mail in tasks.mails()
    ]
    assert sorted(got) == sorted(MAILS)
    states = board.rows("SELECT state, count(*) AS n FROM jobraker_outbox GROUP BY state")
    assert {str(row["state"]): row["n"] for row in states} == {"sent": len(MAILS)}
    told = board.rows("SELECT count(*) AS n FROM jobraker_notification WHERE outbox_id IS NOT NULL")
    assert told == [{"n": len(MAILS) - len(OPERATORS_READ)}]


def _local(stamp: object) -> date:
    return parsedate_to_datetime(str(stamp)).astimezone(BERLIN).date()
