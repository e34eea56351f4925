"""In-app notifications: one row a message. Functions take an open connection and never commit."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select, text

from jobraker_cli.store.copying import copy, packed
from jobraker_cli.store.ledger import notification
from jobraker_cli.store.shared import users
from jobraker_cli.store.types import comparable
from jobraker_cli.store.upsert import insert_into

CHANNEL = "jobraker_notification"


class Notification(NamedTuple):
    """What a person is shown in the application; `outbox_id` is None where no mail went with it."""

    id: str
    user_id: str
    kind: str
    title: str
    link: str
    outbox_id: str | None
    created_at: datetime
    read_at: datetime | None = None


_COLUMNS = Notification._fields
# PostgreSQL takes many rows as arrays five times as fast as row by row.
_WRITE = text("""
INSERT INTO jobraker_notification (id, user_id, kind, title, link, outbox_id, created_at, read_at)
SELECT * FROM unnest(
    CAST(:id AS uuid[]), CAST(:user_id AS uuid[]), CAST(:kind AS text[]), CAST(:title AS text[]),
    CAST(:link AS text[]), CAST(:outbox_id AS uuid[]), CAST(:created_at AS timestamptz[]),
    CAST(:read_at AS timestamptz[])
)
ON CONFLICT DO NOTHING RETURNING id
""")


def write(connection: Connection, rows: Sequence[Notification]) -> set[str]:
    """Write notifications down; the ids that are new (a known id is left as it is)."""
    if not rows:
        return set()
    if connection.dialect.name == "postgresql":
        if copy(connection, notification, _COLUMNS, packed(notification, _COLUMNS, rows)):
            return {one.id for one in rows}
        columns = {name: [getattr(one, name) for one in rows] for name in _COLUMNS}
        return {str(new) for new in connection.execute(_WRITE, columns).scalars()}
    statement = insert_into(connection, notification).on_conflict_do_nothing()
    values = [one._asdict() for one in rows]
    return set(connection.execute(statement.returning(notification.c.id), values).scalars())


def known(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Which of these ids are notifications already."""
    found = select(notification.c.id).where(notification.c.id.in_(list(ids)))
    return set(connection.execute(found).scalars())


def ids_of(connection: Connection, user_id: str) -> set[str]:
    """The ids of all notifications of a person."""
    found = select(notification.c.id).where(notification.c.user_id == user_id)
    return set(connection.execute(found).scalars())


def by_id(connection: Connection, ids: Collection[str]) -> Sequence[Notification]:
    """These notifications, the oldest first."""
    if not ids:
        return ()
    found = select(notification).where(notification.c.id.in_(ids))
    found = found.order_by(comparable(notification.c.created_at), notification.c.id)
    return [Notification(**row) for row in connection.execute(found).mappings()]


def search(
    connection: Connection, *, user_id: str | None, unread: bool, limit: int | None
) -> Sequence[tuple[Notification, str]]:
    """Notifications with their owners' addresses, the newest first."""
    found = select(notification, users.c.email).outerjoin(
        users, users.c.id == notification.c.user_id
    )
    if user_id is not None:
        found = found.where(notification.c.user_id == user_id)
    if unread:
        found = found.where(notification.c.read_at.is_(None))
    found = found.order_by(comparable(notification.c.created_at).desc(), notification.c.id)
    rows = connection.execute(found.limit(limit)).mappings()
    return [
        (Notification(**{name: row[name] for name in _COLUMNS}), row["email"] or "") for row in rows
    ]


def mark_read(
    connection: Connection, user_id: str, now: datetime, ids: Collection[str] | None
) -> int:
    """Mark a person's unread notifications (these, or all) as read; how many."""
    wanted = notification.update().where(
        notification.c.user_id == user_id, notification.c.read_at.is_(None)
    )
    if ids is not None:
        wanted = wanted.where(notification.c.id.in_(ids))
    return int(connection.execute(wanted.values(read_at=now)).rowcount)
