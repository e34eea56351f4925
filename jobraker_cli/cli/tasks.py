"""`jobraker tasks` and `jobraker runs`."""

from typing import TYPE_CHECKING, Any

import click

from jobraker_cli.cli import session
from jobraker_cli.cli.options import MOST, Command
from jobraker_cli.cli.output import iso, show_rows

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
                "overdue": overdue(task, run, now, zone),
                "about": task.about,
            }
        )
    columns = ("task", "schedule", "last_run", "outcome", "next_due", "overdue")
    show_rows(rows, columns, empty="")


@click.command(
    cls=Command,
    epilog="\b\nExamples:\n  jobraker runs\n  jobraker runs --task daily-alerts --limit 7 --json",
)
@click.option("--task", help="Only runs of this task.")
@click.option("--limit", type=click.IntRange(min=1, max=MOST), default=20, show_default=True)
def runs(task: str | None, limit: int) -> None:
    """List what ran, the newest first, with what came of it."""
    from jobraker_cli.store import runs as store
    from jobraker_cli.store.engine import reading
    from jobraker_cli.tasks.runner import require_baseline

    app = session.app(readonly=True)
    require_baseline(app)
    with reading(app.engine) as connection:
        found = store.latest(connection, task=task, limit=limit)
    rows = [_row(run) for run in found]
    if session.output_format() in ("table", "csv"):
        rows = [
            {**row, "counts": ", ".join(f"{n} {name}" for name, n in row["counts"].items() if n)}
            for row in rows
        ]
    columns = ("run_id", "task", "started_at", "finished_at", "outcome", "counts", "error")
    show_rows(rows, columns, empty="Nothing ran yet.")


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
