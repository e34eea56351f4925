"""The runner: what every task goes through. Lock, run record, plan, deliver, close the record."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from jobraker_cli.errors import BusyError, ConfigError, JobrakerError
from jobraker_cli.store import entries, outbox, runs, schema
from jobraker_cli.store.engine import reading, translate
from jobraker_cli.store.locks import lock
from jobraker_cli.tasks.app import App, Run, RunOptions
from jobraker_cli.tasks.frozen import require_fresh
from jobraker_cli.tasks.report import COUNTS, PlannedMessage, RunReport
from jobraker_cli.tasks.task import Task, all_checks


def run_task(
    app: App, task: Task, options: RunOptions, *, began: Callable[[int], None] = lambda _: None
) -> RunReport:
    """Run a task once. What ends it early is in the report, unless nothing could begin.

    `began` is told of the id of the run's record once there is one.

    Raises ConfigError without a baseline, BusyError when another run holds the lock, and whatever
    keeps the database from being read.
    """
    require_baseline(app)
    started = time.monotonic()
    if options.dry_run:
        run = Run(id=0, task=task.name, now=app.clock(), options=options)
        report = RunReport(task=task.name, run_id=0, dry_run=True)
        if task.plan is not None:
            task.plan(app, run, report)
        else:
            _would_deliver(app, run, report)
    else:
        with _exclusive(app, task, options):
            run_id = _opened(app, task, options)
            began(run_id)
            report = _recorded(app, task, run_id, options)
    report.duration_seconds = time.monotonic() - started
    return report


def require_baseline(app: App) -> None:
    """Raise ConfigError unless `init` was done here and the ledger is up to date."""
    with reading(app.engine) as connection:
        if not runs.is_baselined(connection):
            raise ConfigError(
                "This database has no baseline yet, so its whole history would be mailed; "
                "run: jobraker init"
            )
        files = schema.status(connection)
    schema.refuse_edited(files)
    if any(one.state == "pending" for one in files):
        raise ConfigError("The ledger is of an older jobraker; run: jobraker db upgrade")


@contextmanager
def _exclusive(app: App, task: Task, options: RunOptions) -> Iterator[None]:
    """Hold the task's lock, where it is one that runs once at a time."""
    if not task.exclusive:
        yield
        return
    name = f"{task.name}-{options.shard_words}"
    try:
        with lock(app.engine, app.settings.database_url, name, wait=False):
            yield
    except BusyError:
        with reading(app.engine) as connection:
            other = runs.running(connection, task.name, options.shard_words)
        who = ""
        if other is not None:
            who = f" (run {other.run_id} on {other.host}, since {other.started_at:%F %T} UTC)"
        raise BusyError(f"Another run of {task.name} is at work{who}; nothing was done") from None


def _opened(app: App, task: Task, options: RunOptions) -> int:
    """The record of a run that begins now; one that died without closing its own is closed."""
    with app.engine.begin() as connection:
        if task.exclusive:
            runs.bury_dead(connection, task.name, options.shard_words)
        return runs.open_run(
            connection,
            task=task.name,
            shard=options.shard_words,
            believed_at=app.clock(),
            host=app.host,
            version=app.version,
        )


def _recorded(app: App, task: Task, run_id: int, options: RunOptions) -> RunReport:
    """Plan and deliver under a run record, which is closed however this ends."""
    now = options.plan.now if options.plan is not None else app.clock()
    run = Run(id=run_id, task=task.name, now=now, options=options)
    report = RunReport(task=task.name, run_id=run_id, dry_run=False)
    try:
        _plan_and_deliver(app, task, run, report)
    except JobrakerError as error:
        report.error = error
    except DBAPIError as error:
        report.error = translate(error)
        if report.error is None:
            raise
        report.outcome = "failed"
        return report  # the record stays open: the database did not let us write
    report.outcome = "interrupted" if app.stop.is_set() else _outcome(report)
    with app.engine.begin() as connection:
        runs.close_run(
            connection,
            run_id,
            outcome=report.outcome,
            counts={name: report.counts[name] for name in COUNTS} | report.extra,
            error="" if report.error is None else str(report.error),
        )
    return report


def _plan_and_deliver(app: App, task: Task, run: Run, report: RunReport) -> None:
    if task.plan is not None:
        if run.options.plan is not None:
            require_fresh(run.options.plan, app.clock())
        if not run.options.confirmed:
            from jobraker_cli.tasks.outlook import stop_if_unusual

            stop_if_unusual(app, task, run)
        task.plan(app, run, report)
    if task.delivers and run.options.deliver and not app.stop.is_set() and _is_any_due(app):
        limit = run.options.limit if task.plan is None else None
        delivered = app.crew(all_checks(app.settings.timezone)).deliver(limit)
        report.counts.update(delivered.counts)
        report.alarms = delivered.alarms
        report.error = delivered.error
    if run.options.detailed:
        report.messages = _with_states(app, run, report)


def _is_any_due(app: App) -> bool:
    """Whether there is anything to deliver; without it nothing of the delivery is loaded."""
    with reading(app.engine) as connection:
        return outbox.count_due(connection, now=app.clock(), most=1) > 0


def _would_deliver(app: App, run: Run, report: RunReport) -> None:
    """Say what a delivery would try, without claiming it."""
    with reading(app.engine) as connection:
        waiting = entries.due(connection, now=run.now, limit=run.options.limit)
    report.counts["planned"] = len(waiting)
    report.messages = [
        PlannedMessage(
            id=entry.letter.id,
            kind=entry.letter.kind,
            to=entry.letter.recipient,
            subject=app.subject(entry.letter),
            state=entry.state,
        )
        for entry in waiting
    ]


def _with_states(app: App, run: Run, report: RunReport) -> list[PlannedMessage]:
    """The messages of a run with the states they are in now."""
    with reading(app.engine) as connection:
        found = entries.search(connection, limit=None, run=run.id)
    states = {entry.letter.id: entry.state for entry in found}
    return [
        PlannedMessage(
            id=message.id,
            kind=message.kind,
            to=message.to,
            subject=message.subject,
            state=states.get(message.id, message.state),
            alerts=message.alerts,
            jobs=message.jobs,
            fingerprint=message.fingerprint,
        )
        for message in report.messages
    ]


def _outcome(report: RunReport) -> str:
    if report.error is not None:
        return "stopped"
    return "incomplete" if report.exit_code else "done"
