"""The ledger's schema: plain SQL files, applied once each, in order, in one transaction.

`NNNN_name.sql` runs on both databases, `NNNN_name.postgresql.sql` (or .sqlite.sql) on one.
What was applied is recorded with a checksum; a file that changed later is refused.
"""

import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, select, text

from jobraker_cli.errors import ConfigError
from jobraker_cli.store import ledger
from jobraker_cli.store.types import clock

FOLDER = Path(__file__).parent.parent / "sql"
_LOCK = 7_227_250_161  # any constant: the name of our lock among PostgreSQL's advisory ones


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaFile:
    """One file of sql/ and whether this database has it: applied, pending or edited."""

    name: str
    checksum: str
    state: str


def statements(script: str) -> Iterator[str]:
    """The statements of a SQL script, without comments of their own line."""
    pending = ""
    for line in script.splitlines():
        if line.lstrip().startswith("--") or not (pending or line.strip()):
            continue
        pending += line + "\n"
        if sqlite3.complete_statement(pending):
            yield pending.strip()
            pending = ""
    if pending.strip():
        raise ConfigError("A SQL file ends in the middle of a statement")


def files(dialect: str, folder: Path = FOLDER) -> tuple[Path, ...]:
    """The ledger's files for a dialect, in the order in which they are applied."""
    return tuple(
        path
        for path in sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))
        if path.suffixes in ([".sql"], [f".{dialect}", ".sql"])
    )


def checksum(path: Path) -> str:
    """SHA-256 of a file's text, the same whatever the line ends of the checkout."""
    return hashlib.sha256(path.read_text(encoding="utf-8").encode()).hexdigest()


def status(connection: Connection, folder: Path = FOLDER) -> tuple[SchemaFile, ...]:
    """Each file of sql/ with its state in this database, in order."""
    applied: dict[str, str] = {}
    if inspect(connection).has_table(ledger.schema.name):
        recorded = select(ledger.schema.c.filename, ledger.schema.c.checksum)
        applied = {row.filename: row.checksum for row in connection.execute(recorded)}
    return tuple(
        _file(path, applied.get(path.name)) for path in files(connection.dialect.name, folder)
    )


def _file(path: Path, recorded: str | None) -> SchemaFile:
    known = checksum(path)
    state = "pending" if recorded is None else "applied" if recorded == known else "edited"
    return SchemaFile(name=path.name, checksum=known, state=state)


def upgrade(engine: Engine, folder: Path = FOLDER) -> tuple[str, ...]:
    """Apply what is pending and name it; a second process that upgrades waits for the first."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        return apply_pending(connection, folder)


def apply_pending(connection: Connection, folder: Path) -> tuple[str, ...]:
    """Apply what is pending in an open transaction; raises ConfigError for an edited file."""
    found = status(connection, folder)
    refuse_edited(found)
    pending = [one for one in found if one.state == "pending"]
    for one in pending:
        run_script(connection, folder / one.name)
        connection.execute(
            ledger.schema.insert().values(
                filename=one.name,
                checksum=one.checksum,
                applied_at=select(clock()).scalar_subquery(),
            )
        )
    return tuple(one.name for one in pending)


def run_script(connection: Connection, path: Path) -> None:
    """Run a SQL file's statements in an open transaction."""
    for statement in statements(path.read_text(encoding="utf-8")):
        connection.exec_driver_sql(statement)


def script(one: SchemaFile) -> str:
    """The statements of a file and the one that records it, as a person would run them."""
    text = "\n".join(statements((FOLDER / one.name).read_text(encoding="utf-8")))
    record = f"VALUES ('{one.name}', '{one.checksum}', CURRENT_TIMESTAMP)"  # constants of ours
    return f"{text}\nINSERT INTO {ledger.schema.name} (filename, checksum, applied_at) {record};"


def refuse_edited(found: tuple[SchemaFile, ...]) -> None:
    """Raise ConfigError if a file was changed after it was applied."""
    edited = [one.name for one in found if one.state == "edited"]
    if edited:
        raise ConfigError(
            f"sql/{edited[0]} was changed after it was applied to this database; restore the file, "
            "and put new statements into a new one"
        )


def create_board(connection: Connection) -> None:
    """Create the shared tables in an empty database of our own (embedded default, demo)."""
    run_script(connection, FOLDER / "board" / f"{connection.dialect.name}.sql")
