"""A job board in a database, written as the web application would have written it."""

import itertools
import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from tests.support.databases import Connection, Database, Kind, quoted
from tests.support.rows import CHILDREN, DEFAULTS, JSON_COLUMNS, NULLABLE_JSON_COLUMNS, Row

Session = Callable[[], AbstractContextManager[Connection]]


class Board:
    """The shared tables in one fresh database, written as the web application writes them.

    Columns are given as plain values: ids with dashes, aware datetimes, bools, lists and dicts
    for JSON; they are stored in the database's own spelling. What is not given is what the web
    application writes then. A None for a JSON column that cannot be NULL is the JSON value null.
    """

    def __init__(
        self,
        database: Database,
        *,
        session: Session | None = None,
        numbers: "itertools.count[int] | None" = None,
    ) -> None:
        self.kind: Kind = database.kind
        self.url = database.url
        self.owner_url = database.owner_url
        self._database = database
        self._session: Session = session or database.session
        self._numbers = numbers or itertools.count(1)
        self._given: list[Connection] = []

    def add(self, table: str, **columns: object) -> str:
        """Insert one row into a shared table and return its id."""
        row = self._row(table, columns)
        values = ", ".join(f":{column}" for column in row)
        sql = f"INSERT INTO {table} ({quoted(row)}) VALUES ({values}) RETURNING id"
        with self._session() as connection:
            cursor = connection.cursor()
            cursor.execute(self._database.statement(sql), row)
            (stored,) = cursor.fetchone()
        return str(stored) if table == "user_profiles" else str(uuid.UUID(stored))

    def add_user(self, **columns: object) -> str:
        """Insert a user; the address is user1@example.org, user2@..."""
        return self.add("users", **columns)

    def add_job(self, **columns: object) -> str:
        """Insert an active job in Springfield without pay or skills, titled "Engineer N"."""
        return self.add("jobs", **columns)

    def add_alert(self, user_id: str, **columns: object) -> str:
        """Insert an active daily alert without any condition, named "Alert N"."""
        return self.add("job_alerts", user_id=user_id, **columns)

    def add_application(self, user_id: str, job_id: str, **columns: object) -> str:
        """Insert a pending application, made by hand."""
        return self.add("applications", user_id=user_id, job_id=job_id, **columns)

    def add_recommendation(self, user_id: str, job_id: str, **columns: object) -> str:
        """Insert a recommendation with score 0.9 that waits for review."""
        return self.add("recommended_jobs", user_id=user_id, job_id=job_id, **columns)

    def insert_jobs(self, n: int, **columns: object) -> list[str]:
        """Insert very many jobs, see `insert_many`."""
        return self.insert_many("jobs", n, **columns)

    def insert_many(self, table: str, n: int, **columns: object) -> list[str]:
        """Insert `n` rows at once; a column given as a function is called with 0, 1, ... n - 1.

        Returns the ids in that order. Not for user_profiles, whose ids the database makes.
        """
        ids: list[str] = []
        with self._session() as connection:
            names = list(DEFAULTS[table](0) | columns)

            def rows() -> Iterator[tuple[object, ...]]:
                for i in range(n):
                    row = self._row(table, _at(i, columns))
                    ids.append(str(row["id"]))
                    yield tuple(row.values())

            self._database.load(connection, table, names, rows())
        return [str(uuid.UUID(stored)) for stored in ids]

    def update(self, table: str, row_id: str, **columns: object) -> None:
        """Change columns of one row, and nothing else (`updated_at` only if it is given)."""
        row = self._spelled(table, columns)
        assignments = ", ".join(f'"{column}" = :{column}' for column in row)
        row["row_id"] = self._id(table, row_id)
        changed = self._run(f"UPDATE {table} SET {assignments} WHERE id = :row_id", row)
        assert changed == 1, f"{table} has no row {row_id}"

    def delete(self, table: str, row_id: str) -> None:
        """Delete one row with all that hangs on it, as the web application's ORM does."""
        with self._session() as connection:
            deleted = self._delete(connection, table, self._id(table, row_id))
        assert deleted == 1, f"{table} has no row {row_id}"

    def row(self, table: str, row_id: str) -> Row:
        """Return one row in plain values, the same on both databases."""
        with self._session() as connection:
            declared = self._database.columns(connection, table)
        (stored,) = self.rows(
            f"SELECT {quoted(declared)} FROM {table} WHERE id = :id", id=self._id(table, row_id)
        )
        return {c: self._database.read(c, declared[c], value) for c, value in stored.items()}

    def rows(self, sql: str, **params: object) -> list[Row]:
        """Run a query with `:name` parameters and return what the driver gives, unchanged.

        A parameter that is a uuid.UUID or a datetime is spelled as this database stores it.
        """
        spelled = {name: self._database.spell(value) for name, value in params.items()}
        with self._session() as connection:
            cursor = connection.cursor()
            cursor.execute(self._database.statement(sql), spelled)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def execute(self, sql: str, **params: object) -> int:
        """Run a statement, parameters as with `rows`; return how many rows it touched."""
        return self._run(sql, {name: self._database.spell(value) for name, value in params.items()})

    def tables(self) -> list[str]:
        """Return the names of all tables of the database, in order."""
        return sorted(str(row["name"]) for row in self.rows(self._database.tables_sql))

    def counts(self) -> dict[str, int]:
        """Return the number of rows of every table of the database."""
        count = {t: self.rows(f'SELECT count(*) AS n FROM "{t}"') for t in self.tables()}
        return {table: int(str(row["n"])) for table, (row,) in count.items()}

    def dump(self) -> dict[str, list[str]]:
        """Return every row of every table as sorted text: equal dumps mean nothing was written."""
        return {
            table: sorted(repr(row) for row in self.rows(f'SELECT * FROM "{table}"'))
            for table in self.tables()
        }

    def wait_until_left(self, seconds: float = 20) -> None:
        """Wait until the server has noticed that a killed command is gone."""
        if self.kind == "sqlite":
            return
        there = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
        until = time.monotonic() + seconds
        while self.rows(f"{there} AND application_name = 'jobraker'"):
            assert time.monotonic() < until, "a killed command's connection is still there"
            time.sleep(0.02)

    def connection(self) -> Connection:
        """Open a raw connection of the driver's; whoever asks commits it."""
        connection = self._database.connect()
        self._given.append(connection)
        return connection

    def close(self) -> None:
        """Close every connection, also those given away."""
        for connection in self._given:
            connection.close()
        self._database.close()

    @contextmanager
    def transaction(self) -> Iterator["Board"]:
        """Give the board in a second session, whose writes nobody sees until the block ends.

        An exception rolls them back.
        """
        connection = self._database.connect()
        try:
            yield Board(
                self._database, session=lambda: nullcontext(connection), numbers=self._numbers
            )
            connection.commit()
        finally:
            connection.close()

    def _row(self, table: str, columns: Row) -> Row:
        return self._spelled(table, DEFAULTS[table](next(self._numbers)) | columns)

    def _spelled(self, table: str, columns: Row) -> Row:
        return {column: self._value(table, column, value) for column, value in columns.items()}

    def _value(self, table: str, column: str, value: object) -> object:
        if column in JSON_COLUMNS:
            sql_null = value is None and column in NULLABLE_JSON_COLUMNS
            return None if sql_null else json.dumps(value)
        if column == "id" or (column.endswith("_id") and column in _PARENTS):
            return self._id(table if column == "id" else "", str(value))
        return self._database.spell(value)

    def _id(self, table: str, row_id: str) -> object:
        return int(row_id) if table == "user_profiles" else self._database.spell(uuid.UUID(row_id))

    def _run(self, sql: str, params: Row) -> int:
        with self._session() as connection:
            cursor = connection.cursor()
            cursor.execute(self._database.statement(sql), params)
            return int(cursor.rowcount)

    def _delete(self, connection: Connection, table: str, stored_id: object) -> int:
        cursor = connection.cursor()
        parent = {"id": stored_id}
        for child, column in CHILDREN.get(table, ()):
            query = f"SELECT id FROM {child} WHERE {column} = :id"
            cursor.execute(self._database.statement(query), parent)
            for (child_id,) in cursor.fetchall():
                self._delete(connection, child, child_id)
        cursor.execute(self._database.statement(f"DELETE FROM {table} WHERE id = :id"), parent)
        return int(cursor.rowcount)


_PARENTS = frozenset({"user_id", "job_id", "session_id"})


def _at(i: int, columns: Row) -> Row:
    return {column: value(i) if callable(value) else value for column, value in columns.items()}
