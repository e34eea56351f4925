"""What people chose about mail, obeyed when mail is planned and right before it goes."""

import uuid
from datetime import UTC, datetime, timedelta

from tests.support.board import Board
from tests.support.command import Command
from tests.support.mailbox import Mailbox, Received

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


def day(number: int) -> str:
    return (MONDAY + timedelta(days=number)).isoformat()


def choose(
    board: Board,
    user: str,
    scope: str,
    choice: str = "unsubscribed",
    until: datetime | None = None,
    cap: int | None = None,
) -> None:
    """Write a choice down as the web application would."""
    board.execute(
        "INSERT INTO jobraker_preference (user_id, scope, choice, until, weekly_cap) "
        "VALUES (:user, :scope, :choice, :until, :cap)",
        user=uuid.UUID(user),
        scope=scope,
        choice=choice,
        until=until,
        cap=cap,
    )


def recipients(mailbox: Mailbox) -> list[str]:
    return [to for one in mailbox.messages for to in one.envelope_to]


def text(received: Received) -> str:
    part = received.parsed.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def person(board: Board, name: str) -> tuple[str, str]:
    """A person with one alert for python jobs."""
    user = board.add_user(email=f"{name}@example.org", first_name=name.title())
    return user, board.add_alert(user, name="Python", keywords=["python"])


def test_choices_are_obeyed_when_mail_is_planned(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    jobraker("init")
    for name in ("ada", "bob", "cid", "dan", "eve", "fay", "gus"):
        user, alert = person(board, name)
        match name:
            case "bob":
                choose(board, user, f"alert:{alert}")
            case "cid":
                choose(board, user, "alerts")
            case "dan":
                choose(board, user, "all")
            case "eve":
                choose(board, user, "all", "paused", until=MONDAY + timedelta(days=1))
            case "fay":
                choose(board, user, "status")
            case "gus":
                choose(board, user, "all", "mail", cap=1)
    board.add_job(title="Python Engineer")
    jobraker("run", "daily-alerts", "--now", day(0), env=mailbox.settings)
    assert sorted(recipients(mailbox)) == ["ada@example.org", "fay@example.org", "gus@example.org"]
    board.add_job(title="Python Developer", company="Another")
    jobraker("run", "daily-alerts", "--now", day(1), env=mailbox.settings)
    assert sorted(recipients(mailbox)[3:]) == [
        "ada@example.org",
        "eve@example.org",
        "fay@example.org",
    ]
    eve = next(one for one in mailbox.messages[3:] if one.envelope_to == ("eve@example.org",))
    assert "Python Developer" in text(eve)
    assert "Python Engineer" not in text(eve)
    jobraker("run", "daily-alerts", "--now", day(7), env=mailbox.settings)
    assert recipients(mailbox)[6:] == ["gus@example.org"]
    assert "Python Developer" in text(mailbox.messages[6])


def test_choices_made_after_planning_are_obeyed_at_the_send(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    jobraker("init")
    ada, _ = person(board, "ada")
    bob, python = person(board, "bob")
    board.add_alert(bob, name="Rust", keywords=["rust"])
    cid, only = person(board, "cid")
    dan, _ = person(board, "dan")
    board.add_job(title="Python Engineer")
    board.add_job(title="Rust Engineer", company="Another")
    jobraker("run", "daily-alerts", "--no-deliver", "--now", day(0))
    choose(board, ada, "all")
    choose(board, bob, f"alert:{python}")
    choose(board, cid, f"alert:{only}", "paused")
    choose(board, dan, "all", "mail", cap=0)
    jobraker("run", "deliver", "--now", day(0), env=mailbox.settings)
    (mail,) = mailbox.messages
    assert mail.envelope_to == ("bob@example.org",)
    assert "Rust Engineer" in text(mail)
    assert "Python Engineer" not in text(mail)
    reasons = {one["to"]: one["last_reply"] for one in jobraker("outbox", "list", "--json").json}
    assert reasons["ada@example.org"] == "the person unsubscribed from all optional mail"
    assert reasons["cid@example.org"].startswith("every alert in it was")
    assert reasons["dan@example.org"] == "the person wants at most 0 mails a week"
