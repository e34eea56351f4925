"""Addresses that must not be mailed, known only by their HMACs."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from jobraker_cli.store.among import one_of
from jobraker_cli.store.ledger import suppression
from jobraker_cli.store.types import clock
from jobraker_cli.store.upsert import insert_into

_COLUMNS = (
    suppression.c.key,
    suppression.c.reason,
    suppression.c.source,
    suppression.c.created_at,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """An address that must not be mailed: its key, why, who said so and when."""

    key: str
    reason: str
    source: str
    created_at: datetime | None


def suppressed(connection: Connection, keys: Collection[str]) -> Mapping[str, str]:
    """Which of these keys are suppressed, with the reason."""
    if not keys:
        return {}
    found = select(suppression.c.key, suppression.c.reason)
    found = found.where(one_of(connection, suppression.c.key, keys))
    return {row.key: row.reason for row in connection.execute(found)}


def suppress(connection: Connection, keys: Sequence[str], *, reason: str, source: str) -> int:
    """Suppress keys; one that is known keeps its first reason. How many are new."""
    if not keys:
        return 0
    statement = (
        insert_into(connection, suppression)
        .values(reason=reason, source=source, created_at=select(clock()).scalar_subquery())
        .on_conflict_do_nothing()
        .returning(suppression.c.key)
    )
    rows = [{"key": key} for key in dict.fromkeys(keys)]
    return len(connection.execute(statement, rows).all())


def unsuppress(connection: Connection, key: str) -> bool:
    """Let an address be mailed again; whether it was suppressed."""
    result = connection.execute(suppression.delete().where(suppression.c.key == key))
    return result.rowcount == 1


def listed(
    connection: Connection,
    *,
    key: str | None = None,
    reason: str | None = None,
    limit: int | None = None,
) -> Iterator[Suppression]:
    """Suppressed addresses, the newest first, read from the database as they are asked for."""
    found = select(*_COLUMNS).order_by(suppression.c.created_at.desc(), suppression.c.key)
    for column, value in ((suppression.c.key, key), (suppression.c.reason, reason)):
        if value is not None:
            found = found.where(column == value)
    options = {"yield_per": 1000}
    for row in connection.execute(found.limit(limit), execution_options=options):
        yield Suppression(
            key=row.key, reason=row.reason, source=row.source, created_at=row.created_at
        )
