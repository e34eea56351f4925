"""Which baselines were taken. Functions take an open connection and never commit."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from jobraker_cli.store.ledger import baseline
from jobraker_cli.store.types import clock
from jobraker_cli.store.upsert import insert_into


def taken(connection: Connection) -> Collection[str]:
    """The names of the baselines that this database has."""
    return set(connection.execute(select(baseline.c.name)).scalars())


def note(connection: Connection, name: str) -> None:
    """Write down that a baseline was taken."""
    values = {"name": name, "taken_at": select(clock()).scalar_subquery()}
    connection.execute(insert_into(connection, baseline).values(values).on_conflict_do_nothing())
