"""Vacancies that are posted again: under another id, in another city, on another day."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.board import Board
from tests.support.command import Command
from tests.support.mailbox import Mailbox

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


class Town:
    """A board with one person who looks for python jobs in Berlin or Paris."""

    def __init__(self, board: Board, jobraker: Command, mailbox: Mailbox) -> None:
        self.board, self.command, self.mailbox = board, jobraker, mailbox
        self.ada = board.add_user(email="ada@example.org")
        board.add_alert(self.ada, keywords=["python"], location="Berlin or Paris")

    def post(self, place: str = "Berlin", company: str = "Acme GmbH", **columns: Any) -> str:
        given = {"title": "Python Developer (m/w/d)", "created_at": MONDAY, **columns}
        return self.board.add_job(company=company, location=place, **given)

    def run(self, day: float, task: str = "daily-alerts", *args: str, **env: str) -> int:
        now = (MONDAY + timedelta(days=day)).isoformat()
        settings = {**self.mailbox.settings, **env}
        return int(
            self.command("run", task, "--now", now, *args, "--json", env=settings).json["planned"]
        )

    def texts(self) -> list[str]:
        parts = [message.parsed.get_body(("plain",)) for message in self.mailbox.messages]
        return [part.get_content() for part in parts if part is not None]


@pytest.fixture
def town(board: Board, jobraker: Command, mailbox: Mailbox) -> Town:
    return Town(board, jobraker, mailbox)


def test_a_person_is_mailed_a_vacancy_once_whatever_its_postings_are_called(town: Town) -> None:
    town.command("init")
    first = town.post()
    assert town.run(0) == 1
    town.board.update("jobs", first, status="closed")
    town.post("Paris", "ACME", title="Python developers")
    town.post(external_source="another")
    assert town.run(1, "daily-alerts", "--dry-run") == 0
    assert town.run(1) == 0
    assert town.run(7, "weekly-alerts") == 0
    ben = town.board.add_user(email="ben@example.org")
    town.board.add_alert(ben, keywords=["python"])
    assert town.run(8) == 0  # a new alert is not served the past
    town.post("Berlin")
    assert town.run(9) == 1
    assert [message.envelope_to[0] for message in town.mailbox.messages] == [
        "ada@example.org",
        "ben@example.org",
    ]
    assert "First seen Monday 23 November" in town.texts()[1]
    assert town.run(98) == 0
    town.post("Berlin")
    assert town.run(99) == 1, "the window of 90 days is over for the first of the two"
    assert town.mailbox.messages[-1].envelope_to[0] == "ada@example.org"
    assert "First seen Monday 23 November" in town.texts()[-1]


def test_what_the_baseline_knew_is_mailed_as_seen_before_and_the_window_can_be_turned_off(
    town: Town,
) -> None:
    town.post(created_at=MONDAY - timedelta(days=100))
    town.command("init")
    town.post("Paris")
    town.post("Berlin", "", title="Python for nobody in particular")
    assert town.run(0) == 1
    assert "First seen Saturday 15 August" in town.texts()[0]
    town.post("Paris")
    assert town.run(1, "daily-alerts", ALERT_REPOST_DAYS="0") == 1
    assert "First seen" not in town.texts()[1]


def test_a_vacancy_that_was_taken_out_before_the_send_comes_with_its_repost(
    sqlite_board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    town = Town(sqlite_board, jobraker, mailbox)
    town.command("init")
    first = town.post()
    assert town.run(0, "daily-alerts", "--no-deliver") == 1
    town.board.update("jobs", first, status="closed")
    town.run(0, "deliver")
    assert town.mailbox.messages == []  # cancelled: it was the only one
    second = town.post()
    town.post(company="Bolt")
    assert town.run(1, "daily-alerts", "--no-deliver") == 1
    town.board.update("jobs", second, status="closed")
    town.run(1, "deliver")
    assert ["Bolt" in text and "Acme" not in text for text in town.texts()] == [True]
    town.post()
    town.post(company="BOLT Ltd")
    assert town.run(2) == 1
    assert ["Acme" in text and "BOLT" not in text for text in town.texts()] == [False, True]


def test_postings_that_came_together_are_mailed_once_whichever_alerts_find_them(
    town: Town,
) -> None:
    town.board.add_alert(town.ada, keywords=["python"], location="Rome", frequency="weekly")
    town.board.add_alert(town.ada, keywords=["python"], location="Oslo", frequency="immediate")
    town.command("init")
    town.post("Oslo", "Acme")
    town.post("Berlin", "ACME Inc.", title="Python Developers")
    town.post("Rome")
    assert town.run(0, "immediate-alerts") == 1
    assert town.run(0, "daily-alerts") == 0
    assert town.run(7, "weekly-alerts") == 0
    assert len(town.texts()) == 1


def test_what_the_closed_posting_of_a_vacancy_said_is_said_of_an_open_one(town: Town) -> None:
    town.command("init")
    pay = {"salary_period": "yearly", "salary_currency": "EUR"}
    closed = town.post("Berlin", salary_min=50_000, salary_max=60_000, **pay)
    town.post(
        "Paris",
        title="Python developer",
        created_at=MONDAY - timedelta(hours=1),
        salary_min=70_000,
        salary_max=80_000,
        **pay,
    )
    assert town.run(0, "daily-alerts", "--no-deliver") == 1
    town.board.update("jobs", closed, status="closed")
    town.run(0, "deliver")
    (text,) = town.texts()
    assert "Paris" in text
    assert "70,000" in text
    assert "Berlin;" not in text
    assert "50,000" not in text
    town.post("Berlin")
    assert town.run(1) == 0, "the vacancy was mailed"
