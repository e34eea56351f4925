"""What came back: reports that were read, bounces of messages, days on which mailboxes were full.

Functions take an open connection and never commit.
"""

from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import Connection, func, select

from jobraker_cli.store import settlements, suppressions
from jobraker_cli.store.ledger import inbox, soft_bounce
from jobraker_cli.store.ledger import outbox as _outbox
from jobraker_cli.store.outbox import Attempt
from jobraker_cli.store.types import clock
from jobraker_cli.store.upsert import insert_into

SOFT_BOUNCE_DAYS = 30


def note_report(connection: Connection, digest: str, kind: str, outbox_id: str | None) -> bool:
    """Note that a report is obeyed; False where it was before."""
    statement = (
        insert_into(connection, inbox)
        .values(
            digest=digest,
            kind=kind,
            outbox_id=outbox_id,
            read_at=select(clock()).scalar_subquery(),
        )
        .on_conflict_do_nothing()
        .returning(inbox.c.digest)
    )
    return connection.execute(statement).first() is not None


def record_return(connection: Connection, row_id: str, number: int, returned: Attempt) -> None:
    """Write down with a message what came back of it; what it waits for stays as it is."""
    settlements.record_attempts(connection, [(row_id, number, returned)])
    connection.execute(
        _outbox.update()
        .where(_outbox.c.id == row_id, _outbox.c.state == "sent")
        .values(last_reply=f"{returned.phase}: {returned.text}")
    )


def count_soft_bounces(
    connection: Connection, keys: Collection[str], today: date, *, limit: int
) -> None:
    """Note one more soft bounce of these addresses, and suppress those that had too many.

    Too many are soft bounces on `limit` days of the last 30; several on a day count once.
    """
    if not keys:
        return
    connection.execute(
        insert_into(connection, soft_bounce).on_conflict_do_nothing(),
        [{"key": key, "day": today.isoformat()} for key in dict.fromkeys(keys)],
    )
    since = last_forgotten_day(today)
    often = (
        select(soft_bounce.c.key)
        .where(soft_bounce.c.key.in_(list(keys)), soft_bounce.c.day > since)
        .group_by(soft_bounce.c.key)
        .having(func.count() >= limit)
    )
    found = list(connection.execute(often).scalars())
    suppressions.suppress(connection, found, reason="soft bounces", source="bounces")


def last_forgotten_day(today: date) -> str:
    """The last day whose soft bounces do not count any more, as it is stored."""
    return (today - timedelta(days=SOFT_BOUNCE_DAYS)).isoformat()
