"""Several processes that share the alerts of a run: each person served once, and a clean end."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.scenarios.test_faults import LATER, NOW, run
from tests.support.board import Board
from tests.support.command import Command

MANY = 24_000  # alerts, one a person: two ranges
FOUND = 240  # of them that a job is for
TWO = {"ALERT_WORKERS": "2"}


@pytest.fixture
def crowd(postgres_board: Board, jobraker: Command) -> Board:
    """Give a board with many alerts, a baseline, and a new job for one in a hundred."""
    users = postgres_board.insert_many("users", MANY, email=lambda i: f"user{i}@example.org")
    postgres_board.insert_many(
        "job_alerts",
        MANY,
        user_id=lambda i: users[i],
        keywords=lambda i: ["nurse" if i % (MANY // FOUND) else "python"],
    )
    jobraker("init")
    postgres_board.add_job(title="Python Engineer")
    return postgres_board


@pytest.fixture
def held(crowd: Board) -> Iterator[Callable[[], None]]:
    """Have everybody wait who writes a digest; give what lets them go on."""
    crowd.execute(
        "CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN new; END $$"
    )
    crowd.execute(
        "CREATE TRIGGER hold BEFORE INSERT ON jobraker_outbox FOR EACH ROW EXECUTE FUNCTION hold()"
    )
    crowd.rows("SELECT 1 FROM pg_advisory_lock(4711)")

    def go_on() -> None:
        crowd.rows("SELECT 1 FROM pg_advisory_unlock_all()")

    yield go_on
    go_on()


def digests(board: Board) -> int:
    """How many digests were written down, each of another person."""
    (row,) = board.rows(
        "SELECT count(*) AS number, count(DISTINCT recipient) AS people FROM jobraker_outbox"
    )
    assert row["number"] == row["people"]
    return int(str(row["number"]))


def waiting(board: Board) -> int:
    """How many wait for the lock of `held`."""
    return len(board.rows("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"))


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for a condition to hold."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


def plan(jobraker: Command) -> "subprocess.Popen[str]":
    """A run that is under way."""
    return jobraker.start("run", "daily-alerts", "--no-deliver", "--now", NOW, env=TWO)


def is_done(board: Board, jobraker: Command) -> None:
    """A further run makes up for what is missing, and serves every alert."""
    run(jobraker, TWO, "daily-alerts", "--no-deliver", "--now", LATER)
    assert digests(board) == FOUND
    assert board.rows("SELECT count(*) AS number FROM jobraker_alert_mark") == [{"number": MANY}]
    assert board.rows("SELECT count(*) AS number FROM jobraker_sent_job") == [{"number": FOUND}]


def test_processes_serve_each_person_once(crowd: Board, jobraker: Command) -> None:
    report = run(jobraker, TWO, "daily-alerts", "--no-deliver", "--now", NOW)
    assert report["planned"] == report["queued"] == FOUND
    assert digests(crowd) == FOUND
    again = run(jobraker, TWO, "daily-alerts", "--no-deliver", "--now", LATER)
    assert again["planned"] == 0
    is_done(crowd, jobraker)


def test_one_process_finds_the_same_as_several(crowd: Board, jobraker: Command) -> None:
    run(jobraker, {"ALERT_WORKERS": "1"}, "daily-alerts", "--no-deliver", "--now", NOW)
    assert digests(crowd) == FOUND
    is_done(crowd, jobraker)


def test_a_process_that_is_killed_is_said_and_the_next_run_makes_up_for_it(
    crowd: Board, jobraker: Command, held: Callable[[], None]
) -> None:
    process = plan(jobraker)
    until(lambda: waiting(crowd) == 2)
    os.kill(children(process.pid)[0], signal.SIGKILL)
    time.sleep(0.5)
    held()
    said, complaint = process.communicate(timeout=30)
    assert process.returncode == 1, said
    assert "A planning process ended early (exit -9); the next run does what it left" in complaint
    assert 0 < digests(crowd) < FOUND  # the other one finished what it was writing
    is_done(crowd, jobraker)


def test_a_term_signal_ends_all_processes(
    crowd: Board, jobraker: Command, held: Callable[[], None]
) -> None:
    process = plan(jobraker)
    until(lambda: waiting(crowd) == 2)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    assert process.poll() is None  # what is being written is finished
    held()
    assert process.wait(timeout=30) == 130
    assert 0 < digests(crowd) < FOUND
    is_done(crowd, jobraker)


def test_processes_whose_parent_was_killed_end_too(
    crowd: Board, jobraker: Command, held: Callable[[], None]
) -> None:
    process = plan(jobraker)
    until(lambda: waiting(crowd) == 2)
    orphans = children(process.pid)
    process.kill()
    process.wait()
    until(lambda: not any(Path(f"/proc/{orphan}").exists() for orphan in orphans), 5)
    assert digests(crowd) == 0
    held()
    is_done(crowd, jobraker)


def test_what_one_process_cannot_write_ends_all(crowd: Board, jobraker: Command) -> None:
    crowd.execute("ALTER TABLE jobraker_notification RENAME TO elsewhere")
    done = jobraker("run", "daily-alerts", "--no-deliver", "--now", NOW, env=TWO, check=78)
    assert "jobraker_notification" in done.stderr
    assert digests(crowd) == 0
    crowd.execute("ALTER TABLE elsewhere RENAME TO jobraker_notification")
    is_done(crowd, jobraker)
