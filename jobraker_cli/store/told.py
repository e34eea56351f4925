"""What a person was told of a job: the ledger read for one person and one job.

Functions take an open connection and never commit.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, false, or_, select

from jobraker_cli.model import User
from jobraker_cli.store.ledger import job_seen, outbox, sent_job
from jobraker_cli.store.shared import applications, users
from jobraker_cli.store.types import present

_MOST = 50  # messages that are looked at, the newest


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message that was to tell a person of a vacancy.

    `same_posting` is false where it was another posting of the same vacancy; `shows` is false where
    the posting was taken out right before the send. `created_at` is None where the message was
    pruned: it counts as sent, and nothing more is known of it.
    """

    id: str
    message_id: str
    state: str
    created_at: datetime | None
    sent_at: datetime | None
    next_attempt_at: datetime | None
    last_reply: str
    same_posting: bool
    shows: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a digest shows: alerts, postings, and how many more vacancies it speaks of."""

    run_id: int | None
    state: str
    created_at: datetime
    alert_ids: frozenset[str]
    job_ids: frozenset[str]
    more: int


def _is_id(text: str) -> bool:
    """Whether a text is an id as the board has them; a job from a file may have any."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def user(connection: Connection, user_id: str) -> User | None:
    """A person by id, active or not."""
    found = select(*users.columns).where(users.c.id == user_id)
    row = connection.execute(found).mappings().one_or_none()
    return None if row is None else User(**{"email": "", **present(row)})


def user_id_of(connection: Connection, email: str) -> str | None:
    """The id of the person with this address; as it is written, else in any case."""
    found = select(users.c.id, users.c.email).where(users.c.email.ilike(_escaped(email), "\\"))
    rows = sorted(connection.execute(found), key=lambda row: row.email != email)
    return rows[0].id if rows else None


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def intake(connection: Connection, job_id: str) -> int | None:
    """The intake that found a job first; None if none has yet."""
    found = select(job_seen.c.run_seq).where(job_seen.c.job_id == job_id)
    number: int | None = connection.execute(found).scalar_one_or_none()
    return number


def applied_at(connection: Connection, user_id: str, job_id: str) -> datetime | None:
    """When a person began to apply to a job; None if they have not."""
    found = select(applications.c.created_at).where(
        applications.c.user_id == user_id, applications.c.job_id == job_id
    )
    moments = [one for one in connection.execute(found).scalars() if one is not None]
    return min(moments, default=None)


def messages(connection: Connection, user_id: str, job_id: str, fingerprint: str) -> Sequence[Told]:
    """The messages with this job or its vacancy for this person, the newest first."""
    same = sent_job.c.job_id == job_id if _is_id(job_id) else false()
    found = select(
        sent_job.c.outbox_id.label("id"),
        outbox.c.message_id,
        outbox.c.state,
        outbox.c.created_at,
        outbox.c.sent_at,
        outbox.c.next_attempt_at,
        outbox.c.last_reply,
        outbox.c.payload,
        sent_job.c.job_id,
    ).outerjoin_from(sent_job, outbox, outbox.c.id == sent_job.c.outbox_id)
    found = found.where(
        sent_job.c.user_id == user_id, or_(same, sent_job.c.fingerprint == fingerprint)
    )
    pruned = outbox.c.id.is_(None)
    found = found.order_by(pruned, outbox.c.created_at.desc(), sent_job.c.outbox_id).limit(_MOST)
    by_message: dict[str, Told] = {}
    for row in connection.execute(found):
        known = by_message.get(row.id)
        if known is None or row.job_id == job_id:
            by_message[row.id] = _told(row, job_id)
    return list(by_message.values())


def _told(row: Any, job_id: str) -> Told:
    content = _content(row.payload)
    return Told(
        id=row.id,
        message_id=row.message_id or "",
        state=row.state or "sent",
        created_at=row.created_at,
        sent_at=row.sent_at,
        next_attempt_at=row.next_attempt_at,
        last_reply=row.last_reply or "",
        same_posting=row.job_id == job_id,
        shows=content is None or row.job_id in content.job_ids,
    )


def digest(connection: Connection, dedupe_key: str) -> Shown | None:
    """What the digest of a person's period shows; None without one, or if that was pruned."""
    found = select(outbox.c.run, outbox.c.state, outbox.c.created_at, outbox.c.payload)
    row = connection.execute(found.where(outbox.c.dedupe_key == dedupe_key)).one_or_none()
    content = None if row is None else _content(row.payload)
    if row is None or content is None:
        return None
    return Shown(
        run_id=row.run,
        state=row.state,
        created_at=row.created_at,
        alert_ids=content.alert_ids,
        job_ids=content.job_ids,
        more=content.more,
    )


class _Content(NamedTuple):
    """What a digest's payload names."""

    alert_ids: frozenset[str]
    job_ids: frozenset[str]
    more: int


def _content(payload: str | None) -> _Content | None:
    """What a digest shows; None for no digest, or one whose payload was pruned."""
    try:
        content = json.loads(payload or "")
        sections = content["sections"]
        shown = [job for section in sections for job in section["jobs"]]
        ids = [one for job in shown for one in (job["id"], *(job.get("job_ids") or ()))]
        return _Content(
            alert_ids=frozenset(str(section.get("alert_id")) for section in sections),
            job_ids=frozenset(map(str, ids)),
            more=int(content.get("more") or 0),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
