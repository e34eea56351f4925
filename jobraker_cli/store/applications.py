"""Applications: what changed since the ledger looked, and writing down what it saw.

Functions take an open connection and never commit.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, insert, literal, or_, select

from jobraker_cli.model import Application, StatusSeen, User
from jobraker_cli.store import ledger
from jobraker_cli.store.shared import applications, jobs, users
from jobraker_cli.store.types import present
from jobraker_cli.store.upsert import insert_into

_NEVER_WENT = ("pending", "failed", "cancelled", "dead", "suppressed")
_RENAMED = {
    "last_contact_date": "last_contact_at",
    "interview_date": "interview_at",
    "follow_up_date": "follow_up_at",
    "follow_up_reminder_sent_at": "reminded_at",
}
_seen = ledger.application_seen
STATUS = func.lower(func.trim(func.coalesce(applications.c.status, "")))
"""A status as it is compared: the web application takes any spelling, "Submitted " too."""
_APPLICATION = [
    (STATUS if column.name == "status" else column).label(_RENAMED.get(column.name, column.name))
    for column in applications.columns
]
_USER = [column.label(f"user__{column.name}") for column in users.columns]
_SEEN = [column.label(f"seen__{column.name}") for column in _seen.columns]


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """An application with its owner, and what the ledger knows of it (None: nothing yet)."""

    application: Application
    user: User
    seen: StatusSeen | None


def take_baseline(connection: Connection) -> int:
    """Write down the status of every application that the ledger has not seen; how many."""
    known = select(
        applications.c.id, STATUS, STATUS, literal(""), applications.c.updated_at, literal(1)
    )
    known = known.outerjoin(_seen, _seen.c.application_id == applications.c.id)
    known = known.where(_seen.c.application_id.is_(None))
    names = ["application_id", "status", "told", "told_before", "touched_at", "version"]
    return int(connection.execute(insert(_seen).from_select(names, known)).rowcount)


def changed(connection: Connection, *, after: str | None, limit: int) -> Sequence[Submitted]:
    """Applications whose status is another one than the ledger's, or waits, ordered by id."""
    found = submitted().where(
        or_(
            _seen.c.application_id.is_(None),
            _seen.c.status != STATUS,
            _seen.c.waiting_status.is_not(None),
        )
    )
    if after is not None:
        found = found.where(applications.c.id > after)
    return read(connection, found.order_by(applications.c.id).limit(limit))


def submitted() -> Select[Any]:
    """A query of applications with job, owner and what the ledger knows; for `read`."""
    state = ledger.outbox.c.state.label("message_state")
    return select(*_APPLICATION, jobs.c.title, jobs.c.company, *_USER, *_SEEN, state).select_from(
        applications.join(users, users.c.id == applications.c.user_id)
        .outerjoin(jobs, jobs.c.id == applications.c.job_id)
        .outerjoin(_seen, _seen.c.application_id == applications.c.id)
        .outerjoin(ledger.outbox, ledger.outbox.c.id == _seen.c.outbox_id)
    )


def read(connection: Connection, found: Select[Any]) -> Sequence[Submitted]:
    """The rows of a query that `submitted` began."""
    return [_submitted(row) for row in connection.execute(found).mappings()]


def note(connection: Connection, seen: Mapping[str, StatusSeen]) -> set[str]:
    """Write what was seen, by application; the ids of those that took.

    Compare-and-set: a row takes only over the version before its own (the first over none).
    """
    if not seen:
        return set()
    statement = insert_into(connection, _seen)
    columns = [column.name for column in _seen.columns if column.name != "application_id"]
    statement = statement.on_conflict_do_update(
        index_elements=[_seen.c.application_id],
        set_={name: statement.excluded[name] for name in columns},
        where=_seen.c.version == statement.excluded.version - 1,
    )
    rows = [
        {"application_id": row_id, **{name: getattr(one, name) for name in columns}}
        for row_id, one in seen.items()
    ]
    return set(connection.execute(statement.returning(_seen.c.application_id), rows).scalars())


def current(connection: Connection, ids: Collection[str]) -> Mapping[str, Submitted]:
    """These applications as they are now; those that do not exist are left out."""
    if not ids:
        return {}
    found = read(connection, submitted().where(applications.c.id.in_(ids)))
    return {one.application.id: one for one in found}


def _submitted(row: Mapping[Any, Any]) -> Submitted:
    values = present(row)
    state = values.pop("message_state", None)
    seen = _part(values, "seen__")
    user = _part(values, "user__")
    own = {name: value for name, value in values.items() if "__" not in name}
    known = None
    if seen.pop("application_id", None) is not None:
        known = StatusSeen(unsent=state in _NEVER_WENT, **seen)
    return Submitted(application=Application(**own), user=User(**{"email": "", **user}), seen=known)


def _part(values: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): value
        for name, value in values.items()
        if name.startswith(prefix)
    }
