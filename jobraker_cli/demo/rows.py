"""Rows into the web application's tables, spelled as each database has them.

SQLite as Django writes it: UUIDs as 32 hexadecimal digits, moments as UTC text
"YYYY-MM-DD HH:MM:SS.ffffff", JSON as text. PostgreSQL: uuid, timestamptz, jsonb.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sqlalchemy import JSON, Connection, DateTime, Dialect, Uuid, column, table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.expression import ColumnClause, TableClause
from sqlalchemy.types import NULLTYPE, TypeDecorator, TypeEngine

from jobraker_cli.demo.columns import Row

CHUNK = 1000
JSON_COLUMNS = frozenset(
    {
        "skills",
        "industries",
        "preferred_locations",
        "job_types",
        "skills_required",
        "skills_preferred",
        "technologies",
        "keywords",
        "additional_documents",
        "submission_logs",
    }
)
# Where None means that there is nothing, not JSON's null.
NULLABLE_JSON_COLUMNS = frozenset({"interview_details", "offer_details", "skyvern_response_data"})
MOMENT_COLUMNS = frozenset(
    {
        "last_login",
        "date_joined",
        "created_at",
        "updated_at",
        "posted_date",
        "application_deadline",
        "last_run",
        "last_contact_date",
        "interview_date",
        "follow_up_date",
        "follow_up_reminder_sent_at",
        "applied_at",
        "recommended_at",
    }
)
UUID_COLUMNS = frozenset({"id", "user_id", "job_id"})
# What the importer leaves alone when a job comes again.
KEPT = frozenset({"id", "created_at", "view_count", "application_count", "processed_for_matching"})


class Moment(TypeDecorator[datetime]):
    """An aware datetime; SQLite gets it as UTC without a zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The value in UTC as the database keeps it."""
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)


def insert_rows(connection: Connection, table_name: str, rows: Iterable[Row]) -> int:
    """Inserts the rows in chunks, never all in memory; how many there were. Does not commit.

    The first row names the columns; the others have the same.
    """
    count = 0
    for chunk in _chunks(rows):
        connection.execute(_table(table_name, chunk[0]).insert(), chunk)
        count += len(chunk)
    return count


def upsert_jobs(connection: Connection, rows: Iterable[Row]) -> int:
    """Inserts jobs; one whose id is there already is updated in place, as the importer does.

    Returns how many rows were given; their ids must be distinct. Does not commit.
    """
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    count = 0
    for chunk in _chunks(rows):
        statement = dialect.insert(_table("jobs", chunk[0]))
        updates = {name: statement.excluded[name] for name in chunk[0] if name not in KEPT}
        connection.execute(
            statement.on_conflict_do_update(index_elements=["id"], set_=updates), chunk
        )
        count += len(chunk)
    return count


def _chunks(rows: Iterable[Row]) -> Iterator[Sequence[Row]]:
    remaining = iter(rows)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk


def _table(name: str, first: Row) -> TableClause:
    columns: list[ColumnClause[object]] = [column(key, _type_of(key)) for key in first]
    return table(name, *columns)


def _type_of(name: str) -> TypeEngine[Any]:
    if name in UUID_COLUMNS:
        return Uuid(as_uuid=False)
    if name in JSON_COLUMNS or name in NULLABLE_JSON_COLUMNS:
        none_as_null = name in NULLABLE_JSON_COLUMNS
        jsonb = postgresql.JSONB(none_as_null=none_as_null)
        return JSON(none_as_null=none_as_null).with_variant(jsonb, "postgresql")
    return Moment() if name in MOMENT_COLUMNS else NULLTYPE
