"""Counts over the ledger, for `stats`, `doctor` and the metrics: each one query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, literal_column, select

from jobraker_cli.store import ledger
from jobraker_cli.store.types import comparable, parse_moment

_outbox = ledger.outbox
_attempt = ledger.attempt
_run = ledger.run
BACKLOG = ("pending", "sending", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Oldest:
    """How many messages are in a state, and for how many seconds the oldest of them."""

    number: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """A number of messages under some names: kind and state, or provider and result."""

    names: tuple[str, ...]
    number: int
    seconds: float = 0.0


def oldest(connection: Connection, *, now: datetime) -> Mapping[str, Oldest]:
    """The oldest message that waits (pending, sending, failed), is uncertain, and is dead.

    What is due only later, such as a retry, waits since its creation all the same.
    """
    state = case((_outbox.c.state.in_(BACKLOG), "pending"), else_=_outbox.c.state).label("state")
    found = select(
        state, func.count().label("n"), func.min(comparable(_outbox.c.created_at)).label("at")
    )
    found = found.where(_outbox.c.state.in_((*BACKLOG, "uncertain", "dead"))).group_by(state)
    result = {}
    for row in connection.execute(found):
        at = _moment(row.at)
        age = 0.0 if at is None else max((now - at).total_seconds(), 0.0)
        result[row.state] = Oldest(number=row.n, seconds=age)
    return result


def by_kind_and_state(connection: Connection, *, since: datetime | None = None) -> Sequence[Tally]:
    """Messages by kind and state, of all or of those created since."""
    found = select(_outbox.c.kind, _outbox.c.state, func.count().label("n"))
    found = _created_since(found, since).group_by(_outbox.c.kind, _outbox.c.state)
    rows = connection.execute(found.order_by(_outbox.c.kind, _outbox.c.state))
    return [Tally(names=(row.kind, row.state), number=row.n) for row in rows]


def by_state_of_run(connection: Connection, run_id: int) -> Mapping[str, int]:
    """The messages that a run queued, by the state they are in now."""
    found = select(_outbox.c.state, func.count().label("n")).where(_outbox.c.run == run_id)
    rows = connection.execute(found.group_by(_outbox.c.state).order_by(_outbox.c.state))
    return {row.state: row.n for row in rows}


def by_domain(connection: Connection, *, since: datetime, limit: int) -> Sequence[Tally]:
    """Messages by their recipient's domain and state: the domains with the most first."""
    domain = _domain(connection)
    counted = select(domain.label("domain"), func.count().label("n"))
    largest: Select[Any] = _created_since(counted, since)
    largest = largest.group_by(domain).order_by(func.count().desc(), domain).limit(limit)
    names = [row.domain for row in connection.execute(largest)]
    found = _created_since(
        select(domain.label("domain"), _outbox.c.state, func.count().label("n")), since
    )
    found = found.where(domain.in_(names)).group_by(domain, _outbox.c.state)
    rows = [Tally(names=(row.domain, row.state), number=row.n) for row in connection.execute(found)]
    return sorted(rows, key=lambda one: (names.index(one.names[0]), one.names[1]))


def by_provider(connection: Connection, *, since: datetime) -> Sequence[Tally]:
    """Tries by provider and first digit of the reply ("none" without one), with their seconds."""
    digit = case((_attempt.c.code.is_(None), 0), else_=_attempt.c.code / 100).label("digit")
    found = select(
        _attempt.c.provider, digit, func.count().label("n"), func.sum(_attempt.c.seconds).label("s")
    )
    found = found.where(comparable(_attempt.c.at) >= comparable(since))
    rows = connection.execute(
        found.group_by(_attempt.c.provider, digit).order_by(_attempt.c.provider, digit)
    )
    return [
        Tally(
            names=(row.provider, f"{int(row.digit)}xx" if row.digit else "none"),
            number=row.n,
            seconds=float(row.s or 0.0),
        )
        for row in rows
    ]


def sent_by_hour(connection: Connection, *, since: datetime) -> Mapping[datetime, int]:
    """Messages sent in each hour (UTC) since; hours without any are not there."""
    if connection.dialect.name == "postgresql":
        hour: ColumnElement[Any] = func.date_trunc("hour", _outbox.c.sent_at)
    else:
        hour = func.strftime("%Y-%m-%d %H:00:00", _outbox.c.sent_at)
    found = select(hour.label("hour"), func.count().label("n")).where(
        _outbox.c.state == "sent", comparable(_outbox.c.sent_at) >= comparable(since)
    )
    hours = {}
    for row in connection.execute(found.group_by(hour).order_by(hour)):
        moment = _moment(row.hour)
        if moment is not None:
            hours[moment] = int(row.n)
    return hours


def sent_since(connection: Connection, since: datetime) -> int:
    """How many messages were sent since."""
    found = select(func.count()).where(
        _outbox.c.state == "sent", comparable(_outbox.c.sent_at) >= comparable(since)
    )
    return int(connection.execute(found).scalar_one())


def quota_use(connection: Connection, *, now: datetime) -> Sequence[Tally]:
    """What is used of each quota's newest window, while it lasts: provider, domain, span."""
    quota = ledger.quota
    newest = func.max(quota.c.bucket).over(
        partition_by=[quota.c.provider, quota.c.domain, quota.c.span_seconds]
    )
    last = select(quota, newest.label("newest")).subquery()
    rows = connection.execute(select(last).where(last.c.bucket == last.c.newest))
    return [
        Tally(names=(row.provider, row.domain, str(row.span_seconds)), number=row.used)
        for row in rows
        if (now - row.last_at).total_seconds() < row.span_seconds
    ]


def runs_by_outcome(connection: Connection, *, since: datetime) -> Sequence[Tally]:
    """Runs by task and outcome since."""
    found = select(_run.c.task, _run.c.outcome, func.count().label("n"))
    found = found.where(comparable(_run.c.started_at) >= comparable(since))
    rows = connection.execute(
        found.group_by(_run.c.task, _run.c.outcome).order_by(_run.c.task, _run.c.outcome)
    )
    return [Tally(names=(row.task, row.outcome), number=row.n) for row in rows]


def last_success(connection: Connection) -> Mapping[str, datetime]:
    """When each task last came to its end, by task."""
    found = select(_run.c.task, func.max(comparable(_run.c.finished_at)).label("at"))
    found = found.where(_run.c.outcome.in_(["done", "incomplete"])).group_by(_run.c.task)
    moments = {row.task: _moment(row.at) for row in connection.execute(found)}
    return {task: moment for task, moment in moments.items() if moment is not None}


def _created_since(found: Any, since: datetime | None) -> Select[Any]:
    narrowed: Select[Any] = found
    if since is None:
        return narrowed
    return narrowed.where(comparable(_outbox.c.created_at) >= comparable(since))


def _domain(connection: Connection) -> ColumnElement[str]:
    """What follows the (first) @ of the recipient, in small letters."""
    address = func.lower(_outbox.c.recipient)
    if connection.dialect.name == "postgresql":
        return func.split_part(address, literal_column("'@'"), literal_column("2"))
    return func.substr(address, func.instr(address, literal_column("'@'")) + literal_column("1"))


def _moment(value: object) -> datetime | None:
    """An aggregate's moment, which SQLite gives as text."""
    return value if isinstance(value, datetime) else parse_moment(value)
