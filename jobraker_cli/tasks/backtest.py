"""An alert on the board's past: what it would have found. Nothing is written."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from jobraker_cli.matching.backtest import Backtest
from jobraker_cli.matching.backtest import Report as BacktestReport
from jobraker_cli.matching.prepared import prepare
from jobraker_cli.model import Alert
from jobraker_cli.store import jobs
from jobraker_cli.store.engine import reading
from jobraker_cli.tasks.alerts import rules_of
from jobraker_cli.tasks.app import App
from jobraker_cli.tasks.periods import period_label

BLOCK = 10_000  # jobs searched together, some 3 kB each
_WEEK = 7.0


def backtest(app: App, alert: Alert, days: int) -> BacktestReport:
    """The jobs of so many days, closed ones too, read once and asked for all variants."""
    rules, now, zone = rules_of(app), app.clock(), app.settings.timezone
    made = Backtest(alert, rules, lambda moment: period_label("weekly", moment, zone))
    everywhere = any("anywhere:" in entry.lower() for entry in alert.keywords)
    with reading(app.engine) as connection:
        covered = days_covered(connection, now, days)
        for block in jobs.created_since(
            connection, rules, since=now - timedelta(days=days), long_texts=everywhere, block=BLOCK
        ):
            made.feed([prepare(job, rules) for job in block])
            if app.stop.is_set():
                break
    return made.report(covered)


def days_covered(connection: Connection, now: datetime, days: int) -> float:
    """So many days, or as many as the board has if it is younger; a week at least."""
    oldest = jobs.oldest(connection)
    age = _WEEK if oldest is None else (now - oldest) / timedelta(days=1)
    return min(float(days), max(age, _WEEK))
