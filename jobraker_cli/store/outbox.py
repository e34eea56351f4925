"""The outbox: queue, claim, settle, release, and reading it back.

Functions take an open connection and never commit. States:
pending -> sending -> sent | failed (will retry) | dead | uncertain | cancelled | suppressed.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, or_, select, text

from jobraker_cli.errors import JobrakerError
from jobraker_cli.model import Letter
from jobraker_cli.store import ledger
from jobraker_cli.store.among import one_of
from jobraker_cli.store.copying import copy, line
from jobraker_cli.store.types import clock, clock_plus, comparable
from jobraker_cli.store.upsert import insert_into

UNKNOWN_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)  # of a row in SQLite whose created_at is none
SECRET = {"password_reset": ("name", "expires_at")}
"""Kinds whose payload is a secret, with what of it may be shown."""
WAITING = ("pending", "failed", "uncertain")
_outbox = ledger.outbox
# PostgreSQL takes many rows as arrays five times as fast as row by row.
_QUEUE = text("""
INSERT INTO jobraker_outbox (
    id, dedupe_key, kind, user_id, recipient, payload, message_id, created_at, priority,
    expires_at, run, state, last_reply, locale, attempt, next_attempt_at
)
SELECT queued.*, 0, queued.created_at FROM unnest(
    CAST(:id AS uuid[]), CAST(:dedupe_key AS text[]), CAST(:kind AS text[]),
    CAST(:user_id AS uuid[]), CAST(:recipient AS text[]), CAST(:payload AS text[]),
    CAST(:message_id AS text[]), CAST(:created_at AS timestamptz[]), CAST(:priority AS integer[]),
    CAST(:expires_at AS timestamptz[]), CAST(:run AS bigint[]), CAST(:state AS text[]),
    CAST(:last_reply AS text[]), CAST(:locale AS text[])
) AS queued (
    id, dedupe_key, kind, user_id, recipient, payload, message_id, created_at, priority,
    expires_at, run, state, last_reply, locale
)
ON CONFLICT DO NOTHING RETURNING id
""")
# As the index jobraker_outbox_due has it, letter for letter: else SQLite reads the whole table.
_UNFINISHED = text("jobraker_outbox.state IN ('pending', 'sending', 'failed', 'uncertain')")
# Payloads take a third of the time to pack where the server has LZ4; what it has not is left alone.
_COMPRESS_FAST = text("""
SELECT set_config(name, 'lz4', true) FROM pg_settings
WHERE name = 'default_toast_compression' AND 'lz4' = ANY(enumvals)
""")
_MANY = 100  # messages for which that is worth a query
_attempt = ledger.attempt
_CLAIMED = [
    _outbox.c[name]
    for name in (
        "id",
        "kind",
        "user_id",
        "recipient",
        "payload",
        "message_id",
        "created_at",
        "locale",
        "attempt",
        "expires_at",
        "priority",
    )
]


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

    @property
    def letter(self) -> Letter:
        """What a mail is made from."""
        return Letter(
            id=self.id,
            kind=self.kind,
            user_id=self.user_id,
            recipient=self.recipient,
            payload=self.payload,
            message_id=self.message_id,
            created_at=self.created_at,
            locale=self.locale,
        )


_COLUMNS = Queued.__slots__
_VALUES = attrgetter(*_COLUMNS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A message that this process may send now; `was` is the state it was found in."""

    letter: Letter
    attempt: int
    was: str
    expires_at: datetime | None
    priority: int = 50

    @property
    def domain(self) -> str:
        """The recipient's domain, in lower case."""
        return self.letter.recipient.rpartition("@")[2].lower()


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
    found = select(_outbox.c.dedupe_key).where(one_of(connection, _outbox.c.dedupe_key, keys))
    return {str(key) for key in connection.execute(found).scalars()}


def queue(connection: Connection, messages: Sequence[Queued]) -> set[str]:
    """Write messages down; the ids that are new (a known dedupe key is left as it is)."""
    if not messages:
        return set()
    if connection.dialect.name == "postgresql":
        return _queue_by_copy(connection, messages)
    statement = insert_into(connection, _outbox).on_conflict_do_nothing().returning(_outbox.c.id)
    rows = [
        {name: getattr(message, name) for name in Queued.__slots__}
        | {"attempt": 0, "next_attempt_at": message.created_at}
        for message in messages
    ]
    return set(connection.execute(statement, rows).scalars())


def _queue_by_copy(connection: Connection, messages: Sequence[Queued]) -> set[str]:
    """`queue` on PostgreSQL. Dead messages are often known already: they are what is said once."""
    pending = [one for one in messages if one.state == "pending"]
    others = [one for one in messages if one.state != "pending"]
    if len(pending) >= _MANY:
        connection.execute(_COMPRESS_FAST)
    lines = (line((*_VALUES(one), 0, one.created_at)) for one in pending)
    if pending and not copy(connection, _outbox, (*_COLUMNS, "attempt", "next_attempt_at"), lines):
        others, pending = list(messages), []
    new = {one.id for one in pending}
    if others:
        columns = {name: [getattr(one, name) for one in others] for name in _COLUMNS}
        new |= {str(one) for one in connection.execute(_QUEUE, columns).scalars()}
    return new


