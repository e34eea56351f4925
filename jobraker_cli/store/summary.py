"""Numbers of a day for the operators. Functions take an open connection and never commit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, func, or_, select

from jobraker_cli.store.ledger import outbox, run, user_seen
from jobraker_cli.store.shared import applications, jobs
from jobraker_cli.store.types import comparable

_ENDED = ("dead", "suppressed", "cancelled")
_WAITING = ("pending", "failed", "sending", "uncertain")
_BAD_RUNS = ("stopped", "died", "interrupted", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What happened from `since` until `until`, and what waits now."""

    states: Mapping[str, int]
    kinds: Mapping[str, int]
    runs: int
    bad_runs: int
    oldest_due: datetime | None
    users: int
    jobs: int
    applications: int


def day(connection: Connection, since: datetime, until: datetime, now: datetime) -> Day:
    """The numbers of a day; messages that wait are counted whenever they were made."""
    sent = _within(outbox, "sent_at", since, until)
    made = _within(outbox, "created_at", since, until)
    states = select(outbox.c.state, func.count()).where(
        or_(
            and_(outbox.c.state == "sent", sent),
            and_(outbox.c.state.in_(_ENDED), made),
            outbox.c.state.in_(_WAITING),
        )
    )
    kinds = select(outbox.c.kind, func.count()).where(outbox.c.state == "sent", sent)
    oldest = select(func.min(outbox.c.created_at)).where(
        outbox.c.state.in_(("pending", "failed")),
        comparable(outbox.c.next_attempt_at) <= comparable(now),
    )
    ran = _within(run, "believed_at", since, until)
    return Day(
        states=_counts(connection, states.group_by(outbox.c.state)),
        kinds=_counts(connection, kinds.group_by(outbox.c.kind)),
        runs=_count(connection, run, ran),
        bad_runs=_count(connection, run, and_(ran, run.c.outcome.in_(_BAD_RUNS))),
        oldest_due=connection.execute(oldest).scalar_one(),
        users=_count(connection, user_seen, _within(user_seen, "seen_at", since, until)),
        jobs=_count(connection, jobs, _within(jobs, "created_at", since, until)),
        applications=_count(
            connection, applications, _within(applications, "created_at", since, until)
        ),
    )


def _within(table: Table, column: str, since: datetime, until: datetime) -> ColumnElement[bool]:
    moment = comparable(table.c[column])
    return and_(moment >= comparable(since), moment < comparable(until))


def _counts(connection: Connection, found: Select[Any]) -> Mapping[str, int]:
    return {str(name): int(number) for name, number in connection.execute(found)}


def _count(connection: Connection, table: Table, where: ColumnElement[bool]) -> int:
    found = select(func.count()).select_from(table).where(where)
    return int(connection.execute(found).scalar_one())
