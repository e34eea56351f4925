"""Reading all alerts as they are, for a look at their health.

Functions take an open connection and never commit.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select

from jobraker_cli.matching.rows import keywords_of
from jobraker_cli.model import Alert
from jobraker_cli.store.shared import job_alerts, users
from jobraker_cli.store.types import present

ALERTS = 5_000  # read at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyed:
    """An active alert, its owner's address, and its keywords as the column holds them."""

    alert: Alert
    email: str
    keywords: object


def active_alerts(connection: Connection) -> Iterator[Surveyed]:
    """Every active alert of an active person, in the order of people; read as a stream."""
    columns = [column for column in job_alerts.columns if column.name != "last_run"]
    found = select(*columns, users.c.email.label("user__email")).join_from(
        job_alerts, users, users.c.id == job_alerts.c.user_id
    )
    found = found.where(job_alerts.c.is_active, users.c.is_active)
    found = found.order_by(job_alerts.c.user_id, job_alerts.c.id)
    result = connection.execute(found.execution_options(yield_per=ALERTS))
    for row in result.mappings():
        values = present(row)
        email, keywords = str(values.pop("user__email", "")), values.pop("keywords", None)
        alert = Alert(**values, keywords=keywords_of(keywords))
        yield Surveyed(alert=alert, email=email, keywords=keywords)
