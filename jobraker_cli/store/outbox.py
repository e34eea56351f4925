"""The outbox: claim what is due, and give it back. `queueing` fills it, `entries` reads it.

Functions take an open connection and never commit. States:
pending -> sending -> sent | failed (will retry) | dead | uncertain | cancelled | suppressed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, case, func, or_, select, text

from jobraker_cli.errors import JobrakerError
from jobraker_cli.model import Letter
from jobraker_cli.store import ledger
from jobraker_cli.store.among import one_of
from jobraker_cli.store.types import clock, clock_plus, comparable

UNKNOWN_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)  # of a row in SQLite whose created_at is none
WAITING = ("pending", "failed", "uncertain")
_outbox = ledger.outbox
# As the index jobraker_outbox_due has it, letter for letter: else SQLite reads the whole table.
_UNFINISHED = text("jobraker_outbox.state IN ('pending', 'sending', 'failed', 'uncertain')")
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


def select_due(now: datetime, fresh: datetime | None = None, owner: str = "") -> Select[Any]:
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


def count_due(connection: Connection, *, now: datetime, most: int | None) -> int:
    """How many messages a delivery would claim at this moment, counted up to `most`."""
    found = select_due(now).order_by(None).with_only_columns(_outbox.c.id).limit(most).subquery()
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
    locale: str = "",
) -> Sequence[Claimed]:
    """Take messages that are due, or whose sender's lease ended, most urgent first.

    `fresh`: see `select_due`. `before`: only what is more urgent than this priority. `locale` is
    from now on the language of those that have none.
    """
    found = select_due(now, fresh, owner).limit(limit).with_for_update(skip_locked=True)
    if before is not None:
        found = found.where(_outbox.c.priority < before)
    taking = _outbox.update().values(
        state="sending",
        owner=owner,
        attempt=_outbox.c.attempt + 1,
        lease_until=clock_plus(lease_seconds),
        locale=case((_outbox.c.locale == "", locale), else_=_outbox.c.locale),
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
    return [_claimed(row, row.attempt + 1, locale) for row in rows]


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
    found = select(_attempt.c.outbox_id).where(one_of(connection, _attempt.c.outbox_id, ids))
    return set(connection.execute(found).scalars())


def message_id_of(row_id: str, domain: str) -> str:
    """The Message-ID of an outbox row, with angle brackets."""
    return f"<{row_id}@{domain}>"


def letter_of(row: Row[Any], payload: str, locale: str = "") -> Letter:
    """What a mail is made from, with this payload; in this language where the row has none."""
    return Letter(
        id=row.id,
        kind=row.kind,
        user_id=row.user_id,
        recipient=row.recipient,
        payload=payload,
        message_id=row.message_id or "",
        created_at=row.created_at or UNKNOWN_MOMENT,
        locale=row.locale or locale,
    )


def _claimed(row: Row[Any], tries: int, locale: str = "") -> Claimed:
    """A row of `_CLAIMED` and the state it `was` in."""
    return Claimed(
        letter=letter_of(row, row.payload, locale),
        attempt=tries,
        was=row.was,
        expires_at=row.expires_at,
        priority=row.priority,
    )
