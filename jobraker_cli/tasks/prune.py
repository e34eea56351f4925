"""The task `prune`: forgets what is old, in small transactions; never what prevents duplicates."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Select

from jobraker_cli.settings import Settings
from jobraker_cli.store import ledger, orphans, retention, runs
from jobraker_cli.store.engine import reading
from jobraker_cli.tasks.app import App, Run
from jobraker_cli.tasks.periods import Schedule
from jobraker_cli.tasks.report import RunReport
from jobraker_cli.tasks.task import Task

ROWS = 1000  # a transaction
FORGOTTEN = timedelta(days=2)  # a run without an end for so long has died
QUOTAS = timedelta(days=2)  # the longest window of a quota is a day
VACANCIES = 62  # days at least: an alert is served the jobs of a month, at times a month late
_DEAD_SHARE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long what is kept, in days; `kinds` limits it to messages of these kinds."""

    payload_days: int
    message_days: int
    notification_days: int
    vacancy_days: int
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
        notification_days=settings.prune_notification_days,
        vacancy_days=max(settings.alert_repost_days, VACANCIES),
        run_days=settings.prune_run_days,
    )


def prune(app: App, kept: Retention, now: datetime, *, dry_run: bool) -> dict[str, int]:
    """Prune what is older than it should be; how much of each sort. A signal ends it early."""
    work = _count if dry_run else _work
    return {step.name: work(app, step) for step in _steps(kept, now)}


def _steps(kept: Retention, now: datetime) -> Iterator[Step]:
    """Payloads before rows; what is about no kind of message only when all kinds are meant."""
    payloads, messages = (now - timedelta(days=n) for n in (kept.payload_days, kept.message_days))
    store, kinds = retention, kept.kinds
    yield Step(name="payloads", query=store.old_payloads(payloads, kinds), act=store.empty_payloads)
    yield Step(name="messages", query=store.old_rows(messages, kinds), act=store.delete_rows)
    yield Step(name="tries", query=store.old_tries(messages, kinds), act=store.delete_tries)
    if not kinds:
        yield from _beside_messages(kept, now)
        yield from _left_behind()


def _beside_messages(kept: Retention, now: datetime) -> Iterator[Step]:
    """What is about no kind of message, by its age."""
    store, today = retention, now.date()
    messages, notices, vacancies, records = (
        now - timedelta(days=days)
        for days in (kept.message_days, kept.notification_days, kept.vacancy_days, kept.run_days)
    )
    shown, vacancy, report = ledger.notification.c, ledger.vacancy.c, ledger.inbox.c
    used, opened = ledger.chat_usage.c, ledger.chat_login.c
    for name, key, moment, before in (
        ("notifications", shown.id, shown.created_at, notices),
        ("reports", report.digest, report.read_at, messages),  # their messages are pruned as well
        ("vacancies", vacancy.fingerprint, vacancy.last_seen, vacancies),
        ("chat_usage", used.id, used.at, records),
        ("chat_logins", opened.id, opened.at, records),
    ):
        act = partial(store.delete_by, key)
        yield Step(name=name, query=store.older(key, moment, before), act=act)
    yield Step(name="runs", query=store.old_runs(records, now - FORGOTTEN), act=store.delete_runs)
    yield Step(
        name="soft_bounces",
        query=store.old_soft_bounces(today),
        act=partial(store.delete_soft_bounces, today),
    )
    yield Step(
        name="quotas",
        query=store.old_quotas(now - QUOTAS),
        act=partial(store.delete_quotas, now - QUOTAS),
    )


def _left_behind() -> Iterator[Step]:
    """What hangs on alerts, applications and people that the web application has deleted."""
    for name, query, columns, rows in (
        ("marks", orphans.alerts(), orphans.OF_ALERTS, ROWS),
        ("applications", orphans.applications(), orphans.OF_APPLICATIONS, ROWS),
        ("people", orphans.people(), orphans.OF_PEOPLE, ROWS // 20),
    ):
        yield Step(name=name, query=query, act=partial(orphans.forget, columns), rows=rows)


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
        about="Forget what is old: payloads, messages, notifications, runs and more",
        schedule=Schedule(at=time(3, 30)),
        plan=plan,
        delivers=False,
    ),
)
