"""Outcomes of a group of messages, written in two statements whatever the size of the group.

The rows travel as one JSON parameter. Functions take an open connection and never commit.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, TextClause, text

from jobraker_cli.store.outbox import Attempt, Settlement
from jobraker_cli.store.types import sqlite_moment

# -- settle: writes the outcomes of rows that are still this owner's; gives back their ids --
_SETTLE = """
UPDATE jobraker_outbox SET
    state = v.state, owner = NULL, lease_until = NULL, attempt = v.new_attempt,
    next_attempt_at = v.next_attempt_at, sent_at = v.sent_at, last_reply = v.reason
FROM {rows}
WHERE jobraker_outbox.id = v.id AND jobraker_outbox.owner = :owner
    AND jobraker_outbox.attempt = v.attempt
RETURNING jobraker_outbox.id
"""
_SETTLE_POSTGRESQL = text(
    _SETTLE.format(
        rows="""jsonb_to_recordset(CAST(:rows AS jsonb)) AS v(
            id uuid, state text, attempt int, new_attempt int, next_attempt_at timestamptz,
            sent_at timestamptz, reason text)"""
    )
)
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
_ATTEMPT = """
INSERT INTO jobraker_attempt
    (outbox_id, attempt, at, phase, code, enhanced_code, text, provider, seconds)
"""
_ATTEMPT_POSTGRESQL = text(
    _ATTEMPT
    + """SELECT outbox_id, attempt, at, phase, code, enhanced_code, text, provider, seconds
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS v(
        outbox_id uuid, attempt int, at timestamptz, phase text, code int, enhanced_code text,
        text text, provider text, seconds double precision)"""
)
_ATTEMPT_SQLITE = text(
    _ATTEMPT
    + """SELECT
    json_extract(value, '$.outbox_id'),
    json_extract(value, '$.attempt'),
    json_extract(value, '$.at'),
    json_extract(value, '$.phase'),
    json_extract(value, '$.code'),
    json_extract(value, '$.enhanced_code'),
    json_extract(value, '$.text'),
    json_extract(value, '$.provider'),
    json_extract(value, '$.seconds')
    FROM json_each(:rows)"""
)


def settle(connection: Connection, owner: str, settlements: Sequence[Settlement]) -> None:
    """Write outcomes; one whose row is not this owner's any more (settled already) is left out."""
    if not settlements:
        return
    rows = [
        {
            "id": _id(connection, one.id),
            "state": one.state,
            "attempt": one.attempt,
            "new_attempt": one.attempt if one.counts else one.attempt - 1,
            "next_attempt_at": _moment(connection, one.next_attempt_at),
            "sent_at": _moment(connection, one.at) if one.state == "sent" else None,
            "reason": one.reason,
        }
        for one in settlements
    ]
    statement = _chosen(connection, _SETTLE_POSTGRESQL, _SETTLE_SQLITE)
    found = connection.execute(statement, {"rows": _json(rows), "owner": owner})
    ours = {str(row_id).replace("-", "") for row_id in found.scalars()}
    record_attempts(
        connection,
        [
            (one.id, one.attempt, one.tried)
            for one in settlements
            if one.tried is not None and one.id.replace("-", "") in ours
        ],
    )


def record_attempts(connection: Connection, attempts: Sequence[tuple[str, int, Attempt]]) -> None:
    """Write tries of messages: (message id, number of the try, the try)."""
    if not attempts:
        return
    rows = [
        {name: getattr(tried, name) for name in Attempt.__slots__}
        | {
            "outbox_id": _id(connection, row_id),
            "attempt": number,
            "at": _moment(connection, tried.at),
        }
        for row_id, number, tried in attempts
    ]
    statement = _chosen(connection, _ATTEMPT_POSTGRESQL, _ATTEMPT_SQLITE)
    connection.execute(statement, {"rows": _json(rows)})


def commit_lazily(connection: Connection) -> None:
    """Let this transaction's commit not wait for the disk, where the database offers that.

    A crash of the database itself may lose it, its last fraction of a second; one of ours does not.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_LAZILY)


_LAZILY = text("SET LOCAL synchronous_commit = off")


def _chosen(connection: Connection, postgresql: TextClause, sqlite: TextClause) -> TextClause:
    return postgresql if connection.dialect.name == "postgresql" else sqlite


def _json(rows: Sequence[Mapping[str, object]]) -> str:
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def _id(connection: Connection, row_id: str) -> str:
    return row_id if connection.dialect.name == "postgresql" else row_id.replace("-", "")


def _moment(connection: Connection, moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.isoformat() if connection.dialect.name == "postgresql" else sqlite_moment(moment)
