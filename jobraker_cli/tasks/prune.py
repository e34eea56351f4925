"""The task `prune`: forgets what is old, in small transactions; never what prevents duplicates."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Select

from jobraker_cli.settings import Settings
from jobraker_cli.store import retention, runs
from jobraker_cli.store.engine import reading
from jobraker_cli.tasks.app import App, Run
from jobraker_cli.tasks.periods import Schedule
from jobraker_cli.tasks.report import RunReport
from jobraker_cli.tasks.task import Task

ROWS = 1000  # a transaction
FORGOTTEN = timedelta(days=2)  # a run without an end for so long has died
_DEAD_SHARE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long what is kept, in days; `kinds` limits it to messages of these kinds."""

    payload_days: int
    message_days: int
    run_days: int
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One sort of rows: which they are, what to do with some of them, how many at a time."""

    name: str
    query: Select[Any]
    act: Callable[[Connection, Sequence[Any]], int]
    rows: int = ROWS


def policy(settings: Settings) -> Retention:
    """What the settings say."""
    return Retention(
        payload_days=settings.prune_payload_days,
        message_days=settings.prune_message_days,
        run_days=settings.prune_run_days,
    )


def prune(app: App, kept: Retention, now: datetime, *, dry_run: bool) -> dict[str, int]:
    """Prune what is older than it should be; how much of each sort. A signal ends it early."""
    work = _count if dry_run else _work
    return {step.name: work(app, step) for step in _steps(kept, now)}


def _steps(kept: Retention, now: datetime) -> Iterator[Step]:
    """Payloads before rows; what is about no kind of message only when all kinds are meant."""
    payloads, messages, records = (
        now - timedelta(days=days) for days in (kept.payload_days, kept.message_days, kept.run_days)
    )
    store, kinds = retention, kept.kinds
    yield Step(name="payloads", query=store.old_payloads(payloads, kinds), act=store.empty_payloads)
    yield Step(name="messages", query=store.old_rows(messages, kinds), act=store.delete_rows)
    yield Step(name="tries", query=store.old_tries(messages, kinds), act=store.delete_tries)
    if kinds:
        return
    yield Step(name="runs", query=store.old_runs(records), act=store.delete_runs)
    yield Step(name="reports", query=store.old_reports(messages), act=store.delete_reports)
    yield Step(
        name="soft_bounces",
        query=store.old_soft_bounces(now.date()),
        act=partial(store.delete_soft_bounces, now.date()),
    )
    yield Step(name="marks", query=store.lost_marks(), act=store.delete_marks)
    yield Step(
        name="people", query=store.lost_people(), act=store.delete_sent_jobs, rows=ROWS // 20
    )


def _work(app: App, step: Step) -> int:
    done, last = 0, retention.Batch(ids=())
    while not app.stop.is_set():
        with app.engine.begin() as connection:
            batch = retention.take(connection, step.query, last.after, step.rows)
            if not batch.ids or batch.ids == last.ids:  # the same again: it cannot be pruned
                break
            done += step.act(connection, batch.ids)
        last = batch
    return done


def _count(app: App, step: Step) -> int:
    with reading(app.engine) as connection:
        return retention.count(connection, step.query)


def advice(app: App) -> list[str]:
    """What is worth doing after much was deleted."""
    with reading(app.engine) as connection:
        tables = retention.dead_rows(connection)
    return [
        f"{name} has {dead} dead rows beside {live} live ones; if autovacuum does not come: "
        f"VACUUM (ANALYZE) {name}"
        for name, (live, dead) in sorted(tables.items())
        if dead > max(_DEAD_SHARE * live, ROWS)
    ]


def plan(app: App, run: Run, report: RunReport) -> None:
    """Prune by the settings; what was pruned is in the report."""
    if not run.options.dry_run:
        with app.engine.begin() as connection:
            runs.bury_forgotten(connection, run.now - FORGOTTEN)
    report.extra.update(prune(app, policy(app.settings), run.now, dry_run=run.options.dry_run))


TASKS = (
    Task(
        name="prune",
        about="Forget old payloads, messages, tries and runs",
        schedule=Schedule(at=time(3, 30)),
        plan=plan,
        delivers=False,
    ),
)
