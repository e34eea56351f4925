"""`jobraker tasks` and `jobraker runs`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from jobraker_cli.cli import session
from jobraker_cli.cli.options import MOST, Command, Group
from jobraker_cli.cli.output import iso, show_record, show_rows
from jobraker_cli.errors import NotFoundError

if TYPE_CHECKING:
    from jobraker_cli.store.runs import RunRecord


@click.command(cls=Command, epilog="\b\nExamples:\n  jobraker tasks\n  jobraker tasks --json")
def tasks() -> None:
    """List every task: its schedule, last run, outcome, and when it is next due."""
    from jobraker_cli.store import runs as store
    from jobraker_cli.store.engine import reading
    from jobraker_cli.tasks.due import overdue
    from jobraker_cli.tasks.runner import require_baseline
    from jobraker_cli.tasks.task import all_tasks

    app = session.app(readonly=True)
    require_baseline(app)
    with reading(app.engine) as connection:
        last = store.last_of_each(connection)
    now, zone = app.clock(), app.settings.timezone
    since = last[store.BASELINE].believed_at
    rows = []
    for task in all_tasks().values():
        run = last.get(task.name)
        rows.append(
            {
                "task": task.name,
                "schedule": task.schedule.words(),
                "last_run": iso(run.started_at) if run else None,
                "outcome": run.outcome if run else None,
                "next_due": iso(task.schedule.next(now, zone)),
                "overdue": overdue(task, run, now, zone, since=since),
                "about": task.about,
            }
        )
    columns = ("task", "schedule", "last_run", "outcome", "next_due", "overdue")
    show_rows(rows, columns, empty="")


@click.group(
    cls=Group,
    invoke_without_command=True,
    epilog="\b\nExamples:\n  jobraker runs --task daily-alerts --json\n  jobraker runs show 12",
)
@click.option("--task", help="Only runs of this task.")
@click.option("--limit", type=click.IntRange(min=1, max=MOST), default=20, show_default=True)
@click.pass_context
def runs(context: click.Context, task: str | None, limit: int) -> None:
    """List what ran, the newest first, or show one run."""
    if context.invoked_subcommand is None:
        _list(task, limit)


def _list(task: str | None, limit: int) -> None:
    from jobraker_cli.store import runs as store
    from jobraker_cli.store.engine import reading
    from jobraker_cli.tasks.runner import require_baseline

    app = session.app(readonly=True)
    require_baseline(app)
    with reading(app.engine) as connection:
        found = store.latest(connection, task=task, limit=limit)
    rows = [_row(run) for run in found]
    if session.output_format() in ("table", "csv"):
        rows = [{**row, "counts": _counts(row["counts"])} for row in rows]
    columns = ("run_id", "task", "started_at", "finished_at", "outcome", "counts", "error")
    show_rows(rows, columns, empty="Nothing ran yet.")


@runs.command("show", epilog="\b\nExample:\n  jobraker runs show 12")
@click.argument("run_id", metavar="ID", type=click.IntRange(min=0, max=MOST))
def show_run(run_id: int) -> None:
    """Show one run: times, counts, and the states in which its messages are now."""
    from jobraker_cli.store import figures
    from jobraker_cli.store import runs as store
    from jobraker_cli.store.engine import reading
    from jobraker_cli.tasks.runner import require_baseline

    app = session.app(readonly=True)
    require_baseline(app)
    with reading(app.engine) as connection:
        run = store.by_id(connection, run_id)
        messages = figures.by_state_of_run(connection, run_id)
    if run is None:
        raise NotFoundError(f"There is no run {run_id}; see: jobraker runs")
    seconds = (run.finished_at - run.started_at).total_seconds() if run.finished_at else None
    record = {**_row(run), "duration_seconds": seconds, "messages": messages}
    shown = {**record, "counts": _counts(record["counts"]), "messages": _counts(messages)}
    words = [f"{name.replace('_', ' ')}: {value}" for name, value in shown.items() if value]
    show_record(record, words)


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in counts.items() if number)


def _row(run: "RunRecord") -> dict[str, Any]:
    return {
        "run_id": str(run.run_id),
        "task": run.task,
        "shard": run.shard,
        "started_at": iso(run.started_at),
        "believed_at": iso(run.believed_at),
        "finished_at": iso(run.finished_at),
        "outcome": run.outcome,
        "counts": dict(run.counts),
        "host": run.host,
        "version": run.version,
        "error": run.error,
    }
