"""Column types that read and write what the web framework itself writes, on both databases."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, DateTime, Dialect, Integer, String, TypeDecorator, Uuid
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import TypeEngine

Json = JSON(none_as_null=True)
"""jsonb in PostgreSQL, text in SQLite; text that is no JSON reads as None (see engine)."""


class Id(TypeDecorator[str]):
    """An id as a string with dashes; uuid in PostgreSQL, 32 hex digits in SQLite.

    What is no id there reads as it is, so that one odd row does not end a run.
    """

    impl = Uuid(as_uuid=False)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text on SQLite, uuid elsewhere."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(32))
        return dialect.type_descriptor(Uuid(as_uuid=False))

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The spelling of the database."""
        if value is None or dialect.name != "sqlite":
            return value
        return value.replace("-", "")

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """None where the driver gives the text already (see engine)."""
        return super().result_processor(dialect, coltype) if dialect.name == "sqlite" else None

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """With dashes."""
        if value is None:
            return None
        text = str(value)
        if len(text) != 32:
            return text
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime; text in SQLite, written with microseconds, read in any spelling."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text on SQLite, timestamptz elsewhere."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String())
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuses naive datetimes: which zone they mean is anyone's guess."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        if dialect.name == "sqlite":
            return sqlite_moment(value)
        return value

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """None where the driver gives the moment already (see engine)."""
        return super().result_processor(dialect, coltype) if dialect.name == "sqlite" else None

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """An aware UTC datetime, or None where the text is no moment."""
        return None if value is None else parse_moment(value)


class Whole(TypeDecorator[int]):
    """A whole number; None where SQLite holds something else in its place."""

    impl = Integer
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """None where the database holds nothing else."""
        return super().result_processor(dialect, coltype) if dialect.name == "sqlite" else None

    def process_result_value(self, value: Any, dialect: Dialect) -> int | None:
        """The number, or None."""
        return value if isinstance(value, int) else None


def present(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row without its NULLs, so that the defaults of the model stand for them; octets as text."""
    return {
        str(name): value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        for name, value in row.items()
        if value is not None
    }


def sqlite_moment(value: datetime) -> str:
    """The spelling of the web framework: naive UTC with microseconds."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def parse_moment(text: object) -> datetime | None:
    """Any ISO 8601 spelling as aware UTC (naive means UTC); None where it is none."""
    try:
        value = datetime.fromisoformat(str(text))
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


class comparable(GenericFunction[datetime]):  # noqa: N801 - SQLAlchemy names functions so
    """A moment column or value for <, <= and ORDER BY, whatever its spelling in SQLite."""

    type = Moment()
    inherit_cache = True


@compiles(comparable)
def _comparable(element: ColumnElement[datetime], compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


@compiles(comparable, "sqlite")
def _comparable_sqlite(element: ColumnElement[datetime], compiler: Any, **options: Any) -> str:
    return f"strftime('%Y-%m-%d %H:%M:%f', {compiler.process(element.clauses, **options)})"


class clock(GenericFunction[datetime]):  # noqa: N801 - SQLAlchemy names functions so
    """The database's own clock at this moment (not at the start of the transaction)."""

    type = Moment()
    inherit_cache = True


@compiles(clock)
def _clock(element: ColumnElement[datetime], compiler: Any, **options: Any) -> str:
    return "clock_timestamp()"


@compiles(clock, "sqlite")
def _clock_sqlite(element: ColumnElement[datetime], compiler: Any, **options: Any) -> str:
    return "strftime('%Y-%m-%d %H:%M:%f000', 'now')"


class clock_plus(GenericFunction[datetime]):  # noqa: N801 - SQLAlchemy names functions so
    """The database's own clock, so many seconds from now."""

    type = Moment()
    inherit_cache = True


@compiles(clock_plus)
def _clock_plus(element: ColumnElement[datetime], compiler: Any, **options: Any) -> str:
    return (
        f"clock_timestamp() + make_interval(secs => {compiler.process(element.clauses, **options)})"
    )


@compiles(clock_plus, "sqlite")
def _clock_plus_sqlite(element: ColumnElement[datetime], compiler: Any, **options: Any) -> str:
    seconds = compiler.process(element.clauses, **options)
    return f"strftime('%Y-%m-%d %H:%M:%f000', 'now', {seconds} || ' seconds')"
