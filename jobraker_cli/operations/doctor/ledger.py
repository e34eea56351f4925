"""Is the database there, the ledger of this version and baselined, the contract kept."""

from collections.abc import Iterator
from datetime import datetime

from jobraker_cli.operations.doctor.check import CheckResult, fail, ok, warn
from jobraker_cli.store import contract, runs, schema
from jobraker_cli.store.engine import reading
from jobraker_cli.tasks.app import App

MOST_SKEW_SECONDS = 5.0


def database(app: App) -> Iterator[CheckResult]:
    """Whether it answers; which one it is."""
    with reading(app.engine) as connection:
        runs.database_now(connection)
        if connection.dialect.name == "postgresql":
            number = str(connection.exec_driver_sql("SHOW server_version").scalar_one())
            words = f"PostgreSQL {number.split(maxsplit=1)[0]}"
        else:
            number = str(connection.exec_driver_sql("SELECT sqlite_version()").scalar_one())
            words = f"SQLite {number}"
    yield ok("database", f"{words} answers")


def shared_tables(app: App) -> Iterator[CheckResult]:
    """Every table and column that jobraker reads."""
    with reading(app.engine) as connection:
        lacking = contract.missing(connection)
    if lacking:
        yield fail(
            "shared_tables",
            f"missing: {', '.join(lacking)}",
            "check DATABASE_URL; run the web application's migrations, or jobraker init on an "
            "empty SQLite file",
        )
    else:
        yield ok("shared_tables", "every table and column that jobraker reads is there")


def version(app: App) -> Iterator[CheckResult]:
    """The ledger's SQL files against those of this installation."""
    with reading(app.engine) as connection:
        found = schema.status(connection)
    states = {one.name: one.state for one in found}
    edited = [name for name, state in states.items() if state == "edited"]
    pending = [name for name, state in states.items() if state == "pending"]
    if edited:
        yield fail(
            "ledger",
            f"sql/{edited[0]} was changed after it was applied",
            "restore the file of the version that was installed",
        )
    elif pending:
        yield fail(
            "ledger",
            f"not applied: {', '.join(pending)}",
            "run: jobraker init, or after an upgrade: jobraker db upgrade",
        )
    else:
        yield ok("ledger", f"{len(found)} files applied")


def baseline(app: App) -> Iterator[CheckResult]:
    """Whether `init` was finished here."""
    with reading(app.engine) as connection:
        taken = runs.baseline(connection) if runs.is_baselined(connection) else None
    if taken is None:
        yield fail("baseline", "not taken, so no task runs", "run: jobraker init")
    else:
        yield ok("baseline", f"taken {taken.started_at:%F %T} UTC")


def clock_skew(app: App, machine_now: datetime) -> Iterator[CheckResult]:
    """This machine's clock against the database's."""
    with reading(app.engine) as connection:
        skew = (machine_now - runs.database_now(connection)).total_seconds()
    if abs(skew) <= MOST_SKEW_SECONDS:
        yield ok("clock", f"within {MOST_SKEW_SECONDS:g} s of the database's")
        return
    side = "ahead of" if skew > 0 else "behind"
    yield warn(
        "clock",
        f"this machine is {abs(skew):.0f} s {side} the database; cron goes by the machine, "
        "jobraker by the database",
        "set both clocks by NTP",
    )
