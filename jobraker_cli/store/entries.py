"""The outbox for people and programs to read. Functions take an open connection."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from jobraker_cli.model import Letter
from jobraker_cli.store import ledger
from jobraker_cli.store.outbox import Attempt, letter_of, select_due
from jobraker_cli.store.types import comparable

SECRET = {"password_reset": ("name", "expires_at")}
"""Kinds whose payload is a secret, with what of it may be shown."""
_outbox = ledger.outbox
_attempt = ledger.attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row of the outbox for people and programs to read."""

    letter: Letter
    state: str
    attempt: int
    next_attempt_at: datetime | None
    sent_at: datetime | None
    last_reply: str
    run: int | None


def due(connection: Connection, *, now: datetime, limit: int | None) -> Sequence[Entry]:
    """What a delivery would claim at this moment, in its order."""
    return [_entry(row) for row in connection.execute(select_due(now).limit(limit))]


def search(
    connection: Connection,
    *,
    limit: int | None,
    row_id: str | None = None,
    to: str | None = None,
    kind: str | None = None,
    state: str | None = None,
    run: int | None = None,
    since: datetime | None = None,
) -> Sequence[Entry]:
    """Rows of the outbox, the newest first; `to` is an address or a part of one."""
    found = select(_outbox).order_by(_outbox.c.created_at.desc(), _outbox.c.id)
    if to is not None:
        found = found.where(func.lower(_outbox.c.recipient).contains(to.lower(), autoescape=True))
    if since is not None:
        found = found.where(comparable(_outbox.c.created_at) >= comparable(since))
    exact = {"id": row_id, "kind": kind, "state": state, "run": run}
    for name, value in exact.items():
        if value is not None:
            found = found.where(_outbox.c[name] == value)
    return [_entry(row) for row in connection.execute(found.limit(limit))]


def attempts(connection: Connection, row_id: str) -> Sequence[Attempt]:
    """All tries of a message, the first first."""
    found = select(*[_attempt.c[name] for name in Attempt.__slots__])
    found = found.where(_attempt.c.outbox_id == row_id).order_by(_attempt.c.at, _attempt.c.attempt)
    rows = connection.execute(found).mappings()
    return [Attempt(**{name: row[name] for name in Attempt.__slots__}) for row in rows]


def shown_payload(kind: str, payload: str) -> str:
    """A payload as it may be read by others than the sender: without the link of a reset."""
    if kind not in SECRET:
        return payload
    try:
        content = json.loads(payload)
    except (ValueError, RecursionError):
        content = None
    kept = content if isinstance(content, dict) else {}
    shown = {name: value for name, value in kept.items() if name in SECRET[kind]}
    return json.dumps({**shown, "link_hidden": True})


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        letter=letter_of(row, shown_payload(row.kind, row.payload)),
        state=row.state,
        attempt=row.attempt,
        next_attempt_at=row.next_attempt_at,
        sent_at=row.sent_at,
        last_reply=row.last_reply,
        run=row.run,
    )
