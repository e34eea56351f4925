"""`init`: the ledger, the baseline, and on an empty SQLite file the shared tables."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from jobraker_cli.errors import ConfigError
from jobraker_cli.store import baselines, contract, jobs, keys, runs, schema, vacancies
from jobraker_cli.store.engine import sqlite_path
from jobraker_cli.store.locks import lock
from jobraker_cli.tasks import status_updates, welcome
from jobraker_cli.tasks.app import App


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineReport:
    """What `init` did: `taken` is false when there was a baseline already, since `since`."""

    board_created: bool
    applied: tuple[str, ...]
    taken: bool
    jobs: int
    since: datetime


def initialize(app: App, *, since: datetime | None) -> BaselineReport:
    """Create or upgrade the ledger and take the baseline, once.

    With `since`, active jobs created from that moment on stay new.
    Raises ConfigError when the shared tables are missing (and this is no empty SQLite file).
    """
    with lock(app.engine, app.settings.database_url, "init", wait=True):
        with app.engine.begin() as connection:
            created = _ensure_board(connection, app)
        applied = schema.upgrade(app.engine)
        with app.engine.begin() as connection:
            contract.require(connection)
            keys.ensure_key(connection)
            known = runs.baseline(connection)
            _take_missing(connection, app)
            if known is not None:
                return BaselineReport(
                    board_created=created,
                    applied=applied,
                    taken=False,
                    jobs=known.counts.get("jobs", 0),
                    since=known.started_at,
                )
            count = _take(connection, app, since)
    return BaselineReport(
        board_created=created, applied=applied, taken=True, jobs=count, since=app.clock()
    )


def upgrade(app: App) -> tuple[str, ...]:
    """Apply the SQL files that are pending, and take the baselines that came with them.

    Where `init` was never done, that is left to it.
    """
    applied = schema.upgrade(app.engine)
    with app.engine.begin() as connection:
        if runs.is_baselined(connection):
            _take_missing(connection, app)
    return applied


def _take_missing(connection: Connection, app: App) -> None:
    """Take the baselines that this database lacks: a ledger of an older jobraker has only jobs."""
    known = baselines.taken(connection)
    if status_updates.BASELINE not in known:
        status_updates.take_baseline(connection)
    if welcome.BASELINE not in known:
        welcome.take_baseline(connection, app.clock())


def _ensure_board(connection: Connection, app: App) -> bool:
    """Create the shared tables in an empty SQLite file; whether that was done."""
    found = contract.tables(connection)
    ours = [name for name, own in found.items() if own]
    if len(ours) < len(found):
        contract.require(connection)
        return False
    if sqlite_path(app.settings.database_url) is None:
        raise ConfigError(
            "This database has none of the web application's tables; check DATABASE_URL, "
            "or run the web application's migrations first"
        )
    schema.create_board(connection)
    return True


def _take(connection: Connection, app: App, since: datetime | None) -> int:
    run_id = runs.open_run(
        connection,
        task=runs.BASELINE,
        shard="1/1",
        believed_at=app.clock(),
        host=app.host,
        version=app.version,
    )
    run_seq = runs.next_number(connection, "run_seq")
    count = jobs.take_baseline(connection, run_seq, created_before=since)
    now = app.clock()
    vacancies.remember(connection, run_seq, now=now, gone_since=now)
    runs.note_planned(connection, run_id, run_seq)
    runs.close_run(connection, run_id, outcome="done", counts={"jobs": count})
    return count
