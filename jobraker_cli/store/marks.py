"""Writing how far alerts were served: our marks, and the web application's `job_alerts.last_run`.

Functions take an open connection and never commit.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, select, text

from jobraker_cli.store.among import array_of
from jobraker_cli.store.copying import copy, packed
from jobraker_cli.store.ledger import alert_mark
from jobraker_cli.store.shared import job_alerts
from jobraker_cli.store.upsert import insert_into

_COLUMNS = ("alert_id", "run_seq")
# PostgreSQL takes many rows as arrays five times as fast as row by row.
_MARKS = text("""
INSERT INTO jobraker_alert_mark (alert_id, run_seq)
SELECT unnest(CAST(:alert_id AS uuid[])), :run_seq
ON CONFLICT (alert_id) DO UPDATE SET run_seq = excluded.run_seq
WHERE jobraker_alert_mark.run_seq < excluded.run_seq
""")
_LAST_RUN = text("""
UPDATE job_alerts SET last_run = :now FROM (
    SELECT alert.id FROM unnest(CAST(:alert_id AS uuid[])) AS wanted (id) CROSS JOIN LATERAL (
        SELECT id FROM job_alerts WHERE id = wanted.id FOR UPDATE SKIP LOCKED
    ) AS alert
) AS free
WHERE job_alerts.id = free.id
""")
# Some thousand alerts are found by their index; to a planner a look at all looks cheaper.
_BY_INDEX = text("SET LOCAL enable_hashjoin = off")


def write_new_marks(connection: Connection, alert_ids: Sequence[str], run_seq: int) -> None:
    """`write_marks` of alerts that had none when they were read, which costs less."""
    if alert_ids and connection.dialect.name == "postgresql":
        rows = packed(alert_mark, _COLUMNS, [(one, run_seq) for one in alert_ids])
        if copy(connection, alert_mark, _COLUMNS, rows):
            return
    write_marks(connection, alert_ids, run_seq)


def write_marks(connection: Connection, alert_ids: Sequence[str], run_seq: int) -> None:
    """Note that these alerts were served up to an intake; a mark never moves back."""
    if not alert_ids:
        return
    if connection.dialect.name == "postgresql":
        connection.execute(_MARKS, {"alert_id": array_of(alert_ids), "run_seq": run_seq})
        return
    statement = insert_into(connection, alert_mark)
    statement = statement.on_conflict_do_update(
        index_elements=[alert_mark.c.alert_id],
        set_={"run_seq": statement.excluded.run_seq},
        where=alert_mark.c.run_seq < statement.excluded.run_seq,
    )
    connection.execute(
        statement, [{"alert_id": alert_id, "run_seq": run_seq} for alert_id in alert_ids]
    )


def write_first_marks(connection: Connection, floors: Mapping[str, int]) -> None:
    """Keep where alerts stand that were not served, by id; one that has a mark keeps it."""
    if not floors:
        return
    rows = [{"alert_id": alert_id, "run_seq": floor} for alert_id, floor in floors.items()]
    connection.execute(insert_into(connection, alert_mark).on_conflict_do_nothing(), rows)


def write_last_run(connection: Connection, alert_ids: Collection[str], now: datetime) -> None:
    """Set job_alerts.last_run; a row that the web application is writing just now is left alone."""
    if not alert_ids:
        return
    if connection.dialect.name == "postgresql":
        connection.execute(_BY_INDEX)
        connection.execute(_LAST_RUN, {"alert_id": array_of(alert_ids), "now": now})
        return
    free = select(job_alerts.c.id).where(job_alerts.c.id.in_(alert_ids))
    connection.execute(job_alerts.update().where(job_alerts.c.id.in_(free)).values(last_run=now))
