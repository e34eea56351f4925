"""Did every task run when it should; is a run stuck; what waits too long."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from jobraker_cli.operations.doctor.check import CheckResult, ok, warn
from jobraker_cli.store import figures, runs
from jobraker_cli.store.engine import reading
from jobraker_cli.store.runs import RunRecord
from jobraker_cli.tasks.app import App
from jobraker_cli.tasks.due import overdue
from jobraker_cli.tasks.task import Task, all_tasks

RECENT = 20  # runs that say how long a task usually takes
TIMES_THE_LONGEST = 3
SHORTEST_STUCK_SECONDS = 300.0
STUCK_WITHOUT_HISTORY_SECONDS = 3600.0
LONGEST_WAIT_SECONDS = 3600.0
GRACE = timedelta(minutes=10)  # cron, the queue before it, and the run itself take their time


def tasks(app: App) -> Iterator[CheckResult]:
    """The last run of every task against its schedule."""
    with reading(app.engine) as connection:
        last = runs.last_of_each(connection)
    since = last[runs.BASELINE].believed_at
    for task in all_tasks().values():
        yield _of_task(app, task, last.get(task.name), since)


def _of_task(app: App, task: Task, run: RunRecord | None, since: datetime) -> CheckResult:
    name, schedule = f"task {task.name}", task.schedule.words()
    now, zone = app.clock(), app.settings.timezone
    late = overdue(task, run, now - GRACE, zone, since=since)
    if run is None:
        moment = task.schedule.latest(now - GRACE, zone) if late else task.schedule.next(now, zone)
        when = "was due" if late else "first due"
        return warn(
            name,
            f"never run ({schedule}); {when} {moment:%F %R} UTC",
            "put it, or `jobraker run all`, into cron: see crontab.example",
        )
    if late:
        return warn(
            name,
            f"overdue: its last run ({run.outcome}) was for {run.believed_at:%F %T} UTC "
            f"({schedule})",
            f"is cron running? see: jobraker runs --task {task.name}",
        )
    return ok(name, f"{run.outcome}, {run.started_at:%F %T} UTC ({schedule})")


def running(app: App) -> Iterator[CheckResult]:
    """Every run without an end that takes longer than its task usually does."""
    with reading(app.engine) as connection:
        open_runs = runs.unfinished(connection)
        usual = {
            task: runs.durations(connection, task, limit=RECENT)
            for task in {one.task for one in open_runs}
        }
        now = runs.database_now(connection)
    stuck = 0
    for run in open_runs:
        seconds = (now - run.started_at).total_seconds()
        if seconds > stuck_after(usual[run.task]):
            stuck += 1
            yield _stuck(run, seconds, max(usual[run.task], default=None))
    if not stuck:
        yield ok("running", f"{len(open_runs)} at work, none longer than usual")


def stuck_after(durations: list[float]) -> float:
    """The seconds after which a run is longer at work than is usual for its task."""
    if not durations:
        return STUCK_WITHOUT_HISTORY_SECONDS
    return max(TIMES_THE_LONGEST * max(durations), SHORTEST_STUCK_SECONDS)


def _stuck(run: RunRecord, seconds: float, longest: float | None) -> CheckResult:
    usual = "it has no finished run yet" if longest is None else f"the longest took {longest:.0f} s"
    return warn(
        f"running {run.task}",
        f"run {run.run_id} on {run.host} is at work since {run.started_at:%F %T} UTC "
        f"({seconds:.0f} s; {usual}), or died",
        "look for its process there and end it with SIGTERM; the next run goes on from there",
    )


def messages(app: App) -> Iterator[CheckResult]:
    """The oldest message that waits, that is uncertain, and that is dead."""
    with reading(app.engine) as connection:
        oldest = figures.oldest(connection, now=app.clock())
    waiting = oldest.get("pending")
    if waiting is not None and waiting.seconds > LONGEST_WAIT_SECONDS:
        yield warn(
            "pending",
            f"{waiting.number} wait, the oldest for {_long(waiting.seconds)}",
            "run: jobraker run deliver -v; see: jobraker outbox list --state pending",
        )
    else:
        yield ok("pending", "nothing waits" if waiting is None else f"{waiting.number} wait")
    for state, meaning in (
        ("uncertain", "may have arrived or not"),
        ("dead", "will not be tried again"),
    ):
        found = oldest.get(state)
        if found is None:
            yield ok(state, "none")
        else:
            yield warn(
                state,
                f"{found.number} {meaning}, the oldest for {_long(found.seconds)}",
                f"see: jobraker outbox list --state {state}",
            )


def _long(seconds: float) -> str:
    """A duration in the largest unit that fits."""
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
