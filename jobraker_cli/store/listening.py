"""Waiting for something new: LISTEN/NOTIFY on PostgreSQL, a short sleep on SQLite."""

import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event
from typing import Any

from sqlalchemy import Engine

from jobraker_cli.errors import UnreachableError

POLL_SECONDS = 0.4  # between two looks at a SQLite file
LOOK_SECONDS = 5.0  # between two looks at PostgreSQL without a word from it: the line may be dead


@contextmanager
def listening(engine: Engine, channel: str, stop: Event) -> Iterator[Callable[[], None]]:
    """Give a function that returns when there may be something new on the channel.

    Whoever reads after this began, and after each return, misses nothing. Raises UnreachableError
    when the connection is lost.
    """
    if engine.dialect.name != "postgresql":
        yield lambda: _sleep(stop)
        return
    import psycopg2  # type: ignore[import-untyped]  # SQLite needs none of it

    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f'LISTEN "{channel}"')
            raw: Any = connection.connection.driver_connection

            def wait() -> None:
                if select.select([raw], [], [], LOOK_SECONDS)[0]:
                    raw.poll()
                    raw.notifies.clear()
                connection.exec_driver_sql("SELECT 1")  # a line that died in silence says so now

            try:
                yield wait
            finally:
                with suppress(Exception):
                    connection.exec_driver_sql(f'UNLISTEN "{channel}"')
    except psycopg2.Error as error:
        words = " ".join(str(error).split())[:200]
        raise UnreachableError(f"The database cannot be reached: {words}") from error


def _sleep(stop: Event) -> None:
    stop.wait(POLL_SECONDS)