def _due(now: datetime, fresh: datetime | None = None, owner: str = "") -> Select[Any]:
    """Messages that wait for this moment, or whose sender's lease ended, most urgent first.

    With `fresh` also those queued since, if they are due by then and nobody has had them yet.
    What `owner` has in hand is its own to finish, however late. A pending one without a moment, as
    an application that names every column may insert it, is due at once.
    """
    at_once = and_(_outbox.c.state == "pending", _outbox.c.next_attempt_at.is_(None))
    reached = comparable(_outbox.c.next_attempt_at) <= comparable(now)
    waits = and_(_outbox.c.state.in_(WAITING), or_(reached, at_once))
    left = and_(
        _outbox.c.state == "sending",
        comparable(_outbox.c.lease_until) < comparable(clock()),
        func.coalesce(_outbox.c.owner, "?") != owner,
    )
    either = [waits, left]
    if fresh is not None and fresh > now:
        untouched = and_(_outbox.c.state == "pending", _outbox.c.last_reply == "")
        either.append(and_(untouched, comparable(_outbox.c.next_attempt_at) <= comparable(fresh)))
    found = select(_outbox).where(_UNFINISHED, or_(*either))
    return found.order_by(_outbox.c.priority, _outbox.c.created_at, _outbox.c.id)


def due(connection: Connection, *, now: datetime, limit: int | None) -> "Sequence[Entry]":
    """What a delivery would claim at this moment, in its order."""
    return [_entry(row) for row in connection.execute(_due(now).limit(limit))]


def count_due(connection: Connection, *, now: datetime, most: int | None) -> int:
    """How many messages a delivery would claim at this moment, counted up to `most`."""
    found = _due(now).order_by(None).with_only_columns(_outbox.c.id).limit(most).subquery()
    return connection.scalar(select(func.count()).select_from(found)) or 0


def claim(
    connection: Connection,
    *,
    owner: str,
    now: datetime,
    fresh: datetime | None = None,
    before: int | None = None,
    lease_seconds: int,
    limit: int,
) -> Sequence[Claimed]:
    """Take messages that are due, or whose sender's lease ended, most urgent first.

    `fresh`: see `_due`. `before`: only what is more urgent than this priority.
    """
    found = _due(now, fresh, owner).limit(limit).with_for_update(skip_locked=True)
    if before is not None:
        found = found.where(_outbox.c.priority < before)
    taking = _outbox.update().values(
        state="sending",
        owner=owner,
        attempt=_outbox.c.attempt + 1,
        lease_until=clock_plus(lease_seconds),
    )
    if connection.dialect.name == "postgresql":
        due = found.with_only_columns(_outbox.c.id, _outbox.c.state.label("was")).cte("due")
        taking = taking.where(_outbox.c.id == due.c.id).returning(*_CLAIMED, due.c.was)
        rows = connection.execute(taking).all()
        return sorted((_claimed(row, row.attempt) for row in rows), key=_order)
    rows = connection.execute(
        found.with_only_columns(*_CLAIMED, _outbox.c.state.label("was"))
    ).all()
    if not rows:
        return ()
    taken = connection.execute(taking.where(_outbox.c.id.in_([row.id for row in rows])))
    if taken.rowcount != len(rows):
        raise JobrakerError(
            "A row of jobraker_outbox has an id that is not spelled as 32 hex digits"
        )
    return [_claimed(row, row.attempt + 1) for row in rows]


def _order(one: Claimed) -> tuple[int, datetime, str]:
    return one.priority, one.letter.created_at, one.letter.id


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


def release(connection: Connection, owner: str, ids: Collection[str] | None = None) -> int:
    """Give back what this owner claimed and did not try, all of it or these ids; how many."""
    mine = _outbox.update().where(_outbox.c.owner == owner, _outbox.c.state == "sending")
    if ids is not None:
        mine = mine.where(_outbox.c.id.in_(ids))
    result = connection.execute(
        mine.values(state="pending", owner=None, lease_until=None, attempt=_outbox.c.attempt - 1)
    )
    return int(result.rowcount)


def withdraw(connection: Connection, ids: Collection[str], reason: str) -> set[str]:
    """Cancel those of these messages that have not gone and are in nobody's hands; which."""
    if not ids:
        return set()
    waiting = (_outbox.c.id.in_(ids), _outbox.c.state.in_(("pending", "failed")))
    changed = _outbox.update().where(*waiting).values(state="cancelled", last_reply=reason)
    return set(connection.execute(changed.returning(_outbox.c.id)).scalars())


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
    return [_entry(row) for row in connection.execute(found.limit(limit))]


def attempts(connection: Connection, row_id: str) -> Sequence[Attempt]:
    """All tries of a message, the first first."""
    found = select(*[_attempt.c[name] for name in Attempt.__slots__])
    found = found.where(_attempt.c.outbox_id == row_id).order_by(_attempt.c.at, _attempt.c.attempt)
    rows = connection.execute(found).mappings()
    return [Attempt(**{name: row[name] for name in Attempt.__slots__}) for row in rows]


def message_id_of(row_id: str, domain: str) -> str:
    """The Message-ID of an outbox row, with angle brackets."""
    return f"<{row_id}@{domain}>"


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


def _letter(row: Row[Any], payload: str) -> Letter:
    return Letter(
        id=row.id,
        kind=row.kind,
        user_id=row.user_id,
        recipient=row.recipient,
        payload=payload,
        message_id=row.message_id or "",
        created_at=row.created_at or UNKNOWN_MOMENT,
        locale=row.locale,
    )


def _claimed(row: Row[Any], tries: int) -> Claimed:
    """A row of `_CLAIMED` and the state it `was` in."""
    return Claimed(
        letter=_letter(row, row.payload),
        attempt=tries,
        was=row.was,
        expires_at=row.expires_at,
        priority=row.priority,
    )


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        letter=_letter(row, shown_payload(row.kind, row.payload)),
        state=row.state,
        attempt=row.attempt,
        next_attempt_at=row.next_attempt_at,
        sent_at=row.sent_at,
        last_reply=row.last_reply,
        run=row.run,
    )
