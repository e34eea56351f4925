"""Outcomes of a group of messages, written in one statement (SQLite: two), however many they are.

The rows travel as one JSON parameter. But for `settle_alone`, functions take an open connection and
never commit.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zlib import crc32

import orjson
from sqlalchemy import Connection, Engine, TextClause, exc, text

from jobraker_cli.store.outbox import Attempt, Settlement
from jobraker_cli.store.types import sqlite_moment

# -- settle: writes the outcomes of rows that are still this owner's, and how they were tried --
_SETTLE = """
UPDATE jobraker_outbox SET
    state = v.state, owner = NULL, lease_until = NULL, attempt = v.new_attempt,
    next_attempt_at = v.next_attempt_at, sent_at = v.sent_at, last_reply = v.reason
FROM {rows}
WHERE jobraker_outbox.id = v.id AND jobraker_outbox.owner = :owner
    AND jobraker_outbox.attempt = v.attempt
RETURNING jobraker_outbox.id
"""
_COLUMNS = "attempt, at, phase, code, enhanced_code, text, provider, seconds"
# The commit need not wait for the disk: a crash of the database itself may lose its last fraction
# of a second, which a crash of ours does not.
_SETTLE_POSTGRESQL = text(
    f"""
WITH v AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS v(
        id uuid, state text, attempt int, new_attempt int, next_attempt_at timestamptz,
        sent_at timestamptz, reason text, at timestamptz, phase text, code int,
        enhanced_code text, text text, provider text, seconds double precision)
), settled AS (
    {_SETTLE.format(rows="v, (SELECT set_config('synchronous_commit', 'off', true)) AS lazily")}
)
INSERT INTO jobraker_attempt (outbox_id, {_COLUMNS})
SELECT v.id, {_COLUMNS.replace("attempt", "v.attempt", 1)}
FROM v JOIN settled ON settled.id = v.id WHERE v.phase IS NOT NULL
"""
)
# A pooler keeps statements when the program that prepared them is gone, an older one perhaps.
PREPARED = f"jobraker_settle_{crc32(_SETTLE_POSTGRESQL.text.encode()):08x}"
_PREPARE = f"PREPARE {PREPARED} (text, text) AS {_SETTLE_POSTGRESQL.text}".replace(
    ":rows", "$1"
).replace(":owner", "$2")
_EXECUTE = f"EXECUTE {PREPARED} (%s, %s)"
_NOT_KEPT = ("26000", "42P05")  # no such prepared statement; there is one of this name already
_SETTLE_SQLITE = text(
    _SETTLE.format(
        rows="""(SELECT
            json_extract(value, '$.id') AS id,
            json_extract(value, '$.state') AS state,
            json_extract(value, '$.attempt') AS attempt,
            json_extract(value, '$.new_attempt') AS new_attempt,
            json_extract(value, '$.next_attempt_at') AS next_attempt_at,
            json_extract(value, '$.sent_at') AS sent_at,
            json_extract(value, '$.reason') AS reason
            FROM json_each(:rows)) AS v"""
    )
)

# -- attempt: writes tries of messages down --
_ATTEMPT_POSTGRESQL = text(
    f"""
INSERT INTO jobraker_attempt (outbox_id, {_COLUMNS})
SELECT outbox_id, {_COLUMNS} FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS v(
    outbox_id uuid, attempt int, at timestamptz, phase text, code int, enhanced_code text,
    text text, provider text, seconds double precision)
"""
)
_EXTRACTED = ", ".join(f"json_extract(value, '$.{name}')" for name in _COLUMNS.split(", "))
_ATTEMPT_SQLITE = text(
    f"""
