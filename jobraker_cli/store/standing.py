"""What still stands of people, alerts and jobs: asked of many at once, right before a send.

Functions take an open connection.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select

from jobraker_cli.store.among import one_of
from jobraker_cli.store.shared import job_alerts, jobs, users


def active_users(connection: Connection, ids: Collection[str]) -> set[str]:
    """Which of these users exist and are active."""
    if not ids:
        return set()
    found = select(users.c.id).where(one_of(connection, users.c.id, ids), users.c.is_active)
    return set(connection.execute(found).scalars())


def wanted_alerts(connection: Connection, ids: Collection[str]) -> set[str]:
    """Which of these alerts exist, are active and still want mail."""
    if not ids:
        return set()
    found = select(job_alerts.c.id).where(
        one_of(connection, job_alerts.c.id, ids),
        job_alerts.c.is_active,
        job_alerts.c.email_notifications,
    )
    return set(connection.execute(found).scalars())


def open_jobs(connection: Connection, ids: Collection[str], now: datetime) -> set[str]:
    """Which of these jobs are active with a deadline that has not passed."""
    if not ids:
        return set()
    found = select(jobs.c.id, jobs.c.application_deadline).where(
        one_of(connection, jobs.c.id, ids), jobs.c.status == "active"
    )
    return {
        job_id
        for job_id, deadline in connection.execute(found).all()
        if deadline is None or deadline > now
    }
