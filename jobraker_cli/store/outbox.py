"""The outbox: queue, claim, settle, release, and reading it back.

Functions take an open connection and never commit. States:
pending -> sending -> sent | failed (will retry) | dead | uncertain | cancelled | suppressed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, func, or_, select

from jobraker_cli.errors import JobrakerError
from jobraker_cli.model import Letter
from jobraker_cli.store import ledger
from jobraker_cli.store.types import clock, clock_plus, comparable
from jobraker_cli.store.upsert import insert_into

UNKNOWN_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)  # of a row in SQLite whose created_at is none
WAITING = ("pending", "failed", "uncertain")
_outbox = ledger.outbox
_attempt = ledger.attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A message to write down: what its row says."""

    id: str
    dedupe_key: str
    kind: str
    user_id: str | None
    recipient: str
    payload: str
    message_id: str
    created_at: datetime
    priority: int
    expires_at: datetime
    run: int
    state: str = "pending"
    last_reply: str = ""
    locale: str = ""  # the claim fills it in


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A message that this process may send now; `was` is the state it was found in."""

    letter: Letter
    attempt: int
    was: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try of a message: the phase it reached and what the server said."""

    at: datetime
    phase: str
    code: int | None = None
    enhanced_code: str = ""
    text: str = ""
    provider: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """How a claimed message ended this time. Without `tried` the claim does not count as a try."""

    id: str
    attempt: int
    state: str
    at: datetime
    next_attempt_at: datetime | None = None
    counts: bool = True
    tried: Attempt | None = None
    reason: str = ""


def taken_keys(connection: Connection, keys: Collection[str]) -> set[str]:
    """Which dedupe keys the outbox already has."""
    if not keys:
        return set()
    found = select(_outbox.c.dedupe_key).where(_outbox.c.dedupe_key.in_(keys))
    return {str(key) for key in connection.execute(found).scalars()}


def queue(connection: Connection, messages: Sequence[Queued]) -> set[str]:
    """Write messages down; the ids that are new (a known dedupe key is left as it is)."""
    if not messages:
        return set()
    statement = insert_into(connection, _outbox).on_conflict_do_nothing().returning(_outbox.c.id)
    rows = [
        {name: getattr(message, name) for name in Queued.__slots__}
        | {"attempt": 0, "next_attempt_at": message.created_at}
        for message in messages
    ]
    return set(connection.execute(statement, rows).scalars())


def _due(now: datetime) -> Select[Any]:
    """Messages that wait for this moment, or whose sender's lease ended, most urgent first."""
    waits = and_(
        _outbox.c.state.in_(WAITING), comparable(_outbox.c.next_attempt_at) <= comparable(now)
    )
    left = and_(
        _outbox.c.state == "sending", comparable(_outbox.c.lease_until) < comparable(clock())
    )
    found = select(_outbox).where(_outbox.c.state.in_((*WAITING, "sending")), or_(waits, left))
    return found.order_by(_outbox.c.priority, _outbox.c.created_at, _outbox.c.id)


def due(connection: Connection, *, now: datetime, limit: int | None) -> "Sequence[Entry]":
    """What a delivery would claim at this moment, in its order."""
    return [_entry(row) for row in connection.execute(_due(now).limit(limit)).mappings()]


def claim(
    connection: Connection, *, owner: str, now: datetime, lease_seconds: int, limit: int
) -> Sequence[Claimed]:
    """Take messages that are due, or whose sender's lease ended, most urgent first."""
    found = _due(now).limit(limit)
    rows = connection.execute(found.with_for_update(skip_locked=True)).mappings().all()
    if not rows:
        return ()
    taken = connection.execute(
        _outbox.update()
        .where(_outbox.c.id.in_([row["id"] for row in rows]))
        .values(
            state="sending",
            owner=owner,
            attempt=_outbox.c.attempt + 1,
            lease_until=clock_plus(lease_seconds),
        )
    )
    if taken.rowcount != len(rows):
        raise JobrakerError(
            "A row of jobraker_outbox has an id that is not spelled as 32 hex digits"
        )
    return [_claimed(row) for row in rows]


def set_message_ids(connection: Connection, message_ids: Mapping[str, str]) -> None:
    """Fix the Message-IDs of rows that came without one."""
    for row_id, message_id in message_ids.items():
        connection.execute(
            _outbox.update().where(_outbox.c.id == row_id).values(message_id=message_id)
        )


