"""`jobraker run all`: what is due now, for a single line of cron."""

import sys
from datetime import datetime
from threading import Event
from typing import NoReturn

from jobraker_cli.cli import session
from jobraker_cli.cli.output import show_json
from jobraker_cli.cli.run_report import as_json, show_alarms, words
from jobraker_cli.errors import BusyError
from jobraker_cli.operations.all_due import TaskOutcome, run_due, worst
from jobraker_cli.operations.observed import Observer
from jobraker_cli.tasks.app import RunOptions
from jobraker_cli.tasks.report import RunReport
from jobraker_cli.wiring import system_now


def run_all(*, now: datetime | None, options: RunOptions, stop: Event) -> NoReturn:
    """Run every task that is due, say how each went, exit with the gravest code."""
    app = session.app(now=now, readonly=options.dry_run, stop=stop)
    observer = Observer(app=app, machine_now=system_now)
    outcomes = []
    for outcome in run_due(observer, options):
        outcomes.append(outcome)
        _tell(outcome, options)
    if session.output_format() == "json":
        show_json([_record(one) for one in outcomes])
    if not outcomes and _wanted(options):
        session.note("nothing is due")
    if stop.is_set():
        session.note("interrupted; what is left waits for the next run")
        sys.exit(130)
    sys.exit(worst([one.exit_code for one in outcomes]))


def _wanted(options: RunOptions) -> bool:
    talkative = options.dry_run or session.on_terminal() or session.verbosity() > 0
    return talkative and not session.quiet()


def _tell(outcome: TaskOutcome, options: RunOptions) -> None:
    """Say at once how a task went; one that another process has at work is no news to cron."""
    from jobraker_cli.cli import say_failure

    asked = session.output_format()
    if asked in ("ndjson", "csv"):
        show_json(_record(outcome))
    elif asked == "table" and outcome.report is not None and _wanted(options):
        for line in words(outcome.report):
            session.line(line)
    if outcome.report is not None:
        show_alarms(outcome.report)
    if outcome.error is not None and (_wanted(options) or not isinstance(outcome.error, BusyError)):
        say_failure(outcome.error, about=outcome.task)


def _record(outcome: TaskOutcome) -> dict[str, object]:
    """One task under the keys of `run TASK`, also where it never began."""
    report = outcome.report
    if report is None:
        busy = isinstance(outcome.error, BusyError)
        report = RunReport(task=outcome.task, run_id=0, dry_run=False)
        report.outcome = "busy" if busy else "failed"
    return {
        **as_json(report),
        "extra": report.extra,
        "exit_code": outcome.exit_code,
        "error": None if outcome.error is None else str(outcome.error),
    }
