"""Locks between runs: advisory ones in PostgreSQL, locked files beside a SQLite database.

Both end with the process that holds them, however it ends. They are a courtesy (two runs need not
do the same work); what keeps a message from going twice are unique keys and row claims.
"""

import fcntl
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from jobraker_cli.errors import BusyError, ConfigError
from jobraker_cli.store.engine import sqlite_path

POLL_SECONDS = 0.1
_SPACE = 7_227  # any constant: the class of our locks among PostgreSQL's advisory ones


@contextmanager
def lock(
    engine: Engine, database_url: str, name: str, *, wait: bool, stop: Event | None = None
) -> Iterator[None]:
    """Hold the lock called `name`.

    Raises BusyError when another has it and `wait` is false, or `stop` is set while waiting.
    """
    patience = (stop or Event()) if wait else None
    if engine.dialect.name == "postgresql":
        with _advisory(engine, name, patience):
            yield
        return
    path = sqlite_path(database_url)
    if path is None:
        yield
        return
    with _locked_file(path.with_name(f"{path.name}.{name.replace('/', '-')}.lock"), patience):
        yield


def _take(attempt: Callable[[], bool], what: str, patience: Event | None) -> None:
    """Try until it works, a few times a second, so that a signal ends the waiting."""
    while not attempt():
        if patience is None or patience.wait(POLL_SECONDS):
            raise BusyError(f"Another process holds the lock {what}")


@contextmanager
def _advisory(engine: Engine, name: str, patience: Event | None) -> Iterator[None]:
    key = {"space": _SPACE, "key": zlib.crc32(name.encode()) - 2**31}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:

        def attempt() -> bool:
            taken = text("SELECT pg_try_advisory_lock(:space, :key)")
            return bool(connection.scalar(taken, key))

        _take(attempt, name, patience)
        try:
            yield
        finally:
            with suppress(DBAPIError):  # a connection that was lost has lost its lock too
                connection.execute(text("SELECT pg_advisory_unlock(:space, :key)"), key)


@contextmanager
def _locked_file(path: Path, patience: Event | None) -> Iterator[None]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise ConfigError(f"The lock file {path} cannot be made: {error.strerror}") from error

    def attempt() -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    try:
        _take(attempt, str(path), patience)
        yield
    finally:
        os.close(descriptor)
