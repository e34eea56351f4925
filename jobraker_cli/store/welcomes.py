"""Who was welcomed. Functions take an open connection and never commit."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, insert, literal, select

from jobraker_cli.matching.rows import texts_of
from jobraker_cli.model import User
from jobraker_cli.store.ledger import user_seen
from jobraker_cli.store.shared import applications, job_alerts, user_profiles, users
from jobraker_cli.store.types import present
from jobraker_cli.store.upsert import insert_into

_USER = [column.label(f"user__{column.name}") for column in users.columns]


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """A person and the first steps that they have taken: profile, resume, alert, application."""

    user: User
    done: tuple[str, ...]


def take_baseline(connection: Connection, now: datetime) -> int:
    """Take everybody who is there for welcomed; how many."""
    known = select(users.c.id, literal(now, user_seen.c.seen_at.type))
    known = known.outerjoin(user_seen, user_seen.c.user_id == users.c.id)
    known = known.where(user_seen.c.user_id.is_(None))
    statement = insert(user_seen).from_select(["user_id", "seen_at"], known)
    return int(connection.execute(statement).rowcount)


def newcomers(
    connection: Connection, *, after: str | None = None, limit: int | None, user: str | None = None
) -> Sequence[Newcomer]:
    """Active people who were not welcomed, ordered by id; or this one, whatever they had."""
    found = select(
        *_USER,
        user_profiles.c.current_title,
        user_profiles.c.skills,
        user_profiles.c.resume,
        exists(job_alerts.c.id).where(job_alerts.c.user_id == users.c.id).label("has_alert"),
        exists(applications.c.id)
        .where(applications.c.user_id == users.c.id)
        .label("has_application"),
    ).select_from(
        users.outerjoin(user_profiles, user_profiles.c.user_id == users.c.id).outerjoin(
            user_seen, user_seen.c.user_id == users.c.id
        )
    )
    if user is not None:
        found = found.where(users.c.id == user)
    else:
        found = found.where(users.c.is_active, user_seen.c.user_id.is_(None))
    if after is not None:
        found = found.where(users.c.id > after)
    rows = connection.execute(found.order_by(users.c.id).limit(limit)).mappings()
    return [_newcomer(present(row)) for row in rows]


def note(connection: Connection, user_ids: Collection[str], now: datetime) -> set[str]:
    """Write down who is welcomed; those who were not before."""
    if not user_ids:
        return set()
    statement = insert_into(connection, user_seen).on_conflict_do_nothing()
    rows = [{"user_id": user_id, "seen_at": now} for user_id in user_ids]
    return set(connection.execute(statement.returning(user_seen.c.user_id), rows).scalars())


def _newcomer(row: dict[str, object]) -> Newcomer:
    person = {name.removeprefix("user__"): row[name] for name in row if name.startswith("user__")}
    said = {name: str(row.get(name, "")).strip() for name in ("current_title", "resume")}
    done = {
        "profile": bool(said["current_title"] and texts_of(row.get("skills"))),
        "resume": bool(said["resume"]),
        "alert": bool(row["has_alert"]),
        "application": bool(row["has_application"]),
    }
    return Newcomer(
        user=User(**{"email": "", **person}),  # type: ignore[arg-type]  # of the table's columns
        done=tuple(name for name, is_done in done.items() if is_done),
    )
