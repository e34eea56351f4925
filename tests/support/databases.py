"""The two kinds of database a board can live in: how each connects, spells and bulk-loads."""

import io
import json
import re
import shutil
import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Protocol

import psycopg2  # type: ignore[import-untyped]

from tests.support.rows import JSON_COLUMNS

Kind = Literal["sqlite", "postgresql"]

SCHEMAS = Path(__file__).parents[2] / "sql" / "board"

_NAMED = re.compile(r"(?<![:\w]):([a-z_]\w*)")


class Connection(Protocol):
    """What both drivers' connections share (PEP 249)."""

    def cursor(self) -> Any: ...
    def commit(self) -> None: ...
    def rollback(self) -> None: ...
    def close(self) -> None: ...


class Database(Protocol):
    """One database with the shared tables, made for one test."""

    kind: Kind
    url: str
    owner_url: str
    tables_sql: str

    def connect(self) -> Connection:
        """Open a connection of the driver's own kind, which begins transactions by itself."""
        ...

    def close(self) -> None:
        """Let go of what is kept open."""
        ...

    def session(self) -> AbstractContextManager[Connection]:
        """Give a connection for one short use: committed after, rolled back on an exception."""
        ...

    def statement(self, sql: str) -> str:
        """Turn `:name` parameters into the driver's."""
        ...

    def spell(self, value: object) -> object:
        """Turn a UUID or an aware datetime into what this database stores."""
        ...

    def read(self, column: str, declared: str, value: Any) -> object:
        """Turn a stored value back: ids with dashes, aware UTC datetimes, bools, parsed JSON."""
        ...

    def columns(self, connection: Connection, table: str) -> dict[str, str]:
        """Return the declared type of each column."""
        ...

    def load(
        self,
        connection: Connection,
        table: str,
        columns: Sequence[str],
        rows: Iterable[Sequence[object]],
    ) -> None:
        """Insert very many spelled rows."""
        ...


class SqliteDatabase:
    """A SQLite file with the shared tables as Django creates and spells them there."""

    kind: Kind = "sqlite"
    tables_sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"

    def __init__(self, path: Path, template: Path) -> None:
        shutil.copyfile(template, path)
        self.path = path
        self.url = self.owner_url = f"sqlite:///{path}"

    def connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path)
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    def close(self) -> None:
        pass  # nothing is kept

    @contextmanager
    def session(self) -> Iterator[Connection]:
        # A new one each time: an open file would be in the way of jobraker changing the journal.
        with closing(self.connect()) as connection, connection:
            connection.execute("PRAGMA synchronous = OFF")
            yield connection

    def statement(self, sql: str) -> str:
        return sql

    def spell(self, value: object) -> object:
        if isinstance(value, uuid.UUID):
            return value.hex
        if isinstance(value, datetime):
            return str(_utc(value).replace(tzinfo=None))
        return value

    def read(self, column: str, declared: str, value: Any) -> object:
        if value is None:
            return None
        if declared == "char(32)":
            return str(uuid.UUID(value))
        if declared == "datetime":
            moment = datetime.fromisoformat(value)
            return _utc(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
        if declared == "bool":
            return bool(value)
        return json.loads(value) if column in JSON_COLUMNS else value

    def columns(self, connection: Connection, table: str) -> dict[str, str]:
        cursor = connection.cursor()
        cursor.execute("SELECT name, type FROM pragma_table_info(?)", (table,))
        return dict(cursor.fetchall())

    def load(
        self,
        connection: Connection,
        table: str,
        columns: Sequence[str],
        rows: Iterable[Sequence[object]],
    ) -> None:
        marks = ", ".join("?" * len(columns))
        sql = f"INSERT INTO {table} ({quoted(columns)}) VALUES ({marks})"
        connection.cursor().executemany(sql, rows)


class PostgresDatabase:
    """A PostgreSQL database with the shared tables, on a server that others run.

    `url` is that of the role which the command works as; the board's rows are written by the owner.
    """

    kind: Kind = "postgresql"
    tables_sql = (
        "SELECT tablename AS name FROM pg_tables"
        " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    )

    def __init__(self, owner_url: str, url: str) -> None:
        self.owner_url = owner_url
        self.url = url
        self._kept: Any = None

    def connect(self) -> Connection:
        connection: Connection = psycopg2.connect(self.owner_url)
        return connection

    @contextmanager
    def session(self) -> Iterator[Connection]:
        # One is kept: a new one costs ten times the statement it is for.
        if self._kept is None or self._kept.closed:
            self._kept = self.connect()
        with self._kept:
            yield self._kept

    def close(self) -> None:
        if self._kept is not None:
            self._kept.close()

    def statement(self, sql: str) -> str:
        return _NAMED.sub(r"%(\1)s", sql.replace("%", "%%"))

    def spell(self, value: object) -> object:
        if isinstance(value, uuid.UUID):
            return str(value)
        return _utc(value) if isinstance(value, datetime) else value

    def read(self, column: str, declared: str, value: Any) -> object:
        del column, declared  # the driver has done it
        return value.astimezone(UTC) if isinstance(value, datetime) else value

    def columns(self, connection: Connection, table: str) -> dict[str, str]:
        cursor = connection.cursor()
        cursor.execute(
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
            (table,),
        )
        return dict(cursor.fetchall())

    def load(
        self,
        connection: Connection,
        table: str,
        columns: Sequence[str],
        rows: Iterable[Sequence[object]],
    ) -> None:
        text = io.StringIO("".join("\t".join(map(_copied, row)) + "\n" for row in rows))
        cursor = connection.cursor()
        cursor.copy_expert(f"COPY {table} ({quoted(columns)}) FROM STDIN", text)
        cursor.execute(f"ANALYZE {table}")  # as autovacuum has done on a board of that size


def quoted(columns: Iterable[str]) -> str:
    """Return a list of column names for a statement."""
    return ", ".join(f'"{column}"' for column in columns)


def sqlite_template(path: Path) -> Path:
    """Make the SQLite file with the empty shared tables that every test gets a copy of."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((SCHEMAS / "sqlite.sql").read_text(encoding="utf-8"))
    return path


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"a naive datetime: {moment!r}")
    return moment.astimezone(UTC)


def _copied(value: object) -> str:
    r"""Write a value as COPY's text format has it: \N for NULL, backslashes before what it uses."""
    if value is None:
        return r"\N"
    text = str(value)
    if text.isalnum():
        return text
    text = text.replace("\\", r"\\").replace("\t", r"\t")
    return text.replace("\n", r"\n").replace("\r", r"\r")
