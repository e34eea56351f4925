"""What a server's reply does to a message, its address, its domain and the run, row by row."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.board import Board
from tests.support.command import Command
from tests.support.mailbox import Mailbox, Scriptable

NOW = "2026-11-23T09:00:00Z"
NEXT_DAY = "2026-11-24T09:00:00Z"
ANY = (0.0, 300.0)  # the first wait of a back-off with full jitter, in seconds
NEVER = None
GREYLISTED = (300.0, 600.0)
HINTED = (90.0, 91.0)
PAUSED = (3600.0, 3601.0)
AT_ONCE = (0.0, 60.0)
# (reply to RCPT, state, seconds until the next try)
TABLE: list[tuple[str, str, tuple[float, float] | None]] = [
    ("251 2.1.5 will forward", "sent", NEVER),
    ("450 4.2.0 greylisted", "failed", GREYLISTED),
    ("451 4.7.1 greylisting in action", "failed", GREYLISTED),
    ("451 local error", "failed", ANY),
    ("451 4.3.0 queue is full", "failed", ANY),
    ("450 4.4.1 no answer from host", "failed", ANY),
    ("450 4.7.0 try again in 90 seconds", "failed", HINTED),
    ("452 4.5.3 too many recipients", "pending", AT_ONCE),
    ("452 4.2.2 mailbox full", "failed", ANY),
    ("552 5.2.2 mailbox full", "dead", NEVER),
    ("550 5.1.1 no such user", "dead", NEVER),
    ("550 5.1.2 no such host", "dead", NEVER),
    ("553 5.1.3 no address", "dead", NEVER),
    ("550 5.1.6 has moved", "dead", NEVER),
    ("550 5.1.10 null MX", "dead", NEVER),
    ("550 5.2.1 mailbox disabled", "dead", NEVER),
    ("552 5.3.4 message too big", "dead", NEVER),
    ("554 5.6.1 media not supported", "dead", NEVER),
    ("550 5.7.1 refused by policy", "failed", PAUSED),
]
SUPPRESSES = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1")


def entries_of(jobraker: Command) -> dict[str, dict[str, Any]]:
    """Every message with its tries, by recipient."""
    listed = jobraker("outbox", "list", "--json").json
    return {one["to"]: jobraker("outbox", "show", one["id"], "--json").json for one in listed}


def address(row: int) -> str:
    return f"someone@row{row}.test"


def queue_for_all(board: Board, jobraker: Command) -> None:
    for row in range(len(TABLE)):
        board.add_alert(board.add_user(email=address(row)), keywords=["python"])
    jobraker("init")
    board.add_job(title="Python Engineer")


def test_every_reply_does_what_the_table_says(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    queue_for_all(board, jobraker)
    for row, (reply, _, _) in enumerate(TABLE):
        if not reply.startswith("2"):
            mailbox.refuse_domain(f"row{row}.test", reply)
    result = jobraker("run", "daily-alerts", "--now", NOW, "--json", env=mailbox.settings, check=3)
    assert "row18.test" in result.stderr  # the alarm of the policy's refusal
    found = entries_of(jobraker)
    for row, (reply, state, wait) in enumerate(TABLE):
        entry = found[address(row)]
        assert entry["state"] == state, reply
        assert_told(entry["attempts"], reply)
        assert_waits(entry["next_attempt_at"], wait, reply)
    board.add_job(title="Python Tester")
    for row in range(len(TABLE)):
        mailbox.refuse_domain(f"row{row}.test", None)
    jobraker("run", "daily-alerts", "--now", NEXT_DAY, env=mailbox.settings, check=None)
    states = {
        one["to"]: one["state"]
        for one in jobraker("outbox", "list", "--json").json
        if one["state"] == "suppressed"
    }
    enhanced = [(row, reply.split(" ")[1]) for row, (reply, _, _) in enumerate(TABLE)]
    assert states == {address(row): "suppressed" for row, code in enhanced if code in SUPPRESSES}


def assert_told(attempts: list[dict[str, Any]], reply: str) -> None:
    """The server's words are kept with the try that they were the answer to."""
    (last,) = attempts
    code, _, text = reply.partition(" ")
    if code.startswith("2"):
        assert last["phase"] == "done"
        return
    first = text.split(" ")[0]
    assert last["phase"] == "rcpt"
    assert str(last["code"]) == code
    assert last["enhanced_code"] == (first if "." in first else None)
    assert last["text"] == text


def assert_waits(moment: str | None, wait: tuple[float, float] | None, reply: str) -> None:
    if wait is None:
        assert moment is None, reply
        return
    assert moment is not None, reply
    seconds = (datetime.fromisoformat(moment) - datetime(2026, 11, 23, 9, tzinfo=UTC)) / timedelta(
        seconds=1
    )
    assert wait[0] <= seconds <= wait[1] + 60, (reply, seconds)


@pytest.mark.parametrize(
    ("command", "reply", "code", "state"),
    [
        ("MAIL", "530 5.7.0 authentication required", 78, "pending"),
        ("MAIL", "550 5.7.1 sender not allowed", 78, "pending"),
        ("RCPT", "530 5.7.1 authentication required", 78, "pending"),
        ("RCPT", "503 5.5.1 bad sequence", 1, "failed"),
        ("DATA", "500 5.5.2 syntax error", 1, "failed"),
    ],
)
def test_what_concerns_all_mail_stops_the_run(
    sqlite_board: Board,
    jobraker: Command,
    mailbox: Mailbox,
    command: Scriptable,
    reply: str,
    code: int,
    state: str,
) -> None:
    queue_for_all(sqlite_board, jobraker)
    mailbox.reply(command, reply, times=1000)
    env = {**mailbox.settings, "EMAIL_WORKERS": "1", "EMAIL_CONNECTIONS": "1"}
    jobraker("run", "daily-alerts", "--now", NOW, env=env, check=code)
    assert mailbox.messages == []
    states = sorted(one["state"] for one in jobraker("outbox", "list", "--json").json)
    assert states == sorted([state, *["pending"] * (len(TABLE) - 1)])
    assert sqlite_board.counts()["jobraker_suppression"] == 0


@pytest.mark.parametrize("reply", ["252 2.0.0 queued somewhere", "299 whatever"])
def test_any_2yz_at_the_dot_is_sent(
    sqlite_board: Board, jobraker: Command, mailbox: Mailbox, reply: str
) -> None:
    sqlite_board.add_alert(sqlite_board.add_user(), keywords=["python"])
    jobraker("init")
    sqlite_board.add_job(title="Python Engineer")
    mailbox.reply("DATA", reply)
    report = jobraker("run", "daily-alerts", "--now", NOW, "--json", env=mailbox.settings).json
    assert report["sent"] == 1
    (entry,) = jobraker("outbox", "list", "--json").json
    assert entry["last_reply"] == reply
