"""Which tasks are due: a task's schedule against its last run. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from jobraker_cli.store.runs import RunRecord
from jobraker_cli.tasks.task import Task

_SERVED = ("done", "incomplete")


def overdue(task: Task, last: RunRecord | None, now: datetime, zone: ZoneInfo) -> bool:
    """Whether a task should have run by now and did not: never, not since, or not to its end."""
    if last is None or last.outcome not in (*_SERVED, "running"):
        return True
    return last.believed_at < task.schedule.latest(now, zone)


def due(
    tasks: Iterable[Task], last: Mapping[str, RunRecord], now: datetime, zone: ZoneInfo
) -> list[Task]:
    """The tasks that `run all` has to run at this moment, in their order.

    A run that has no end yet counts as none: it is at work, which its lock will say, or it died.
    """
    waiting = []
    for task in tasks:
        run = last.get(task.name)
        unfinished = run is not None and run.outcome not in _SERVED
        if unfinished or overdue(task, run, now, zone):
            waiting.append(task)
    return waiting
