"""Addresses that must not be mailed, known only by their HMACs."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, select

from jobraker_cli.store.ledger import suppression
from jobraker_cli.store.types import clock
from jobraker_cli.store.upsert import insert_into


def suppressed(connection: Connection, keys: Collection[str]) -> Mapping[str, str]:
    """Which of these keys are suppressed, with the reason."""
    if not keys:
        return {}
    found = select(suppression.c.key, suppression.c.reason).where(suppression.c.key.in_(keys))
    return {row.key: row.reason for row in connection.execute(found)}


def suppress(connection: Connection, keys: Sequence[str], *, reason: str, source: str) -> None:
    """Suppress keys; one that is known keeps its first reason."""
    for key in keys:
        connection.execute(
            insert_into(connection, suppression)
            .values(
                key=key, reason=reason, source=source, created_at=select(clock()).scalar_subquery()
            )
            .on_conflict_do_nothing()
        )
