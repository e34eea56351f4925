"""What the chat used, and who opened it: rows of the ledger. Functions never commit."""

import zlib
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, func, insert, select, update

from jobraker_cli.store.ledger import chat_login, chat_usage
from jobraker_cli.store.types import comparable

_LOCKS = 7_228  # any constant: the class of our locks among PostgreSQL's advisory ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What a user's calls used, those under way at the most they may use."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost_micros: int = 0

    @property
    def tokens(self) -> int:
        """All tokens together."""
        return self.input_tokens + self.output_tokens


def lock_user(connection: Connection, user_id: str) -> None:
    """Make other processes wait that reserve for this user, until the commit.

    SQLite needs none: there a transaction that writes is alone.
    """
    if connection.dialect.name == "postgresql":
        number = zlib.crc32(user_id.encode()) - 2**31
        connection.execute(select(func.pg_advisory_xact_lock(_LOCKS, number)))


def used_since(connection: Connection, user_id: str, since: datetime) -> Used:
    """What the user's calls used from a moment on."""
    use = chat_usage.c
    columns = (use.input_tokens, use.output_tokens, use.cost_micros)
    found = select(*(func.coalesce(func.sum(one), 0) for one in columns)).where(
        use.user_id == user_id, comparable(use.at) >= comparable(since)
    )
    spent, said, cost = connection.execute(found).one()
    return Used(input_tokens=int(spent), output_tokens=int(said), cost_micros=int(cost))


def questions_since(connection: Connection, user_id: str, since: datetime) -> list[datetime]:
    """When the user asked something, from a moment on, in order."""
    use = chat_usage.c
    found = select(use.at).where(
        use.user_id == user_id, use.round == 0, comparable(use.at) > comparable(since)
    )
    return list(connection.execute(found.order_by(comparable(use.at))).scalars())


def reserve(
    connection: Connection,
    *,
    user_id: str,
    session_id: str | None,
    round_number: int,
    model: str,
    most: Used,
    now: datetime,
) -> str:
    """Write down a call before it is made, with the most that it may use; its id."""
    usage_id = str(uuid4())
    connection.execute(
        insert(chat_usage).values(
            id=usage_id,
            user_id=user_id,
            session_id=session_id,
            at=now,
            round=round_number,
            model=model,
            state="reserved",
            input_tokens=most.input_tokens,
            output_tokens=most.output_tokens,
            cost_micros=most.cost_micros,
        )
    )
    return usage_id


def settle(connection: Connection, usage_id: str, used: Used) -> None:
    """Put what the call really used in place of what was reserved."""
    connection.execute(
        update(chat_usage)
        .where(chat_usage.c.id == usage_id)
        .values(
            state="settled",
            input_tokens=used.input_tokens,
            output_tokens=used.output_tokens,
            cost_micros=used.cost_micros,
        )
    )


def record_login(
    connection: Connection,
    *,
    user_id: str,
    method: str,
    command: str,
    host: str,
    account: str,
    now: datetime,
) -> None:
    """Write down who opened the chat of whom: method `as` or `token`, host and account."""
    connection.execute(
        insert(chat_login).values(
            id=str(uuid4()),
            user_id=user_id,
            at=now,
            method=method,
            command=command,
            host=host,
            account=account,
        )
    )
