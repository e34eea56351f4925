"""What went out lately, by provider and recipient domain. Functions never commit.

Whoever counts for a provider first locks its row, so that all processes on all hosts count one
after the other.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from jobraker_cli.store import ledger
from jobraker_cli.store.types import clock
from jobraker_cli.store.upsert import insert_into

_quota = ledger.quota
LOCK, PACE = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """A bucket of a provider's mail: see `jobraker_quota`."""

    domain: str
    span: int
    bucket: int
    used: int
    last_at: datetime


def lock(connection: Connection, provider: str, now: datetime) -> None:
    """Hold a provider's counts until the end of the transaction."""
    _ensure(connection, provider, LOCK, now)
    row = select(_quota.c.used).where(
        _quota.c.provider == provider, _quota.c.domain == "", _quota.c.span_seconds == LOCK
    )
    connection.execute(row.with_for_update())


def used(connection: Connection, provider: str, domains: Collection[str]) -> Sequence[Used]:
    """The buckets of a provider, its own ('') and those of some domains."""
    found = select(_quota).where(
        _quota.c.provider == provider,
        _quota.c.domain.in_({"", *domains}),
        _quota.c.span_seconds > PACE,
    )
    return [
        Used(
            domain=row["domain"],
            span=row["span_seconds"],
            bucket=row["bucket"],
            used=row["used"],
            last_at=row["last_at"],
        )
        for row in connection.execute(found).mappings()
    ]


def add(
    connection: Connection, provider: str, domain: str, span: int, bucket: int, *,
    number: int, now: datetime,
) -> None:  # fmt: skip
    """Count mails that are about to go; buckets that count no more are dropped."""
    statement = insert_into(connection, _quota).values(
        provider=provider, domain=domain, span_seconds=span, bucket=bucket, used=number, last_at=now
    )
    statement = statement.on_conflict_do_update(
        index_elements=["provider", "domain", "span_seconds", "bucket"],
        set_={"used": _quota.c.used + number, "last_at": now},
    )
    connection.execute(statement)
    old = now - timedelta(seconds=2 * span)
    connection.execute(
        _quota.delete().where(
            _quota.c.provider == provider, _quota.c.span_seconds == span, _quota.c.last_at < old
        )
    )


def reserve(
    connection: Connection, provider: str, domain: str, *, number: int, seconds: float
) -> float:
    """Take the next moments to send, `seconds` apart; in how many seconds the first of them is.

    Of a recipient domain at this provider, or with '' of all its mail. By the database's clock,
    which all hosts share.
    """
    now: datetime = connection.execute(select(clock())).scalar_one()
    _ensure(connection, provider, PACE, now, domain)
    mine = (
        _quota.c.provider == provider, _quota.c.domain == domain, _quota.c.span_seconds == PACE,
    )  # fmt: skip
    free = connection.execute(select(_quota.c.last_at).where(*mine).with_for_update()).scalar_one()
    now = connection.execute(select(clock())).scalar_one()  # waiting for the row took time
    first = max(free, now)
    connection.execute(
        _quota.update().where(*mine).values(last_at=first + timedelta(seconds=number * seconds))
    )
    return float((first - now).total_seconds())


def _ensure(
    connection: Connection, provider: str, span: int, now: datetime, domain: str = ""
) -> None:
    row = insert_into(connection, _quota).values(
        provider=provider, domain=domain, span_seconds=span, bucket=0, used=0, last_at=now
    )
    connection.execute(row.on_conflict_do_nothing())
