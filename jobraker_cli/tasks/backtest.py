"""An alert on the board's past: what it would have found. Nothing is written."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from jobraker_cli.matching.backtest import Backtest
from jobraker_cli.matching.backtest import Report as BacktestReport
from jobraker_cli.matching.prepared import PreparedJob, prepare
from jobraker_cli.model import Alert
from jobraker_cli.store import jobs
from jobraker_cli.store.engine import reading
from jobraker_cli.tasks.alerts import rules_of
from jobraker_cli.tasks.app import App
from jobraker_cli.tasks.periods import period_label

BLOCK = 10_000  # jobs searched together, some 3 kB each
_WEEK = 7.0


def backtest(app: App, alert: Alert, days: int) -> BacktestReport:
    """The jobs of so many days, closed ones too, asked for all variants.

    They are read once, and again where so many match that conditions more are worth a thought.
    """
    rules, now, zone = rules_of(app), app.clock(), app.settings.timezone
    made = Backtest(alert, rules, lambda moment: period_label("weekly", moment, zone))
    with reading(app.engine) as connection:
        covered = days_covered(connection, now, days)
        for block in _blocks(app, connection, alert, now - timedelta(days=days)):
            made.feed(block)
        if not app.stop.is_set() and made.wants_more(covered):
            for block in _blocks(app, connection, alert, now - timedelta(days=days)):
                made.feed_again(block)
    return made.report(covered, _weeks(now, covered, zone))


def _weeks(now: datetime, days: float, zone: ZoneInfo) -> Iterator[str]:
    """The calendar weeks that so many days up to now lie in; named again for each day."""
    for number in range(ceil(days) + 1):
        yield period_label("weekly", now - timedelta(days=min(number, days)), zone)


def _blocks(
    app: App, connection: Connection, alert: Alert, since: datetime
) -> Iterator[Sequence[PreparedJob]]:
    """The jobs made since a moment as the alert is asked of them, until the program is to stop."""
    rules = rules_of(app)
    everywhere = any("anywhere:" in entry.lower() for entry in alert.keywords)
    for block in jobs.created_since(
        connection, rules, since=since, long_texts=everywhere, block=BLOCK
    ):
        yield [prepare(job, rules) for job in block]
        if app.stop.is_set():
            return


def days_covered(connection: Connection, now: datetime, days: int) -> float:
    """So many days, or as many as the board has if it is younger; a week at least."""
    oldest = jobs.oldest(connection)
    age = _WEEK if oldest is None else (now - oldest) / timedelta(days=1)
    return min(float(days), max(age, _WEEK))
