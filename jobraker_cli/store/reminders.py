"""Reminders of applications: which may be due, and which were made.

Functions take an open connection and never commit.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, func, or_, select

from jobraker_cli.store import applications as rows
from jobraker_cli.store import ledger
from jobraker_cli.store.applications import Submitted
from jobraker_cli.store.shared import applications, users
from jobraker_cli.store.types import comparable
from jobraker_cli.store.upsert import insert_into

_reminder = ledger.reminder


def candidates(
    connection: Connection,
    *,
    now: datetime,
    dates_since: datetime,
    silent_since: datetime,
    closed: Collection[str],
    waiting: Collection[str],
    after: str | None,
    limit: int,
) -> Sequence[Submitted]:
    """Applications of active people that may be due, ordered by id: the rules decide.

    Those whose owner's date lies between `dates_since` and now and was not reminded of, and those
    without a date that wait in one of the statuses `waiting` since before `silent_since`.
    """
    date = comparable(applications.c.follow_up_date)
    reminded = comparable(applications.c.follow_up_reminder_sent_at)
    own = and_(
        date <= comparable(now),
        date >= comparable(dates_since),
        or_(applications.c.follow_up_reminder_sent_at.is_(None), reminded < date),
    )
    told = select(_reminder.c.cause).where(
        _reminder.c.application_id == applications.c.id, _reminder.c.cause == "silence"
    )
    applied = func.coalesce(applications.c.applied_at, applications.c.created_at)
    silent = and_(
        applications.c.follow_up_date.is_(None),
        rows.STATUS.in_(waiting),
        comparable(applied) <= comparable(silent_since),
        ~told.exists(),
    )
    found = rows.submitted().where(users.c.is_active, rows.STATUS.not_in(closed), or_(own, silent))
    if after is not None:
        found = found.where(applications.c.id > after)
    return rows.read(connection, found.order_by(applications.c.id).limit(limit))


def known(connection: Connection, ids: Collection[str]) -> Mapping[str, set[str]]:
    """The causes of which people were reminded, by application."""
    found: dict[str, set[str]] = {}
    if not ids:
        return found
    wanted = select(_reminder.c.application_id, _reminder.c.cause)
    for row in connection.execute(wanted.where(_reminder.c.application_id.in_(ids))):
        found.setdefault(row.application_id, set()).add(row.cause)
    return found


def note(connection: Connection, made: Sequence[Mapping[str, str]]) -> set[str]:
    """Write reminders down (application_id, cause, outbox_id); the messages that are new."""
    if not made:
        return set()
    statement = insert_into(connection, _reminder).on_conflict_do_nothing()
    return set(connection.execute(statement.returning(_reminder.c.outbox_id), list(made)).scalars())


def write_reminded(connection: Connection, ids: Collection[str], now: datetime) -> None:
    """Set applications.follow_up_reminder_sent_at; a row that is being written is left alone."""
    if not ids:
        return
    free = select(applications.c.id).where(applications.c.id.in_(ids))
    free = free.with_for_update(skip_locked=True)
    connection.execute(
        applications.update()
        .where(applications.c.id.in_(free))
        .values(follow_up_reminder_sent_at=now)
    )
