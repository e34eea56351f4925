"""The figures of `stats`, read from one snapshot of the ledger."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from jobraker_cli.store import figures
from jobraker_cli.store.engine import reading
from jobraker_cli.store.figures import Tally
from jobraker_cli.tasks.app import App

DOMAINS = 20

Table = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """Numbers of the last `days` days; `messages` is by kind and state, `runs` by task and outcome.

    `providers` is by provider and class of reply, `domains` by domain and state, `hours` by hour.
    """

    days: int
    messages: Table
    runs: Table
    providers: Table
    mean_seconds: Mapping[str, float]
    domains: Table
    hours: Mapping[datetime, int]
    backlog: int
    oldest_pending_seconds: float
    sent_last_24h: int


def read(app: App, *, days: int) -> Stats:
    """All figures of this moment."""
    now = app.clock()
    since = now - timedelta(days=days)
    with reading(app.engine) as connection:
        waiting = figures.oldest(connection, now=now).get("pending")
        providers = figures.by_provider(connection, since=since)
        return Stats(
            days=days,
            messages=table(figures.by_kind_and_state(connection, since=since)),
            runs=table(figures.runs_by_outcome(connection, since=since)),
            providers=table(providers),
            mean_seconds=mean_seconds(providers),
            domains=table(figures.by_domain(connection, since=since, limit=DOMAINS)),
            hours=every_hour(figures.sent_by_hour(connection, since=_day_before(now)), now),
            backlog=0 if waiting is None else waiting.number,
            oldest_pending_seconds=0.0 if waiting is None else waiting.seconds,
            sent_last_24h=figures.sent_since(connection, now - timedelta(days=1)),
        )


def table(tallies: Iterable[Tally]) -> dict[str, dict[str, int]]:
    """Tallies under two names as a table of tables."""
    found: dict[str, dict[str, int]] = {}
    for one in tallies:
        outer, inner = one.names
        found.setdefault(outer, {})[inner] = one.number
    return found


def mean_seconds(tallies: Iterable[Tally]) -> dict[str, float]:
    """The mean duration of a try, by its first name."""
    totals: dict[str, tuple[int, float]] = {}
    for one in tallies:
        number, seconds = totals.get(one.names[0], (0, 0.0))
        totals[one.names[0]] = number + one.number, seconds + one.seconds
    return {name: seconds / number for name, (number, seconds) in totals.items()}


def every_hour(found: Mapping[datetime, int], now: datetime) -> dict[datetime, int]:
    """The last 24 hours one by one, also those without a message; the current one is the last."""
    first = _day_before(now)
    hours = [first + timedelta(hours=number) for number in range(24)]
    return {hour: found.get(hour, 0) for hour in hours}


def _day_before(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=23)
