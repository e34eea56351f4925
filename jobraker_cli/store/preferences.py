"""What people chose about mail: reading it for many at once, and writing it down.

Functions take an open connection and never commit.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, func, or_, select

from jobraker_cli.model import Preference
from jobraker_cli.store.among import one_of
from jobraker_cli.store.ledger import outbox, preference
from jobraker_cli.store.types import clock, comparable
from jobraker_cli.store.upsert import insert_into

_NEVER_SENT = ("cancelled", "dead", "suppressed")
_CHOICE = (
    preference.c.user_id,
    preference.c.scope,
    preference.c.choice,
    preference.c.until,
    preference.c.weekly_cap,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A choice as it is stored: whose it is, who wrote it and when."""

    preference: Preference
    source: str
    changed_at: datetime | None


def chosen(
    connection: Connection, user_ids: Collection[str]
) -> Mapping[str, Mapping[str, Preference]]:
    """The choices of these people, by person and scope, in one query; most chose nothing."""
    found: dict[str, dict[str, Preference]] = {}
    if not user_ids:
        return found
    wanted = one_of(connection, preference.c.user_id, user_ids)
    for row in connection.execute(select(*_CHOICE).where(wanted)):
        found.setdefault(row.user_id, {})[row.scope] = Preference(
            scope=row.scope, choice=row.choice, until=row.until, weekly_cap=row.weekly_cap
        )
    return found


def of_person(connection: Connection, user_id: str) -> Sequence[Chosen]:
    """All that one person chose, by scope."""
    found = select(*_CHOICE, preference.c.source, preference.c.changed_at)
    found = found.where(preference.c.user_id == user_id).order_by(preference.c.scope)
    return [
        Chosen(
            preference=Preference(
                scope=row.scope, choice=row.choice, until=row.until, weekly_cap=row.weekly_cap
            ),
            source=row.source,
            changed_at=row.changed_at,
        )
        for row in connection.execute(found)
    ]


def choose(
    connection: Connection,
    user_id: str,
    scope: str,
    *,
    choice: str,
    until: datetime | None = None,
    source: str,
) -> None:
    """Write a choice down; doing it twice is the same as once. An unsubscribe outlives a pause."""
    statement = insert_into(connection, preference).values(
        user_id=user_id,
        scope=scope,
        choice=choice,
        until=until,
        source=source,
        changed_at=select(clock()).scalar_subquery(),
    )
    changed = {
        name: statement.excluded[name] for name in ("choice", "until", "source", "changed_at")
    }
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[preference.c.user_id, preference.c.scope],
            set_=changed,
            where=or_(preference.c.choice != "unsubscribed", statement.excluded.choice != "paused"),
        )
    )


def resume(
    connection: Connection, user_id: str, scope: str | None, *, choices: Sequence[str], source: str
) -> int:
    """Turn these choices of a person back to mail, in one scope or all of them; how many."""
    changed = preference.update().where(
        preference.c.user_id == user_id, preference.c.choice.in_(choices)
    )
    if scope is not None:
        changed = changed.where(preference.c.scope == scope)
    values = {"choice": "mail", "until": None, "source": source, "changed_at": clock()}
    return int(connection.execute(changed.values(values)).rowcount)


def set_weekly_cap(connection: Connection, user_id: str, cap: int | None, *, source: str) -> None:
    """Bound the list mails that a person gets in a calendar week; None takes the bound away."""
    statement = insert_into(connection, preference).values(
        user_id=user_id,
        scope="all",
        choice="mail",
        weekly_cap=cap,
        source=source,
        changed_at=select(clock()).scalar_subquery(),
    )
    changed = {name: statement.excluded[name] for name in ("weekly_cap", "source", "changed_at")}
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[preference.c.user_id, preference.c.scope], set_=changed
        )
    )


def queued_since(
    connection: Connection, user_ids: Collection[str], kinds: Collection[str], since: datetime
) -> Mapping[str, int]:
    """How many mails of these kinds each person got or will get, of those made since a moment."""
    counted = outbox.c.state.not_in(_NEVER_SENT)
    return _counts(connection, _by_user(user_ids, kinds, since).where(counted))


def sent_since(
    connection: Connection, user_ids: Collection[str], kinds: Collection[str], since: datetime
) -> Mapping[str, int]:
    """How many mails of these kinds each person got, of those made since a moment."""
    return _counts(connection, _by_user(user_ids, kinds, since).where(outbox.c.state == "sent"))


def _by_user(
    user_ids: Collection[str], kinds: Collection[str], since: datetime
) -> "Select[tuple[str, int]]":
    return (
        select(outbox.c.user_id, func.count().label("mails"))
        .where(
            outbox.c.user_id.in_(list(user_ids)),
            outbox.c.kind.in_(list(kinds)),
            comparable(outbox.c.created_at) >= comparable(since),
        )
        .group_by(outbox.c.user_id)
    )


def _counts(connection: Connection, found: "Select[tuple[str, int]]") -> Mapping[str, int]:
    return {row.user_id: row.mails for row in connection.execute(found)}
