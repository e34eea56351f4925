"""What an operator decides about messages: again, not at all, or that they arrived."""

import csv
import io
import json
import os
import pty
import subprocess
import sys
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.board import Board
from tests.support.command import Command
from tests.support.mailbox import Mailbox

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
STATES = ("pending", "failed", "dead", "uncertain", "cancelled", "suppressed", "sent", "sending")


class Outbox:
    """A message in every state, and one that a sender has in hand."""

    def __init__(self, board: Board, jobraker: Command) -> None:
        self.board, self.command = board, jobraker
        self.user = board.add_user(email="ada@example.org", first_name="Ada")
        self.alert = board.add_alert(self.user, keywords=["python"])
        self.job = board.add_job(title="Python Engineer")
        jobraker("init")
        self.ids = {state: self.add(state) for state in STATES}
        self.ids["held"] = self.add("sending", lease=timedelta(days=9_000))

    def add(self, state: str, *, lease: timedelta = timedelta(days=-1), reply: str = "") -> str:
        row_id = str(uuid.uuid4())
        job = {"id": self.job, "title": "Python Engineer", "company": "Company"}
        section = {"alert_id": self.alert, "alert_name": "Python", "jobs": [job]}
        self.board.execute(
            "INSERT INTO jobraker_outbox (id, kind, user_id, recipient, payload, created_at, state,"
            " owner, lease_until, last_reply) "
            "VALUES (:id, 'job_alert', :user, 'ada@example.org', :payload, :now, :state,"
            " :owner, :lease, :reply)",
            id=uuid.UUID(row_id),
            user=uuid.UUID(self.user),
            payload=json.dumps({"name": "Ada", "frequency": "daily", "sections": [section]}),
            now=NOW,
            state=state,
            owner="host:1" if state == "sending" else None,
            lease=datetime.now(UTC) + lease if state == "sending" else None,
            reply=reply,
        )
        return row_id

    def states(self) -> dict[str, str]:
        """The states that differ from those that the messages began in."""
        rows = self.command("outbox", "list", "--json").json
        now = {one["id"]: one["state"] for one in rows}
        found = {name: now[row_id] for name, row_id in self.ids.items()}
        return {name: state for name, state in found.items() if state != name} | (
            {} if found["held"] == "sending" else {"held": found["held"]}
        )

    def do(self, *args: str, check: int = 0) -> Any:
        result = self.command("outbox", *args, "--json", check=check)
        return result.json if check == 0 else result.stderr


@pytest.fixture
def outbox(board: Board, jobraker: Command) -> Outbox:
    return Outbox(board, jobraker)


def test_many_are_moved_only_from_the_states_that_are_meant(outbox: Outbox) -> None:
    held = {"held": "sending"}
    planned = outbox.do("retry", "--kind", "job_alert", "--dry-run")
    assert (planned["messages"], planned["dry_run"], len(planned["by"])) == (6, True, 6)
    assert outbox.states() == held
    assert "--yes" in outbox.do("cancel", "--to", "ADA@", check=2)
    assert outbox.states() == held
    assert outbox.do("cancel", "--to", "ADA@", "--yes")["messages"] == 4
    cancelled = dict.fromkeys(("pending", "failed", "uncertain", "sending"), "cancelled")
    assert outbox.states() == held | cancelled
    assert outbox.do("resolve", "again", "--state", "dead", "--yes")["messages"] == 1
    assert outbox.do("retry", "--state", "cancelled", "--yes")["messages"] == 5
    again = dict.fromkeys(("failed", "uncertain", "sending", "cancelled", "dead"), "pending")
    assert outbox.states() == held | again


def test_one_that_is_named_is_moved_or_refused_with_the_reason(
    outbox: Outbox, mailbox: Mailbox
) -> None:
    ids = outbox.ids
    assert outbox.do("resolve", "sent", ids["uncertain"])["messages"] == 1
    assert outbox.do("retry", ids["dead"], ids["failed"])["messages"] == 2
    assert "is sent; retry is for" in outbox.do("retry", ids["sent"], check=2)
    assert "is being sent just now" in outbox.do("cancel", ids["held"], check=2)
    assert "is pending; resolve again" in outbox.do("resolve", "again", ids["pending"], check=2)
    assert "not for sent ones" in outbox.do("retry", "--state", "sent", "--yes", check=2)
    assert outbox.do("retry", str(uuid.uuid4()), check=66)
    assert outbox.do("cancel", "nonsense", check=66)
    assert outbox.do("retry", check=2)
    assert outbox.do("retry", ids["dead"], "--state", "dead", check=2)
    assert outbox.do("retry", "--kind", "no_such", "--yes")["messages"] == 0
    (resolved,) = [
        one
        for one in outbox.command("outbox", "list", "--json").json
        if one["id"] == ids["uncertain"]
    ]
    assert resolved["state"] == "sent"
    assert resolved["sent_at"] is not None
    outbox.command("run", "deliver", "--limit", "9", env=mailbox.settings, check=None)
    sent = {one.parsed["Message-ID"].strip("<>").partition("@")[0] for one in mailbox.messages}
    assert sent >= {ids["dead"], ids["failed"], ids["pending"]}
    assert not sent & {ids["uncertain"], ids["sent"], ids["held"], ids["cancelled"]}


def test_the_export_is_defused_and_holds_no_content(sqlite_board: Board, jobraker: Command) -> None:
    outbox = Outbox(sqlite_board, jobraker)
    formula = outbox.add("dead", reply="=cmd()")
    rows = list(csv.DictReader(io.StringIO(jobraker("outbox", "export").stdout)))
    assert len(rows) == 10
    assert {one["last_reply"] for one in rows if one["id"] == formula} == {"'=cmd()"}
    assert "payload" not in rows[0]
    lines = jobraker("outbox", "export", "--state", "dead", "--format", "ndjson").stdout
    dead = [json.loads(line) for line in lines.splitlines()]
    assert {one["state"] for one in dead} == {"dead"}
    assert set(dead[0]) == set(rows[0])


def test_a_person_at_a_terminal_is_asked(sqlite_board: Board, jobraker: Command) -> None:
    outbox = Outbox(sqlite_board, jobraker)
    for answer, cancelled in ((b"n\n", 0), (b"y\n", 4)):
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "jobraker_cli", "outbox", "cancel", "--kind", "job_alert"],
            cwd=jobraker.cwd,
            env=jobraker.environment({}),
            stdin=theirs,
            stdout=subprocess.DEVNULL,
            stderr=theirs,
        )
        os.close(theirs)
        os.write(ours, answer)
        assert process.wait(60) == (0 if cancelled else 130)
        os.close(ours)
        assert list(outbox.states().values()).count("cancelled") == cancelled


def test_what_was_inserted_without_a_moment_goes_at_once_and_what_is_held_stays(
    outbox: Outbox,
) -> None:
    outbox.board.execute("UPDATE jobraker_outbox SET next_attempt_at = NULL")
    outbox.command("run", "deliver", "--now", "2026-11-23T12:00:00Z")
    states = outbox.states()
    assert states["pending"] == "sent"
    assert "uncertain" not in states
