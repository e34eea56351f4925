"""What one user may see of their own: applications, alerts, recommendations, mails.

Each function takes the user's id and puts it into the WHERE clause; an open connection, no commit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Boolean, Column, Connection, MetaData, insert, select, update

from jobraker_cli.matching.rows import keywords_of
from jobraker_cli.model import Alert
from jobraker_cli.store.ledger import outbox
from jobraker_cli.store.shared import applications, job_alerts, jobs, recommended_jobs
from jobraker_cli.store.types import Moment, comparable, present

# What a new row must have beside the columns that are read.
_rows = job_alerts.to_metadata(MetaData())
_rows.append_column(Column("push_notifications", Boolean))
_rows.append_column(Column("created_at", Moment))
_rows.append_column(Column("updated_at", Moment))
_ALERT = [column for column in job_alerts.columns if column.name in Alert.__slots__]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnApplication:
    """An application of the user's with what it is for."""

    id: str
    job_id: str
    title: str
    company: str
    status: str
    created_at: datetime | None
    applied_at: datetime | None
    interview_at: datetime | None
    follow_up_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnMail:
    """A message to the user: what became of it, and its payload as JSON text."""

    id: str
    kind: str
    state: str
    created_at: datetime
    sent_at: datetime | None
    payload: str


def own_applications(
    connection: Connection, user_id: str, *, limit: int
) -> Sequence[OwnApplication]:
    """The user's applications, the one changed last first."""
    one = applications.c
    found = (
        select(
            one.id,
            one.job_id,
            jobs.c.title,
            jobs.c.company,
            one.status,
            one.created_at,
            one.applied_at,
            one.interview_date.label("interview_at"),
            one.follow_up_date.label("follow_up_at"),
        )
        .select_from(applications.outerjoin(jobs, jobs.c.id == one.job_id))
        .where(one.user_id == user_id)
        .order_by(comparable(one.updated_at).desc(), one.id)
    )
    return [
        OwnApplication(
            id=row.id,
            job_id=row.job_id or "",
            title=row.title or "",
            company=row.company or "",
            status=row.status or "",
            created_at=row.created_at,
            applied_at=row.applied_at,
            interview_at=row.interview_at,
            follow_up_at=row.follow_up_at,
        )
        for row in connection.execute(found.limit(limit))
    ]


def own_alerts(connection: Connection, user_id: str) -> Sequence[Alert]:
    """The user's alerts, active or not, by name."""
    found = select(*_ALERT).where(job_alerts.c.user_id == user_id)
    found = found.order_by(job_alerts.c.name, job_alerts.c.id)
    return [_alert(row) for row in connection.execute(found).mappings()]


def own_recommendations(
    connection: Connection, user_id: str, *, limit: int
) -> Sequence[tuple[str, float]]:
    """Ids and scores of the jobs that wait for the user's opinion, the best first."""
    one = recommended_jobs.c
    found = select(one.job_id, one.score).where(
        one.user_id == user_id, one.status == "pending_review"
    )
    found = found.order_by(one.score.desc(), one.job_id).limit(limit)
    return [(row.job_id, float(row.score or 0)) for row in connection.execute(found)]


def own_mails(
    connection: Connection, user_id: str, *, kinds: Sequence[str], limit: int
) -> Sequence[OwnMail]:
    """Messages of these kinds to the user, the newest first."""
    one = outbox.c
    found = select(one.id, one.kind, one.state, one.created_at, one.sent_at, one.payload)
    found = found.where(one.user_id == user_id, one.kind.in_(kinds))
    found = found.order_by(comparable(one.created_at).desc(), one.id).limit(limit)
    return [OwnMail(**row) for row in connection.execute(found).mappings()]


def add_alert(connection: Connection, alert: Alert, now: datetime) -> str:
    """Insert an alert of the user's; its id."""
    alert_id = str(uuid4())
    connection.execute(
        insert(_rows).values(
            id=alert_id,
            user_id=alert.user_id,
            push_notifications=False,
            last_run=None,
            created_at=now,
            updated_at=now,
            **_written(alert),
        )
    )
    return alert_id


def change_alert(connection: Connection, alert: Alert, now: datetime) -> bool:
    """Write an alert of the user's; False for what is not theirs."""
    own = (_rows.c.id == alert.id, _rows.c.user_id == alert.user_id)
    values = {**_written(alert), "updated_at": now}
    return connection.execute(update(_rows).where(*own).values(values)).rowcount == 1


def _written(alert: Alert) -> dict[str, Any]:
    return {
        "name": alert.name,
        "keywords": list(alert.keywords),
        "location": alert.location,
        "job_type": alert.job_type,
        "experience_level": alert.experience_level,
        "remote_only": alert.remote_only,
        "min_salary": alert.min_salary,
        "max_salary": alert.max_salary,
        "frequency": alert.frequency,
        "email_notifications": alert.email_notifications,
        "is_active": alert.is_active,
    }


def _alert(row: Mapping[Any, Any]) -> Alert:
    values = present(row)
    values["keywords"] = keywords_of(values.get("keywords"))
    return Alert(**values)
