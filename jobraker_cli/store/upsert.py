"""INSERT ... ON CONFLICT, which both databases have under the same words."""

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import sqlite


def insert_into(connection: Connection, table: Table) -> sqlite.Insert:
    """An INSERT that knows ON CONFLICT, in the connection's dialect."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # 40 ms that SQLite does not need

        return postgresql.insert(table)  # type: ignore[return-value]  # the same methods
    return sqlite.insert(table)
