"""`run all` and the rules of what is due."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from jobraker_cli.operations.all_due import worst
from jobraker_cli.store.engine import connect
from jobraker_cli.store.locks import lock
from jobraker_cli.store.runs import RunRecord
from jobraker_cli.tasks.due import due, overdue
from jobraker_cli.tasks.periods import Schedule
from jobraker_cli.tasks.task import Task, all_tasks
from tests.support.board import Board
from tests.support.command import Command
from tests.support.mailbox import Mailbox

NOW = datetime(2026, 11, 23, 9, 1, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")


def task(name: str = "daily", schedule: Schedule = Schedule()) -> Task:  # noqa: B008 - frozen
    return Task(name=name, about="", schedule=schedule, plan=None)


def run(believed_at: datetime, outcome: str = "done") -> RunRecord:
    return RunRecord(
        run_id=1,
        task="daily",
        shard="1/1",
        started_at=believed_at,
        believed_at=believed_at,
        finished_at=None,
        outcome=outcome,
        run_seq=None,
        counts={},
        host="",
        version="",
        error="",
    )


@pytest.mark.parametrize(
    ("last", "is_due", "is_overdue"),
    [
        (None, True, True),
        (run(NOW - timedelta(days=1)), True, True),
        (run(NOW - timedelta(minutes=2)), True, True),
        (run(NOW - timedelta(seconds=30)), False, False),
        (run(NOW, "incomplete"), False, False),
        (run(NOW, "stopped"), True, True),
        (run(NOW, "interrupted"), True, True),
        (run(NOW, "died"), True, True),
        (run(NOW, "running"), True, False),
    ],
)
def test_a_task_is_due_when_it_was_not_served_since(
    last: RunRecord | None, is_due: bool, is_overdue: bool
) -> None:
    last_runs = {"daily": last} if last else {}
    assert (due([task()], last_runs, NOW, UTC_ZONE) != []) is is_due
    since = NOW - timedelta(days=30)
    assert overdue(task(), last, NOW, UTC_ZONE, since=since) is is_overdue


@pytest.mark.parametrize(
    ("schedule", "since", "is_overdue"),
    [
        (Schedule(), NOW - timedelta(seconds=30), False),
        (Schedule(), NOW - timedelta(minutes=2), True),
        (Schedule(weekday=6), NOW - timedelta(days=1, seconds=30), False),
        (Schedule(weekday=6), NOW - timedelta(days=1, minutes=2), True),
        (Schedule(day=1), NOW - timedelta(days=20), False),
        (Schedule(day=1), NOW - timedelta(days=23), True),
        (Schedule(every_minutes=5), NOW, False),
    ],
)
def test_a_task_is_not_overdue_before_its_first_moment_after_the_baseline(
    schedule: Schedule, since: datetime, is_overdue: bool
) -> None:
    late = overdue(task(schedule=schedule), None, NOW, UTC_ZONE, since=since)
    assert late is is_overdue


def test_nothing_is_overdue_right_after_the_baseline(
    sqlite_board: Board, jobraker: Command
) -> None:
    jobraker("init")
    for days, late in ((0, set()), (40, set(all_tasks()))):
        sqlite_board.execute(
            "UPDATE jobraker_run SET believed_at = :at WHERE task = 'init'",
            at=datetime.now(UTC) - timedelta(days=days),
        )
        rows = jobraker("tasks", "--json").json
        minutes = {row["task"] for row in rows if "minutes" in row["schedule"]}
        assert {row["task"] for row in rows if row["overdue"]} - minutes == late - minutes


def test_the_tasks_run_in_the_order_of_the_design() -> None:
    assert list(all_tasks()) == [
        "daily-alerts",
        "weekly-alerts",
        "monthly-alerts",
        "immediate-alerts",
        "recommendations",
        "follow-ups",
        "status-updates",
        "welcome",
        "deliver",
        "inbox",
        "prune",
        "admin-digest",
    ]


def test_run_all_runs_everything_once_in_that_order(sqlite_board: Board, jobraker: Command) -> None:
    jobraker("init")
    ran = jobraker("run", "all", "--now", NOW.isoformat(), "--json").json
    assert names(ran) == list(all_tasks())
    began = [one["task"] for one in jobraker("runs", "--json").json if one["task"] != "init"]
    assert began == list(all_tasks())[::-1]


def test_what_is_due_keeps_its_order() -> None:
    tasks = [task("b"), task("a"), task("c", Schedule(every_minutes=5))]
    assert [one.name for one in due(tasks, {}, NOW, UTC_ZONE)] == ["b", "a", "c"]


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ([], 0),
        ([0, 0], 0),
        ([0, 75], 75),
        ([3, 75, 0], 3),
        ([3, 69], 69),
        ([69, 78], 78),
        ([1, 78], 1),
    ],
)
def test_the_gravest_code_wins(codes: list[int], code: int) -> None:
    assert worst(codes) == code


def names(report: Any) -> list[str]:
    return [one["task"] for one in report]


def test_a_single_line_of_cron_runs_what_is_due_and_catches_up(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    env = mailbox.settings
    board.add_alert(board.add_user(), keywords=["python"])
    board.add_alert(board.add_user(), keywords=["python"], frequency="weekly")
    jobraker("init")
    board.add_job(title="Python Engineer")

    def run_all(now: str) -> Any:
        return jobraker("run", "all", "--now", now, "--json", env=env).json

    first = run_all("2026-11-23T09:00:00Z")
    assert {"daily-alerts", "weekly-alerts", "monthly-alerts", "deliver"} <= set(names(first))
    assert len(mailbox.messages) == 2
    assert run_all("2026-11-23T09:00:30Z") == []
    assert {"immediate-alerts", "deliver"} <= set(names(run_all("2026-11-23T09:05:00Z")))
    board.add_job(title="Python Nurse")
    late = run_all("2026-11-26T04:00:00Z")  # cron slept for three days
    assert "daily-alerts" in names(late)
    assert "weekly-alerts" not in names(late)
    assert len(mailbox.messages) == 3
    assert "daily-alerts" not in names(run_all("2026-11-26T04:05:00Z"))
    assert "daily-alerts" in names(run_all("2026-11-26T09:00:00Z"))


def test_one_that_fails_does_not_stop_the_rest(
    sqlite_board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    sqlite_board.add_alert(sqlite_board.add_user(), keywords=["python"])
    jobraker("init")
    sqlite_board.add_job(title="Python Engineer")
    away = {**mailbox.settings, "EMAIL_PORT": "1"}
    failed = jobraker("run", "all", "--json", env=away, check=69)
    daily = next(one for one in failed.json if one["task"] == "daily-alerts")
    assert (daily["outcome"], daily["exit_code"], daily["queued"]) == ("stopped", 69, 1)
    assert names(failed.json)[-1] == "deliver" or "deliver" in names(failed.json)
    assert "daily-alerts: the relay" in failed.stderr
    healed = jobraker("run", "all", env=mailbox.settings)
    assert (healed.stdout, healed.stderr) == ("", "")
    assert len(mailbox.messages) == 1


def test_a_task_that_another_process_has_is_left_to_it(
    board: Board, jobraker: Command, mailbox: Mailbox
) -> None:
    jobraker("init")
    url = board.url.replace("postgresql://", "postgresql+psycopg2://")
    engine = connect(url)
    with lock(engine, url, "daily-alerts-1/1", wait=False):
        held = jobraker("run", "all", env=mailbox.settings, check=75)
        alone = jobraker("run", "daily-alerts", env=mailbox.settings, check=75)
    engine.dispose()
    assert (held.stdout, held.stderr) == ("", ""), "cron has no mail to send about it"
    assert "Another run of daily-alerts is at work" in alone.stderr
    outcomes = {one["task"]: one["outcome"] for one in jobraker("runs", "--json").json}
    assert outcomes["weekly-alerts"] == "done"
    assert "daily-alerts" not in outcomes


def test_a_dry_run_of_all_writes_nothing(sqlite_board: Board, jobraker: Command) -> None:
    sqlite_board.add_alert(sqlite_board.add_user(), keywords=["python"])
    jobraker("init")
    sqlite_board.add_job(title="Python Engineer")
    before = sqlite_board.dump()
    said = jobraker("run", "all", "--dry-run").stdout
    assert "daily-alerts: 1 planned" in said
    lines = jobraker("run", "all", "--dry-run", "--format", "ndjson").stdout.splitlines()
    assert {json.loads(line)["dry_run"] for line in lines} == {True}
    assert sqlite_board.dump() == before


def test_what_only_one_task_can_take_is_refused(sqlite_board: Board, jobraker: Command) -> None:
    for option in (["--limit", "1"], ["--shard", "1/2"], ["--no-deliver"]):
        assert "run all" in jobraker("run", "all", *option, check=2).stderr
    assert "no baseline" in jobraker("run", "all", check=78).stderr
