"""Rows of the ledger about people, alerts and applications that the web application has deleted.

Functions take an open connection and never commit. Nothing is an orphan while the table that its
parent was in is empty: that is a board being restored, whose memory must not go.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, Select, Table, exists, select, union

from jobraker_cli.store import ledger, shared

OF_ALERTS = (ledger.alert_mark.c.alert_id,)
OF_APPLICATIONS = (
    ledger.application_seen.c.application_id,
    ledger.reminder.c.application_id,
)
OF_PEOPLE = (
    ledger.sent_job.c.user_id,
    ledger.preference.c.user_id,
    ledger.user_seen.c.user_id,
)


def alerts() -> Select[Any]:
    """Alerts that are gone and have a mark."""
    return _orphans(OF_ALERTS, shared.job_alerts)


def applications() -> Select[Any]:
    """Applications that are gone and whose status or reminders are remembered."""
    return _orphans(OF_APPLICATIONS, shared.applications)


def people() -> Select[Any]:
    """People who are gone, and what they were sent, chose, or that they were welcomed is known."""
    return _orphans(OF_PEOPLE, shared.users)


def _orphans(columns: Sequence[Column[Any]], parent: Table) -> Select[Any]:
    """Each id in these columns that its own table does not have any more, once."""
    lost = union(
        *(
            select(column.label("id")).where(
                ~exists(select(parent.c.id).where(parent.c.id == column))
            )
            for column in columns
        )
    ).subquery()
    return select(lost.c.id).where(exists(select(parent.c.id)))


def forget(columns: Sequence[Column[Any]], connection: Connection, ids: Sequence[Any]) -> int:
    """Delete the rows with these ids in any of the columns; how many ids that were."""
    for column in columns:
        connection.execute(column.table.delete().where(column.in_(ids)))
    return len(ids)
