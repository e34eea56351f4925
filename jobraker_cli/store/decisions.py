"""What a person decides about messages: many at once, each only from the states it is meant for.

Functions take an open connection and never commit. A message whose sender is at work (state
sending, its lease not over) is never touched.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, case, func, not_, or_, select, true
from sqlalchemy.sql.elements import ColumnElement

from jobraker_cli.store.ledger import outbox
from jobraker_cli.store.types import clock, comparable

EXPORTED = (
    "id", "kind", "user_id", "recipient", "state", "attempt", "message_id", "priority",
    "created_at", "next_attempt_at", "expires_at", "sent_at", "run", "last_reply",
)  # fmt: skip
_ROWS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Messages by id, or by all that is given of the rest; None is any."""

    ids: tuple[str, ...] = ()
    to: str | None = None
    kind: str | None = None
    state: str | None = None
    run: int | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """How many messages of a selection are of a kind and in a state; `held`: being sent now."""

    kind: str
    state: str
    held: bool
    messages: int


def groups(connection: Connection, selection: Selection) -> Sequence[Group]:
    """A selection's messages by kind and state."""
    held = case((_held(), 1), else_=0)
    found = (
        select(outbox.c.kind, outbox.c.state, held.label("held"), func.count().label("messages"))
        .where(_selected(selection))
        .group_by(outbox.c.kind, outbox.c.state, held)
        .order_by(outbox.c.kind, outbox.c.state, held)
    )
    return [
        Group(kind=row.kind, state=row.state, held=bool(row.held), messages=row.messages)
        for row in connection.execute(found)
    ]


def states_of(connection: Connection, ids: Collection[str]) -> Mapping[str, tuple[str, bool]]:
    """State of each of these messages that exists, and whether it is being sent now."""
    found = select(outbox.c.id, outbox.c.state, case((_held(), 1), else_=0).label("held"))
    rows = connection.execute(found.where(outbox.c.id.in_(list(ids))))
    return {row.id: (row.state, bool(row.held)) for row in rows}


def decide(
    connection: Connection,
    selection: Selection,
    *,
    allowed: Collection[str],
    state: str,
    at: datetime,
    reason: str,
) -> int:
    """Move a selection's messages from the states `allowed` to another; how many.

    Pending ones go as soon as they can. Messages that are being sent now stay as they are.
    """
    values: dict[str, Any] = {
        "state": state,
        "owner": None,
        "lease_until": None,
        "next_attempt_at": at if state == "pending" else None,
        "last_reply": reason,
    }
    if state == "sent":
        values["sent_at"] = at
    changed = outbox.update().where(
        _selected(selection), outbox.c.state.in_(list(allowed)), not_(_held())
    )
    return int(connection.execute(changed.values(values)).rowcount)


def exported(connection: Connection, selection: Selection) -> Iterator[Mapping[str, Any]]:
    """A selection's messages without their payloads, the newest first, read one by one."""
    found = select(*[outbox.c[name] for name in EXPORTED]).where(_selected(selection))
    found = found.order_by(outbox.c.created_at.desc(), outbox.c.id)
    rows = connection.execute(found, execution_options={"yield_per": _ROWS_AT_ONCE})
    for row in rows.mappings():
        yield {name: row[name] for name in EXPORTED}


def _held() -> ColumnElement[bool]:
    """Whether a sender is at work on the message."""
    alive = or_(
        outbox.c.lease_until.is_(None), comparable(outbox.c.lease_until) >= comparable(clock())
    )
    return and_(outbox.c.state == "sending", alive)


def _selected(selection: Selection) -> ColumnElement[bool]:
    if selection.ids:
        return outbox.c.id.in_(selection.ids)
    wanted: list[ColumnElement[bool]] = [true()]
    if selection.to is not None:
        part = selection.to.lower()
        wanted.append(func.lower(outbox.c.recipient).contains(part, autoescape=True))
    if selection.since is not None:
        wanted.append(comparable(outbox.c.created_at) >= comparable(selection.since))
    wanted += [
        outbox.c[column] == getattr(selection, column)
        for column in ("kind", "state", "run")
        if getattr(selection, column) is not None
    ]
    return and_(*wanted)