def set_locales(connection: Connection, locales: Mapping[str, str]) -> None:
    """Fix the languages of rows that came without one."""
    for locale in set(locales.values()):
        ids = [row_id for row_id, found in locales.items() if found == locale]
        connection.execute(_outbox.update().where(_outbox.c.id.in_(ids)).values(locale=locale))


def set_payloads(connection: Connection, payloads: Mapping[str, str]) -> None:
    """Write payloads that the check before the send has changed."""
    for row_id, payload in payloads.items():
        connection.execute(_outbox.update().where(_outbox.c.id == row_id).values(payload=payload))


def settle(connection: Connection, owner: str, settlements: Sequence[Settlement]) -> Sequence[str]:
    """Write outcomes; the ids that were not this owner's any more (settled already)."""
    lost = [one.id for one in settlements if not _settle(connection, owner, one)]
    record_attempts(
        connection, [(one.id, one.attempt, one.tried) for one in settlements if one.id not in lost]
    )
    return lost


def _settle(connection: Connection, owner: str, one: Settlement) -> bool:
    result = connection.execute(
        _outbox.update()
        .where(_outbox.c.id == one.id, _outbox.c.owner == owner, _outbox.c.attempt == one.attempt)
        .values(
            state=one.state,
            owner=None,
            lease_until=None,
            attempt=one.attempt if one.counts else one.attempt - 1,
            next_attempt_at=one.next_attempt_at,
            sent_at=one.at if one.state == "sent" else None,
            last_reply=one.reason,
        )
    )
    return result.rowcount == 1


def record_attempts(
    connection: Connection, attempts: Sequence[tuple[str, int, Attempt | None]]
) -> None:
    """Write tries of messages: (message id, number of the try, the try)."""
    rows = [
        {"outbox_id": row_id, "attempt": number}
        | {name: getattr(tried, name) for name in Attempt.__slots__}
        for row_id, number, tried in attempts
        if tried is not None
    ]
    if rows:
        connection.execute(_attempt.insert(), rows)


def release(connection: Connection, owner: str) -> int:
    """Give back what this owner claimed and did not try; how many."""
    result = connection.execute(
        _outbox.update()
        .where(_outbox.c.owner == owner, _outbox.c.state == "sending")
        .values(state="pending", owner=None, lease_until=None, attempt=_outbox.c.attempt - 1)
    )
    return int(result.rowcount)


def tried(connection: Connection, ids: Collection[str]) -> set[str]:
    """Which messages were tried before: a retry sends the same bytes, so they must not change."""
    if not ids:
        return set()
    found = select(_attempt.c.outbox_id).where(_attempt.c.outbox_id.in_(ids))
    return set(connection.execute(found).scalars())


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
    return [_entry(row) for row in connection.execute(found.limit(limit)).mappings()]


def attempts(connection: Connection, row_id: str) -> Sequence[Attempt]:
    """All tries of a message, the first first."""
    found = select(*[_attempt.c[name] for name in Attempt.__slots__])
    found = found.where(_attempt.c.outbox_id == row_id).order_by(_attempt.c.at, _attempt.c.attempt)
    rows = connection.execute(found).mappings()
    return [Attempt(**{name: row[name] for name in Attempt.__slots__}) for row in rows]


def message_id_of(row_id: str, domain: str) -> str:
    """The Message-ID of an outbox row, with angle brackets."""
    return f"<{row_id}@{domain}>"


def _letter(row: Mapping[Any, Any]) -> Letter:
    return Letter(
        id=row["id"],
        kind=row["kind"],
        user_id=row["user_id"],
        recipient=row["recipient"],
        payload=row["payload"],
        message_id=row["message_id"] or "",
        created_at=row["created_at"] or UNKNOWN_MOMENT,
        locale=row["locale"],
    )


def _claimed(row: Mapping[Any, Any]) -> Claimed:
    return Claimed(
        letter=_letter(row),
        attempt=row["attempt"] + 1,
        was=row["state"],
        expires_at=row["expires_at"],
    )


def _entry(row: Mapping[Any, Any]) -> Entry:
    return Entry(
        letter=_letter(row),
        state=row["state"],
        attempt=row["attempt"],
        next_attempt_at=row["next_attempt_at"],
        sent_at=row["sent_at"],
        last_reply=row["last_reply"],
        run=row["run"],
    )
