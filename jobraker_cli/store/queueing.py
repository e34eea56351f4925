"""Messages are written down before anything else is done with them. Functions never commit."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select, text

from jobraker_cli.model import Letter
from jobraker_cli.store import ledger
from jobraker_cli.store.among import one_of
from jobraker_cli.store.copying import copy, packed
from jobraker_cli.store.upsert import insert_into

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
# Payloads take a third of the time to pack where the server has LZ4; what it has not is left alone.
_COMPRESS_FAST = text("""
SELECT set_config(name, 'lz4', true) FROM pg_settings
WHERE name = 'default_toast_compression' AND 'lz4' = ANY(enumvals)
""")
_MANY = 100  # messages for which that is worth a query


class Queued(NamedTuple):
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


_COLUMNS = Queued._fields
_COPIED = (*_COLUMNS, "attempt", "next_attempt_at")


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
        message._asdict() | {"attempt": 0, "next_attempt_at": message.created_at}
        for message in messages
    ]
    return set(connection.execute(statement, rows).scalars())


def _queue_by_copy(connection: Connection, messages: Sequence[Queued]) -> set[str]:
    """`queue` on PostgreSQL. Dead messages are often known already: they are what is said once."""
    pending = [one for one in messages if one.state == "pending"]
    others = [one for one in messages if one.state != "pending"]
    if len(pending) >= _MANY:
        connection.execute(_COMPRESS_FAST)
    rows = packed(_outbox, _COPIED, [(*one, 0, one.created_at) for one in pending])
    if pending and not copy(connection, _outbox, _COPIED, rows):
        others, pending = list(messages), []
    new = {one.id for one in pending}
    if others:
        columns = {name: [getattr(one, name) for one in others] for name in _COLUMNS}
        new |= {str(one) for one in connection.execute(_QUEUE, columns).scalars()}
    return new
