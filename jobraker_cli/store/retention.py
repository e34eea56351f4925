"""What is pruned from the ledger by age, a bounded number of rows at a time.

Functions take an open connection and never commit. Nothing here touches what is needed against
duplicates: jobs seen, jobs sent, dedupe keys that no calendar period ends. What was left behind by
what the web application deleted is in orphans.py.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, and_, func, or_, select

from jobraker_cli.store import ledger, quotas
from jobraker_cli.store.inbox import last_forgotten_day
from jobraker_cli.store.runs import BASELINE
from jobraker_cli.store.types import comparable

FINAL = ("sent", "dead", "cancelled", "suppressed")
EMPTY = "{}"
LINK_HIDDEN = '{"link_hidden": true}'  # what a trigger leaves of a password reset's payload
# Their dedupe keys name a day, a week or a month, so that an old one can never come again.
PERIODIC = ("job_alert", "job_recommendations", "admin_digest")
_outbox, _attempt, _run = ledger.outbox, ledger.attempt, ledger.run
_HARMLESS = or_(_outbox.c.dedupe_key.is_(None), _outbox.c.kind.in_(PERIODIC))


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Rows to prune, and where the next search begins (None: at the start)."""

    ids: Sequence[Any]
    after: Any = None


def take(connection: Connection, query: Select[Any], after: Any, n: int) -> Batch:
    """At most `n` rows of a query by its first column, in order, from where the last batch ended.

    One with a second column, a moment with an index, goes by that; it may begin with rows that the
    last batch ended with.
    """
    key, *moment = query.selected_columns
    order = moment[0] if moment else key
    if after is not None:
        query = query.where(order >= after if moment else order > after)
    rows = connection.execute(query.order_by(order).limit(n)).all()
    return Batch(ids=[row[0] for row in rows], after=rows[-1][-1] if rows else None)


def count(connection: Connection, query: Select[Any]) -> int:
    """How many rows a query has."""
    return int(connection.execute(select(func.count()).select_from(query.subquery())).scalar_one())


def old_payloads(before: datetime, kinds: Collection[str]) -> Select[Any]:
    """Settled messages from before a moment whose payload is still there."""
    return _messages(_settled(before, kinds), _outbox.c.payload.not_in((EMPTY, LINK_HIDDEN)))


def old_rows(before: datetime, kinds: Collection[str]) -> Select[Any]:
    """Settled messages from before a moment that no duplicate could come of."""
    return _messages(_settled(before, kinds), _HARMLESS)


def old_tries(before: datetime, kinds: Collection[str]) -> Select[Any]:
    """The tries of settled messages from before a moment that stay themselves."""
    kept = _messages(_settled(before, kinds), ~_HARMLESS).subquery()
    return select(_attempt.c.outbox_id).join(kept, kept.c.id == _attempt.c.outbox_id)


def _settled(before: datetime, kinds: Collection[str]) -> ColumnElement[bool]:
    old = and_(_outbox.c.state.in_(FINAL), comparable(_outbox.c.created_at) < comparable(before))
    return and_(old, _outbox.c.kind.in_(kinds)) if kinds else old


def _messages(*where: ColumnElement[bool]) -> Select[Any]:
    return select(_outbox.c.id, _outbox.c.created_at).where(*where)


def empty_payloads(connection: Connection, ids: Sequence[str]) -> int:
    """Forget what messages said; who got them when, and the relay's words, stay."""
    changed = _outbox.update().where(_outbox.c.id.in_(ids)).values(payload=EMPTY)
    return connection.execute(changed).rowcount


def delete_tries(connection: Connection, ids: Sequence[str]) -> int:
    """Delete the tries of messages."""
    return connection.execute(_attempt.delete().where(_attempt.c.outbox_id.in_(ids))).rowcount


def delete_rows(connection: Connection, ids: Sequence[str]) -> int:
    """Delete messages with their tries."""
    delete_tries(connection, ids)
    return connection.execute(_outbox.delete().where(_outbox.c.id.in_(ids))).rowcount


def old_runs(before: datetime, forgotten: datetime) -> Select[Any]:
    """Run records that neither the baseline, nor a schedule, nor an alert's start hangs on.

    One without an end has died if it began before `forgotten`.
    """
    newest = select(func.max(_run.c.run_id)).group_by(_run.c.task, _run.c.shard)
    planned = newest.where(_run.c.run_seq.is_not(None))
    ended = or_(
        _run.c.finished_at.is_not(None), comparable(_run.c.started_at) < comparable(forgotten)
    )
    return select(_run.c.run_id).where(
        comparable(_run.c.started_at) < comparable(before),
        ended,
        _run.c.task != BASELINE,
        _run.c.run_id.not_in(newest),
        _run.c.run_id.not_in(planned),
    )


def delete_runs(connection: Connection, ids: Sequence[int]) -> int:
    """Delete run records."""
    return connection.execute(_run.delete().where(_run.c.run_id.in_(ids))).rowcount


def older(key: Column[Any], moment: Column[Any], before: datetime) -> Select[Any]:
    """The keys of a table's rows whose moment is before another."""
    return select(key).where(comparable(moment) < comparable(before))


def delete_by(key: Column[Any], connection: Connection, keys: Sequence[str]) -> int:
    """Delete a table's rows by their keys; how many."""
    return connection.execute(key.table.delete().where(key.in_(keys))).rowcount


def old_soft_bounces(today: date) -> Select[Any]:
    """Addresses with a soft bounce that is too old to count."""
    bounce = ledger.soft_bounce
    return select(bounce.c.key).where(bounce.c.day <= last_forgotten_day(today)).distinct()


def delete_soft_bounces(today: date, connection: Connection, keys: Sequence[str]) -> int:
    """Forget soft bounces of these addresses that are too old to count; how many addresses."""
    bounce = ledger.soft_bounce
    old = and_(bounce.c.key.in_(keys), bounce.c.day <= last_forgotten_day(today))
    connection.execute(bounce.delete().where(old))
    return len(keys)


def old_quotas(before: datetime) -> Select[Any]:
    """The providers of counts that are too old to count, once for each; never their lock."""
    return select(ledger.quota.c.provider).where(_counts_no_more(before))


def delete_quotas(before: datetime, connection: Connection, providers: Sequence[str]) -> int:
    """Delete the counts of providers that are too old to count."""
    quota = ledger.quota
    old = and_(quota.c.provider.in_(providers), _counts_no_more(before))
    return connection.execute(quota.delete().where(old)).rowcount


def _counts_no_more(before: datetime) -> ColumnElement[bool]:
    quota = ledger.quota
    locks = quotas.LOCK, quotas.PACE  # one row each a provider, which processes wait for
    return and_(
        quota.c.span_seconds.not_in(locks), comparable(quota.c.last_at) < comparable(before)
    )


def dead_rows(connection: Connection) -> dict[str, tuple[int, int]]:
    """Live and dead rows of jobraker's tables as PostgreSQL's statistics have them; else none."""
    if connection.dialect.name != "postgresql":
        return {}
    found = connection.exec_driver_sql(
        "SELECT relname, n_live_tup, n_dead_tup FROM pg_stat_user_tables"
        " WHERE starts_with(relname, 'jobraker_')"
    )
    return {row.relname: (row.n_live_tup, row.n_dead_tup) for row in found}