INSERT INTO jobraker_attempt (outbox_id, {_COLUMNS})
SELECT json_extract(value, '$.outbox_id'), {_EXTRACTED} FROM json_each(:rows)
"""
)


def settle_alone(engine: Engine, owner: str, settlements: Sequence[Settlement]) -> None:
    """Write outcomes in a transaction of their own: one round trip, where one statement does it."""
    if not settlements:
        return
    if engine.dialect.name != "postgresql":
        with engine.begin() as connection:
            settle(connection, owner, settlements)
        return
    with engine.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
        driver.autocommit = True  # SQLAlchemy's way to do it costs a round trip
        try:
            _settle_prepared(connection, owner, _json(_rows(connection, settlements)))
            connection.commit()
        finally:
            if not driver.closed:
                driver.autocommit = False


def _settle_prepared(connection: Connection, owner: str, rows: str) -> None:
    """Settle by a statement that the server plans once; as ever where it is not kept.

    A pooler may hand each statement to another session of the server, and none is in a transaction.
    """
    if connection.info.get(PREPARED, True):
        try:
            if PREPARED not in connection.info:
                connection.exec_driver_sql(_PREPARE)
                connection.info[PREPARED] = True
            connection.exec_driver_sql(_EXECUTE, (rows, owner))
        except exc.DBAPIError as error:
            if getattr(error.orig, "pgcode", None) not in _NOT_KEPT:
                raise
            connection.info[PREPARED] = False
        else:
            return
    connection.execute(_SETTLE_POSTGRESQL, {"rows": rows, "owner": owner})


def settle(connection: Connection, owner: str, settlements: Sequence[Settlement]) -> None:
    """Write outcomes; one whose row is not this owner's any more (settled already) is left out."""
    if not settlements:
        return
    if connection.dialect.name == "postgresql":
        outcomes = _json(_rows(connection, settlements))
        connection.execute(_SETTLE_POSTGRESQL, {"rows": outcomes, "owner": owner})
        return
    rows = [_row(connection, one) for one in settlements]
    found = connection.execute(_SETTLE_SQLITE, {"rows": _json(rows), "owner": owner})
    ours = {str(row_id).replace("-", "") for row_id in found.scalars()}
    record_attempts(
        connection,
        [
            (one.id, one.attempt, one.tried)
            for one in settlements
            if one.tried is not None and one.id.replace("-", "") in ours
        ],
    )


def _rows(connection: Connection, settlements: Sequence[Settlement]) -> list[dict[str, object]]:
    return [{**_row(connection, one), **_try(connection, one.tried)} for one in settlements]


def _row(connection: Connection, one: Settlement) -> dict[str, object]:
    return {
        "id": _id(connection, one.id),
        "state": one.state,
        "attempt": one.attempt,
        "new_attempt": one.attempt if one.counts else one.attempt - 1,
        "next_attempt_at": _moment(connection, one.next_attempt_at),
        "sent_at": _moment(connection, one.at) if one.state == "sent" else None,
        "reason": one.reason,
    }


def _try(connection: Connection, tried: Attempt | None) -> dict[str, object]:
    if tried is None:
        return {}
    return {
        "at": _moment(connection, tried.at),
        "phase": tried.phase,
        "code": tried.code,
        "enhanced_code": tried.enhanced_code,
        "text": tried.text,
        "provider": tried.provider,
        "seconds": tried.seconds,
    }


def record_attempts(connection: Connection, attempts: Sequence[tuple[str, int, Attempt]]) -> None:
    """Write tries of messages: (message id, number of the try, the try)."""
    if not attempts:
        return
    rows = [
        {"outbox_id": _id(connection, row_id), "attempt": number, **_try(connection, tried)}
        for row_id, number, tried in attempts
    ]
    statement = _chosen(connection, _ATTEMPT_POSTGRESQL, _ATTEMPT_SQLITE)
    connection.execute(statement, {"rows": _json(rows)})


def _chosen(connection: Connection, postgresql: TextClause, sqlite: TextClause) -> TextClause:
    return postgresql if connection.dialect.name == "postgresql" else sqlite


def _json(rows: Sequence[Mapping[str, object]]) -> str:
    return orjson.dumps(rows).decode("utf-8")


def _id(connection: Connection, row_id: str) -> str:
    return row_id if connection.dialect.name == "postgresql" else row_id.replace("-", "")


def _moment(connection: Connection, moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.isoformat() if connection.dialect.name == "postgresql" else sqlite_moment(moment)
