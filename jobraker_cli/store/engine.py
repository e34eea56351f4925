"""The engine: one way to connect, on SQLite and PostgreSQL, and what each needs to be safe.

SQLite: a transaction that will write begins IMMEDIATE (a deferred one that turns writer fails with
SQLITE_BUSY_SNAPSHOT, which no busy timeout helps); synchronous=FULL; foreign keys on.
PostgreSQL: session time zone UTC; a read-only engine refuses writes at the server.
"""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, exc
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import QueuePool, StaticPool

from jobraker_cli.errors import ConfigError, JobrakerError, UnreachableError

SQLITE_BUSY_SECONDS = 30
CONNECT_SECONDS = 10


def connect(database_url: str, *, readonly: bool = False, create: bool = False) -> Engine:
    """An engine for a normalized DATABASE_URL; nothing is opened before the first use.

    A read-only engine cannot write, whatever the code does: dry runs use one. With `create` a
    SQLite file that is not there is made; else its use raises ConfigError.
    """
    try:
        url = make_url(database_url)
    except (exc.ArgumentError, ValueError):
        raise ConfigError("DATABASE_URL cannot be read; see .env.example for its form") from None
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, mode="rwc" if create else "rw", readonly=readonly)
    return _postgresql(url, readonly=readonly)


def _postgresql(url: URL, *, readonly: bool) -> Engine:
    options = "-c timezone=UTC -c jit=off" + (
        " -c default_transaction_read_only=on" if readonly else ""
    )
    given = url.query.get("options")
    if isinstance(given, str):
        options = f"{given} {options}"
    engine = create_engine(
        url.difference_update_query(["options"]),
        connect_args={
            "options": options,
            "application_name": "jobraker",
            "client_encoding": "utf8",  # whatever the environment says
            "connect_timeout": CONNECT_SECONDS,
        },
        json_deserializer=tolerant_json,
        hide_parameters=True,  # addresses and tokens stay out of error messages
        executemany_mode="values_plus_batch",  # many rows in one round trip
        pool_size=2,
        max_overflow=4,
    )

    event.listen(engine, "connect", _read_values_plainly)
    return engine


def _read_values_plainly(connection: Any, record: Any) -> None:
    """Make a connection give ids as text and moments in UTC, None for one that Python has not."""
    from psycopg2 import extensions  # type: ignore[import-untyped]  # SQLite needs none of it

    def moment(text: str | None, cursor: Any) -> datetime | None:
        if text is None:
            return None
        try:
            found = datetime.fromisoformat(text)
            return found if found.tzinfo is UTC else found.astimezone(UTC)
        except (ValueError, OverflowError):
            return None

    for name, oid, read in (("MOMENT", 1184, moment), ("ID", 2950, lambda text, cursor: text)):
        extensions.register_type(extensions.new_type((oid,), name, read), connection)


def _sqlite(url: URL, *, mode: str, readonly: bool) -> Engine:
    path = sqlite_path(url)

    def open_file() -> sqlite3.Connection:
        if path and mode == "rwc":
            path.parent.mkdir(parents=True, exist_ok=True)
        elif path and not path.exists():
            raise ConfigError(f"There is no database at {path} yet; run: jobraker init")
        if path and path.exists() and not os.access(path, os.R_OK):
            raise ConfigError(f"{path} may not be read by this user; check its owner and rights")
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode={mode}" if path else ":memory:",
            uri=path is not None,
            timeout=SQLITE_BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.text_factory = _tolerant_text
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        if readonly:  # not mode=ro: that cannot roll back what a killed writer left behind
            connection.execute("PRAGMA query_only = ON")
        return connection

    engine = create_engine(
        "sqlite://",
        creator=open_file,
        poolclass=QueuePool if path else StaticPool,
        hide_parameters=True,
        json_deserializer=tolerant_json,
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reading_only = connection.get_execution_options().get("reading", readonly)
        connection.exec_driver_sql("BEGIN" if reading_only else "BEGIN IMMEDIATE")

    return engine


def _tolerant_text(octets: bytes) -> str:
    return octets.decode("utf-8", "replace")


def sqlite_path(url: URL | str) -> Path | None:
    """The file of a SQLite URL; None for one in memory and for other databases."""
    url = make_url(url)
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database)).expanduser()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads: one snapshot where the database has them, no write lock."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection = connection.execution_options(reading=True)  # noqa: PLW2901
        else:
            connection = connection.execution_options(  # noqa: PLW2901
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        with connection.begin():
            yield connection


def tolerant_json(text: Any) -> Any:
    """JSON text as a value; None where it is none (a hostile row must not end the run)."""
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return None


_ROOM = "; make room on its disk, and the next run goes on from here"


def translate(error: Exception) -> JobrakerError | None:
    """The expected failure behind a database error, in one sentence; None for a bug of ours."""
    if not isinstance(error, exc.DBAPIError):
        return None
    words = " ".join(str(error.orig).split())[:300]
    name = type(error.orig).__name__
    if isinstance(error.orig, sqlite3.Error):
        return _translate_sqlite(words)
    if isinstance(error, exc.OperationalError | exc.InterfaceError) and not words.startswith(
        "invalid"
    ):
        # With a code the server is there, and has no room, no connection or no time left for us.
        code = getattr(error.orig, "pgcode", None) or "08"
        verb = "reached" if code.startswith(("08", "57P")) else "used"
        room = _ROOM if code == "53100" else ""
        return UnreachableError(f"The database cannot be {verb}: {words}{room}")
    return _translate_postgresql(name, words)


def _translate_postgresql(name: str, words: str) -> JobrakerError | None:
    """What needs a person's hand: rights, missing tables, options in the URL."""
    if name in ("UndefinedTable", "UndefinedColumn", "InsufficientPrivilege", "InvalidSchemaName"):
        return _lacking(words)
    if name == "ReadOnlySqlTransaction":
        return ConfigError(f"The database cannot be written: {words}")
    if name in ("OperationalError", "ProgrammingError") and words.startswith("invalid"):
        return ConfigError(f"DATABASE_URL has something PostgreSQL does not know: {words}")
    return None


def _translate_sqlite(words: str) -> JobrakerError | None:
    """SQLite has one class for most failures; its words tell them apart."""
    if words.startswith(("no such table", "no such column")):
        return _lacking(words)
    if "readonly database" in words:
        return ConfigError(f"The database cannot be written: {words}; check its permissions")
    if words.startswith("file is not a database"):
        return ConfigError(f"DATABASE_URL names something else than a SQLite database: {words}")
    if "locked" in words:
        return UnreachableError(f"The database is busy: {words}; the next run goes on from here")
    if words.startswith(("unable to open", "disk I/O", "database or disk is full")):
        room = _ROOM if "full" in words else ""
        return UnreachableError(f"The database cannot be used: {words}{room}")
    return None


def _lacking(words: str) -> ConfigError:
    return ConfigError(f"The database lacks what jobraker needs ({words}); run: jobraker doctor")
