"""`jobraker run TASK`."""

import signal
import sys
from collections.abc import Callable
from datetime import datetime
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from jobraker_cli.cli import session
from jobraker_cli.cli.options import Command, MomentType, ShardType
from jobraker_cli.cli.output import show_record
from jobraker_cli.errors import UsageError

if TYPE_CHECKING:
    from jobraker_cli.tasks.report import RunReport
    from jobraker_cli.tasks.task import Task

_EPILOG = (
    "\b\nExamples:\n"
    "  jobraker run daily-alerts --dry-run           who would get what, nothing is written\n"
    "  jobraker run daily-alerts                     plan, write down, send\n"
    "  jobraker run daily-alerts --no-deliver        plan and write down only\n"
    "  jobraker run deliver                          send what waits\n"
    "  jobraker run weekly-alerts --shard 1/4 --json one of four parts, the outcome as JSON"
)


@click.command(cls=Command, epilog=_EPILOG)
@click.argument("task")
@click.option("--dry-run", is_flag=True, help="Plan only: no row, no mail, no file is written.")
@click.option("--now", type=MomentType(), help="The moment the run believes it is.")
@click.option("--limit", type=click.IntRange(min=0), help="At most so many messages are planned.")
@click.option("--shard", type=ShardType(), default=(1, 1), help="Only part K of N of the people.")
@click.option("--no-deliver", is_flag=True, help="Queue, and leave the sending to `run deliver`.")
def run(
    task: str,
    dry_run: bool,
    now: datetime | None,
    limit: int | None,
    shard: tuple[int, int],
    no_deliver: bool,
) -> None:
    """Run one scheduled task: daily-, weekly-, monthly- or immediate-alerts, or deliver.

    Exit codes: 0 done or nothing to do; 3 some messages failed for good or are uncertain; 69 the
    database or the relay cannot be reached, messages wait; 75 another run is at work; 78 settings,
    credentials or the baseline are missing.
    """
    from jobraker_cli.tasks.app import RunOptions
    from jobraker_cli.tasks.runner import run_task

    stop = _stop_on_signals()
    options = RunOptions(
        dry_run=dry_run,
        limit=limit,
        shard=shard,
        deliver=not no_deliver,
        detailed=session.verbosity() > 0,
    )
    chosen = _task(task)
    if chosen.plan is None and (no_deliver or shard != (1, 1)):
        raise UsageError(f"{task} plans nothing, so --no-deliver and --shard mean nothing to it")
    app = session.app(now=now, readonly=dry_run, stop=stop, progress=_progress())
    report = run_task(app, chosen, options)
    if sys.stderr.isatty():
        click.echo("\r\033[K", nl=False, err=True)
    _show(report)
    if stop.is_set():
        session.note("interrupted; what was not sent waits for the next run")
        sys.exit(130)
    if report.error is not None:
        raise report.error
    sys.exit(report.exit_code)


def _task(name: str) -> "Task":
    from jobraker_cli.tasks.task import all_tasks

    known = all_tasks()
    if name not in known:
        raise UsageError(f"There is no task {name!r}; there are {', '.join(known)}")
    return known[name]


def _stop_on_signals() -> Event:
    """SIGINT and SIGTERM finish the message in hand; a second one ends the process at once."""
    stop = Event()

    def handle(number: int, frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    signal.signal(signal.SIGINT, handle)
    signal.signal(signal.SIGTERM, handle)
    return stop


def _progress() -> Callable[[int], None]:
    """A growing count on a terminal; nothing elsewhere."""
    if session.quiet() or not sys.stderr.isatty():
        return lambda _: None
    done = 0

    def tell(settled: int) -> None:
        nonlocal done
        done += settled
        click.echo(f"\r{done} messages handled", nl=False, err=True)

    return tell


def _show(report: "RunReport") -> None:
    wanted = report.dry_run or session.on_terminal() or session.verbosity() > 0
    if wanted or session.output_format() != "table":
        show_record(as_json(report), _words(report))
    for alarm in report.alarms:
        session.note(f"{report.task}: {alarm}")
    if report.exit_code == 3:
        words = {"dead": "failed for good", "uncertain": "may have arrived"}
        for state, meaning in words.items():
            if report.counts[state]:
                said = f"{report.counts[state]} messages {meaning}"
                session.note(f"{report.task}: {said}; see: jobraker outbox list --state {state}")


def as_json(report: "RunReport") -> dict[str, Any]:
    """The report under the documented keys."""
    from jobraker_cli.tasks.report import COUNTS

    record: dict[str, Any] = {
        "task": report.task,
        "run_id": str(report.run_id),
        "dry_run": report.dry_run,
        "outcome": report.outcome,
        **{name: report.counts[name] for name in COUNTS},
        "duration_seconds": round(report.duration_seconds, 3),
    }
    if report.dry_run or session.verbosity() > 0:
        record["messages"] = [
            {
                "id": message.id,
                "kind": message.kind,
                "to": message.to,
                "subject": message.subject,
                "state": message.state,
                "alerts": list(message.alerts),
                "jobs": [
                    {"id": job.id, "title": job.title, "reasons": list(job.reasons)}
                    for job in message.jobs
                ],
            }
            for message in report.messages
        ]
    return record


def _words(report: "RunReport") -> list[str]:
    lines = []
    for message in report.messages:
        lines.append(f"{message.to}: {message.subject} ({message.state})")
        lines += [f"    {job.title} - {'; '.join(job.reasons)}" for job in message.jobs]
    kept = [f"{report.counts['planned']} planned"]
    shown = ("queued", "sent", "failed", "dead", "uncertain", "suppressed", "cancelled")
    kept += [f"{report.counts[name]} {name}" for name in shown if report.counts[name]]
    dry = ", nothing was written" if report.dry_run else ""
    return [*lines, f"{report.task}: {', '.join(kept)} in {report.duration_seconds:.1f} s{dry}"]
