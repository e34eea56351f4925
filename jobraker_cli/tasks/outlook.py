"""What a run would do, found out by planning it without writing: for `plan`, and for tripwires."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from jobraker_cli.errors import TrippedError
from jobraker_cli.store import jobs, runs
from jobraker_cli.store.engine import reading
from jobraker_cli.tasks.app import App, Run
from jobraker_cli.tasks.report import RunReport
from jobraker_cli.tasks.task import Task
from jobraker_cli.tasks.tripwires import WEEK, Limits, Outlook, Tripped, most, tripped, usual

RUNS = 40  # of a task, that are looked through for those that planned anything


def limits_of(app: App) -> Limits:
    """The tripwires' settings."""
    settings = app.settings
    return Limits(
        ratio=settings.tripwire_ratio,
        least=settings.tripwire_least,
        empty_percent=settings.tripwire_empty_percent,
        quiet_hours=settings.tripwire_quiet_hours,
    )


def history_of(app: App, run: Run) -> Sequence[int]:
    """How many messages each of the last runs of this task and shard planned, newest first."""
    with reading(app.engine) as connection:
        found = runs.latest(connection, task=run.task, limit=RUNS)
    return [
        one.counts.get("planned", 0)
        for one in found
        if one.shard == run.options.shard_words and one.outcome in ("done", "incomplete")
    ]


def judged(app: App, run: Run, report: RunReport, history: Sequence[int]) -> Sequence[Tripped]:
    """The tripwires that a planned run touches."""
    if usual(history) is None:
        return ()
    with reading(app.engine) as connection:
        newest, arrivals = jobs.arrivals(connection, run.now, days=WEEK + 1)
    outlook = Outlook(
        planned=report.counts["planned"],
        everything=report.counts["of_everything"],
        arrivals=arrivals,
        newest_job=newest,
    )
    return tripped(outlook, history, run.now, limits_of(app))


def stop_if_unusual(app: App, task: Task, run: Run) -> None:
    """Plan a run without writing; raises TrippedError if a person should look at it first."""
    history = history_of(app, run)
    if task.plan is None or usual(history) is None:
        return
    bound = most(history, limits_of(app))
    given = run.options.limit
    wanted = [one for one in (given, None if bound is None else bound + 1) if one is not None]
    options = replace(run.options, dry_run=True, counting=True, limit=min(wanted, default=None))
    report = RunReport(task=run.task, run_id=0, dry_run=True, counts=Counter())
    task.plan(app, replace(run, id=0, options=options), report)
    found = judged(app, run, report, history)
    if found:
        why = "; ".join(one.detail for one in found)
        raise TrippedError(
            f"{run.task} stopped before anything was written: {why}. Look at "
            f"`jobraker plan {run.task}`; if all is well, run it again with --confirm"
        )
