"""COPY in its binary form, the way by which PostgreSQL takes many new rows at the least cost.

Ids and moments need no spelling there and no reading, texts no escapes. The form is described in
PostgreSQL's manual under COPY, "Binary Format"; a field is its length (4 octets, signed) and its
octets, a row the number of its fields (2 octets) and these.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import repeat
from typing import Any

from sqlalchemy import BigInteger, Connection, Integer, Table, Text, exc

from jobraker_cli.store.types import Id, Moment

_BLOCK = 1 << 18  # octets that are handed over at once
_UNIQUE_VIOLATION = "23505"
_SIGNATURE = b"PGCOPY\n\xff\r\n\0"
_HEADER = _SIGNATURE + bytes(4) + bytes(4)  # no flags, no extension
_TRAILER = b"\xff\xff"
_NULL = b"\xff\xff\xff\xff"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def copy(
    connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[bytes]
) -> bool:
    """Write new rows, packed; False, with nothing written, where one of them is known already.

    The database must be PostgreSQL.
    """
    # The names are those of the code, never given from outside.
    statement = f"COPY {table.name} ({', '.join(columns)}) FROM STDIN (FORMAT binary)"
    try:
        with connection.begin_nested():
            _copy(connection, statement, BytesIO(b"".join([_HEADER, *rows, _TRAILER])))
    except exc.IntegrityError as error:
        if getattr(error.orig, "pgcode", None) != _UNIQUE_VIOLATION:
            raise
        return False
    return True


def _copy(connection: Connection, statement: str, rows: BytesIO) -> None:
    """COPY, with the driver's errors as SQLAlchemy raises those of any statement."""
    from psycopg2 import Error  # type: ignore[import-untyped]  # SQLite needs none of it

    cursor: Any = connection.connection.cursor()
    try:
        cursor.copy_expert(statement, rows, _BLOCK)
    except Error as error:
        raise exc.DBAPIError.instance(
            statement, None, error, Error, hide_parameters=True, dialect=connection.dialect
        ) from error
    finally:
        cursor.close()


def row_start(columns: Sequence[str]) -> bytes:
    """What a row of these columns begins with."""
    return len(columns).to_bytes(2)


def packed(table: Table, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> list[bytes]:
    """Rows of values, None for NULL, as COPY takes them; what all have in common is packed once."""
    if not rows:
        return []
    kinds = [_FIELDS[type(table.c[name].type)] for name in columns]
    fields = map(_packed, kinds, zip(*rows, strict=True))
    start = row_start(columns)
    return [start + b"".join(row) for row in zip(*fields, strict=True)]


def _packed(field: Callable[[Any], bytes], values: Sequence[object]) -> Iterable[bytes]:
    """The values of a column."""
    first = values[0]
    if values.count(first) == len(values):
        return repeat(_NULL if first is None else field(first), len(values))
    return [_NULL if value is None else field(value) for value in values]


def id_field(value: str) -> bytes:
    """An id, spelled with dashes."""
    return b"\0\0\0\x10" + bytes.fromhex(value.replace("-", ""))


def text_field(value: str) -> bytes:
    """A text; the engine's sessions take UTF-8."""
    octets = value.encode()
    return len(octets).to_bytes(4) + octets


def _moment_field(value: datetime) -> bytes:
    return _long_field((value - _EPOCH) // _MICROSECOND)


def _long_field(value: int) -> bytes:
    return b"\0\0\0\x08" + value.to_bytes(8, signed=True)


def _integer_field(value: int) -> bytes:
    return b"\0\0\0\x04" + value.to_bytes(4, signed=True)


_FIELDS: dict[type, Callable[[Any], bytes]] = {
    Id: id_field,
    Text: text_field,
    Moment: _moment_field,
    Integer: _integer_field,
    BigInteger: _long_field,
}
