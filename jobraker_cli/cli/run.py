"""`jobraker run TASK`."""

import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

import click

from jobraker_cli.cli import session
from jobraker_cli.cli.options import Command, MomentType, ShardType
from jobraker_cli.cli.run_report import show
from jobraker_cli.errors import UsageError

if TYPE_CHECKING:
    from jobraker_cli.tasks.app import RunOptions
    from jobraker_cli.tasks.frozen import FrozenPlan
    from jobraker_cli.tasks.report import RunReport
    from jobraker_cli.tasks.task import Task

_EPILOG = (
    "\b\nExamples:\n"
    "  jobraker run daily-alerts --dry-run           who would get what, nothing is written\n"
    "  jobraker run daily-alerts                     plan, write down, send\n"
    "  jobraker run daily-alerts --no-deliver        plan and write down only\n"
    "  jobraker run --plan weekly.plan               exactly what was planned\n"
    "  jobraker run deliver                          send what waits\n"
    "  jobraker run all                              all that is due now, for one line of cron\n"
    "  jobraker run weekly-alerts --shard 1/4 --json one of four parts, the outcome as JSON"
)


@click.command(cls=Command, epilog=_EPILOG)
@click.argument("task", required=False)
@click.option("--dry-run", is_flag=True, help="Plan only: no row, no mail, no file is written.")
@click.option("--now", type=MomentType(), help="The moment the run believes it is.")
@click.option("--limit", type=click.IntRange(min=0), help="At most so many messages are planned.")
@click.option("--shard", type=ShardType(), default=(1, 1), help="Only part K of N of the people.")
@click.option("--no-deliver", is_flag=True, help="Queue, and leave the sending to `run deliver`.")
@click.option("--plan", "plan_file", metavar="FILE",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Send exactly what `jobraker plan --out FILE` planned.")  # fmt: skip
@click.option("--confirm", is_flag=True, help="Run although a tripwire was touched.")
def run(
    task: str | None,
    dry_run: bool,
    now: datetime | None,
    limit: int | None,
    shard: tuple[int, int],
    no_deliver: bool,
    plan_file: Path | None,
    confirm: bool,
) -> None:
    """Run one scheduled task by its name (see `jobraker tasks`), or `all` that are due.

    Exit codes: 0 done or nothing to do; 3 some messages failed for good or are
    uncertain, or the run is unlike the usual ones and waits for --confirm; 69 the
    database or the relay cannot be reached, messages wait; 75 another run is at work; 78 settings,
    credentials or the baseline are missing.
    """
    from jobraker_cli.operations.observed import Observer
    from jobraker_cli.tasks.app import RunOptions
    from jobraker_cli.wiring import system_now

    stop = _stop_on_signals()
    frozen = None if plan_file is None else _frozen(plan_file, task)
    if frozen is not None:
        if dry_run or limit is not None or shard != (1, 1) or now is not None:
            raise UsageError("--plan says all by itself; leave out --dry-run, --now and the like")
        task, shard, now = frozen.task, frozen.shard, frozen.now if frozen.given else None
    options = RunOptions(
        dry_run=dry_run,
        limit=limit,
        shard=shard,
        deliver=not no_deliver,
        detailed=session.verbosity() > 0,
        plan=frozen,
        confirmed=confirm,
    )
    session.start_log()
    if task == "all":
        _run_all(now, options, stop)
    chosen = _task(task)
    if chosen.plan is None and (no_deliver or shard != (1, 1)):
        raise UsageError(f"{task} plans nothing, so --no-deliver and --shard mean nothing to it")
    app = session.app(now=now, readonly=dry_run, stop=stop, progress=_progress())
    report = Observer(app=app, machine_now=system_now).run(chosen, options)
    if sys.stderr.isatty():
        click.echo("\r\033[K", nl=False, err=True)
    show(report)
    if frozen is not None:
        _say_left_out(len(frozen.messages), report)
    _end(report, stop)


def _say_left_out(planned: int, report: "RunReport") -> None:
    """Say how many messages of a plan were not written: what they rest on may have changed."""
    left = planned - report.counts["planned"]
    if left > 0:
        session.note(
            f"{left} of the {planned} messages of the plan were not written: they were sent "
            "before, or what they say or whom they go to has changed since; the next run plans anew"
        )


def _end(report: "RunReport", stop: Event) -> NoReturn:
    """Leave with the exit code that says how the run went."""
    if stop.is_set():
        session.note("interrupted; what was not sent waits for the next run")
        sys.exit(130)
    if report.error is not None:
        raise report.error
    sys.exit(report.exit_code)


def _frozen(path: Path, task: str | None) -> "FrozenPlan":
    from jobraker_cli.tasks.frozen import load

    try:
        found = load(path.read_text(encoding="utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path.name} cannot be read as a plan") from error
    if task not in (None, found.task):
        raise UsageError(f"{path.name} is a plan of {found.task}, not of {task}")
    return found


def _run_all(now: datetime | None, options: "RunOptions", stop: Event) -> NoReturn:
    from jobraker_cli.cli.run_all import run_all

    if options.limit is not None or options.shard != (1, 1) or not options.deliver:
        raise UsageError("`run all` takes --dry-run and --now only; name a task for the others")
    run_all(now=now, options=options, stop=stop)


def _task(name: str | None) -> "Task":
    from jobraker_cli.tasks.task import all_tasks, find_task

    if name is None:
        raise UsageError("Name a task (see: jobraker tasks), or a plan with --plan FILE")
    task = find_task(name)
    if task is None:
        known = ", ".join(all_tasks())
        raise UsageError(f"There is no task {name!r}; there are {known}, and all")
    return task


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
