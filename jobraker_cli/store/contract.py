"""The contract with the shared tables, held against the real database."""

from collections.abc import Mapping

from sqlalchemy import Connection, Table, inspect

from jobraker_cli.errors import ConfigError
from jobraker_cli.store import shared


def missing(connection: Connection) -> tuple[str, ...]:
    """What the contract names and the database lacks: "jobs" or "jobs.status", in order."""
    there = inspect(connection)
    lacking: list[str] = []
    for table in shared.shared.sorted_tables:
        if not there.has_table(table.name):
            lacking.append(table.name)
            continue
        columns = {column["name"] for column in there.get_columns(table.name)}
        lacking += [f"{table.name}.{name}" for name in _names(table) if name not in columns]
    return tuple(lacking)


def require(connection: Connection) -> None:
    """Raise ConfigError naming what the shared tables lack."""
    lacking = missing(connection)
    if lacking:
        raise ConfigError(
            f"The database lacks {', '.join(lacking)} of the web application's tables; "
            "check DATABASE_URL, or run the web application's migrations"
        )


def tables(connection: Connection) -> Mapping[str, bool]:
    """Every table of the database; True where it is one of jobraker's own."""
    return {name: name.startswith("jobraker_") for name in inspect(connection).get_table_names()}


def _names(table: Table) -> list[str]:
    return [column.name for column in table.columns]
