"""Which tasks are due: a task's schedule against its last run. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from jobraker_cli.store.runs import RunRecord
from jobraker_cli.tasks.task import Task

_SERVED = ("done", "incomplete")


def overdue(
    task: Task, last: RunRecord | None, now: datetime, zone: ZoneInfo, *, since: datetime
) -> bool:
    """Whether a task should have run by now and did not: never, not since, or not to its end.

    Before its first moment after `since`, the baseline, a task that never ran is not late.
    """
    latest = task.schedule.latest(now, zone)
    if last is None:
        return latest > since
    return last.outcome not in (*_SERVED, "running") or last.believed_at < latest


def due(
    tasks: Iterable[Task], last: Mapping[str, RunRecord], now: datetime, zone: ZoneInfo
) -> list[Task]:
    """The tasks that `run all` has to run at this moment, in their order.

    One that never ran is due at once: its period has begun. A run that has no end yet counts as
    none: it is at work, which its lock will say, or it died.
    """
    waiting = []
    for task in tasks:
        run = last.get(task.name)
        latest = task.schedule.latest(now, zone)
        if run is None or run.outcome not in _SERVED or run.believed_at < latest:
            waiting.append(task)
    return waiting
